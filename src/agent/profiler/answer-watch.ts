// Tells a sampler that has gone silent from a thread that cannot answer yet. Pure: time is an argument.
import { PROFILER_WEDGED_MS } from '../../core/limits.js';

/** What is known of the thread at one moment. */
export interface AnswerState {
  nowMs: number;
  /** Something was asked of it and is not answered. */
  isPending: boolean;
  /** Times that every loop has turned which the answer passes through: a thread in native code answers when it is done, however long that takes. */
  turns: readonly number[];
}

/** Replacements in a row after which the wait for the next stays as it is: 10 s doubled so often are 3 hours. */
const DOUBLINGS_MAX = 10;

export class AnswerWatch {
  private asked: { sinceMs: number; turns: readonly number[] } | null = null;
  private replaced = 0;
  private wasPending = false;

  /** True: replace it. Called about once a second; the wait doubles with each replacement that brought no answer. */
  isSilent({ nowMs, isPending, turns }: AnswerState): boolean {
    if (!isPending) {
      // An answer, not merely the moment between a replacement and its first question.
      if (this.wasPending) this.replaced = 0;
      this.asked = null;
    } else if (this.asked === null) {
      this.asked = { sinceMs: nowMs, turns };
    } else if (nowMs - this.asked.sinceMs >= PROFILER_WEDGED_MS * 2 ** this.replaced && this.asked.turns.every((before, i) => before !== turns[i])) {
      this.replaced = Math.min(this.replaced + 1, DOUBLINGS_MAX);
      this.asked = null;
      this.wasPending = false;
      return true;
    }
    this.wasPending = isPending;
    return false;
  }
}
