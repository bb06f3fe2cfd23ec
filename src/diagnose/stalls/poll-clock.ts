// How much of the time the agent thread could not run although its poll was due: what it missed, it must not blame on others. Pure.

/** Lateness of a timer on a machine in health, ms: below it nothing is counted. A timer fires up to 1 ms late by its nature. */
const JITTER_MS = 5;

/**
 * The agent thread's account of its own lateness. It is late when the process is stopped (SIGSTOP, a frozen container, a suspended virtual
 * machine), when its CPU quota is used up, or when the machine has no CPU for it. Work of its own makes a poll late as well: that is taken off.
 */
export class PollClock {
  private polledMs: number;
  private activeMs: number;
  private sumMs = 0;

  /** nowMs and activeMs: as in poll. */
  constructor({ nowMs, activeMs }: { nowMs: number; activeMs: number }) {
    this.polledMs = nowMs;
    this.activeMs = activeMs;
  }

  /** All lateness so far, ms: the difference of two readings belongs to the time between them. */
  get lateMs(): number {
    return this.sumMs;
  }

  /**
   * Lateness since the previous poll, ms.
   * nowMs: monotonic. activeMs: time that the agent's loop has spent outside of its wait, cumulative: performance.eventLoopUtilization().active.
   * periodMs: when this poll was due, counted from the one before.
   */
  poll(nowMs: number, activeMs: number, periodMs: number): number {
    const lateMs = nowMs - this.polledMs - periodMs - Math.max(0, activeMs - this.activeMs);
    this.polledMs = nowMs;
    this.activeMs = activeMs;
    if (lateMs < JITTER_MS) return 0;
    this.sumMs += lateMs;
    return lateMs;
  }
}
