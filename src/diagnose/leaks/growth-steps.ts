// Whether a rise is a few jumps and levels between them, not growth: piecewise constant levels against one line.
import { trendOf } from '../rules/trend.js';
import {
  STEP_JUMPS_MAX,
  STEP_LAST_BINS_MIN,
  STEP_LAST_SLOPE_MAX,
  STEP_RESIDUE_RATIO_MAX,
  STEP_SAME_LEVEL_RATIO,
  TREND_CONFIDENCE,
} from './leak-thresholds.js';

/**
 * Values at about even times, oldest first. A rise is a step when levels with three jumps at most fit far better than a line, and since the last jump
 * it hardly grows, or not surely; of a jump just now, what follows is not known yet. Optimal pieces after Bellman (1961). Cost: 1 500 operations for 24 values.
 */
export function isStepwise(values: Float32Array): boolean {
  const count = values.length;
  const fit = lineOf(values);
  // Free parameters: each piece has its level, each jump its place. Of few values, jumps could fit any noise.
  const jumps = Math.min(STEP_JUMPS_MAX, (count - 3) >> 1);
  for (let used = 1; used <= jumps; used++) {
    const { residue, starts } = pieces(values, used + 1);
    const freedom = (count - 2) / (count - 1 - 2 * used);
    if (residue * freedom > STEP_RESIDUE_RATIO_MAX * fit.residue) continue;
    const after = values.subarray(lastLevelFrom(values, starts));
    if (after.length < STEP_LAST_BINS_MIN) return true;
    const places = Float64Array.from(after, (_, at) => at);
    const trend = trendOf(places, after, TREND_CONFIDENCE);
    return trend === undefined || trend.lower <= 0 || trend.slope < STEP_LAST_SLOPE_MAX * fit.slope;
  }
  return false;
}

/** Least squares: slope a place, and sum of squared residuals. */
function lineOf(values: Float32Array): { slope: number; residue: number } {
  const middle = (values.length - 1) / 2;
  let mean = 0;
  for (const value of values) mean += value / values.length;
  let covariance = 0;
  let variance = 0;
  let total = 0;
  for (let i = 0; i < values.length; i++) {
    covariance += (i - middle) * (values[i] - mean);
    variance += (i - middle) ** 2;
    total += (values[i] - mean) ** 2;
  }
  const slope = covariance / variance;
  return { slope, residue: Math.max(0, total - slope * covariance) };
}

/** Where the level was reached that it ends at; what is higher between is a spike. */
function lastLevelFrom(values: Float32Array, starts: readonly number[]): number {
  const levels = starts.map((from, i) => {
    const piece = values.subarray(from, starts[i + 1]);
    return piece.reduce((total, value) => total + value, 0) / piece.length;
  });
  const last = levels[levels.length - 1];
  return starts[levels.findIndex((level) => level >= last - STEP_SAME_LEVEL_RATIO * (last - Math.min(...levels)))];
}

/** Least sum of squares about the means of so many pieces, and where each begins. */
function pieces(values: Float32Array, wanted: number): { residue: number; starts: number[] } {
  const count = values.length;
  const cost = spreads(values);
  let least = Float64Array.from({ length: count + 1 }, (_, to) => (to === 0 ? 0 : cost(0, to)));
  const lastFrom: Int32Array[] = [];
  for (let used = 2; used <= wanted; used++) {
    const next = new Float64Array(count + 1).fill(Number.POSITIVE_INFINITY);
    const begins = new Int32Array(count + 1);
    for (let to = used; to <= count; to++) {
      for (let from = used - 1; from < to; from++) {
        const residue = least[from] + cost(from, to);
        if (residue >= next[to]) continue;
        next[to] = residue;
        begins[to] = from;
      }
    }
    least = next;
    lastFrom.unshift(begins);
  }
  const starts: number[] = [];
  for (const begins of lastFrom) starts.unshift(begins[starts[0] ?? count]);
  return { residue: least[count], starts: [0, ...starts] };
}

/** Sum of squares about the mean of [from, to), from running sums; about the first value, for bytes squared do not fit a double's digits. */
function spreads(values: Float32Array): (from: number, to: number) => number {
  const sums = new Float64Array(values.length + 1);
  const squares = new Float64Array(values.length + 1);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] - values[0];
    sums[i + 1] = sums[i] + value;
    squares[i + 1] = squares[i] + value * value;
  }
  return (from, to) => Math.max(0, squares[to] - squares[from] - (sums[to] - sums[from]) ** 2 / (to - from));
}
