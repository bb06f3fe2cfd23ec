// Which commands are among the slowest of the window: durations alone, sorted. Thread: application, each traced command. Budget: 5 ns where it is not.
import { EXEMPLAR_POSTS_MAX, EXEMPLARS_HOST_MS, EXEMPLARS_MAX } from '../core/limits.js';

/** How much slower than the list's quickest a command is that still counts once many were handed over. */
const LATER_RATIO = 1.1;

/** Begins anew with each window, and after a minute at the latest. */
export class ExemplarList {
  /** Ascending: what is not slower than the first does not enter. -1: a free place. */
  private readonly durationsMs = new Float64Array(EXEMPLARS_MAX).fill(-1);
  private sinceMs = Number.NEGATIVE_INFINITY;
  private window = -1;
  private entered = 0;

  /** Whether it enters; window: the number of windows closed so far. */
  enters(durationMs: number, nowMs: number, window: number): boolean {
    if (window !== this.window || nowMs - this.sinceMs >= EXEMPLARS_HOST_MS) this.beginAnew(nowMs, window);
    const { durationsMs } = this;
    const limitMs = this.entered < EXEMPLAR_POSTS_MAX ? durationsMs[0] : durationsMs[0] * LATER_RATIO;
    if (!(durationMs > limitMs)) return false;
    let place = 0;
    while (place + 1 < EXEMPLARS_MAX && durationsMs[place + 1] < durationMs) {
      durationsMs[place] = durationsMs[place + 1];
      place++;
    }
    durationsMs[place] = durationMs;
    this.entered++;
    return true;
  }

  private beginAnew(nowMs: number, window: number): void {
    this.durationsMs.fill(-1);
    this.sinceMs = nowMs;
    this.window = window;
    this.entered = 0;
  }
}
