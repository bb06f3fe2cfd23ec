// Whether a level grows, over several windows: robust slope with its lower bound, Mann-Kendall test, least growth, no slowing down.
import { HOUR_MS } from '../rules/durations.js';
import { median } from '../rules/median.js';
import { type Trend, trendOf } from '../rules/trend.js';
import { evenByWork } from './growth-by-work.js';
import { isStepwise } from './growth-steps.js';
import {
  CONCAVITY_RATIO_MIN,
  CRITICAL_RATIO_PER_HOUR,
  GROWTH_DEVIATIONS_MIN,
  GROWTH_RATIO_MIN,
  LAST_THIRD_RATIO_MIN,
  LAST_THIRD_WINDOW_MS,
  LOWER_RATIO_MIN,
  SLOPE_RATIO_MIN,
  SLOW_RATIO_PER_HOUR,
  SLOW_WINDOW_MS,
  STRICT_CONCAVITY_RATIO_MIN,
  STRICT_WINDOW_MIN_MS,
  STRICT_Z_MIN,
  TREND_BINS_MAX,
  TREND_BINS_MIN,
  TREND_CONFIDENCE,
  TREND_COVERAGE_MIN,
  TREND_Z_MIN,
  WINDOWS_MS,
} from './leak-thresholds.js';
import type { LevelHistory } from './level-history.js';

const JITTER_MS = 3 * HOUR_MS;
/** Of values whose noise keeps half of itself from one collection to the next; of white noise it is 1.05. */
const DEVIATION_OF_DIFFERENCE = 1.4;
const MAD_OF_DEVIATION = 0.6745;

/** Why a window is no growth, the first reason that applies; null: it is. */
export type NoGrowth = 'flat' | 'unsteady' | 'slow' | 'slowing' | 'small' | 'step';

export interface WindowTrend {
  windowMs: number;
  fromMs: number;
  bytesPerHour: number;
  /** Lower and upper bound, 99 % each. */
  lowerPerHour: number;
  upperPerHour: number;
  /** Of the level at the window's start, 50 MB at least. */
  ratioPerHour: number;
  baseBytes: number;
  growthBytes: number;
  /** Median absolute deviation from the line. */
  noiseBytes: number;
  /** Mann-Kendall. */
  z: number;
  /** Slope of the newer half as a part of the older half's; in time, or by work where isByWork. */
  concavityRatio: number;
  no: NoGrowth | null;
  /** It slows down in time as the work does, and by work it does not. */
  isByWork: boolean;
  /** It is growth by the critical rate. */
  isCritical: boolean;
  isStrict: boolean;
}

/** What differs from class to class. */
export interface GrowthScale {
  baseMin: number;
  growthMin: number;
  perHourMin: number;
  /** Growth since the start by which a level has doubled, at least. */
  patienceMin: number;
  /** Noise that is supposed at least. */
  noiseMin: number;
  /** Its objects have ages, which tell a step. */
  isAged: boolean;
}

/** Of each window that has points enough, shortest first. Nothing before startMs is looked at. work: calls finished, or bytes allocated. */
export function trendsOf(history: LevelHistory, nowMs: number, startMs: number, scale: GrowthScale, work?: LevelHistory): WindowTrend[] {
  const found: WindowTrend[] = [];
  const jitter = jitterOf(history.since(nowMs - JITTER_MS).values);
  for (const windowMs of WINDOWS_MS) {
    const fromMs = nowMs - windowMs;
    // Points are a collection apart: a window begins where the first one may be a little late.
    if (fromMs + windowMs * (1 - TREND_COVERAGE_MIN) < startMs) break;
    const trend = windowTrend(history, nowMs, windowMs, Math.max(fromMs, startMs), scale, jitter, work);
    if (trend !== undefined) found.push(trend);
  }
  return found;
}

function windowTrend(
  history: LevelHistory,
  nowMs: number,
  windowMs: number,
  fromMs: number,
  scale: GrowthScale,
  jitter: number,
  work: LevelHistory | undefined,
): WindowTrend | undefined {
  const { timesMs, values } = history.binned(fromMs, nowMs, TREND_BINS_MAX);
  const count = values.length;
  if (count < TREND_BINS_MIN || timesMs[count - 1] - timesMs[0] < windowMs * (TREND_COVERAGE_MIN - 1 / TREND_BINS_MIN)) return undefined;
  const z = mannKendallZ(values);
  // Most windows of most processes end here, at a twentieth of the cost.
  const trend = z < TREND_Z_MIN ? straightLine(timesMs, values) : trendOf(timesMs, values, TREND_CONFIDENCE);
  if (trend === undefined) return undefined;
  const first = median(values.slice(0, Math.max(3, count >> 2)));
  const baseBytes = Math.max(scale.baseMin, first);
  const result: WindowTrend = {
    windowMs,
    fromMs: timesMs[0],
    bytesPerHour: trend.slope * HOUR_MS,
    lowerPerHour: trend.lower * HOUR_MS,
    upperPerHour: trend.upper * HOUR_MS,
    ratioPerHour: (trend.slope * HOUR_MS) / baseBytes,
    baseBytes,
    growthBytes: trend.endValue - trend.startValue,
    noiseBytes: Math.max(z < TREND_Z_MIN ? 0 : deviationFrom(trend, timesMs, values), MAD_OF_DEVIATION * jitter),
    z,
    concavityRatio: trend.newerSlope / Math.max(trend.olderSlope, Number.MIN_VALUE),
    no: null,
    isByWork: false,
    isCritical: false,
    isStrict: false,
  };
  const slowest = windowMs >= SLOW_WINDOW_MS ? SLOW_RATIO_PER_HOUR : CRITICAL_RATIO_PER_HOUR;
  result.no = whyNoGrowth(result, slowest, trend.newerSlope * HOUR_MS, scale);
  if (result.no === null && windowMs >= LAST_THIRD_WINDOW_MS) {
    const third = timesMs.findIndex((ms) => ms >= nowMs - windowMs / 3);
    const last = third < 0 ? 0 : straightLine(timesMs.subarray(third), values.subarray(third)).slope;
    if (!(last >= LAST_THIRD_RATIO_MIN * trend.slope)) result.no = 'slowing';
  }
  // In time it may not have come to rest, even so: who works no more leaks no more.
  if (result.no === 'slowing' && work !== undefined && trend.newerSlope * HOUR_MS >= CONCAVITY_RATIO_MIN * rateOf(slowest, baseBytes, scale)) {
    const even = evenByWork(timesMs, values, work);
    if (even !== undefined) {
      result.isByWork = true;
      result.concavityRatio = even;
      result.no = isSmall(result, scale) ? 'small' : null;
    }
  }
  const isStep = result.no === null && (!scale.isAged || windowMs >= STRICT_WINDOW_MIN_MS) && isStepwise(values);
  if (isStep && !scale.isAged) result.no = 'step';
  const critical = CRITICAL_RATIO_PER_HOUR * baseBytes;
  result.isCritical = result.no === null && result.bytesPerHour > SLOPE_RATIO_MIN * critical && result.lowerPerHour > LOWER_RATIO_MIN * critical;
  result.isStrict =
    result.no === null &&
    !isStep &&
    windowMs >= STRICT_WINDOW_MIN_MS &&
    result.z > STRICT_Z_MIN &&
    result.concavityRatio > STRICT_CONCAVITY_RATIO_MIN;
  return result;
}

function whyNoGrowth(trend: WindowTrend, slowestRatio: number, newerPerHour: number, scale: GrowthScale): NoGrowth | null {
  const rate = rateOf(slowestRatio, trend.baseBytes, scale);
  if (trend.bytesPerHour <= 0) return 'flat';
  if (trend.bytesPerHour < SLOPE_RATIO_MIN * rate) return 'slow';
  if (trend.z < TREND_Z_MIN || trend.lowerPerHour < LOWER_RATIO_MIN * rate) return 'unsteady';
  if (trend.concavityRatio < CONCAVITY_RATIO_MIN || newerPerHour < CONCAVITY_RATIO_MIN * rate) return 'slowing';
  return isSmall(trend, scale) ? 'small' : null;
}

const rateOf = (ratio: number, baseBytes: number, { perHourMin }: GrowthScale): number => Math.max(ratio * baseBytes, perHourMin);

const isSmall = ({ growthBytes, baseBytes, noiseBytes }: WindowTrend, { growthMin }: GrowthScale): boolean =>
  growthBytes < Math.max(growthMin, GROWTH_RATIO_MIN * baseBytes, GROWTH_DEVIATIONS_MIN * noiseBytes);

/** Standard deviation by the differences of neighbours, robust; a slope is hardly in it. Short windows have too few points to tell their own noise. */
function jitterOf(values: Float32Array): number {
  const differences = new Float64Array(Math.max(0, values.length - 1));
  for (let i = 0; i < differences.length; i++) differences[i] = Math.abs(values[i + 1] - values[i]);
  return differences.length === 0 ? 0 : DEVIATION_OF_DIFFERENCE * median(differences);
}

function deviationFrom({ startValue, slope }: Trend, timesMs: Float64Array, values: Float32Array): number {
  const deviations = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) deviations[i] = Math.abs(values[i] - startValue - slope * (timesMs[i] - timesMs[0]));
  return median(deviations);
}

/** Least squares, without bounds and halves: for what is no growth already, and only to be told. */
export function straightLine(timesMs: Float64Array, values: Float32Array): Trend {
  const count = values.length;
  let meanMs = 0;
  let mean = 0;
  for (let i = 0; i < count; i++) {
    meanMs += timesMs[i] / count;
    mean += values[i] / count;
  }
  let covariance = 0;
  let variance = 0;
  for (let i = 0; i < count; i++) {
    covariance += (timesMs[i] - meanMs) * (values[i] - mean);
    variance += (timesMs[i] - meanMs) ** 2;
  }
  const slope = covariance / variance;
  const at = (atMs: number): number => mean + slope * (atMs - meanMs);
  return {
    slope,
    lower: Number.NEGATIVE_INFINITY,
    upper: Number.POSITIVE_INFINITY,
    olderSlope: slope,
    newerSlope: slope,
    startValue: at(timesMs[0]),
    endValue: at(timesMs[count - 1]),
  };
}

/** Kendall's S by its standard deviation, one step nearer to 0; values in order of time. Mann (1945). */
export function mannKendallZ(values: Float32Array): number {
  let s = 0;
  const n = values.length;
  for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) s += Math.sign(values[j] - values[i]);
  if (s === 0 || n < 2) return 0;
  return (s - Math.sign(s)) / Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18);
}
