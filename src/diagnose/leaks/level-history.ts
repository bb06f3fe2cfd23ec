// Levels of one class of memory over time: three hours in cells of 30 s, a day in cells of ten minutes. Bounded, in scaled time.
import { LEVEL_CELLS_MAX, LEVEL_COARSE_CELLS_MAX } from '../../core/limits.js';
import { median } from '../rules/median.js';

const CELL_MS = 30_000;
const COARSE_CELL_MS = 600_000;
/** Levels around a time that its level is the median of. */
const AROUND_MS = 300_000;

/** last: each value is exact. least: values hold garbage or moments, and the floor is what counts. */
export type CellValue = 'last' | 'least';

export interface SavedLevels {
  fine: [number[], number[]];
  coarse: [number[], number[]];
}

export interface Levels {
  timesMs: Float64Array;
  values: Float32Array;
}

export class LevelHistory {
  readonly #keeps: CellValue;
  readonly #fine: Cells;
  readonly #coarse: Cells;

  constructor(keeps: CellValue, saved?: SavedLevels) {
    this.#keeps = keeps;
    this.#fine = new Cells(CELL_MS, LEVEL_CELLS_MAX, saved?.fine);
    this.#coarse = new Cells(COARSE_CELL_MS, LEVEL_COARSE_CELLS_MAX, saved?.coarse);
  }

  add(atMs: number, value: number): void {
    if (!Number.isFinite(value) || atMs < this.latestMs) return;
    this.#fine.add(atMs, value, this.#keeps);
    this.#coarse.add(atMs, value, this.#keeps);
  }

  /** What was known is worth nothing without what comes after it. */
  forget(): void {
    this.#fine.clear();
    this.#coarse.clear();
  }

  get latestMs(): number {
    return this.#fine.times.at(-1) ?? Number.NEGATIVE_INFINITY;
  }

  get latest(): number {
    return this.#fine.values.at(-1) ?? Number.NaN;
  }

  /** Levels from a time on, of three hours at most. */
  since(fromMs: number): Levels {
    return this.until(fromMs, Number.POSITIVE_INFINITY);
  }

  until(fromMs: number, toMs: number): Levels {
    const { times, values } = this.#fine;
    const from = firstAtOrAfter(times, fromMs);
    const to = firstAtOrAfter(times, toMs);
    return { timesMs: Float64Array.from(times.slice(from, to)), values: Float32Array.from(values.slice(from, to)) };
  }

  /** The same in bins of equal time, each its median level at its mean time; empty bins are left out. */
  binned(fromMs: number, toMs: number, binsMax: number): Levels {
    const { times, values } = this.#fine;
    const binMs = Math.max(CELL_MS, (toMs - fromMs) / binsMax);
    const binTimes: number[] = [];
    const binValues: number[] = [];
    for (let i = firstAtOrAfter(times, fromMs); i < times.length && times[i] <= toMs; ) {
      const bin = Math.floor((times[i] - fromMs) / binMs);
      let end = i;
      let sumMs = 0;
      while (end < times.length && times[end] <= toMs && Math.floor((times[end] - fromMs) / binMs) === bin) sumMs += times[end++];
      binTimes.push(sumMs / (end - i));
      // Most bins hold one cell or two.
      binValues.push(end - i <= 2 ? (values[i] + values[end - 1]) / 2 : median(Float64Array.from(values.slice(i, end))));
      i = end;
    }
    return { timesMs: Float64Array.from(binTimes), values: Float32Array.from(binValues) };
  }

  /** Median level around a time; NaN where none is known. */
  levelAt(atMs: number): number {
    for (const { times, values } of [this.#fine, this.#coarse]) {
      const from = firstAtOrAfter(times, atMs - AROUND_MS);
      const to = firstAtOrAfter(times, atMs + AROUND_MS);
      if (to > from && times[0] <= atMs + AROUND_MS) return median(Float64Array.from(values.slice(from, to)));
    }
    return Number.NaN;
  }

  /** All that is known: a day in coarse cells, then three hours in fine ones. */
  all(): { times: number[]; values: number[] } {
    const coarse = firstAtOrAfter(this.#coarse.times, this.#fine.times[0] ?? 0);
    return {
      times: [...this.#coarse.times.slice(0, coarse), ...this.#fine.times],
      values: [...this.#coarse.values.slice(0, coarse), ...this.#fine.values],
    };
  }

  /** Of the last day. */
  get lowest(): number {
    return this.#coarse.values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  }

  /** Highest level of the last day that the level has fallen from again, by half of what it had risen. -Infinity: none. */
  get ceiling(): number {
    const { values } = this.#coarse;
    let lowest = Number.POSITIVE_INFINITY;
    let peak = Number.NEGATIVE_INFINITY;
    let ceiling = Number.NEGATIVE_INFINITY;
    for (const value of values) {
      if (value > peak) peak = value;
      if (value < lowest) lowest = value;
      if (value < (peak + lowest) / 2) {
        ceiling = Math.max(ceiling, peak);
        peak = value;
        lowest = value;
      }
    }
    return ceiling;
  }

  save(): SavedLevels {
    const plain = ({ times, values }: Cells): [number[], number[]] => [times.map(Math.round), values.map(Math.round)];
    return { fine: plain(this.#fine), coarse: plain(this.#coarse) };
  }
}

/** Values by time, one a cell; the oldest go. */
class Cells {
  readonly times: number[];
  readonly values: number[];
  readonly #cellMs: number;
  readonly #cellsMax: number;

  constructor(cellMs: number, cellsMax: number, saved?: [number[], number[]]) {
    this.#cellMs = cellMs;
    this.#cellsMax = cellsMax;
    this.times = saved?.[0].slice(-cellsMax) ?? [];
    this.values = saved?.[1].slice(-cellsMax) ?? [];
  }

  clear(): void {
    this.times.length = 0;
    this.values.length = 0;
  }

  add(atMs: number, value: number, keeps: CellValue): void {
    const { times, values } = this;
    const last = times.length - 1;
    if (last >= 0 && Math.floor(atMs / this.#cellMs) === Math.floor(times[last] / this.#cellMs)) {
      if (keeps === 'least' && value >= values[last]) return;
      times[last] = atMs;
      values[last] = value;
      return;
    }
    times.push(atMs);
    values.push(value);
    if (times.length > this.#cellsMax) {
      times.shift();
      values.shift();
    }
  }
}

export function firstAtOrAfter(sorted: readonly number[], wanted: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
