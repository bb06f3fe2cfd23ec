// The judgements of one condition that are kept: hundreds of series are fine most of the time, and only one of them is ever told of, in the rule's status.
import type { Answer, Asked, Judgement } from './judge.js';

export class Kept {
  readonly judgements: Judgement[] = [];
  readonly #asked: Asked;
  #no: Judgement | undefined;
  #learning: Judgement | undefined;
  #noData: Judgement | undefined;
  #few: Judgement | undefined;

  constructor(asked: Asked) {
    this.#asked = asked;
  }

  /** Whether a judgement of the series is to be made and put. */
  wants(key: string, answer: Answer, nearness: number): boolean {
    const { noneMatters, matters } = this.#asked;
    if (answer === 'yes' || (!noneMatters && matters(key))) return true;
    const nearest = answer === 'no' ? this.#no : answer === 'learning' ? this.#learning : answer === 'few' ? this.#few : this.#noData;
    return nearest === undefined || nearness > nearest.nearness;
  }

  /** Takes a judgement that was wanted. */
  put(judgement: Judgement): void {
    const { answer, key } = judgement;
    const { noneMatters, matters } = this.#asked;
    if (answer === 'yes' || (!noneMatters && matters(key))) this.judgements.push(judgement);
    else if (answer === 'no') this.#no = judgement;
    else if (answer === 'learning') this.#learning = judgement;
    else if (answer === 'few') this.#few = judgement;
    else this.#noData = judgement;
  }

  /** All that hold or matter, and of the others the nearest of each answer. */
  all(): Judgement[] {
    for (const nearest of [this.#no, this.#learning, this.#few, this.#noData]) if (nearest !== undefined) this.judgements.push(nearest);
    return this.judgements;
  }
}
