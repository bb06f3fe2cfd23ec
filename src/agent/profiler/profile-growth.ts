// When a profiler should be made anew: V8 keeps what it knows of code that was compiled and thrown away, a little for each function. Pure.
import { FOREIGN_PROFILE_MS_MAX, PROFILER_GROWTH_BYTES } from '../../core/limits.js';
import { predictRestartMs } from './sampling-rate.js';

export interface GrowthState {
  /** Time since the profiler was started, ms. */
  ageMs: number;
  /** Resident memory of the process less every heap that is known: it holds more than the profiler. */
  nativeBytes: number;
  heapBytes: number;
  /** Age of a console.profile of the host's that was not ended, ms; 0: none. */
  foreignMs: number;
  /** The thread idles at this moment. */
  isQuiet: boolean;
}

/** What a process takes in its first minute, and what threads take that come, is not the profiler's. */
const SETTLE_MS = 60_000;
/** The profiler itself grows by 6 MB for 30 000 functions: it is no older than this when its growth calls for another, ms. */
const RENEW_AGE_MS_MIN = 600_000;
/** Pause for which the first growth, or the first foreign profile, is reason enough, ms. Twice the growth is worth twice the pause. */
const PAUSE_MS = 50;

export class ProfileGrowth {
  private baseBytes = Number.NaN;
  private limitBytes = PROFILER_GROWTH_BYTES;
  private restartedFrom = Number.NaN;

  /** True: make it anew, now. A restart that gave nothing back doubles the growth that calls for the next. */
  isDue({ ageMs, nativeBytes, heapBytes, foreignMs, isQuiet }: GrowthState): boolean {
    if (ageMs < SETTLE_MS) this.baseBytes = Number.NaN;
    else this.takeBase(nativeBytes);
    const grown = ageMs < RENEW_AGE_MS_MIN ? 0 : (nativeBytes - this.baseBytes) / this.limitBytes;
    const worth = Math.max(grown, foreignMs / FOREIGN_PROFILE_MS_MAX);
    if (!(worth > 1) || !isQuiet || predictRestartMs(heapBytes) > PAUSE_MS * worth) return false;
    if (grown > 1) this.restartedFrom = nativeBytes;
    this.baseBytes = Number.NaN;
    return true;
  }

  /** Threads have come or gone, and memory with them: growth is counted from the next look on. */
  forgetBase(): void {
    this.baseBytes = Number.NaN;
  }

  private takeBase(nativeBytes: number): void {
    if (Number.isNaN(this.baseBytes)) {
      this.baseBytes = nativeBytes;
      if (nativeBytes > this.restartedFrom - this.limitBytes / 2) this.limitBytes *= 2;
      this.restartedFrom = Number.NaN;
    }
    // What the process gave back is not to be counted as growth when it comes again.
    this.baseBytes = Math.min(this.baseBytes, nativeBytes);
  }
}
