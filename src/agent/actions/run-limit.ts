// Whether something that is limited may be done again, and when, by the times it was done. Pure; times on the wall clock.
import type { ActionLimits } from '../../diagnose/rules/rule.js';

/** Why it may not be done now. */
export interface Refusal {
  by: 'count' | 'cool-down';
  /** Runs within the window. */
  runs: number;
  /** When it may, wall clock, ms since the epoch; Infinity: never. */
  untilMs: number;
}

/** Limits with their times divided by the time scale. */
export const scaledLimits = ({ count, windowMs, coolDownMs }: ActionLimits, timeScale: number): ActionLimits => ({
  count,
  windowMs: windowMs / timeScale,
  coolDownMs: coolDownMs / timeScale,
});

/** Runs that still count. A run in the future is one before the clock was put back: nobody knows how long ago. */
export function runsThatCount(runsAtMs: readonly number[], { windowMs, coolDownMs }: ActionLimits, nowMs: number): number[] {
  return runsAtMs.filter((atMs) => atMs <= nowMs && nowMs - atMs < Math.max(windowMs, coolDownMs));
}

/** @param runsAtMs what runsThatCount gave, oldest first. */
export function refusalOf(runsAtMs: readonly number[], { count, windowMs, coolDownMs }: ActionLimits, nowMs: number): Refusal | null {
  const inWindow = runsAtMs.filter((atMs) => nowMs - atMs < windowMs);
  const runs = inWindow.length;
  const coolAtMs = (runsAtMs.at(-1) ?? Number.NEGATIVE_INFINITY) + coolDownMs;
  if (runs >= count) {
    // When so many have left the window that there is room for one.
    const freeAtMs = count === 0 ? Number.POSITIVE_INFINITY : inWindow[runs - Math.ceil(count)] + windowMs;
    return { by: 'count', runs, untilMs: Math.max(freeAtMs, coolAtMs) };
  }
  return nowMs < coolAtMs ? { by: 'cool-down', runs, untilMs: coolAtMs } : null;
}
