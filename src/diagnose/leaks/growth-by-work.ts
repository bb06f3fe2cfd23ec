// Growth by work done instead of time: what slows only as the work does has not slowed. Work is calls finished, or bytes allocated.
import { type Trend, trendOf } from '../rules/trend.js';
import { CONCAVITY_RATIO_MIN, LAST_THIRD_RATIO_MIN, STRICT_CONCAVITY_RATIO_MIN, TREND_CONFIDENCE, WORK_SLOWS_RATIO_MAX } from './leak-thresholds.js';
import { firstAtOrAfter, type LevelHistory } from './level-history.js';

/** The slope of the newer half of all work by the older half's, where work slowed and growth by work did not; else undefined. */
export function evenByWork(timesMs: Float64Array, values: Float32Array, work: LevelHistory): number | undefined {
  const { times, values: done } = work.all();
  if (times.length < 2 || times[0] > timesMs[0]) return undefined;
  const clock = timesMs.map((atMs) => workAt(times, done, atMs));
  const last = clock.length - 1;
  const middle = workAt(times, done, (timesMs[0] + timesMs[last]) / 2);
  if (!(clock[last] - middle <= WORK_SLOWS_RATIO_MAX * (middle - clock[0]))) return undefined;
  const trend = trendOf(clock, values, TREND_CONFIDENCE);
  const ratio = trend === undefined ? 0 : trend.newerSlope / Math.max(trend.olderSlope, Number.MIN_VALUE);
  return trend !== undefined && ratio >= STRICT_CONCAVITY_RATIO_MIN && lastThirdGrows(clock, values, trend) ? ratio : undefined;
}

function lastThirdGrows(clock: Float64Array, values: Float32Array, { slope }: Trend): boolean {
  const last = clock.length - 1;
  const third = clock.findIndex((at) => at >= clock[last] - (clock[last] - clock[0]) / 3);
  const trend = trendOf(clock.subarray(third), values.subarray(third), TREND_CONFIDENCE);
  return trend === undefined || trend.slope >= Math.max(LAST_THIRD_RATIO_MIN, CONCAVITY_RATIO_MIN) * slope;
}

function workAt(times: readonly number[], done: readonly number[], atMs: number): number {
  const after = Math.min(Math.max(1, firstAtOrAfter(times, atMs)), times.length - 1);
  const part = Math.min(1, Math.max(0, (atMs - times[after - 1]) / (times[after] - times[after - 1])));
  return done[after - 1] + part * (done[after] - done[after - 1]);
}
