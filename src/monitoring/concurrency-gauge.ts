// How many operations of one kind are under way on this thread. Called with each of them: no allocation, no throw.
import type { Gauge } from '../host/values.js';

/** A gauge that follows a count. Its value is the thread's own: those of worker threads carry the label `thread` in the report. */
export class ConcurrencyGauge {
  private count = 0;
  private readonly gauge: Gauge;

  constructor(gauge: Gauge) {
    this.gauge = gauge;
  }

  enter(): void {
    this.gauge.set(++this.count);
  }

  /** A token that is ended twice must not make the count negative. */
  leave(): void {
    if (this.count > 0) this.gauge.set(--this.count);
  }
}
