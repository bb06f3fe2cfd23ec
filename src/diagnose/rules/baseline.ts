// What is usual for a series: the median of its own windows. Robust: until half of the windows are odd, the odd ones do not move it.
import { BASELINE_POINTS_MIN } from '../../core/limits.js';
import type { History } from './history.js';

export type Baseline =
  | { state: 'learning'; coveredMs: number; neededMs: number }
  /** windows: that it is the median of. */
  | { state: 'known'; median: number; windows: number };

/** minAgeMs: length of the windows with data that are needed. */
export function baselineOf(history: History, minAgeMs: number): Baseline {
  if (history.coveredMs < minAgeMs || history.length < BASELINE_POINTS_MIN) {
    return { state: 'learning', coveredMs: history.coveredMs, neededMs: minAgeMs };
  }
  if (history.medianVersion !== history.version) {
    history.median = median(history.values);
    history.medianVersion = history.version;
  }
  return { state: 'known', median: history.median, windows: history.windows };
}

/** A window's value is added, and old ones go: two for each new one at most, so that after a pause the old ones serve until there are enough new ones. */
export function learn(history: History, atMs: number, spanMs: number, value: number, historyMs: number): void {
  history.dropBefore(atMs - historyMs, 2);
  history.add(atMs, spanMs, value);
}

/** Reused: a median is asked for a thousand times a window. */
let scratch = new Float64Array(256);

/** NaN of nothing. */
export function median(values: Float32Array | Float64Array): number {
  const { length } = values;
  if (length === 0) return Number.NaN;
  if (scratch.length < length) scratch = new Float64Array(length);
  scratch.set(values);
  const middle = length >> 1;
  const upper = select(scratch, length, middle);
  if (length % 2 === 1) return upper;
  // All below the middle are on its left now.
  let lower = scratch[0];
  for (let i = 1; i < middle; i++) if (scratch[i] > lower) lower = scratch[i];
  return (lower + upper) / 2;
}

/** The k-th smallest, in place (Hoare's selection): smaller ones end up before it. */
function select(values: Float64Array, length: number, k: number): number {
  let left = 0;
  let right = length - 1;
  while (left < right) {
    const pivot = values[(left + right) >> 1];
    let i = left;
    let j = right;
    while (i <= j) {
      while (values[i] < pivot) i++;
      while (values[j] > pivot) j--;
      if (i > j) break;
      const value = values[i];
      values[i++] = values[j];
      values[j--] = value;
    }
    if (k <= j) right = j;
    else if (k >= i) left = i;
    else break;
  }
  return values[k];
}
