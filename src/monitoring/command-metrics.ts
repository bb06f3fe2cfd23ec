// Commands of an event-sourced service: executed, succeeded, failed, how long, how many at once, of which type, with which errors.
import { PitotError, show } from '../core/errors.js';
import { COMMAND_ERRORS, COMMAND_EVENTS, COMMAND_STREAMS, COMMANDS, COMMANDS_CONCURRENT, OTHER } from '../core/instrument-names.js';
import { COMMAND_TYPES_MAX } from '../core/limits.js';
import type { Instruments } from '../host/instruments.js';
import type { Path } from '../host/path.js';
import type { Distribution } from '../host/values.js';
import { labelText } from './bounded-names.js';
import { ConcurrencyGauge } from './concurrency-gauge.js';
import { ErrorCounters } from './error-metrics.js';
import { isSlow, offerCommand } from './exemplar-post.js';
import { INACTIVE, isToken, type OperationObserver, TimedOperation } from './timed-operation.js';

/** Which target of latency a command is held to: a complex one reads several streams or calls out, and may take longer. */
export type CommandComplexity = 'simple' | 'complex';

const COMPLEXITIES: readonly unknown[] = ['simple', 'complex'] satisfies CommandComplexity[];

/** What all types have in common. */
interface Shared {
  instruments: Instruments;
  concurrent: ConcurrencyGauge;
  errors: ErrorCounters;
}

/** `metrics.commands`. Executed and failed are count and errors of the path `commands`, by type and complexity; succeeded is their difference. */
export class CommandMetrics {
  private readonly shared: Shared;
  private readonly types = new Map<string, CommandType>();
  /** The type that ran last: comparing a name with itself is a tenth of a look-up. */
  private last: CommandType | null = null;

  /** @internal Use `new MetricsRegistry().commands`. */
  constructor(instruments: Instruments) {
    this.shared = {
      instruments,
      concurrent: new ConcurrencyGauge(instruments.gauge(COMMANDS_CONCURRENT)),
      errors: new ErrorCounters(instruments, COMMAND_ERRORS),
    };
  }

  /** Runs one command of a type. Keep `commands.type(…)` where each nanosecond counts: it spares the look-up. */
  run<T>(type: string, fn: () => T): T {
    const { last } = this;
    if (last !== null && last.name === type) return last.run(fn);
    const found = this.types.get(type) ?? this.type(type);
    this.last = found;
    return found.run(fn);
  }

  /**
   * The handle of a type. Declare its complexity once, before the first command: `simple` unless it says otherwise. Each declaration holds until the next.
   * At most 200 types; further ones are (other).
   * @throws PitotError when the complexity is neither `simple` nor `complex`.
   */
  type(name: string, options?: { complexity?: CommandComplexity }): CommandType {
    const label = labelText(name);
    const known = this.types.get(label);
    const complexity = declared(options) ?? known?.complexity ?? 'simple';
    if (known?.complexity === complexity) return known;
    if (!COMPLEXITIES.includes(complexity)) {
      throw new PitotError('API_MISUSE', {
        option: `complexity of command ${label}`,
        allowed: 'simple or complex',
        received: show(complexity),
        remedy: 'It decides which target of latency the command is held to.',
      });
    }
    if (known === undefined && this.types.size >= COMMAND_TYPES_MAX && label !== OTHER) return this.type(OTHER, options);
    const type = new CommandType(this.shared, label, complexity);
    this.types.set(label, type);
    this.last = null;
    return type;
  }
}

/** One type of command. Get it once with `commands.type(name)` and keep it. */
export class CommandType {
  readonly name: string;
  readonly complexity: CommandComplexity;
  private readonly shared: Shared;
  private readonly operation: TimedOperation;
  /** The operation's own path and gauge: a call less in start and succeed, 1.5 ns of the 5. */
  private readonly path: Path;
  private readonly concurrent: ConcurrencyGauge;
  private readonly observer: OperationObserver<unknown>;
  private streams: Distribution | null = null;
  private events: Distribution | null = null;

  /** @internal */
  constructor(shared: Shared, name: string, complexity: CommandComplexity) {
    this.name = name;
    this.complexity = complexity;
    this.shared = shared;
    this.operation = new TimedOperation(shared.instruments.path(COMMANDS, { command: name, complexity }), shared.concurrent, true);
    this.path = this.operation.path;
    this.concurrent = shared.concurrent;
    this.observer = {
      succeeded: () => {},
      failed: (error) => {
        shared.errors.count(error);
        return false;
      },
    };
  }

  /** Runs one command and returns what `fn` returns. A throw or a rejection is a failed command, counted by kind, and goes on to the caller. */
  run<T>(fn: () => T): T {
    return this.operation.run(fn, this.observer);
  }

  /** Begins a command: for those who cannot wrap it. Returns a token, a number; each is ended once, by `succeed` or `fail`. */
  start(): number {
    const token = this.path.start();
    if (token !== INACTIVE) this.concurrent.enter();
    return token;
  }

  succeed(token: number): void {
    const durationMs = this.path.endTimed(token, true);
    if (!isToken(token)) return;
    this.concurrent.leave();
    if (isSlow(durationMs)) offerCommand(this.path, durationMs, true);
  }

  /** Ends a command that failed. The kind of the error is its code, else its name; text is the kind itself. */
  fail(token: number, error?: unknown): void {
    this.operation.end(token, false);
    if (isToken(token)) this.shared.errors.count(error);
  }

  /** How many streams a command read. */
  recordStreams(streams: number): void {
    this.streams ??= this.distribution(COMMAND_STREAMS, 'streams');
    this.streams.record(streams);
  }

  /** How many events a command wrote. */
  recordEvents(events: number): void {
    this.events ??= this.distribution(COMMAND_EVENTS, 'events');
    this.events.record(events);
  }

  /** Made with the first value: each takes one of the process's paths. */
  private distribution(name: string, unit: string): Distribution {
    return this.shared.instruments.distribution(name, { unit, labels: { command: this.name } });
  }
}

function declared(options: { complexity?: CommandComplexity } | undefined): CommandComplexity | undefined {
  try {
    return options?.complexity ?? undefined;
  } catch {
    // A getter of the application's that throws.
    return undefined;
  }
}
