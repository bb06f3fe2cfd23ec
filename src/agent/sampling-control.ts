// Applies the overhead budget to the threads' paths: rates in from the drain, shifts out to shared memory. Time is an argument.
import { RESERVED_PATHS } from '../core/limits.js';
import type { DrainedThread } from './drained-thread.js';
import { chooseShifts, type PathRate } from './sampling-budget.js';

/** Share of the overhead budget that timing may use; the rest is for sampling and reporting. */
const TIMING_SHARE = 0.5;
/** Shortest time over which rates are judged, ms. */
const RATES_MS_MIN = 20;
/** The overflow path is timed as any other. */
const OVERFLOW = 0;

export class SamplingControl {
  private readonly budgetRatio: number;
  private ratesAtMs: number;

  /** overheadBudget: share of one core; from 1 on nothing is sampled. */
  constructor(overheadBudget: number, nowMs: number) {
    this.budgetRatio = overheadBudget >= 1 ? 1 : overheadBudget * TIMING_SHARE;
    this.ratesAtMs = nowMs;
  }

  /** Judges what was called since the last judgement. Paths that were quiet and are timed in full need none. */
  adjust(threads: Iterable<DrainedThread>, nowMs: number): void {
    const elapsedMs = nowMs - this.ratesAtMs;
    if (elapsedMs < RATES_MS_MIN) return;
    this.ratesAtMs = nowMs;
    const judged: { thread: DrainedThread; id: number }[] = [];
    const rates: PathRate[] = [];
    for (const thread of threads) {
      const { timedLately, untimedLately, sampledOutLately, pathsEnd } = thread;
      const { shifts } = thread.memory;
      for (let id = OVERFLOW; id < pathsEnd; id = id === OVERFLOW ? RESERVED_PATHS : id + 1) {
        const timed = timedLately[id];
        const calls = timed + sampledOutLately[id];
        if (calls === 0 && shifts[id] === 0) continue;
        judged.push({ thread, id });
        rates.push({ callsPerS: (calls * 1000) / elapsedMs, untimedShare: timed === 0 ? 0 : untimedLately[id] / timed, shift: shifts[id] });
        timedLately[id] = 0;
        untimedLately[id] = 0;
        sampledOutLately[id] = 0;
      }
    }
    chooseShifts(rates, this.budgetRatio).forEach((shift, i) => {
      judged[i].thread.memory.shifts[judged[i].id] = shift;
    });
  }
}
