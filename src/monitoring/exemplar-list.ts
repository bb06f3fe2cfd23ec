// Which commands are among the slowest of the window: durations alone, sorted. Thread: application, each command that is slower than the floor. Budget: 5 ns where it does not enter.
import { EXEMPLAR_POSTS_MAX, EXEMPLARS_HOST_MS, EXEMPLARS_MAX } from '../core/limits.js';

/** How much slower than the list's quickest a command is that still counts once many were handed over. */
const LATER_RATIO = 1.1;

/** Begins anew with each window, and after a minute at the latest. */
export class ExemplarList {
  /** Ascending: what is not slower than the first does not enter. -1: a free place. */
  private readonly durationsMs = new Float64Array(EXEMPLARS_MAX).fill(-1);
  /** What each is, at the place of its duration. */
  private readonly keys: string[] = new Array(EXEMPLARS_MAX).fill('');
  private sinceMs = Number.NEGATIVE_INFINITY;
  private window = -1;
  private entered = 0;

  /** What a command must exceed to enter, ms, for as long as the window lasts. */
  get floorMs(): number {
    return this.entered < EXEMPLAR_POSTS_MAX ? this.durationsMs[0] : this.durationsMs[0] * LATER_RATIO;
  }

  /** Whether it may enter; window: the number of windows closed so far. */
  admits(durationMs: number, nowMs: number, window: number): boolean {
    if (window !== this.window || nowMs - this.sinceMs >= EXEMPLARS_HOST_MS) this.beginAnew(nowMs, window);
    return durationMs > this.floorMs;
  }

  holds(key: string): boolean {
    return this.keys.includes(key);
  }

  /** Adds what was admitted. */
  add(durationMs: number, key: string): void {
    const { durationsMs, keys } = this;
    let place = 0;
    while (place + 1 < EXEMPLARS_MAX && durationsMs[place + 1] < durationMs) {
      durationsMs[place] = durationsMs[place + 1];
      keys[place] = keys[place + 1];
      place++;
    }
    durationsMs[place] = durationMs;
    keys[place] = key;
    this.entered++;
  }

  /** Forgets all: another agent listens. */
  clear(): void {
    this.window = -1;
  }

  private beginAnew(nowMs: number, window: number): void {
    this.durationsMs.fill(-1);
    this.keys.fill('');
    this.sinceMs = nowMs;
    this.window = window;
    this.entered = 0;
  }
}
