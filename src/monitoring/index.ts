// `pitot/monitoring`: metrics of event-sourced services. Works with or without the agent, on main and on worker threads.

export { activeTrace } from './active-span.js';
export type { CommandComplexity, CommandMetrics, CommandType } from './command-metrics.js';
export { CommandTracer, type CommandTracerOptions, type StepSpan } from './command-tracer.js';
export type { ErrorMetrics } from './error-metrics.js';
export type { EventStoreMetrics, Events, EventsOf } from './event-store-metrics.js';
export { type HealthCheck, HealthChecks, type HealthOptions, type HealthStatus, health, healthChecks } from './health-checks.js';
export { type InstrumentedPool, type InstrumentPoolOptions, instrumentPool } from './instrument-pool.js';
export { type InstrumentStoreOptions, instrumentStore, type StoreLike } from './instrument-store.js';
export type { LogDestination } from './log-destination.js';
export {
  type CommandExecutorLogger,
  type EventStoreLogger,
  type HealthMetrics,
  type HealthMonitorLogger,
  loggers,
  type PerformanceAlert,
  type ProjectionLogger,
} from './loggers.js';
export { MetricsRegistry } from './metrics-registry.js';
export { type Collector, type MonitoringOptions, MonitoringService } from './monitoring-service.js';
export type { ProcessedAt, ProjectionHandle, ProjectionMetrics } from './projection-metrics.js';
export type { LoggerOptions } from './structured-logger.js';
export type { PoolCounts, PoolMetrics, SystemMetrics } from './system-metrics.js';
export { type HeaderSource, TraceContext } from './trace-context.js';
export { TraceState } from './trace-state.js';
