// Which sampling period a thread should have: the configured one while it works, a longer one while it idles. Pure: time is an argument.
import { IDLE_CPU_INTERVAL_US, PROFILER_RESTART_MS_MAX } from '../../core/limits.js';
import { BYTES_PER_MIB } from '../../core/units.js';

/** Below this share of a core a thread idles, above the other it works. Between the two nothing changes. */
const IDLE_RATIO = 0.05;
const BUSY_RATIO = 0.2;
/** How long it must idle, or work, ms, and how far apart two changes are. */
const IDLE_FOR_MS = 15_000;
const BUSY_FOR_MS = 2_000;
const CHANGE_EVERY_MS = 60_000;
/** Cost of a start: V8 walks the heap for compiled code. Measured on Node 20 to 26 with 1 to 300 MiB. */
const START_MS = 8;
const START_MS_PER_MIB = 0.9;

/** How long the thread will stand still when its profiler is started anew, ms. */
export function predictRestartMs(heapBytes: number): number {
  return START_MS + (START_MS_PER_MIB * heapBytes) / BYTES_PER_MIB;
}

export class SamplingRate {
  readonly busyUs: number;
  readonly idleUs: number;
  private changedAtMs: number;
  private idleSinceMs: number | null = null;
  private busySinceMs: number | null = null;

  /** busyUs: the configured period. A period that is long already stays. */
  constructor(busyUs: number, nowMs: number) {
    this.busyUs = busyUs;
    this.idleUs = Math.max(busyUs, IDLE_CPU_INTERVAL_US);
    this.changedAtMs = nowMs - CHANGE_EVERY_MS;
  }

  /**
   * The period the thread should have from now on. A change restarts its profiler, a pause that grows with the heap: where that would exceed
   * PROFILER_RESTART_MS_MAX the period stays as it is.
   *
   * @param busyRatio share of a core the thread used since the last call
   */
  decide(currentUs: number, { nowMs, busyRatio, heapBytes }: { nowMs: number; busyRatio: number; heapBytes: number }): number {
    this.idleSinceMs = busyRatio < IDLE_RATIO ? (this.idleSinceMs ?? nowMs) : null;
    this.busySinceMs = busyRatio > BUSY_RATIO ? (this.busySinceMs ?? nowMs) : null;
    const wantedUs =
      this.idleSinceMs !== null && nowMs - this.idleSinceMs >= IDLE_FOR_MS
        ? this.idleUs
        : this.busySinceMs !== null && nowMs - this.busySinceMs >= BUSY_FOR_MS
          ? this.busyUs
          : currentUs;
    if (wantedUs === currentUs || nowMs - this.changedAtMs < CHANGE_EVERY_MS || predictRestartMs(heapBytes) > PROFILER_RESTART_MS_MAX)
      return currentUs;
    this.changedAtMs = nowMs;
    return wantedUs;
  }
}
