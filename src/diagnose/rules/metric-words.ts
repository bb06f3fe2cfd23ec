// Metrics and their values in words, for messages and answers.
import { LEAK_CRITICAL_PER_HOUR, LEAK_HOURS_TO_LIMIT, LEAK_PER_HOUR } from '../../core/instrument-names.js';
import type { Labels } from '../../core/labels.js';
import { CRITICAL_RATIO_PER_HOUR, SLOPE_RATIO_MIN, STAYS_CRITICAL_RATIO } from '../leaks/leak-thresholds.js';
import { durationWords } from './durations.js';
import type { Metric } from './rule.js';

type Unit = 'ms' | 'bytes' | 'ratio' | 'per-s' | 'plain';

const RUNTIME: Readonly<Record<string, { words: string; unit: Unit }>> = {
  cpuRatio: { words: 'CPU use in cores', unit: 'plain' },
  cpuUsage: { words: 'CPU use', unit: 'ratio' },
  rssBytes: { words: 'resident memory', unit: 'bytes' },
  memoryBytes: { words: 'memory use', unit: 'bytes' },
  memoryRatio: { words: 'memory use', unit: 'ratio' },
  unwatchedMemoryBytes: { words: 'memory use', unit: 'bytes' },
  memoryLimitBytes: { words: 'the memory limit', unit: 'bytes' },
  heapUsedBytes: { words: 'used heap', unit: 'bytes' },
  liveBytes: { words: 'the live heap', unit: 'bytes' },
  heapLimitBytes: { words: "V8's heap limit", unit: 'bytes' },
  gcPauseMeanMs: { words: 'mean GC pause', unit: 'ms' },
  gcPauseMaxMs: { words: 'longest GC pause', unit: 'ms' },
  loopDelayP99Ms: { words: 'p99 of the loop delay', unit: 'ms' },
  loopStalledMs: { words: "time since main's loop turned", unit: 'ms' },
};

/** Gauges of pitot's own that read better in words. */
const GAUGES: Readonly<Record<string, { words: string; unit: Unit }>> = {
  [LEAK_PER_HOUR]: { words: 'growth an hour of what leaks', unit: 'ratio' },
  [LEAK_CRITICAL_PER_HOUR]: { words: 'growth an hour of what leaks critically', unit: 'ratio' },
  [LEAK_HOURS_TO_LIMIT]: { words: 'hours until what leaks reaches its limit', unit: 'plain' },
};

/** A gauge that is 0 unless its own judge says otherwise: the bound of that judge, which is the one to tell, where the rule has none of its own. */
export function judgedBound(metric: Metric, above = Number.POSITIVE_INFINITY): { limit: number; words: string } | undefined {
  if (!('gauge' in metric) || metric.gauge !== LEAK_CRITICAL_PER_HOUR || above >= STAYS_CRITICAL_RATIO * CRITICAL_RATIO_PER_HOUR) return undefined;
  const percent = (ratio: number): string => percentWords(ratio * CRITICAL_RATIO_PER_HOUR);
  return {
    limit: CRITICAL_RATIO_PER_HOUR,
    words: `critical from ${percent(1)} on, as measured ${percent(SLOPE_RATIO_MIN)}, and then down to ${percent(STAYS_CRITICAL_RATIO)}`,
  };
}

/** As `p95 of commands {command=Transfer}`. labels: of the series; those the metric asks for when left out. */
export function metricWords(metric: Metric, labels?: Labels): string {
  if ('runtime' in metric) return RUNTIME[metric.runtime]?.words ?? metric.runtime;
  const name = 'gauge' in metric ? (GAUGES[metric.gauge]?.words ?? metric.gauge) : metricName(metric);
  const of = `${name}${labelWords(hasLabels(labels) ? labels : metric.labels)}`;
  if ('gauge' in metric) return of;
  const stat = metric.stat.replace(/Ms$/, '');
  if (stat === 'delta') return `increase of ${of}`;
  return `${stat} of ${of}`;
}

/** Name of what is counted, without its labels. */
export function metricName(metric: Metric): string {
  if ('path' in metric) return metric.path;
  if ('counter' in metric) return metric.counter;
  if ('gauge' in metric) return metric.gauge;
  if ('distribution' in metric) return metric.distribution;
  return metric.runtime;
}

/** As ` {command=Transfer}`, with a space before it; '' without labels. */
export function labelWords(labels: Labels | undefined): string {
  if (!hasLabels(labels)) return '';
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  return ` {${pairs.join(', ')}}`;
}

/** A value of the metric with its unit. */
export function valueWords(metric: Metric, value: number): string {
  if (Number.isNaN(value)) return 'unknown';
  switch (unitOf(metric)) {
    case 'ms':
      return Math.abs(value) < 10_000 ? `${figure(value)} ms` : durationWords(value);
    case 'bytes':
      return `${figure(value / 2 ** 20)} MiB`;
    case 'ratio':
      return percentWords(value);
    case 'per-s':
      return `${figure(value)}/s`;
    default:
      return figure(value);
  }
}

/** 0.123 as `12.3 %`. */
export const percentWords = (ratio: number): string => `${figure(ratio * 100)} %`;

/** Three digits, or all before the point. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  return Math.abs(value) >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}

function unitOf(metric: Metric): Unit {
  if ('runtime' in metric) return RUNTIME[metric.runtime]?.unit ?? 'plain';
  if ('gauge' in metric && metric.gauge in GAUGES) return GAUGES[metric.gauge].unit;
  if ('gauge' in metric) return metric.gauge.endsWith('_ms') ? 'ms' : metric.gauge.endsWith('_bytes') ? 'bytes' : 'plain';
  if (metric.stat === 'rate') return 'per-s';
  return 'path' in metric && metric.stat.endsWith('Ms') ? 'ms' : 'plain';
}

const hasLabels = (labels: Labels | undefined): labels is Labels => labels !== undefined && Object.keys(labels).length > 0;
