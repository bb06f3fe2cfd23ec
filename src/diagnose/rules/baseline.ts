// What is usual for a series: the median of its own windows. Robust: until half of the windows are odd, the odd ones do not move it.
import { BASELINE_POINTS_MIN } from '../../core/limits.js';
import type { History } from './history.js';

/** Whether the history is long enough to judge by. minAgeMs: length of the windows with data that are needed. */
export const isKnown = (history: History, minAgeMs: number): boolean => history.coveredMs >= minAgeMs && history.length >= BASELINE_POINTS_MIN;

/** A window's value is added, and old ones go: two for each new one at most, so that after a pause the old ones serve until there are enough new ones. */
export function learn(history: History, atMs: number, spanMs: number, value: number, historyMs: number): void {
  history.dropBefore(atMs - historyMs, 2);
  history.add(atMs, spanMs, value);
}
