// The span that the work in hand belongs to, across awaits. AsyncLocalStorage is made with the first span that is run: on Node 20 and 22 it costs every promise a little.
import type { AsyncLocalStorage } from 'node:async_hooks';
import { fromOtel, registeredOtel, spanOf } from './open-telemetry.js';
import type { TraceContext } from './trace-context.js';

/** What is kept: a span's context is made when somebody asks for it. */
export interface HasContext {
  readonly context: TraceContext;
}

let storage: AsyncLocalStorage<HasContext> | null = null;

/** Runs fn with the span active within it, and within all that it starts. */
export function runWithin<T>(span: HasContext, fn: () => T): T {
  if (storage === null) {
    const { AsyncLocalStorage } = process.getBuiltinModule('node:async_hooks');
    storage = new AsyncLocalStorage();
  }
  return storage.run(span, fn);
}

/** The active span of pitot's own; null outside of all. */
export const activeOwnSpan = (): HasContext | null => storage?.getStore() ?? null;

/** Trace and span of the work in hand: OpenTelemetry's where the host has registered it, else pitot's; null outside of all spans. */
export function activeTrace(): TraceContext | null {
  try {
    const otel = registeredOtel();
    const span = otel?.context ? spanOf(otel.context.active()) : null;
    if (span !== null) return fromOtel(span.spanContext());
  } catch {
    // A context manager's mistake leaves pitot's own span.
  }
  return activeOwnSpan()?.context ?? null;
}
