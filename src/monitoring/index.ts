// `pitot/monitoring`: metrics of event-sourced services. Works with or without the agent, on main and on worker threads.
export type { CommandComplexity, CommandMetrics, CommandType } from './command-metrics.js';
export type { ErrorMetrics } from './error-metrics.js';
export type { EventStoreMetrics, Events, EventsOf } from './event-store-metrics.js';
export { type InstrumentedPool, type InstrumentPoolOptions, instrumentPool } from './instrument-pool.js';
export { type InstrumentStoreOptions, instrumentStore, type StoreLike } from './instrument-store.js';
export { MetricsRegistry } from './metrics-registry.js';
export type { ProcessedAt, ProjectionHandle, ProjectionMetrics } from './projection-metrics.js';
export type { PoolCounts, PoolMetrics, SystemMetrics } from './system-metrics.js';
