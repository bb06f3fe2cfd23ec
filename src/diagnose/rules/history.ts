// Past values of one series, bounded: when full, every other point goes, and from then on only every other window is kept. Points are windows' own figures, never averages of them.

import { packPoints, unpackPoints } from './packed-points.js';
import { SortedValues } from './sorted-values.js';

/** As it is saved. Times are s after originMs. */
export interface SavedHistory {
  key: string;
  originMs: number;
  stride: number;
  coveredMs: number;
  seenMs: number;
  beganMs: number;
  length: number;
  /** Times and values (packed-points.ts). */
  points: string;
}

const FIRST_POINTS = 16;

export class History {
  readonly #pointsMax: number;
  #timesS = new Float32Array(FIRST_POINTS);
  #values = new Float32Array(FIRST_POINTS);
  #originMs = 0;
  #length = 0;
  /** One window of so many is kept. */
  #stride = 1;
  #skipped = 0;
  #coveredMs = 0;
  /** When the series was last there, ms. */
  seenMs = 0;
  /** Start of the first window, ms; since it there were always points. */
  beganMs = 0;
  /** Counts changes of the points, so that what is computed from them can be kept. */
  version = 0;
  /** Made when the median is asked for; until the points are halved. */
  #sorted: SortedValues | undefined;

  constructor(pointsMax: number) {
    this.#pointsMax = pointsMax;
  }

  get length(): number {
    return this.#length;
  }

  /** Length of the windows that the points stand for, ms. */
  get coveredMs(): number {
    return this.#coveredMs;
  }

  /** Windows that the points stand for. */
  get windows(): number {
    return this.#length * this.#stride;
  }

  /** Time between the first point and the last, ms. */
  get spanMs(): number {
    return this.#length < 2 ? 0 : (this.#timesS[this.#length - 1] - this.#timesS[0]) * 1000;
  }

  /** The values, oldest first. A view: valid until the next change. */
  get values(): Float32Array {
    return this.#values.subarray(0, this.#length);
  }

  /** Time of each point, ms after the same moment. */
  timesMs(): Float64Array {
    return Float64Array.from(this.#timesS.subarray(0, this.#length), (s) => s * 1000);
  }

  /** Wall clock of times' zero, ms. */
  get originMs(): number {
    return this.#originMs;
  }

  /** Of the values; NaN of none. */
  median(): number {
    this.#sorted ??= new SortedValues(this.values);
    return this.#sorted.median;
  }

  add(atMs: number, spanMs: number, value: number): void {
    if (this.#length === 0 && this.#skipped === 0) {
      this.#originMs = atMs;
      this.#coveredMs = 0;
      this.#stride = 1;
      this.beganMs = atMs - spanMs;
    }
    this.#coveredMs += spanMs;
    if (++this.#skipped < this.#stride) return;
    this.#skipped = 0;
    if (this.#length === this.#pointsMax) this.#halve();
    if (this.#length === this.#values.length) this.#grow();
    this.#timesS[this.#length] = (atMs - this.#originMs) / 1000;
    this.#values[this.#length++] = value;
    this.#sorted?.add(value);
    this.version++;
  }

  /** Drops points older than this, at most `most`. */
  dropBefore(atMs: number, most: number): void {
    const beforeS = (atMs - this.#originMs) / 1000;
    let drop = 0;
    while (drop < most && drop < this.#length && this.#timesS[drop] < beforeS) drop++;
    if (drop === 0) return;
    if (this.#sorted !== undefined) for (let i = 0; i < drop; i++) this.#sorted.remove(this.#values[i]);
    this.#coveredMs *= (this.#length - drop) / this.#length;
    this.#length -= drop;
    if (this.#length === 0) this.#skipped = 0;
    this.#timesS.copyWithin(0, drop, drop + this.#length);
    this.#values.copyWithin(0, drop, drop + this.#length);
    // A sparse series of which half the points have gone keeps more windows again.
    if (this.#stride > 1 && this.#length < this.#pointsMax / 4) this.#stride /= 2;
    this.version++;
  }

  save(key: string): SavedHistory {
    return {
      key,
      originMs: this.#originMs,
      stride: this.#stride,
      coveredMs: Math.round(this.#coveredMs),
      seenMs: this.seenMs,
      beganMs: this.beganMs,
      length: this.#length,
      points: packPoints(this.#timesS, this.#values, this.#length),
    };
  }

  /** undefined when what was saved is none. */
  static restore(saved: SavedHistory, pointsMax: number): History | undefined {
    const { originMs, stride, coveredMs, seenMs, beganMs, length } = saved;
    if (!(Number.isInteger(length) && length >= 0 && length <= pointsMax)) return undefined;
    if (![originMs, coveredMs, seenMs, beganMs].every((value) => Number.isFinite(value))) return undefined;
    if (!(stride >= 1 && stride <= 2 ** 30 && Math.log2(stride) % 1 === 0)) return undefined;
    const points = unpackPoints(saved.points, length);
    if (points === undefined) return undefined;
    const history = new History(pointsMax);
    history.#originMs = originMs;
    history.#stride = stride;
    history.#coveredMs = coveredMs;
    history.seenMs = seenMs;
    history.beganMs = beganMs;
    history.#length = length;
    while (history.#values.length < length) history.#grow();
    history.#timesS.set(points.timesS);
    history.#values.set(points.values);
    return history;
  }

  #halve(): void {
    const half = this.#length >> 1;
    for (let i = 0; i < half; i++) {
      this.#timesS[i] = this.#timesS[2 * i + 1];
      this.#values[i] = this.#values[2 * i + 1];
    }
    this.#length = half;
    this.#stride *= 2;
    this.#sorted = undefined;
  }

  #grow(): void {
    const points = Math.min(this.#pointsMax, this.#values.length * 2);
    const timesS = new Float32Array(points);
    const values = new Float32Array(points);
    timesS.set(this.#timesS.subarray(0, this.#length));
    values.set(this.#values.subarray(0, this.#length));
    this.#timesS = timesS;
    this.#values = values;
  }
}
