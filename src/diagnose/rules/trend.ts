// The slope of a series, robust, with its confidence interval: Theil-Sen, interval after Sen (1968) from Kendall's variance, seasonal after Hirsch, Slack and Smith (1982).
import { median, medianOfSorted } from './median.js';

export interface Trend {
  /** Value a ms. */
  slope: number;
  /** Bounds of the two-sided interval at the confidence asked for. */
  lower: number;
  upper: number;
  /** Slope of the older half of the time, and of the newer: a step, or a warm-up, is flat in one of them. */
  olderSlope: number;
  newerSlope: number;
  /** The line's values at the first point and at the last. */
  startValue: number;
  endValue: number;
}

/** Parts that a season is divided into, as hours of a day; only points of the same part are compared. */
const SEASON_PARTS = 24;

/**
 * undefined: too few pairs. timesMs rise. Cost O(n²) in time and memory.
 * seasonMs: length of a cycle in the values, as of day and night; points are then compared at the same part of it only. 0: none.
 */
export function trendOf(timesMs: Float64Array, values: Float32Array, confidence: number, seasonMs = 0): Trend | undefined {
  const count = values.length;
  const parts = new Int32Array(count);
  if (seasonMs > 0) {
    for (let i = 0; i < count; i++) parts[i] = Math.floor((timesMs[i] / seasonMs) * SEASON_PARTS) % SEASON_PARTS;
  }
  const slopes = pairSlopes(timesMs, values, parts, 0, count);
  if (slopes.length < 3) return undefined;
  const slope = medianOfSorted(slopes);
  const half = zOf(confidence) * Math.sqrt(kendallVariance(parts));
  const last = slopes.length - 1;
  const lower = slopes[Math.max(0, Math.floor((slopes.length - half) / 2))];
  const upper = slopes[Math.min(last, Math.ceil((slopes.length + half) / 2))];
  const halfAt = (timesMs[0] + timesMs[count - 1]) / 2;
  let split = 0;
  while (split < count && timesMs[split] < halfAt) split++;
  const residuals = new Float64Array(count);
  for (let i = 0; i < count; i++) residuals[i] = values[i] - slope * timesMs[i];
  const base = median(residuals);
  return {
    slope,
    lower,
    upper,
    olderSlope: medianOfSorted(pairSlopes(timesMs, values, parts, 0, split)),
    newerSlope: medianOfSorted(pairSlopes(timesMs, values, parts, split, count)),
    startValue: base + slope * timesMs[0],
    endValue: base + slope * timesMs[count - 1],
  };
}

/** Slopes of all pairs of [from, to) in the same part, in order. */
function pairSlopes(timesMs: Float64Array, values: Float32Array, parts: Int32Array, from: number, to: number): Float64Array {
  const slopes = new Float64Array(((to - from) * (to - from - 1)) / 2);
  let used = 0;
  for (let i = from; i < to; i++) {
    for (let j = i + 1; j < to; j++) {
      const ms = timesMs[j] - timesMs[i];
      if (parts[i] === parts[j] && ms > 0) slopes[used++] = (values[j] - values[i]) / ms;
    }
  }
  return slopes.subarray(0, used).sort();
}

/** Of Kendall's S, summed over the parts; ties, which make it smaller, are left out: the interval is then a little wide. */
function kendallVariance(parts: Int32Array): number {
  const sizes = new Int32Array(SEASON_PARTS);
  for (const part of parts) sizes[part]++;
  let variance = 0;
  for (const n of sizes) variance += (n * (n - 1) * (2 * n + 5)) / 18;
  return variance;
}

/** Normal quantile of (1 + confidence) / 2: Abramowitz and Stegun 26.2.23, to 0.00045. */
function zOf(confidence: number): number {
  const t = Math.sqrt(-2 * Math.log((1 - confidence) / 2));
  return t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
}
