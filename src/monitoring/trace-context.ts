// Where a piece of work stands in a distributed trace: W3C Trace Context (Recommendation of 23 November 2021), version 00, in and out.
import { fieldsOf } from './read-given.js';
import { isZero, newSpanId, newTraceId } from './trace-ids.js';
import { TraceState } from './trace-state.js';

/** Headers as node:http gives them, a fetch Headers, or any object. */
export type HeaderSource = { get(name: string): string | null } | Readonly<Record<string, string | readonly string[] | undefined>>;

export interface TraceContextFields {
  /** 32 hexadecimal digits. */
  traceId: string;
  /** 16 hexadecimal digits. */
  spanId: string;
  sampled: boolean;
  traceState?: TraceState;
  origin?: TraceContext['origin'];
}

/** version, trace id, parent id, flags; versions to come may add more behind a hyphen. */
const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const SAMPLED = 1;

/** One span's place in its trace. Immutable. */
export class TraceContext {
  readonly traceId: string;
  readonly spanId: string;
  /** Whether the trace is recorded somewhere, as far as the caller knows. */
  readonly sampled: boolean;
  readonly traceState: TraceState;
  /** headers: of a caller. span: of a span in this process. new: nobody's yet, so no span's parent where OpenTelemetry records. */
  readonly origin: 'headers' | 'span' | 'new';

  /** @internal Use `create`, `parse` or `fromHeaders`. */
  constructor({ traceId, spanId, sampled, traceState = TraceState.EMPTY, origin = 'new' }: TraceContextFields) {
    this.traceId = traceId;
    this.spanId = spanId;
    this.sampled = sampled;
    this.traceState = traceState;
    this.origin = origin;
  }

  /** A new trace. Sampled by default: services behind this one that record by their parent's decision would record nothing else. */
  static create(options: { sampled?: boolean } = {}): TraceContext {
    const { sampled = true } = fieldsOf(options, ['sampled']);
    return new TraceContext({ traceId: newTraceId(), spanId: newSpanId(), sampled: Boolean(sampled) });
  }

  /**
   * Of the two headers' values; null when traceparent is not valid. Of versions above 00 the part that version 00 knows is read.
   * A tracestate that is not valid is left out; without a valid traceparent it is not looked at.
   */
  static parse(traceparent: unknown, tracestate?: unknown): TraceContext | null {
    if (typeof traceparent !== 'string') return null;
    const match = TRACEPARENT.exec(traceparent.replace(/^[ \t]+|[ \t]+$/g, ''));
    if (match === null) return null;
    const [, version, traceId, spanId, flags, rest] = match;
    if (version === 'ff' || (version === '00' && rest !== undefined) || isZero(traceId) || isZero(spanId)) return null;
    const sampled = (Number.parseInt(flags, 16) & SAMPLED) !== 0;
    return new TraceContext({ traceId, spanId, sampled, traceState: stateOf(tracestate), origin: 'headers' });
  }

  /** The caller's context; a new one where there is none, or one that is not valid. Names of headers in any case. */
  static fromHeaders(headers: HeaderSource): TraceContext {
    try {
      const traceparent = headerOf(headers, 'traceparent');
      // Two of them are no valid one.
      const one = Array.isArray(traceparent) && traceparent.length === 1 ? traceparent[0] : traceparent;
      const context = TraceContext.parse(one, headerOf(headers, 'tracestate'));
      if (context !== null) return context;
    } catch {
      // Headers that cannot be read: nobody's context.
    }
    return TraceContext.create();
  }

  /** @internal What was handed in as a context, of another copy of pitot too; undefined: it is none. */
  static from(value: unknown): TraceContext | undefined {
    try {
      if (value instanceof TraceContext) return value;
      return TraceContext.parse((value as Partial<TraceContext> | null | undefined)?.traceparent) ?? undefined;
    } catch {
      return undefined;
    }
  }

  /** A span below this one: the same trace, a new span id. */
  child(): TraceContext {
    return new TraceContext({ traceId: this.traceId, spanId: newSpanId(), sampled: this.sampled, traceState: this.traceState, origin: 'span' });
  }

  /** `00-<trace id>-<span id>-<01 sampled, 00 not>`: flags that version 00 does not know are 0. */
  get traceparent(): string {
    return `00-${this.traceId}-${this.spanId}-${this.sampled ? '01' : '00'}`;
  }

  /** For a request to another service: traceparent, and tracestate where there is one. */
  toHeaders(): { traceparent: string; tracestate?: string } {
    const tracestate = this.traceState.serialize();
    return tracestate === '' ? { traceparent: this.traceparent } : { traceparent: this.traceparent, tracestate };
  }
}

/** Several tracestate headers are one list, in their order (RFC 9110, 5.3). */
function stateOf(tracestate: unknown): TraceState {
  try {
    return TraceState.parse(Array.isArray(tracestate) ? tracestate.join(',') : (tracestate as string));
  } catch {
    return TraceState.EMPTY;
  }
}

function headerOf(headers: HeaderSource, name: string): unknown {
  if (headers === null || typeof headers !== 'object') return undefined;
  if (typeof headers.get === 'function') return headers.get(name) ?? undefined;
  const plain = headers as Readonly<Record<string, unknown>>;
  if (plain[name] !== undefined) return plain[name];
  for (const key of Object.keys(plain)) if (key.toLowerCase() === name) return plain[key];
  return undefined;
}
