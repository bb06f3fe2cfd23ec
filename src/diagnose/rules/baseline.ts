// What is usual for a series: the median of its own windows. Robust: until half of the windows are odd, the odd ones do not move it.
import { BASELINE_POINTS_MIN } from '../../core/limits.js';
import type { History } from './history.js';

export type Baseline =
  | { state: 'learning'; coveredMs: number; neededMs: number }
  /** windows: that it is the median of. */
  | { state: 'known'; median: number; windows: number };

const medians = new WeakMap<History, { version: number; median: number }>();

/** minAgeMs: length of the windows with data that are needed. */
export function baselineOf(history: History, minAgeMs: number): Baseline {
  if (history.coveredMs < minAgeMs || history.length < BASELINE_POINTS_MIN) {
    return { state: 'learning', coveredMs: history.coveredMs, neededMs: minAgeMs };
  }
  let known = medians.get(history);
  if (known === undefined || known.version !== history.version) {
    known = { version: history.version, median: median(history.values) };
    medians.set(history, known);
  }
  return { state: 'known', median: known.median, windows: history.windows };
}

/** A window's value is added, and old ones go: two for each new one at most, so that after a pause the old ones serve until there are enough new ones. */
export function learn(history: History, atMs: number, spanMs: number, value: number, historyMs: number): void {
  history.dropBefore(atMs - historyMs, 2);
  history.add(atMs, spanMs, value);
}

/** NaN of nothing. */
export function median(values: Float32Array | Float64Array): number {
  if (values.length === 0) return Number.NaN;
  const sorted = values.slice().sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
