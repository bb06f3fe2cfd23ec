// The histories of one condition, one a series: bounded in number, forgotten when the series has gone, saved and restored.
import { RULE_SERIES_MAX } from '../../core/limits.js';
import { History, type SavedHistory } from './history.js';

/** How many histories there are and may be, over all rules. */
export interface HistoryBudget {
  left: number;
}

export class Histories {
  readonly #bySeries = new Map<string, History>();
  readonly #pointsMax: number;
  readonly #budget: HistoryBudget;
  /** Series that found no place, since the last look. */
  refused = 0;

  constructor(pointsMax: number, budget: HistoryBudget) {
    this.#pointsMax = pointsMax;
    this.#budget = budget;
  }

  get size(): number {
    return this.#bySeries.size;
  }

  /** undefined: the bound is reached. */
  of(key: string, atMs: number): History | undefined {
    let history = this.#bySeries.get(key);
    if (history === undefined) {
      if (this.#bySeries.size >= RULE_SERIES_MAX || this.#budget.left <= 0) {
        this.refused++;
        return undefined;
      }
      history = new History(this.#pointsMax);
      this.#bySeries.set(key, history);
      this.#budget.left--;
    }
    history.seenMs = atMs;
    return history;
  }

  /** Forgets series that were last there before this. */
  forgetBefore(atMs: number): void {
    for (const [key, { seenMs }] of this.#bySeries) {
      if (seenMs >= atMs) continue;
      this.#bySeries.delete(key);
      this.#budget.left++;
    }
  }

  /** At most so many points in all. */
  save(pointsMax: number): SavedHistory[] {
    const saved: SavedHistory[] = [];
    for (const [key, history] of this.#bySeries) {
      pointsMax -= history.length;
      if (pointsMax < 0) break;
      if (history.length > 0) saved.push(history.save(key));
    }
    return saved;
  }

  restore(saved: readonly SavedHistory[]): void {
    for (const one of saved) {
      if (typeof one?.key !== 'string' || this.#bySeries.size >= RULE_SERIES_MAX || this.#budget.left <= 0) continue;
      const history = History.restore(one, this.#pointsMax);
      if (history === undefined || this.#bySeries.has(one.key)) continue;
      this.#bySeries.set(one.key, history);
      this.#budget.left--;
    }
  }
}
