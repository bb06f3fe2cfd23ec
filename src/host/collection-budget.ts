// What the figures of collections may cost the application: when they cost more, they are left alone for as long as brings that down again. Time is an argument.
import { COLLECTION_COST_MS, COLLECTIONS_COST_RATIO, COLLECTIONS_CREDIT_MS, COLLECTIONS_REST_MS_MAX } from '../core/limits.js';

export class CollectionBudget {
  /** So much is there for a burst, as at a start; below zero: what has been spent ahead. */
  private creditMs = COLLECTIONS_CREDIT_MS;
  private atMs: number;

  constructor(nowMs: number) {
    this.atMs = nowMs;
  }

  /** So many were looked at since the last call. Answers for how long none is to be, ms; 0: go on. */
  spend(collections: number, nowMs: number): number {
    const earnedMs = (nowMs - this.atMs) * COLLECTIONS_COST_RATIO;
    this.atMs = nowMs;
    const creditMs = Math.min(COLLECTIONS_CREDIT_MS, this.creditMs + earnedMs) - collections * COLLECTION_COST_MS;
    // What the longest rest does not earn back is forgiven.
    this.creditMs = Math.max(creditMs, -COLLECTIONS_REST_MS_MAX * COLLECTIONS_COST_RATIO);
    return Math.max(0, -this.creditMs / COLLECTIONS_COST_RATIO);
  }
}
