// Numbers the stalls of a run, and tells no more of them in detail than the limit of a window allows. Pure.
import { STALLS_WINDOW_MAX } from '../../core/limits.js';

export class StallCount {
  private lastId: number;
  private inWindow = 0;
  private missedInWindow = 0;

  /** lastId: of the stalls that an agent thread before this one told. */
  constructor(lastId = 0) {
    this.lastId = lastId;
  }

  /** Number of a stall that opens, from 1 on; null when it is beyond a limit: it is counted and told in no more detail. */
  admit(): number | null {
    if (this.inWindow >= STALLS_WINDOW_MAX) {
      this.missedInWindow++;
      return null;
    }
    this.inWindow++;
    return ++this.lastId;
  }

  /** One that was admitted turned out to be none: it takes no place. Its number is not given again. */
  giveBack(): void {
    this.inWindow = Math.max(0, this.inWindow - 1);
  }

  /** Begins a window; stalls of the one that ends that were beyond the limits. */
  closeWindow(): number {
    const leftOut = this.missedInWindow;
    this.inWindow = 0;
    this.missedInWindow = 0;
    return leftOut;
  }
}
