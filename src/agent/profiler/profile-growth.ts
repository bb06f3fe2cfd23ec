// When a profiler should be made anew: V8 keeps what it knows of code that was compiled and thrown away, a little for each function. Pure.
import { FOREIGN_PROFILE_MS_MAX, PROFILER_GROWTH_BYTES, PROFILER_RESTART_MS_MAX } from '../../core/limits.js';
import { predictRestartMs } from './sampling-rate.js';

export class ProfileGrowth {
  private baseBytes = Number.NaN;
  private limitBytes = PROFILER_GROWTH_BYTES;
  private restartedFrom = Number.NaN;

  /**
   * True: make it anew, now. nativeBytes is the process's resident memory less every heap that is known: it holds more than the profiler, so a
   * restart that gave nothing back doubles the growth that calls for the next.
   *
   * @param isQuiet the thread idles at this moment
   * @param foreignMs age of a console.profile of the host's that was not ended; 0: none
   */
  isDue({ nativeBytes, heapBytes, foreignMs, isQuiet }: { nativeBytes: number; heapBytes: number; foreignMs: number; isQuiet: boolean }): boolean {
    if (Number.isNaN(this.baseBytes)) {
      this.baseBytes = nativeBytes;
      if (nativeBytes > this.restartedFrom - this.limitBytes / 2) this.limitBytes *= 2;
    }
    // What the process gave back is not to be counted as growth when it comes again.
    this.baseBytes = Math.min(this.baseBytes, nativeBytes);
    const isGrown = nativeBytes - this.baseBytes > this.limitBytes || foreignMs > FOREIGN_PROFILE_MS_MAX;
    if (!isGrown || !isQuiet || predictRestartMs(heapBytes) > PROFILER_RESTART_MS_MAX) return false;
    this.restartedFrom = nativeBytes;
    this.baseBytes = Number.NaN;
    return true;
  }
}
