// A thread's native heartbeat, as the agent reads it: a loop-delay histogram made on that thread, live here. Its count stops when the loop stops.
import type { IntervalHistogram } from 'node:perf_hooks';

export class Heartbeat {
  readonly histogram: IntervalHistogram;
  /** Period of its timer, ms. */
  readonly periodMs: number;
  private before = 0;

  constructor(histogram: IntervalHistogram, periodMs: number) {
    this.histogram = histogram;
    this.periodMs = periodMs;
  }

  /** Beats since the agent knows it; does not fall when the histogram is emptied. */
  get beats(): number {
    return this.before + this.histogram.count;
  }

  /** Empties the histogram for the next window. */
  reset(): void {
    this.before += this.histogram.count;
    this.histogram.reset();
  }
}
