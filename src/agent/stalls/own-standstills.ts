// When pitot itself held the main thread up, by a heap snapshot: such time is no stall of the application's. Pure: times are arguments, monotonic, ms.

/** Kept: a stall is judged some seconds after it at the most, and a process has one snapshot at a time. */
const INTERVALS_MAX = 8;

export class OwnStandstills {
  /** Newest last; endMs Infinity: it goes on. */
  private readonly intervals: { startMs: number; endMs: number }[] = [];

  /** Since startMs main stands still; again and again the same is once. */
  begin(startMs: number): void {
    if (this.intervals.at(-1)?.endMs === Number.POSITIVE_INFINITY) return;
    this.intervals.push({ startMs, endMs: Number.POSITIVE_INFINITY });
    if (this.intervals.length > INTERVALS_MAX) this.intervals.shift();
  }

  /** None goes on any more. */
  end(endMs: number): void {
    const last = this.intervals.at(-1);
    if (last !== undefined) last.endMs = Math.min(last.endMs, endMs);
  }

  /** How much of an interval they are, ms. */
  within(fromMs: number, toMs: number): number {
    return this.intervals.reduce((sum, { startMs, endMs }) => sum + Math.max(0, Math.min(endMs, toMs) - Math.max(startMs, fromMs)), 0);
  }
}
