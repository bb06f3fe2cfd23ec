// One span: OpenTelemetry's where the host has registered it; otherwise nothing but its place in the trace, made when asked for.
import { VERSION } from '../core/version.js';
import { activeOwnSpan, type HasContext, runWithin } from './active-span.js';
import { messageOf } from './mask-secrets.js';
import {
  type AttributeValue,
  activeContext,
  asOtelParent,
  fromOtel,
  type OtelApi,
  type OtelContext,
  type OtelSpan,
  registeredOtel,
  STATUS_ERROR,
  spanOf,
  withoutSpan,
  withSpan,
} from './open-telemetry.js';
import { tellFault } from './tell-fault.js';
import { TraceContext } from './trace-context.js';

/** undefined: the active span, if any. null: none, a new trace. */
export type SpanParent = TraceContext | TraceSpan | null | undefined;

export interface TraceSpan extends HasContext {
  set(name: string, value: AttributeValue): void;
  /** errorKind: what it failed with; null when it did not. A second end does nothing. */
  end(errorKind: string | null): void;
  /** Runs fn with this span active. */
  run<T>(fn: () => T): T;
}

/** Attributes are made only where somebody records them. */
export function startSpan(name: string, attributes: () => Record<string, AttributeValue>, parent: SpanParent): TraceSpan {
  try {
    const otel = registeredOtel();
    if (otel !== null) return startOtelSpan(otel, name, attributes(), parent);
  } catch (error) {
    tellFault('TRACER', `a span of ${name} was not recorded: ${messageOf(error)}`);
  }
  return new OwnSpan(parent === undefined ? activeOwnSpan() : parent);
}

/** Holds its parent until somebody wants an id. */
class OwnSpan implements TraceSpan {
  private readonly parent: TraceContext | HasContext | null;
  private made: TraceContext | null = null;

  constructor(parent: TraceContext | HasContext | null) {
    this.parent = parent;
  }

  get context(): TraceContext {
    if (this.made !== null) return this.made;
    const { parent } = this;
    const above = parent === null ? TraceContext.create() : parent instanceof TraceContext ? parent : parent.context;
    this.made = above.child();
    return this.made;
  }

  set(): void {}

  end(): void {}

  run<T>(fn: () => T): T {
    return runWithin(this, fn);
  }
}

class RecordedSpan implements TraceSpan {
  readonly span: OtelSpan;
  readonly within: OtelContext;
  private readonly api: OtelApi;
  private ended = false;

  constructor(api: OtelApi, span: OtelSpan, above: OtelContext) {
    this.api = api;
    this.span = span;
    this.within = withSpan(above, span);
  }

  get context(): TraceContext {
    try {
      return fromOtel(this.span.spanContext());
    } catch {
      // A tracer's mistake costs the trace its thread, not the host its headers.
      return TraceContext.create();
    }
  }

  set(name: string, value: AttributeValue): void {
    guarded(() => this.span.setAttribute(name, value));
  }

  end(errorKind: string | null): void {
    if (this.ended) return;
    this.ended = true;
    guarded(() => {
      if (errorKind !== null) {
        this.span.setAttribute('error.type', errorKind);
        this.span.setStatus({ code: STATUS_ERROR, message: errorKind });
      }
      this.span.end();
    });
  }

  /** Without a context manager of the host's the span is active for pitot alone. */
  run<T>(fn: () => T): T {
    return this.api.context === undefined ? runWithin(this, fn) : this.api.context.with(this.within, fn);
  }
}

function startOtelSpan(api: OtelApi, name: string, attributes: Record<string, AttributeValue>, parent: SpanParent): TraceSpan {
  const above = contextAbove(api, parent);
  const tracer = api.trace!.getTracer('pitot', VERSION);
  return new RecordedSpan(api, tracer.startSpan(name, { attributes }, above), above);
}

function contextAbove(api: OtelApi, parent: SpanParent): OtelContext {
  const active = activeContext(api);
  if (parent === null) return withoutSpan(active);
  if (parent instanceof RecordedSpan) return withSpan(active, parent.span);
  if (parent === undefined || (parent instanceof TraceContext && parent.origin === 'new')) {
    const own = spanOf(active) === null ? activeOwnSpan() : null;
    return own instanceof RecordedSpan ? withSpan(active, own.span) : active;
  }
  return withSpan(active, asOtelParent(parent instanceof TraceContext ? parent : parent.context));
}

function guarded(act: () => void): void {
  try {
    act();
  } catch (error) {
    tellFault('TRACER', `a span was not recorded: ${messageOf(error)}`);
  }
}
