// Layout of the agent's own shared memory: two windows of counts and the run's, the directory of names, the journal. It outlives an agent thread that dies.
import { COUNTER_SLOTS, DEFINITION_BYTES, PATH_SLOTS, WINDOW_ENTRIES } from '../core/limits.js';

/*
 * Written by the agent thread alone; the main thread keeps a reference and hands it to the next agent thread when one dies.
 *
 *   head       f64 x 32: indexes below
 *   totals     f64 x COUNTER_SLOTS: counters since the process started
 *   directory  JSON lines: process-wide id -> name, labels (see definition-log)
 *   window 0   f64 x 16 header | f64 x PATH_SLOTS x 8 stats | f64 x COUNTER_SLOTS deltas | u32 keys | f64 counts | u32 order
 *   window 1   the same
 *   run        the same: all closed windows, for report.html
 *
 * keys and counts are an open-addressing table of (path << 16 | bucket) + 1 -> weighted count; `order` lists the used places, so that a window
 * is read and cleared in proportion to what it holds and untouched pages stay uncommitted.
 */
export const HEAD_F64 = 32;
export const AGENT_MAGIC_VALUE = 0x50_54_41_31;
/** Indexes of `head`. */
export const AGENT_MAGIC = 0;
export const CURRENT_WINDOW = 1;
export const NEXT_SEQ = 2;
/** Journal of the slice being merged: which thread, where it began, how many of its steps are done. */
export const JOURNAL_SERIAL = 3;
export const JOURNAL_FROM = 4;
export const JOURNAL_TO = 5;
export const JOURNAL_DONE = 6;

/** Indexes of a window's header. */
export const WINDOW_STATE = 0;
export const WINDOW_SEQ = 1;
export const START_WALL_MS = 2;
export const START_MONOTONIC_MS = 3;
export const END_WALL_MS = 4;
export const END_MONOTONIC_MS = 5;
export const CLOSED_BY = 6;
export const USED_ENTRIES = 7;
export const W_REJECTED = 8;
export const W_CLAMPED = 9;
/** Steps of this window already merged into the run. */
export const RUN_MERGE_DONE = 10;
/** Records taken off the rings, by the rings' positions. */
export const W_COMMITTED = 11;

/** Why a window was closed, by the number that stands in its header. */
export const CLOSED_BY_NAMES = ['interval', 'flush', 'exit', 'full', 'stop'] as const;

export const WINDOW_FREE = 0;
export const WINDOW_OPEN = 1;
export const WINDOW_CLOSING = 2;
export const WINDOW_CLEARING = 3;

/** Fields of a path's stats, eight to a row. */
export const STAT_FIELDS = 8;
export const S_TIMED = 0;
export const S_WEIGHT = 1;
export const S_SUM = 2;
export const S_MIN = 3;
export const S_MAX = 4;
export const S_SAMPLED_OUT = 5;
export const S_DROPPED = 6;
export const S_ERRORS = 7;

export interface WindowMemory {
  readonly header: Float64Array;
  readonly stats: Float64Array;
  readonly counters: Float64Array;
  readonly keys: Uint32Array;
  readonly counts: Float64Array;
  readonly order: Uint32Array;
}

export interface AgentMemory {
  readonly sab: SharedArrayBuffer;
  readonly head: Float64Array;
  readonly totals: Float64Array;
  /** Word 0: bytes of the directory in use. */
  readonly directoryWords: Int32Array;
  readonly directory: Uint8Array;
  readonly windows: readonly [WindowMemory, WindowMemory];
  readonly run: WindowMemory;
}

const TOTALS_BYTE = HEAD_F64 * 8;
const DIRECTORY_WORDS_BYTE = TOTALS_BYTE + COUNTER_SLOTS * 8;
const DIRECTORY_BYTE = DIRECTORY_WORDS_BYTE + 64;
/** The directory holds paths, counters and gauges of all threads: twice one thread's text. */
const DIRECTORY_BYTES = DEFINITION_BYTES * 2;
const WINDOWS_BYTE = DIRECTORY_BYTE + DIRECTORY_BYTES;
const STATS_OFFSET = 16 * 8;
const COUNTERS_OFFSET = STATS_OFFSET + PATH_SLOTS * STAT_FIELDS * 8;
const COUNTS_OFFSET = COUNTERS_OFFSET + COUNTER_SLOTS * 8;
const KEYS_OFFSET = COUNTS_OFFSET + WINDOW_ENTRIES * 8;
const ORDER_OFFSET = KEYS_OFFSET + WINDOW_ENTRIES * 4;
const WINDOW_BYTES = ORDER_OFFSET + WINDOW_ENTRIES * 4;

export function createAgentMemory(): AgentMemory {
  const memory = viewAgentMemory(new SharedArrayBuffer(WINDOWS_BYTE + WINDOW_BYTES * 3));
  memory.head[AGENT_MAGIC] = AGENT_MAGIC_VALUE;
  memory.head[NEXT_SEQ] = 1;
  memory.head[JOURNAL_SERIAL] = -1;
  return memory;
}

export function viewAgentMemory(sab: SharedArrayBuffer): AgentMemory {
  return {
    sab,
    head: new Float64Array(sab, 0, HEAD_F64),
    totals: new Float64Array(sab, TOTALS_BYTE, COUNTER_SLOTS),
    directoryWords: new Int32Array(sab, DIRECTORY_WORDS_BYTE, 16),
    directory: new Uint8Array(sab, DIRECTORY_BYTE, DIRECTORY_BYTES),
    windows: [viewWindow(sab, WINDOWS_BYTE), viewWindow(sab, WINDOWS_BYTE + WINDOW_BYTES)],
    run: viewWindow(sab, WINDOWS_BYTE + WINDOW_BYTES * 2),
  };
}

function viewWindow(sab: SharedArrayBuffer, byte: number): WindowMemory {
  return {
    header: new Float64Array(sab, byte, 16),
    stats: new Float64Array(sab, byte + STATS_OFFSET, PATH_SLOTS * STAT_FIELDS),
    counters: new Float64Array(sab, byte + COUNTERS_OFFSET, COUNTER_SLOTS),
    counts: new Float64Array(sab, byte + COUNTS_OFFSET, WINDOW_ENTRIES),
    keys: new Uint32Array(sab, byte + KEYS_OFFSET, WINDOW_ENTRIES),
    order: new Uint32Array(sab, byte + ORDER_OFFSET, WINDOW_ENTRIES),
  };
}
