// Health checks by name: run together, each with a time limit; results go to a gauge and a path, which the rule `service down` judges.
import { monotonicMs, wallMs } from '../core/clock.js';
import { PitotError, show } from '../core/errors.js';
import { HEALTH, HEALTH_CHECK } from '../core/instrument-names.js';
import { HEALTH_CHECKS_MAX, HEALTH_TIMEOUT_MS, HEALTH_TIMEOUT_MS_MAX, LABEL_CHARS_MAX } from '../core/limits.js';
import type { Instruments } from '../host/instruments.js';
import type { Path } from '../host/path.js';
import { processHost } from '../host/process-host.js';
import type { Gauge } from '../host/values.js';
import { messageOf } from './mask-secrets.js';
import { type CallOutcome, TimedCall } from './timed-call.js';

/** Unhealthy: it returns false, throws, rejects, or is not done in time. Whatever else it returns is healthy. The signal is aborted at the time limit. */
export type HealthCheck = (given: { signal: AbortSignal }) => unknown;

export interface HealthOptions {
  /** Time the check has, ms, 1 to 600 000; default 5 000. */
  timeoutMs?: number;
}

/** A check's last result. */
export interface HealthStatus {
  check: string;
  /** unknown: it has not been run yet. */
  state: 'healthy' | 'unhealthy' | 'unknown';
  /** What made it unhealthy; null when it is not. */
  cause: 'returned-false' | 'error' | 'timeout' | null;
  /** Why, in a sentence without credentials; `ok` when healthy. */
  message: string;
  /** How long it took, ms; of a time-out, as long as it was waited for. */
  durationMs: number;
  /** When it ended, ISO 8601; null before the first. */
  at: string | null;
}

interface Entry {
  call: TimedCall;
  timeoutMs: number;
  gauge: Gauge;
  path: Path;
  status: HealthStatus;
}

/** A registry of checks. Most processes need the one that `health` and services share. */
export class HealthChecks {
  private readonly instruments: () => Instruments;
  private readonly entries = new Map<string, Entry>();
  private watchers = 0;

  /** @param instruments @internal The thread's own unless a test brings others. */
  constructor(instruments: () => Instruments = () => processHost().thread.instruments) {
    this.instruments = instruments;
  }

  /** @internal Of a service that runs them again and again; returns its end. After the last one's end the gauges say 1: what nobody checks is not down. */
  watch(): () => void {
    this.watchers++;
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      if (--this.watchers === 0) for (const { gauge } of this.entries.values()) gauge.set(1);
    };
  }

  /**
   * Registers a check; one of the same name takes the other's place. Returns the removal, after which the gauge says 1: what is not checked is not down.
   * @throws PitotError for a name that is no text, a check that is no function, a time limit out of range, and beyond 100 checks.
   */
  register(name: string, fn: HealthCheck, { timeoutMs = HEALTH_TIMEOUT_MS }: HealthOptions = {}): () => void {
    this.demand(name, fn, timeoutMs);
    const check = name.slice(0, LABEL_CHARS_MAX);
    const instruments = this.instruments();
    const entry: Entry = {
      call: new TimedCall(fn, timeoutMs),
      timeoutMs,
      gauge: instruments.gauge(HEALTH, { check }),
      path: instruments.path(HEALTH_CHECK, { check }),
      status: { check, state: 'unknown', cause: null, message: 'not run yet', durationMs: 0, at: null },
    };
    this.entries.set(check, entry);
    return () => {
      if (this.entries.get(check) !== entry) return;
      this.entries.delete(check);
      entry.gauge.set(1);
    };
  }

  /** Runs all checks at once; resolves with their results when the last has ended or run out of time. Never rejects. */
  runAll(): Promise<HealthStatus[]> {
    return Promise.all([...this.entries].map(([check, entry]) => this.run(check, entry)));
  }

  /** Last results, in order of registration. */
  status(): HealthStatus[] {
    return [...this.entries.values()].map(({ status }) => ({ ...status }));
  }

  private async run(check: string, entry: Entry): Promise<HealthStatus> {
    const startMs = monotonicMs();
    const outcome = await entry.call.make();
    const durationMs = monotonicMs() - startMs;
    const verdict = verdictOn(outcome, entry.timeoutMs);
    const healthy = verdict.cause === null;
    entry.status = { check, state: healthy ? 'healthy' : 'unhealthy', ...verdict, durationMs, at: new Date(wallMs()).toISOString() };
    // Removed or replaced meanwhile: its gauge is no longer its own.
    if (this.entries.get(check) === entry) {
      entry.path.endFrom(startMs, healthy);
      entry.gauge.set(healthy ? 1 : 0);
    }
    return { ...entry.status };
  }

  private demand(name: unknown, fn: unknown, timeoutMs: unknown): void {
    if (typeof name !== 'string' || name === '') throw misuse('health name', 'a text', show(name), 'Give each check a name.');
    if (typeof fn !== 'function') throw misuse(`health ${name}`, 'a function', show(fn), 'Give the function that checks.');
    if (typeof timeoutMs !== 'number' || !(timeoutMs >= 1 && timeoutMs <= HEALTH_TIMEOUT_MS_MAX)) {
      throw misuse('timeoutMs', `a number of ms from 1 to ${HEALTH_TIMEOUT_MS_MAX}`, show(timeoutMs), `Leave it out for ${HEALTH_TIMEOUT_MS}.`);
    }
    if (this.entries.size >= HEALTH_CHECKS_MAX && !this.entries.has(name.slice(0, LABEL_CHARS_MAX))) {
      throw misuse('health', `at most ${HEALTH_CHECKS_MAX} checks`, `one more, ${show(name)}`, 'Remove checks with what register returns.');
    }
  }
}

/** The process's own: parts of a service that know nothing of one another register here. */
export const healthChecks = new HealthChecks();

/** Registers a check that every monitoring service of the process runs. As `healthChecks.register`. */
export function health(name: string, fn: HealthCheck, options?: HealthOptions): () => void {
  return healthChecks.register(name, fn, options);
}

function verdictOn(outcome: CallOutcome, timeoutMs: number): Pick<HealthStatus, 'cause' | 'message'> {
  if (outcome.kind === 'timed-out') return { cause: 'timeout', message: `timed out after ${timeoutMs} ms` };
  if (outcome.kind === 'still-running') return { cause: 'timeout', message: `still running: an earlier call has not ended within ${timeoutMs} ms` };
  if (outcome.kind === 'failed') return { cause: 'error', message: messageOf(outcome.error) };
  return outcome.value === false ? { cause: 'returned-false', message: 'returned false' } : { cause: null, message: 'ok' };
}

const misuse = (option: string, allowed: string, received: string, remedy: string): PitotError =>
  new PitotError('API_MISUSE', { option, allowed, received, remedy });
