// One slice of a ring -> sparse counts. Thread: pool worker, or the agent thread for short slices. Pure but for reused scratch; no state between calls.
import { PATH_SLOTS } from '../core/limits.js';
import { FLAG_NO_TIME, PATH_MASK, SHIFT_MASK, SHIFT_OFFSET, type ThreadMemory } from '../memory/thread-memory.js';
import { bucketOf } from './bucket.js';
import { NO_SPANS, type SliceSpans, type SpanQuery, sliceSpans } from './slice-spans.js';

/** Fields of a path in a slice's stats. */
export const SLICE_FIELDS = 7;
export const SLICE_PATH = 0;
export const SLICE_TIMED = 1;
export const SLICE_UNTIMED = 2;
export const SLICE_SUM = 3;
export const SLICE_MIN = 4;
export const SLICE_MAX = 5;
export const SLICE_WEIGHT = 6;

/** What a slice held. Keys are (thread's path id << 16 | bucket) in order of first occurrence: the same slice gives the same arrays. */
export interface SliceCounts {
  records: number;
  keys: Uint32Array;
  /** Weighted: a record of a sampled path counts for the calls it stands for. */
  counts: Float64Array;
  /** A row of SLICE_FIELDS a path: id, timed records, of these without times, weighted sum, min, max, weight. */
  stats: Float64Array;
  /** Spans for the join with CPU samples; null when they were not asked for. */
  spans: SliceSpans | null;
}

/** Reused between calls: an open-addressing table, cleared through its list of used places. */
export class SliceAggregator {
  /** Key and weighted count side by side: one cache line a probe. */
  private readonly table: Uint32Array;
  private readonly order: Uint32Array;
  private readonly mask: number;
  private readonly shift: number;
  private readonly rows = new Float64Array(PATH_SLOTS * SLICE_FIELDS);
  private readonly pathOrder = new Uint32Array(PATH_SLOTS);

  /** recordsMax: longest slice it will be given. The table is twice that, so that it never fills. */
  constructor(recordsMax: number) {
    const bits = Math.max(8, Math.ceil(Math.log2(recordsMax)) + 1);
    this.mask = (1 << bits) - 1;
    this.shift = 32 - bits;
    this.table = new Uint32Array(2 << bits);
    this.order = new Uint32Array(1 << bits);
  }

  /** Counts the records from position `from` up to, not including, `to` (positions modulo 2^32, as head and tail). */
  aggregate(
    memory: Pick<ThreadMemory, 'ringWords' | 'ringValues' | 'ringMask' | 'originUs'>,
    from: number,
    to: number,
    query: SpanQuery = NO_SPANS,
  ): SliceCounts {
    const { ringWords, ringValues, ringMask } = memory;
    const { table, order, mask, shift, rows, pathOrder } = this;
    let used = 0;
    let paths = 0;
    for (let position = from | 0; position !== (to | 0); position = (position + 1) | 0) {
      const at = position & ringMask;
      const meta = ringWords[at * 4];
      const value = ringValues[at * 2 + 1];
      const path = meta & PATH_MASK;
      const weight = 1 << ((meta >>> SHIFT_OFFSET) & SHIFT_MASK);
      const key = ((path << 16) | bucketOf(value, ringWords[at * 4 + 3])) + 1;
      // Fibonacci hashing: the upper bits of a product with 2^32 / golden ratio.
      let place = Math.imul(key, 0x9e3779b1) >>> shift;
      for (let found = table[place * 2]; found !== key; found = table[place * 2]) {
        if (found === 0) {
          table[place * 2] = key;
          order[used++] = place;
          break;
        }
        place = (place + 1) & mask;
      }
      // A slice has fewer than 2^17 records of weight 2^15 at most: 32 bits hold them.
      table[place * 2 + 1] += weight;
      const row = path * SLICE_FIELDS;
      if (rows[row + SLICE_TIMED]++ === 0) {
        pathOrder[paths++] = path;
        rows[row + SLICE_MIN] = value;
        rows[row + SLICE_MAX] = value;
      } else if (value < rows[row + SLICE_MIN]) rows[row + SLICE_MIN] = value;
      else if (value > rows[row + SLICE_MAX]) rows[row + SLICE_MAX] = value;
      rows[row + SLICE_SUM] += value * weight;
      rows[row + SLICE_WEIGHT] += weight;
      if ((meta & FLAG_NO_TIME) !== 0) rows[row + SLICE_UNTIMED]++;
    }
    return this.take((to - from) | 0, used, paths, sliceSpans(memory, from, to, query));
  }

  /** Copies the result out and leaves the scratch empty. */
  private take(records: number, used: number, paths: number, spans: SliceSpans | null): SliceCounts {
    const keys = new Uint32Array(used);
    const counts = new Float64Array(used);
    for (let i = 0; i < used; i++) {
      const place = this.order[i] * 2;
      keys[i] = this.table[place] - 1;
      counts[i] = this.table[place + 1];
      this.table[place] = 0;
      this.table[place + 1] = 0;
    }
    const stats = new Float64Array(paths * SLICE_FIELDS);
    for (let i = 0; i < paths; i++) {
      const row = this.pathOrder[i] * SLICE_FIELDS;
      this.rows[row + SLICE_PATH] = this.pathOrder[i];
      stats.set(this.rows.subarray(row, row + SLICE_FIELDS), i * SLICE_FIELDS);
      this.rows.fill(0, row, row + SLICE_FIELDS);
    }
    return { records, keys, counts, stats, spans };
  }
}
