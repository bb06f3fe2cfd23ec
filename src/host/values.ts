// Counters, gauges and distributions. Thread: application, each call. Forbidden: allocation, throwing. Budget: 2 ns; bench/hot-path.
import type { ThreadMemory } from '../memory/thread-memory.js';
import { REJECTED } from '../memory/thread-memory.js';
import type { Path } from './path.js';

const NO_SLOTS = new Float64Array(1);
/** Below 2^30 an integer needs no box. */
const COUNT_MAX = 2 ** 30;
const OVERFLOW_SLOT = 0;

/** A sum that only grows: exact, never sampled or dropped. One slot a thread; the report adds them up. */
export class Counter {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The counter is base + count: count is a small integer, because adding up in the float64 slot itself waits for each store to come back. */
  private count = 0;
  private base = 0;
  private slots: Float64Array = NO_SLOTS;
  private slot = 0;
  private memory: ThreadMemory | null = null;

  /** @internal Use `counter(name, labels?)`. */
  constructor(name: string, labels: Readonly<Record<string, string>>) {
    this.name = name;
    this.labels = labels;
  }

  /** @internal */
  bind(memory: ThreadMemory | null, slot: number): void {
    this.memory = memory;
    this.slots = memory === null ? NO_SLOTS : memory.counters;
    this.slot = memory === null ? 0 : slot;
    this.base = this.slots[this.slot];
    // The overflow slot has several counters: it is added to where it lies.
    this.count = slot === OVERFLOW_SLOT ? COUNT_MAX : 0;
  }

  /** Adds n, default 1. Negative, NaN and infinite values are rejected and counted. */
  add(n = 1): void {
    if (this.memory === null) return;
    if (typeof n !== 'number') {
      this.memory.tallies[REJECTED]++;
      return;
    }
    const count = this.count + n;
    if (n >= 0 && (count | 0) === count && count < COUNT_MAX) {
      this.count = count;
      this.slots[this.slot] = this.base + count;
    } else this.addToBase(this.memory, n);
  }

  /** Fractions, large values, and the carry of count. */
  private addToBase(memory: ThreadMemory, n: number): void {
    if (n >= 0 && n < Number.POSITIVE_INFINITY) {
      if (this.slot === OVERFLOW_SLOT) {
        this.slots[OVERFLOW_SLOT] += n;
        return;
      }
      this.base += this.count + n;
      this.count = 0;
      this.slots[this.slot] = this.base;
    } else memory.tallies[REJECTED]++;
  }
}

/** The newest value of something. One slot a thread: set on a worker thread it is reported with the label `thread`. */
export class Gauge {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  private slots: Float64Array = NO_SLOTS;
  private slot = 0;
  private memory: ThreadMemory | null = null;

  /** @internal Use `gauge(name, labels?)`. */
  constructor(name: string, labels: Readonly<Record<string, string>>) {
    this.name = name;
    this.labels = labels;
  }

  /** @internal */
  bind(memory: ThreadMemory | null, slot: number): void {
    this.memory = memory;
    this.slots = memory === null ? NO_SLOTS : memory.gauges;
    this.slot = memory === null ? 0 : slot;
  }

  /** Sets the value; NaN and infinite values are rejected and counted. */
  set(value: number): void {
    // A bigint minus itself is a bigint, and a symbol minus anything throws.
    if (typeof value === 'number' && value - value === 0) this.slots[this.slot] = value;
    else if (this.memory !== null) this.memory.tallies[REJECTED]++;
  }
}

/** A distribution of values other than durations: sizes, lengths, counts. Whole numbers 0 to 3.6e12; fractions are cut, so choose a unit in which 1 is fine enough. */
export class Distribution {
  readonly unit: string;
  private readonly path: Path;

  /** @internal Use `distribution(name, { unit })`. */
  constructor(path: Path, unit: string) {
    this.path = path;
    this.unit = unit;
  }

  get name(): string {
    return this.path.name;
  }

  /** Records one value. NaN, infinite and negative ones are rejected and counted in the report. */
  record(value: number): void {
    this.path.record(value);
  }
}
