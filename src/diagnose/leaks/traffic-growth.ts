// By how much traffic grew over a time: calls finished in the last third against the first.
import { firstAtOrAfter, type LevelHistory } from './level-history.js';

/** 0.5: half as much again. 0 where work is not counted. */
export function trafficGrowth(work: LevelHistory, fromMs: number, toMs: number): number {
  const { times, values } = work.all();
  const third = (toMs - fromMs) / 3;
  const doneBetween = (startMs: number, endMs: number): number => {
    const from = firstAtOrAfter(times, startMs);
    const to = Math.min(firstAtOrAfter(times, endMs), times.length - 1);
    return to > from ? (values[to] - values[from]) / (times[to] - times[from]) : Number.NaN;
  };
  const before = doneBetween(fromMs, fromMs + third);
  const after = doneBetween(toMs - third, toMs);
  return before > 0 && after > before ? after / before - 1 : 0;
}
