// Structured loggers of an event-sourced service on pino. Their fields are part of the interface: docs/tracing.md lists them.
import type { Labels } from '../core/labels.js';
import { SPAN_STREAMS_MAX } from '../core/limits.js';
import { labelText } from './bounded-names.js';
import { maskSecrets } from './mask-secrets.js';
import { fieldsOf } from './read-given.js';
import { errorFields, type LoggerOptions, StructuredLogger } from './structured-logger.js';

/** Lines of the execution of commands; `component: command_executor`. */
export class CommandExecutorLogger extends StructuredLogger {
  /** debug */
  commandStarted(of: { command: string; commandId?: string; streamIds?: readonly string[] }): void {
    const fields = () => ({
      command: of.command,
      command_id: of.commandId,
      stream_ids: Array.isArray(of.streamIds) ? of.streamIds.slice(0, SPAN_STREAMS_MAX) : undefined,
      streams: of.streamIds?.length,
    });
    this.line('debug', 'command.started', fields, 'command started');
  }

  /** info; events: how many it wrote. */
  commandCompleted(of: { command: string; commandId?: string; durationMs: number; events?: number }): void {
    const fields = () => ({ command: of.command, command_id: of.commandId, duration_ms: of.durationMs, events: of.events });
    this.line('info', 'command.completed', fields, 'command completed');
  }

  /** error */
  commandFailed(of: { command: string; commandId?: string; durationMs?: number; error: unknown }): void {
    const fields = () => ({ command: of.command, command_id: of.commandId, duration_ms: of.durationMs, ...errorFields(of.error) });
    this.line('error', 'command.failed', fields, 'command failed');
  }

  /** warn; attempt: the one that failed, from 1 on. */
  commandRetried(of: { command: string; commandId?: string; attempt: number; error: unknown }): void {
    const fields = () => ({ command: of.command, command_id: of.commandId, attempt: of.attempt, ...errorFields(of.error) });
    this.line('warn', 'command.retried', fields, 'command is tried again');
  }
}

/** Lines of the event store; `component: event_store`. */
export class EventStoreLogger extends StructuredLogger {
  /** debug; fromVersion: of the stream, of the first event asked for. */
  eventsRead(of: { streamId: string; events: number; durationMs: number; fromVersion?: number | bigint }): void {
    const fields = () => ({ stream_id: of.streamId, events: of.events, duration_ms: of.durationMs, from_version: jsonOf(of.fromVersion) });
    this.line('debug', 'events.read', fields, 'events read');
  }

  /** debug; version: of the stream after the write. */
  eventsWritten(of: { streamId: string; events: number; durationMs: number; version?: number | bigint }): void {
    const fields = () => ({ stream_id: of.streamId, events: of.events, duration_ms: of.durationMs, version: jsonOf(of.version) });
    this.line('debug', 'events.written', fields, 'events written');
  }

  /** warn: another writer was first. */
  conflict(of: { streamId: string; expectedVersion?: number | bigint; actualVersion?: number | bigint; attempt?: number }): void {
    const versions = () => ({ expected_version: jsonOf(of.expectedVersion), actual_version: jsonOf(of.actualVersion) });
    this.line('warn', 'events.conflict', () => ({ stream_id: of.streamId, ...versions(), attempt: of.attempt }), 'version conflict');
  }

  /** error; operation: `read`, `write` or the store's own word. */
  operationFailed(of: { operation: string; streamId?: string; durationMs?: number; error: unknown }): void {
    const fields = () => ({ operation: of.operation, stream_id: of.streamId, duration_ms: of.durationMs, ...errorFields(of.error) });
    this.line('error', 'store.failed', fields, 'event store operation failed');
  }
}

/** Lines of projections; `component: projection`. */
export class ProjectionLogger extends StructuredLogger {
  /** info */
  projectionStarted(of: { projection: string; position?: number | bigint }): void {
    this.line('info', 'projection.started', () => ({ projection: of.projection, position: jsonOf(of.position) }), 'projection started');
  }

  /** info; events: processed since it fell behind, durationMs: the time that took. */
  projectionCaughtUp(of: { projection: string; position?: number | bigint; events?: number; durationMs?: number }): void {
    const fields = () => ({ projection: of.projection, position: jsonOf(of.position), events: of.events, duration_ms: of.durationMs });
    this.line('info', 'projection.caught_up', fields, 'projection caught up');
  }

  /** warn; lagMs: between an event's time and its processing, positionLag: events still to process. */
  projectionLagging(of: { projection: string; lagMs: number; positionLag?: number | bigint }): void {
    const fields = () => ({ projection: of.projection, lag_ms: of.lagMs, position_lag: jsonOf(of.positionLag) });
    this.line('warn', 'projection.lagging', fields, 'projection is behind');
  }

  /** error; position and eventType: of the event that could not be processed. */
  projectionFailed(of: { projection: string; position?: number | bigint; eventType?: string; error: unknown }): void {
    const fields = () => ({ projection: of.projection, position: jsonOf(of.position), event_type: of.eventType, ...errorFields(of.error) });
    this.line('error', 'projection.failed', fields, 'projection failed');
  }

  /** debug */
  checkpointSaved(of: { projection: string; position: number | bigint }): void {
    this.line('debug', 'projection.checkpoint', () => ({ projection: of.projection, position: jsonOf(of.position) }), 'checkpoint saved');
  }
}

/** Figures of the process; what is not known is left out. */
export interface HealthMetrics {
  /** Resident memory, MB of 10^6 bytes. */
  memoryMb?: number;
  /** 100 is one core busy all the time. */
  cpuPercent?: number;
  /** Connections in use, of all. */
  poolUtilizationPercent?: number;
  /** Failed commands, of all. */
  errorRatePercent?: number;
}

/** An alert as a line of the log. */
export interface PerformanceAlert {
  /** The rule's name. */
  alert: string;
  threshold: number;
  value: number;
  labels?: Labels;
  /** Default warning. */
  severity?: 'critical' | 'warning' | 'info';
  /** Default firing. */
  state?: 'pending' | 'firing' | 'resolved';
}

const ALERT = ['alert', 'threshold', 'value', 'labels', 'severity', 'state'] as const;

/** Lines of a service's health; `component: health_monitor`. */
export class HealthMonitorLogger extends StructuredLogger {
  /** info */
  logHealthMetrics(of: HealthMetrics): void {
    const fields = () => ({
      memory_mb: of.memoryMb,
      cpu_percent: of.cpuPercent,
      pool_utilization_percent: of.poolUtilizationPercent,
      error_rate_percent: of.errorRatePercent,
    });
    this.line('info', 'health.metrics', fields, 'health metrics');
  }

  /** error when critical, warn when a warning, else info; info when pending or resolved. */
  logPerformanceAlert(of: PerformanceAlert): void {
    const { alert, threshold, value, labels = {}, severity = 'warning', state = 'firing' } = fieldsOf(of, ALERT);
    const level = state !== 'firing' || severity === 'info' ? 'info' : severity === 'critical' ? 'error' : 'warn';
    const fields = () => ({ alert, severity, state, threshold, value, labels });
    this.line(level, 'health.alert', fields, `alert ${labelText(state)}: ${labelText(alert)}`);
  }

  /** warn */
  healthCheckFailed(of: { check: string; message: string; durationMs?: number }): void {
    const fields = () => ({ check: of.check, reason: maskSecrets(of.message), duration_ms: of.durationMs });
    this.line('warn', 'health.check_failed', fields, 'health check failed');
  }

  /** info */
  healthCheckRecovered(of: { check: string; durationMs?: number }): void {
    this.line('info', 'health.check_recovered', () => ({ check: of.check, duration_ms: of.durationMs }), 'health check succeeds again');
  }

  /** warn */
  collectorFailed(of: { collector: string; message: string }): void {
    this.line('warn', 'health.collector_failed', () => ({ collector: of.collector, reason: maskSecrets(of.message) }), 'collector failed');
  }
}

/** The loggers by component. pino is loaded with the first; get one once and keep it. */
export const loggers = {
  commandExecutor: (options?: LoggerOptions): CommandExecutorLogger => new CommandExecutorLogger('command_executor', options),
  eventStore: (options?: LoggerOptions): EventStoreLogger => new EventStoreLogger('event_store', options),
  projection: (options?: LoggerOptions): ProjectionLogger => new ProjectionLogger('projection', options),
  healthMonitor: (options?: LoggerOptions): HealthMonitorLogger => new HealthMonitorLogger('health_monitor', options),
};

/** Versions are bigint in some stores, which JSON does not know; beyond 2^53 they are text, so that no digit is lost. */
function jsonOf(value: number | bigint | undefined): number | string | undefined {
  if (typeof value !== 'bigint') return value;
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
}
