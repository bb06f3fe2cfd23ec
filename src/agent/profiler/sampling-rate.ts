// Which sampling period a thread should have: the configured one while it works, a longer one while it idles. Pure: time is an argument.
import { IDLE_CPU_INTERVAL_US, PROFILER_RESTART_MS_MAX } from '../../core/limits.js';
import { BYTES_PER_MIB } from '../../core/units.js';

/** Below this share of a core a thread idles, above the other it works. Between the two nothing changes. */
const IDLE_RATIO = 0.05;
const BUSY_RATIO = 0.2;
/** How long it must idle, or work, ms, and how far apart two changes are. */
const IDLE_FOR_MS = 15_000;
const BUSY_FOR_MS = 10_000;
const CHANGE_EVERY_MS = 60_000;
/**
 * A change is a restart, so it must be worth its pause: the thread has idled for so many times its length, or worked. The samples of the longer period are
 * enough for a flame graph and for a stall, so there is no hurry.
 */
const IDLE_PER_PAUSE = 1000;
const BUSY_PER_PAUSE = 300;
/** With each rise the idling that the next fall needs doubles, up to 64 times: a load that comes and goes does not pay for it each time. */
const DOUBLINGS_MAX = 6;
/**
 * Cost of a restart: V8 walks the heap for compiled code, measured on Node 20 to 26 with 1 to 300 MiB; and has its optimised code made anew (see
 * optimised-code.ts), which takes 0.5 to 0.8 times as long.
 */
const START_MS = 8;
const START_MS_PER_MIB = 0.9;
const RENEWAL_FACTOR = 1.6;

/** How long the thread will stand still when its profiler is started anew, ms. */
export function predictRestartMs(heapBytes: number): number {
  return (START_MS + (START_MS_PER_MIB * heapBytes) / BYTES_PER_MIB) * RENEWAL_FACTOR;
}

export class SamplingRate {
  readonly busyUs: number;
  readonly idleUs: number;
  private changedAtMs: number;
  private idleSinceMs: number | null = null;
  private busySinceMs: number | null = null;
  private rises = 0;

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
    const pauseMs = predictRestartMs(heapBytes);
    if (nowMs - this.changedAtMs < CHANGE_EVERY_MS || pauseMs > PROFILER_RESTART_MS_MAX) return currentUs;
    const wantedUs = this.wanted(currentUs, nowMs, pauseMs);
    if (wantedUs === currentUs) return currentUs;
    this.changedAtMs = nowMs;
    if (wantedUs < currentUs) this.rises = Math.min(this.rises + 1, DOUBLINGS_MAX);
    return wantedUs;
  }

  private wanted(currentUs: number, nowMs: number, pauseMs: number): number {
    const idleForMs = Math.max(IDLE_FOR_MS, pauseMs * IDLE_PER_PAUSE) * 2 ** this.rises;
    if (this.idleSinceMs !== null && nowMs - this.idleSinceMs >= idleForMs) return this.idleUs;
    const busyForMs = Math.max(BUSY_FOR_MS, pauseMs * BUSY_PER_PAUSE);
    if (this.busySinceMs !== null && nowMs - this.busySinceMs >= busyForMs) return this.busyUs;
    return currentUs;
  }
}
