// The ten rules that are on without configuration. Their figures and reasons stand in docs/rules.md.
import {
  COMMANDS,
  LEAK_CRITICAL_PER_HOUR,
  LEAK_HOURS_TO_LIMIT,
  PROJECTION_LAG_MS,
  STORE_CONCURRENT,
  STORE_READ,
  STORE_WRITE,
} from '../../core/instrument-names.js';
import { CRITICAL_RATIO_PER_HOUR, LOWER_RATIO_MIN } from '../leaks/leak-thresholds.js';
import { DAY_MS, HOUR_MS } from './durations.js';
import type { ActionLimits, ActionName, Condition, Metric, Rule } from './rule.js';

const MINUTE_MS = 60_000;
/** Requests that the service answers (host/http-server.ts). */
const HTTP_SERVER = 'http.server';

export const DEFAULT_LIMITS: ActionLimits = Object.freeze({ count: 3, windowMs: HOUR_MS, coolDownMs: 5 * MINUTE_MS });
export const DEFAULT_ACTIONS: readonly ActionName[] = Object.freeze(['log']);

const calls = (path: string): Metric => ({ path, stat: 'count' });
const errors = (path: string): Metric => ({ path, stat: 'errors' });

/** Fewer calls than this in a window make no percentile and no mean. */
const LATENCY_CALLS_MIN = 20;

const slow = (path: string, floorMs: number): Condition => ({
  kind: 'baseline',
  metric: { path, stat: 'p95Ms' },
  times: 2,
  clearTimes: 1.6,
  minAgeMs: HOUR_MS,
  historyMs: DAY_MS,
  floor: floorMs,
  atLeast: LATENCY_CALLS_MIN,
});

// A whole day must be known, or the morning would be a degradation of the night.
const degraded = (path: string, floorMs: number): Condition => ({
  kind: 'baseline',
  metric: { path, stat: 'meanMs' },
  times: 1.5,
  clearTimes: 1.3,
  minAgeMs: DAY_MS,
  historyMs: 7 * DAY_MS,
  floor: floorMs,
  atLeast: LATENCY_CALLS_MIN,
});

const moreErrors = (path: string): Condition => ({
  kind: 'baseline-ratio',
  of: errors(path),
  to: calls(path),
  times: 2,
  clearTimes: 1.5,
  minAgeMs: HOUR_MS,
  historyMs: DAY_MS,
  // Twice next to nothing is nothing: 1 % is twice what the KPI allows.
  floor: 0.01,
  atLeast: 50,
});

const failing = (path: string): Condition => ({ kind: 'ratio', of: errors(path), to: calls(path), above: 0.5, clear: 0.25 });

const rule = (given: Omit<Rule, 'actions' | 'limits' | 'runbook'> & Partial<Rule>): Rule =>
  Object.freeze({ actions: DEFAULT_ACTIONS, limits: DEFAULT_LIMITS, runbook: given.name, ...given });

export const DEFAULT_RULES: readonly Rule[] = Object.freeze([
  rule({
    name: 'service down',
    severity: 'critical',
    summary: 'the service does not answer',
    condition: {
      kind: 'any',
      // At each step of a minute the loop has not turned for half a step: requests wait longer than their clients do.
      of: [{ kind: 'health' }, { kind: 'threshold', metric: { runtime: 'loopStalledMs' }, above: 5000 }],
    },
    forMs: MINUTE_MS,
    keepFiringForMs: 30_000,
    actions: ['log', 'flame'],
  }),
  rule({
    name: 'command failure spike',
    runbook: 'command failures',
    severity: 'critical',
    summary: 'commands fail',
    // With fewer calls a window, one failure at night would be a spike.
    condition: { kind: 'ratio', of: errors(COMMANDS), to: calls(COMMANDS), above: 0.1, clear: 0.05, atLeast: 10 },
    forMs: 2 * MINUTE_MS,
    keepFiringForMs: MINUTE_MS,
  }),
  rule({
    name: 'event store unavailable',
    severity: 'critical',
    summary: 'events cannot be read or written',
    condition: {
      kind: 'any',
      of: [
        failing(STORE_READ),
        failing(STORE_WRITE),
        {
          kind: 'all',
          of: [
            { kind: 'threshold', metric: { gauge: STORE_CONCURRENT }, above: 0 },
            { kind: 'threshold', metric: calls(STORE_READ), below: 1 },
            { kind: 'threshold', metric: calls(STORE_WRITE), below: 1 },
          ],
        },
      ],
    },
    forMs: 30_000,
    keepFiringForMs: 30_000,
  }),
  rule({
    name: 'memory leak',
    runbook: 'memory growth',
    severity: 'critical',
    summary: 'memory grows without end',
    // The detector judges how sustained the growth is, and whether it is critical; where there is none, two hours of it are.
    condition: {
      kind: 'any',
      of: [
        { kind: 'threshold', metric: { gauge: LEAK_CRITICAL_PER_HOUR }, above: LOWER_RATIO_MIN * CRITICAL_RATIO_PER_HOUR },
        { kind: 'threshold', metric: { gauge: LEAK_HOURS_TO_LIMIT }, below: 0.5, clear: 1 },
        {
          kind: 'growth',
          metric: { runtime: 'unwatchedMemoryBytes' },
          perHour: CRITICAL_RATIO_PER_HOUR,
          overMs: 2 * HOUR_MS,
          confidence: 0.95,
          sustainedMs: 10 * MINUTE_MS,
        },
      ],
    },
    forMs: 0,
    keepFiringForMs: 30 * MINUTE_MS,
    actions: ['log', 'heap-profile', 'heap-snapshot'],
    limits: { count: 1, windowMs: DAY_MS, coolDownMs: HOUR_MS },
  }),
  rule({
    name: 'high latency',
    runbook: 'high command latency',
    severity: 'warning',
    summary: 'operations take twice as long as they usually do',
    // Below their targets nobody waits: twice 5 ms is still good.
    condition: { kind: 'any', of: [slow(COMMANDS, 50), slow(HTTP_SERVER, 50), slow(STORE_READ, 5), slow(STORE_WRITE, 10)] },
    forMs: 5 * MINUTE_MS,
    keepFiringForMs: 2 * MINUTE_MS,
    actions: ['log', 'flame'],
  }),
  rule({
    name: 'projection lag',
    severity: 'warning',
    summary: 'a projection is far behind the events',
    condition: { kind: 'threshold', metric: { gauge: PROJECTION_LAG_MS }, above: 5 * MINUTE_MS, clear: 4 * MINUTE_MS },
    forMs: 0,
    keepFiringForMs: MINUTE_MS,
  }),
  rule({
    name: 'resource exhaustion',
    severity: 'warning',
    summary: 'CPU or memory is nearly used up',
    condition: {
      kind: 'any',
      of: [
        { kind: 'threshold', metric: { runtime: 'cpuUsage' }, above: 0.8, clear: 0.7 },
        { kind: 'threshold', metric: { runtime: 'memoryRatio' }, above: 0.85, clear: 0.8 },
      ],
    },
    forMs: 10 * MINUTE_MS,
    keepFiringForMs: 5 * MINUTE_MS,
    actions: ['log', 'flame'],
  }),
  rule({
    name: 'error-rate increase',
    runbook: 'error rate',
    severity: 'warning',
    summary: 'twice as many calls fail as usually do',
    condition: { kind: 'any', of: [moreErrors(COMMANDS), moreErrors(HTTP_SERVER)] },
    forMs: 10 * MINUTE_MS,
    keepFiringForMs: 5 * MINUTE_MS,
  }),
  rule({
    name: 'performance degradation',
    runbook: 'high command latency',
    severity: 'info',
    summary: 'operations take half as long again as they usually do',
    condition: { kind: 'any', of: [degraded(COMMANDS, 10), degraded(HTTP_SERVER, 10), degraded(STORE_READ, 1), degraded(STORE_WRITE, 2)] },
    forMs: 30 * MINUTE_MS,
    keepFiringForMs: 10 * MINUTE_MS,
  }),
  rule({
    name: 'capacity',
    severity: 'info',
    summary: 'by its trend a resource is used up within 30 days',
    condition: {
      kind: 'any',
      of: [forecast('memoryBytes', { runtime: 'memoryLimitBytes' }), forecast('liveBytes', { runtime: 'heapLimitBytes' }), forecast('cpuUsage', 1)],
    },
    forMs: HOUR_MS,
    keepFiringForMs: 6 * HOUR_MS,
  }),
]);

/** A week, so that no weekday is taken for growth. */
function forecast(runtime: 'memoryBytes' | 'liveBytes' | 'cpuUsage', limit: number | Metric): Condition {
  return { kind: 'forecast', metric: { runtime }, limit, withinMs: 30 * DAY_MS, overMs: 7 * DAY_MS, confidence: 0.95 };
}
