// A suspicion that lapses for some minutes is kept: what grows shakily would be suspected and not, minute by minute.
import { SUSPICION_HELD_MS } from './leak-thresholds.js';
import type { LeakVerdict } from './leak-verdict.js';

export class HeldSuspicion {
  #last: { verdict: LeakVerdict; atMs: number } | undefined;

  /** isRefuted: something speaks against a leak, and not only nothing for it. The reasons are the newest. */
  hold(verdict: LeakVerdict, isRefuted: boolean, nowMs: number): LeakVerdict {
    if (verdict.verdict === 'suspected') this.#last = { verdict, atMs: nowMs };
    else if (verdict.verdict === 'leak' || isRefuted) this.#last = undefined;
    const last = this.#last;
    if (verdict.verdict !== 'none' || last === undefined || last.verdict.name !== verdict.name) return verdict;
    if (nowMs - last.atMs > SUSPICION_HELD_MS || !(verdict.growthBytesPerHour > 0)) return verdict;
    const { sinceMs, evidence, confidence } = last.verdict;
    return { ...verdict, verdict: 'suspected', sinceMs, evidence, confidence: confidence / 2 };
  }
}
