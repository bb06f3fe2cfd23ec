// Merging into a window, reading it, clearing it: each step is all or nothing when the thread is ended (assumption A4 of thread-memory).
import { WINDOW_ENTRIES, WINDOW_FILL_MAX } from '../core/limits.js';
import {
  CLOSED_BY,
  END_MONOTONIC_MS,
  END_WALL_MS,
  JOURNAL_DONE,
  RUN_MERGE_DONE,
  S_DROPPED,
  S_ERRORS,
  S_MAX,
  S_MIN,
  S_SAMPLED_OUT,
  S_SUM,
  S_TIMED,
  S_WEIGHT,
  START_MONOTONIC_MS,
  START_WALL_MS,
  STAT_FIELDS,
  USED_ENTRIES,
  W_CLAMPED,
  W_COMMITTED,
  W_REJECTED,
  WINDOW_CLEARING,
  WINDOW_FREE,
  WINDOW_OPEN,
  WINDOW_SEQ,
  WINDOW_STATE,
  type WindowMemory,
} from '../memory/window-memory.js';
import { SLICE_FIELDS, SLICE_MAX, SLICE_MIN, SLICE_PATH, SLICE_SUM, SLICE_TIMED, SLICE_WEIGHT, type SliceCounts } from './aggregate-slice.js';

const MASK = WINDOW_ENTRIES - 1;
/** Buckets in a block that stays together, so that one path's counts share pages. */
const BLOCK_BITS = 7;
const BLOCK_MASK = (1 << BLOCK_BITS) - 1;
const BLOCKS_SHIFT = 32 - (Math.log2(WINDOW_ENTRIES) - BLOCK_BITS);

/** True when a slice of so many keys may not fit any more: the window is to be closed first. */
export const isNearlyFull = (window: WindowMemory, moreKeys: number): boolean =>
  window.header[USED_ENTRIES] + moreKeys > WINDOW_ENTRIES * WINDOW_FILL_MAX;

/**
 * Adds a slice to a window, from the step on which the journal says is next, so that a merge that was cut short goes on where it stopped.
 * `ids` maps the thread's path ids to the process's.
 */
export function mergeSlice(window: WindowMemory, slice: SliceCounts, ids: Uint16Array, journal: Float64Array): void {
  const entries = slice.keys.length;
  for (let step = journal[JOURNAL_DONE]; step < entries; step++) {
    const key = slice.keys[step];
    const place = placeOf(window.keys, ids[key >>> 16], key & 0xffff);
    addEntry(window, place, ((ids[key >>> 16] << 16) | (key & 0xffff)) + 1, slice.counts[step], journal, JOURNAL_DONE, step + 1);
  }
  const paths = slice.stats.length / SLICE_FIELDS;
  for (let step = Math.max(entries, journal[JOURNAL_DONE]); step < entries + paths; step++) {
    addStats(window.stats, slice.stats, ids, (step - entries) * SLICE_FIELDS, journal, step + 1);
  }
}

/** Straight line: no call, no loop, so it happens all or not at all. */
function addEntry(window: WindowMemory, place: number, key: number, count: number, journal: Float64Array, slot: number, done: number): void {
  const used = window.header[USED_ENTRIES];
  if (window.keys[place] === 0) {
    window.order[used] = place;
    window.keys[place] = key;
    window.header[USED_ENTRIES] = used + 1;
  }
  window.counts[place] += count;
  journal[slot] = done;
}

/** Straight line, likewise. */
function addStats(stats: Float64Array, slice: Float64Array, ids: Uint16Array, from: number, journal: Float64Array, done: number): void {
  const row = ids[slice[from + SLICE_PATH]] * STAT_FIELDS;
  const first = stats[row + S_TIMED] === 0;
  stats[row + S_TIMED] += slice[from + SLICE_TIMED];
  stats[row + S_WEIGHT] += slice[from + SLICE_WEIGHT];
  stats[row + S_SUM] += slice[from + SLICE_SUM];
  if (first || slice[from + SLICE_MIN] < stats[row + S_MIN]) stats[row + S_MIN] = slice[from + SLICE_MIN];
  if (first || slice[from + SLICE_MAX] > stats[row + S_MAX]) stats[row + S_MAX] = slice[from + SLICE_MAX];
  journal[JOURNAL_DONE] = done;
}

function placeOf(keys: Uint32Array, path: number, bucket: number): number {
  const key = ((path << 16) | bucket) + 1;
  const block = Math.imul((path << 9) | (bucket >>> BLOCK_BITS), 0x9e3779b1) >>> BLOCKS_SHIFT;
  let place = (block << BLOCK_BITS) | (bucket & BLOCK_MASK);
  while (keys[place] !== key && keys[place] !== 0) place = (place + 1) & MASK;
  return place;
}

/** Adds a closed window to the run, resumable as mergeSlice is; the window's own header keeps the journal. False: the run has no room, nothing was added. */
export function mergeIntoRun(run: WindowMemory, window: WindowMemory): boolean {
  const { header } = window;
  const used = header[USED_ENTRIES];
  if (header[RUN_MERGE_DONE] === 0 && isNearlyFull(run, used)) return false;
  for (let step = header[RUN_MERGE_DONE]; step < used; step++) {
    const from = window.order[step];
    const key = window.keys[from] - 1;
    addEntry(run, placeOf(run.keys, key >>> 16, key & 0xffff), key + 1, window.counts[from], header, RUN_MERGE_DONE, step + 1);
  }
  const rows = window.stats.length / STAT_FIELDS;
  for (let step = Math.max(used, header[RUN_MERGE_DONE]); step < used + rows; step++) {
    addRow(run.stats, window.stats, (step - used) * STAT_FIELDS, header, step + 1);
  }
  for (let step = Math.max(used + rows, header[RUN_MERGE_DONE]); step < used + rows + window.counters.length; step++) {
    run.counters[step - used - rows] += window.counters[step - used - rows];
    header[RUN_MERGE_DONE] = step + 1;
  }
  if (header[RUN_MERGE_DONE] === used + rows + window.counters.length) {
    run.header[W_REJECTED] += header[W_REJECTED];
    run.header[W_CLAMPED] += header[W_CLAMPED];
    run.header[W_COMMITTED] += header[W_COMMITTED];
    header[RUN_MERGE_DONE]++;
  }
  return true;
}

/** Straight line, likewise. */
function addRow(run: Float64Array, window: Float64Array, row: number, journal: Float64Array, done: number): void {
  const first = run[row + S_TIMED] === 0;
  if (window[row + S_TIMED] > 0) {
    if (first || window[row + S_MIN] < run[row + S_MIN]) run[row + S_MIN] = window[row + S_MIN];
    if (first || window[row + S_MAX] > run[row + S_MAX]) run[row + S_MAX] = window[row + S_MAX];
  }
  run[row + S_TIMED] += window[row + S_TIMED];
  run[row + S_WEIGHT] += window[row + S_WEIGHT];
  run[row + S_SUM] += window[row + S_SUM];
  run[row + S_SAMPLED_OUT] += window[row + S_SAMPLED_OUT];
  run[row + S_DROPPED] += window[row + S_DROPPED];
  run[row + S_ERRORS] += window[row + S_ERRORS];
  journal[RUN_MERGE_DONE] = done;
}

/** Opens a free window. */
export function openWindow(window: WindowMemory, seq: number, startWallMs: number, startMonotonicMs: number): void {
  const { header } = window;
  header[WINDOW_SEQ] = seq;
  header[START_WALL_MS] = startWallMs;
  header[START_MONOTONIC_MS] = startMonotonicMs;
  header[END_WALL_MS] = 0;
  header[END_MONOTONIC_MS] = 0;
  header[CLOSED_BY] = 0;
  header[WINDOW_STATE] = WINDOW_OPEN;
}

/** Empties a window in proportion to what it holds. May be called again after being cut short. */
export function clearWindow(window: WindowMemory): void {
  const { header, keys, counts, order } = window;
  header[WINDOW_STATE] = WINDOW_CLEARING;
  const used = header[USED_ENTRIES];
  for (let i = 0; i < used; i++) {
    keys[order[i]] = 0;
    counts[order[i]] = 0;
  }
  header[USED_ENTRIES] = 0;
  window.stats.fill(0);
  window.counters.fill(0);
  header[W_REJECTED] = 0;
  header[W_CLAMPED] = 0;
  header[W_COMMITTED] = 0;
  header[RUN_MERGE_DONE] = 0;
  header[WINDOW_STATE] = WINDOW_FREE;
}

/** A window's counts grouped by path: `starts[p]..starts[p + 1]` are the entries of path p. */
export function groupByPath(window: WindowMemory, pathSlots: number): { starts: Uint32Array; buckets: Uint16Array; counts: Float64Array } {
  const used = window.header[USED_ENTRIES];
  const starts = new Uint32Array(pathSlots + 1);
  for (let i = 0; i < used; i++) starts[((window.keys[window.order[i]] - 1) >>> 16) + 1]++;
  for (let p = 0; p < pathSlots; p++) starts[p + 1] += starts[p];
  const next = starts.slice();
  const buckets = new Uint16Array(used);
  const counts = new Float64Array(used);
  for (let i = 0; i < used; i++) {
    const place = window.order[i];
    const key = window.keys[place] - 1;
    const to = next[key >>> 16]++;
    buckets[to] = key & 0xffff;
    counts[to] = window.counts[place];
  }
  return { starts, buckets, counts };
}
