// Decides which paths are timed 1 in N, so that timing stays within the overhead budget. Pure: rates in, shifts out.

import { RECORD_COST_NS, SAMPLE_SHIFT_MAX, SPAN_COST_NS } from '../core/limits.js';
import { NS_PER_S } from '../core/units.js';

/** What a path did since the budget last looked. */
export interface PathRate {
  /** Calls a second, timed or not. */
  callsPerS: number;
  /** Share of timed calls that were recorded without reading the clock, 0..1. */
  untimedShare: number;
  /** Current shift: 1 call in 2^shift is timed. */
  shift: number;
}

/**
 * Shifts for all paths: the budget is filled like water in a vessel, so that quiet paths are timed in full and only those above the level are
 * sampled. budgetRatio: share of one core. A shift rises at once; it falls one step at a time, and only when the level is cleared by half.
 */
export function chooseShifts(rates: readonly PathRate[], budgetRatio: number): number[] {
  if (budgetRatio >= 1) return rates.map(() => 0);
  const costs = rates.map((rate) => rate.callsPerS * (rate.untimedShare * RECORD_COST_NS + (1 - rate.untimedShare) * SPAN_COST_NS));
  const level = waterLevel(costs, budgetRatio * NS_PER_S);
  return rates.map((rate, i) => {
    const wanted = costs[i] <= level ? 0 : Math.min(SAMPLE_SHIFT_MAX, Math.ceil(Math.log2(costs[i] / level)));
    if (wanted >= rate.shift) return wanted;
    const falls = costs[i] / 2 ** (rate.shift - 1) <= level / 2;
    return falls ? rate.shift - 1 : rate.shift;
  });
}

/** The level L at which sum(min(cost, L)) fills the budget; Infinity when everything fits. */
function waterLevel(costs: readonly number[], budget: number): number {
  const sorted = [...costs].sort((a, b) => a - b);
  let left = budget;
  for (let i = 0; i < sorted.length; i++) {
    const fair = left / (sorted.length - i);
    if (sorted[i] > fair) return fair;
    left -= sorted[i];
  }
  return Number.POSITIVE_INFINITY;
}
