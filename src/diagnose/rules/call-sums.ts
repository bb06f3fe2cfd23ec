// Calls added up from window to window until there are enough to judge a ratio: windows may be short, and traffic low.
import { RULE_LOOKBACK_MS_MIN, RULE_SERIES_MAX, RULE_SUM_PARTS, RULE_TIMER_SLACK_RATIO } from '../../core/limits.js';
import type { Asked } from './conditions/judge.js';

/** What is added up of one series. */
export interface Counts {
  key: string;
  /** Failed calls, as a rule. */
  top: number;
  /** All calls. */
  count: number;
}

export interface CallSum {
  /** NaN: there was no call. */
  value: number;
  count: number;
  /** Observed time from the first window with calls to now, ms. */
  coversMs: number;
}

interface Part {
  fromMs: number;
  toMs: number;
  top: number;
  count: number;
}

/** The least time that calls are added up for, ms. */
export const lookbackMsMin = (timeScale: number, windowMs: number): number => Math.max(RULE_LOOKBACK_MS_MIN / timeScale, windowMs);

/** Times are of the rule's own clock (observed-time.ts). */
export class CallSums {
  readonly lookbackMs: number;
  readonly #atLeast: number;
  readonly #byKey = new Map<string, Part[]>();

  constructor(atLeast: number, lookbackMs: number) {
    this.#atLeast = atLeast;
    this.lookbackMs = lookbackMs;
  }

  /** The sum with the newest counts; once it has enough calls, the next begins anew. undefined: the newest counts are enough by themselves, or all there is. */
  add({ key, top, count }: Counts, { clockMs, elapsedMs }: Asked): CallSum | undefined {
    let parts = this.#byKey.get(key);
    if (parts === undefined) {
      if (count >= this.#atLeast || count === 0 || this.#byKey.size >= RULE_SERIES_MAX) return undefined;
      this.#byKey.set(key, (parts = []));
    }
    const oldestMs = clockMs - this.lookbackMs - elapsedMs * RULE_TIMER_SLACK_RATIO;
    while (parts.length > 0 && parts[0].fromMs < oldestMs) parts.shift();
    if (count > 0) this.#put(parts, { fromMs: clockMs - elapsedMs, toMs: clockMs, top, count });
    const sum = { top: 0, count: 0 };
    for (const part of parts) {
      sum.top += part.top;
      sum.count += part.count;
    }
    if (sum.count >= this.#atLeast || parts.length === 0) this.#byKey.delete(key);
    return { value: sum.count > 0 ? sum.top / sum.count : Number.NaN, count: sum.count, coversMs: clockMs - (parts[0]?.fromMs ?? clockMs) };
  }

  /** Forgets series that are not there any more. */
  forget(clockMs: number): void {
    for (const [key, parts] of this.#byKey) if (parts[parts.length - 1].toMs < clockMs - this.lookbackMs) this.#byKey.delete(key);
  }

  #put(parts: Part[], part: Part): void {
    const last = parts[parts.length - 1];
    if (last === undefined || part.toMs - last.fromMs > this.lookbackMs / RULE_SUM_PARTS) {
      parts.push(part);
      return;
    }
    last.toMs = part.toMs;
    last.top += part.top;
    last.count += part.count;
  }
}
