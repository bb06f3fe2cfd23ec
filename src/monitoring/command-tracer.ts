// A span for a command and child spans for its reads, writes and projection steps. Times nothing for the report: that is the registry's; only the slowest go there, by their trace ids.
import { monotonicMs } from '../core/clock.js';
import { COMMANDS, PROJECTION, STORE_READ, STORE_WRITE } from '../core/instrument-names.js';
import type { Labels } from '../core/labels.js';
import { LABELS_MAX, SPAN_STREAMS_MAX, STREAM_ID_CHARS_MAX } from '../core/limits.js';
import { labelText } from './bounded-names.js';
import { errorKind } from './error-kind.js';
import { offerExemplar } from './exemplar-post.js';
import type { AttributeValue } from './open-telemetry.js';
import { fieldsOf } from './read-given.js';
import { callAndTell } from './settle.js';
import { TraceContext } from './trace-context.js';
import { startSpan, type TraceSpan } from './trace-span.js';

export interface CommandTracerOptions {
  /** What the command belongs to: the caller's context, as of `TraceContext.fromHeaders`. Default: the active span. null: a new trace. */
  parent?: TraceContext | null;
  /** Labels of the exemplar beside `command`. */
  labels?: Labels;
}

/** A step of a command: a child span. */
export interface StepSpan {
  /** Events read, written or processed. */
  setEvents(events: number): void;
  /** Ends it; a second end does nothing. error: what it failed with. */
  end(ok?: boolean, error?: unknown): void;
  /** Its place in the trace, for headers of requests. */
  readonly context: TraceContext;
}

/**
 * `new CommandTracer('CreateUser', ['user-1'])`. The command's time begins with it. Give it the command with `run`, or call `recordCompletion` yourself.
 * Without OpenTelemetry a tracer is a few small objects, and ids are made when something asks for them; with it each span is one of its tracer `pitot`.
 */
export class CommandTracer {
  private readonly span: TraceSpan;
  private readonly startMs = monotonicMs();
  private readonly labels: Labels;
  private completed = false;

  constructor(command: string, streamIds: readonly string[] = [], options: CommandTracerOptions = {}) {
    const { parent, labels } = fieldsOf(options, ['parent', 'labels']);
    this.labels = labelsOf(labels, command);
    this.span = startSpan(
      this.labels.command,
      () => ({ 'command.name': this.labels.command, ...streamsOf(streamIds) }),
      parent === null ? null : TraceContext.from(parent),
    );
  }

  /** The command's place in the trace; `tracer.context.toHeaders()` goes with requests. */
  get context(): TraceContext {
    return this.span.context;
  }

  /** Runs the command with its span active. When it settles and `recordCompletion` was not called, that is done: failed where it threw or rejected. */
  run<T>(fn: () => T): T {
    return callAndTell(
      () => this.span.run(fn),
      (error, ok) => this.complete(ok, undefined, error),
    );
  }

  /** Ends the command's span; events: how many it wrote. Only the first call counts. */
  recordCompletion(ok: boolean, events?: number, error?: unknown): void {
    this.complete(ok, events, error);
  }

  /** Reads a stream in a child span, which is active meanwhile. Returns what fn returns; a throw or a rejection ends the span as failed and goes on to the caller. */
  read<T>(streamId: string, fn: (step: StepSpan) => T): T {
    return this.step(STORE_READ, 'event_store.stream_id', streamId, fn);
  }

  /** The same for a write. */
  write<T>(streamId: string, fn: (step: StepSpan) => T): T {
    return this.step(STORE_WRITE, 'event_store.stream_id', streamId, fn);
  }

  /** The same for a projection that the command brings up to date. */
  project<T>(projection: string, fn: (step: StepSpan) => T): T {
    return this.step(PROJECTION, 'projection.name', projection, fn);
  }

  /** For those who cannot wrap: a child span that the caller ends, and that is not active. */
  startStep(kind: 'read' | 'write' | 'projection', name: string): StepSpan {
    return kind === 'projection'
      ? this.begin(PROJECTION, 'projection.name', name).step
      : this.begin(kind === 'read' ? STORE_READ : STORE_WRITE, 'event_store.stream_id', name).step;
  }

  private step<T>(spanName: string, attribute: string, value: string, fn: (step: StepSpan) => T): T {
    const { span, step } = this.begin(spanName, attribute, value);
    return callAndTell(
      () => span.run(() => fn(step)),
      (error, ok) => step.end(ok, error),
    );
  }

  private begin(spanName: string, attribute: string, value: string): { span: TraceSpan; step: Step } {
    const span = startSpan(spanName, () => ({ [attribute]: labelText(value, STREAM_ID_CHARS_MAX) }) as Record<string, AttributeValue>, this.span);
    return { span, step: new Step(span) };
  }

  private complete(ok: boolean, events: number | undefined, error: unknown): void {
    if (this.completed) return;
    this.completed = true;
    const durationMs = monotonicMs() - this.startMs;
    if (events !== undefined) this.span.set('command.events', events);
    this.span.end(ok ? null : errorKind(error));
    offerExemplar(COMMANDS, this.labels, durationMs, Boolean(ok), () => this.span.context);
  }
}

class Step implements StepSpan {
  private readonly span: TraceSpan;

  constructor(span: TraceSpan) {
    this.span = span;
  }

  get context(): TraceContext {
    return this.span.context;
  }

  setEvents(events: number): void {
    this.span.set('events', events);
  }

  end(ok = true, error?: unknown): void {
    this.span.end(ok ? null : errorKind(error));
  }
}

function streamsOf(streamIds: readonly string[]): Record<string, AttributeValue> {
  try {
    const ids = Array.from(streamIds.slice(0, SPAN_STREAMS_MAX), (id) => labelText(id, STREAM_ID_CHARS_MAX));
    return { 'command.streams': streamIds.length, 'command.stream_ids': ids };
  } catch {
    // No list, or one whose members cannot be read.
    return {};
  }
}

/** They go to the agent with an exemplar: few, and short. */
function labelsOf(labels: Labels | undefined, command: string): Labels {
  const bounded: Record<string, string> = {};
  try {
    for (const name of Object.keys(labels ?? {}).slice(0, LABELS_MAX)) bounded[labelText(name)] = labelText(labels?.[name]);
  } catch {
    // A getter that throws: the labels before it stand.
  }
  return { ...bounded, command: labelText(command) };
}
