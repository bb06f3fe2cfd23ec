// The KPIs: names, units, targets and alert thresholds. Their sources in the figures: docs/kpis.md.

export interface KpiTarget {
  name: string;
  unit: '%' | 'ms' | 's' | 'events/s';
  /** In target on this side of it, the value itself not included. */
  target: number;
  /** A breach beyond it, the value itself not included. */
  alert: number;
  direction: 'higher' | 'lower';
  /** The target itself is in target, too. */
  orEqual?: true;
}

export const COMMAND_SUCCESS_RATE: KpiTarget = { name: 'command success rate', unit: '%', target: 99.5, alert: 95, direction: 'higher' };
export const COMMAND_ERROR_RATE: KpiTarget = { name: 'command error rate', unit: '%', target: 0.5, alert: 5, direction: 'lower' };
export const SIMPLE_COMMAND_P50: KpiTarget = { name: 'simple command p50', unit: 'ms', target: 50, alert: 1000, direction: 'lower' };
export const COMPLEX_COMMAND_P50: KpiTarget = { name: 'complex command p50', unit: 'ms', target: 200, alert: 1000, direction: 'lower' };
export const SIMPLE_COMMAND_P95: KpiTarget = { name: 'simple command p95', unit: 'ms', target: 200, alert: 2000, direction: 'lower' };
export const COMPLEX_COMMAND_P95: KpiTarget = { name: 'complex command p95', unit: 'ms', target: 500, alert: 2000, direction: 'lower' };
export const WRITE_THROUGHPUT: KpiTarget = { name: 'write throughput', unit: 'events/s', target: 1000, alert: 100, direction: 'higher' };
export const READ_THROUGHPUT: KpiTarget = { name: 'read throughput', unit: 'events/s', target: 10_000, alert: 100, direction: 'higher' };
export const WRITE_P95: KpiTarget = { name: 'write p95', unit: 'ms', target: 10, alert: 100, direction: 'lower' };
export const READ_P95: KpiTarget = { name: 'read p95', unit: 'ms', target: 5, alert: 100, direction: 'lower' };
export const POOL_UTILISATION: KpiTarget = { name: 'pool utilisation', unit: '%', target: 80, alert: 95, direction: 'lower' };
export const PROJECTION_LAG: KpiTarget = { name: 'projection lag', unit: 's', target: 1, alert: 60, direction: 'lower' };
export const PROCESSING_RATE: KpiTarget = { name: 'processing rate', unit: '%', target: 100, alert: 50, direction: 'higher', orEqual: true };
export const PROJECTION_ERROR_RATE: KpiTarget = { name: 'projection error rate', unit: '%', target: 0.1, alert: 1, direction: 'lower' };
export const MEMORY: KpiTarget = { name: 'memory', unit: '%', target: 80, alert: 90, direction: 'lower' };
export const CPU: KpiTarget = { name: 'cpu', unit: '%', target: 70, alert: 85, direction: 'lower' };
/** Target: the mean pause. Alert: the longest. */
export const GC_PAUSE: KpiTarget = { name: 'gc pause', unit: 'ms', target: 10, alert: 100, direction: 'lower' };

/** How long "sustained" is, ms, before it is divided by the time scale: the guide names it for CPU, and it is taken for throughput and store latency too. */
export const SUSTAINED_MS = 300_000;
/** Windows end a little early or late: five that are 0.1 % short still are five minutes. */
export const SUSTAINED_SLACK_RATIO = 0.01;
/** Calls below which a p95 is little more than the slowest call, so that it warns and is no breach. */
export const P95_CALLS_MIN = 20;
/** Calls below which a p50 warns and is no breach. */
export const P50_CALLS_MIN = 5;
/** Failures below which a rate warns and is no breach: one failure on a quiet night is not a rate. */
export const FAILURES_MIN = 2;
/** Events by which a projection whose lag is not known must fall short, two windows in a row, before that is told. */
export const SHORTFALL_EVENTS_MIN = 100;
