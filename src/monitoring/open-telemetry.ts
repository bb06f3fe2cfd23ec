// OpenTelemetry's API where the host has registered it: found on globalThis, never imported or looked for on disk.
import { TraceContext } from './trace-context.js';
import { TraceState } from './trace-state.js';

/** What pitot uses of @opentelemetry/api 1.x, by the shape of its objects. */
export interface OtelContext {
  getValue(key: symbol): unknown;
  setValue(key: symbol, value: unknown): OtelContext;
  deleteValue(key: symbol): OtelContext;
}

export interface OtelSpanContext {
  traceId: string;
  spanId: string;
  traceFlags: number;
  isRemote?: boolean;
  traceState?: { serialize(): string };
}

export type AttributeValue = string | number | boolean | readonly string[];

export interface OtelSpan {
  spanContext(): OtelSpanContext;
  setAttribute(name: string, value: AttributeValue): unknown;
  setStatus(status: { code: number; message?: string }): unknown;
  end(): void;
}

export interface OtelApi {
  trace?: {
    getTracer(
      name: string,
      version?: string,
    ): { startSpan(name: string, options: { attributes?: Record<string, AttributeValue> }, context: OtelContext): OtelSpan };
  };
  context?: { active(): OtelContext; with<T>(context: OtelContext, fn: () => T): T };
}

const API_KEY = Symbol.for('opentelemetry.js.api.1');
/** The API makes its keys with Symbol.for, so that all copies of it share them. */
const SPAN_KEY = Symbol.for('OpenTelemetry Context Key SPAN');
const SAMPLED = 1;
/** SpanStatusCode.ERROR */
export const STATUS_ERROR = 2;

/** The API that the host has registered a tracer provider with; null without. */
export function registeredOtel(): OtelApi | null {
  const api = (globalThis as unknown as Record<symbol, OtelApi | undefined>)[API_KEY];
  return typeof api?.trace?.getTracer === 'function' ? api : null;
}

/** The context of the work in hand; an empty one where the host has no context manager. */
export const activeContext = (api: OtelApi): OtelContext => api.context?.active() ?? ROOT;

export const spanOf = (context: OtelContext): OtelSpan | null => (context.getValue(SPAN_KEY) as OtelSpan | undefined) ?? null;

export const withSpan = (context: OtelContext, span: Pick<OtelSpan, 'spanContext'>): OtelContext => context.setValue(SPAN_KEY, span);

export const withoutSpan = (context: OtelContext): OtelContext => context.deleteValue(SPAN_KEY);

/** As a parent for the host's tracer: a span that records nothing. */
export function asOtelParent(parent: TraceContext): OtelSpan {
  const spanContext: OtelSpanContext = {
    traceId: parent.traceId,
    spanId: parent.spanId,
    traceFlags: parent.sampled ? SAMPLED : 0,
    isRemote: parent.origin === 'headers',
    traceState: parent.traceState,
  };
  const silent = {
    spanContext: () => spanContext,
    isRecording: () => false,
    setAttribute: () => silent,
    setAttributes: () => silent,
    addEvent: () => silent,
    addLink: () => silent,
    addLinks: () => silent,
    setStatus: () => silent,
    updateName: () => silent,
    recordException: () => {},
    end: () => {},
  };
  return silent;
}

/** A span's context in pitot's terms. */
export function fromOtel({ traceId, spanId, traceFlags, traceState }: OtelSpanContext): TraceContext {
  const state = traceState === undefined ? TraceState.EMPTY : TraceState.parse(traceState.serialize());
  return new TraceContext({ traceId, spanId, sampled: (traceFlags & SAMPLED) !== 0, traceState: state, origin: 'span' });
}

/** A context of one's own, for a host that registered a tracer provider alone. */
class PlainContext implements OtelContext {
  private readonly values: ReadonlyMap<symbol, unknown>;

  constructor(values: ReadonlyMap<symbol, unknown>) {
    this.values = values;
  }

  getValue(key: symbol): unknown {
    return this.values.get(key);
  }

  setValue(key: symbol, value: unknown): OtelContext {
    return new PlainContext(new Map(this.values).set(key, value));
  }

  deleteValue(key: symbol): OtelContext {
    const values = new Map(this.values);
    values.delete(key);
    return new PlainContext(values);
  }
}

const ROOT: OtelContext = new PlainContext(new Map());
