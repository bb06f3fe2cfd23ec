// From a sample's ordinal to the time it was born: samples are taken by bytes allocated, and how many were allocated when is known.
import { firstAtOrAfter, type LevelHistory } from './level-history.js';

/** Accurate to a sampling interval, and as far as the clock of allocation keeps its pace. Before what is remembered of allocation: as if it had been even. */
export function birthClock(allocated: LevelHistory, startedAtMs: number, lastOrdinal: number, nowMs: number): (ordinal: number) => number {
  const { times, values } = allocated.all();
  if (times.length === 0 || times[0] > startedAtMs) {
    // The allocation clock begins with the sampler.
    times.unshift(startedAtMs);
    values.unshift(Math.min(0, values[0] ?? 0));
  }
  const bytesAt = (atMs: number): number => between(times, values, atMs);
  const start = bytesAt(startedAtMs);
  const perOrdinal = (bytesAt(nowMs) - start) / Math.max(1, lastOrdinal);
  if (!(perOrdinal > 0)) return (ordinal) => startedAtMs + ((nowMs - startedAtMs) * ordinal) / Math.max(1, lastOrdinal);
  return (ordinal) => Math.min(nowMs, Math.max(startedAtMs, between(values, times, start + ordinal * perOrdinal)));
}

/** y at x by straight lines between points whose x rise; the ends beyond them. */
function between(xs: readonly number[], ys: readonly number[], x: number): number {
  const at = firstAtOrAfter(xs, x);
  if (at === 0) return ys[0];
  if (at === xs.length) return ys[at - 1];
  const part = (x - xs[at - 1]) / Math.max(xs[at] - xs[at - 1], Number.MIN_VALUE);
  return ys[at - 1] + part * (ys[at] - ys[at - 1]);
}
