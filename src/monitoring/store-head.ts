// The position of the newest event, and the projections that are to know how far behind it they are.
import { STORE_HEAD } from '../core/instrument-names.js';
import type { Instruments } from '../host/instruments.js';
import type { Gauge } from '../host/values.js';
import { numberOf } from './read-given.js';

/** What wants to know when the head moves. */
export interface HeadFollower {
  headMoved(position: number): void;
}

/** The highest position seen on this thread. Appends end out of order: a smaller one is not news. */
export class StoreHead {
  private readonly instruments: Instruments;
  private readonly followers: HeadFollower[] = [];
  private gauge: Gauge | null = null;
  private newest = Number.NaN;

  constructor(instruments: Instruments) {
    this.instruments = instruments;
  }

  /** NaN while it is not known. */
  get position(): number {
    return this.newest;
  }

  /** Bounded by whoever makes followers. */
  follow(follower: HeadFollower): void {
    this.followers.push(follower);
  }

  update(position: number | bigint): void {
    const at = numberOf(position);
    // As a negation, so that the first position passes while the newest is NaN.
    if (at - at !== 0 || at <= this.newest) return;
    this.newest = at;
    this.gauge ??= this.instruments.gauge(STORE_HEAD);
    this.gauge.set(at);
    for (const follower of this.followers) follower.headMoved(at);
  }
}
