// Layout of the shared memory of one application thread: its ring, its slots, its definitions. No algorithm here.
import { COUNTER_SLOTS, DEFINITION_BYTES, PATH_SLOTS } from '../core/limits.js';

/*
 * One SharedArrayBuffer an application thread. P: written by the application thread (producer). A: written by the agent thread (consumer).
 *
 *   byte      words                                                                               writer
 *   0         u32 magic | u32 version | u32 ringRecords | i32 threadId | i32 serial | i32 osTid   P, once
 *   24        f64 originUs: the machine's monotonic time at the thread's time origin              P, once
 *   64        i32 head: records published since the start, modulo 2^32                            P, each record
 *   128       i32 tail: records the agent has committed, modulo 2^32                              A, each slice
 *   192       i32 state | i32 definitionBytes | f64 rejected | f64 clamped                        P, rarely
 *   256       f64 rejectedSeen | f64 clampedSeen                                                  A
 *   320       i32 sampleSeq | .. | f64 x 46: newest sample of the thread's heap and loop          P, about 1 Hz
 *   704       u8 x PATH_SLOTS: sampling shift a path, 0 = time every call                         A, P reads
 *   ...       f64 x PATH_SLOTS x 3: sampledOut, dropped, errors a path, cumulative                P
 *   ...       f64 x PATH_SLOTS x 3: the same as last moved into a window                          A
 *   ...       f64 x COUNTER_SLOTS: counters, cumulative | as last moved                           P | A
 *   ...       f64 x COUNTER_SLOTS: gauges                                                         P
 *   ...       definitions: JSON lines, append-only                                                P
 *   ...       ring: ringRecords x 16 bytes                                                        P
 *
 * One record, 16 bytes, four to a cache line:
 *
 *    31        20 19   16 15   12 11          0
 *   +------------+-------+-------+-------------+
 *   |  (spare)   | shift | flags |   path id   |   u32 meta      shift: the record stands for 2^shift calls
 *   +------------+-------+-------+-------------+
 *   |     end of the span, µs since the        |   u32 endUs     modulo 2^32 (71 min): spans last an hour at most and
 *   |     thread's time origin                 |                 are drained within a second, so it is unambiguous
 *   +------------------------------------------+
 *   |          duration in ns, or value        |   f64
 *   |                                          |
 *   +------------------------------------------+
 *
 * Protocol. Assumptions:
 *   A1  One thread writes head, records and P words; one thread writes tail and A words.
 *   A2  A store of an aligned 32- or 64-bit element is not torn (true of every 64-bit platform Node supports).
 *   A3  On x64 and ia32 stores become visible in program order (TSO), and V8 does not reorder stores to typed arrays;
 *       elsewhere head is published by Atomics.store, which orders the record before it.
 *   A4  V8 ends a thread (worker.terminate) only at a function entry or a loop's back edge: statements between them happen all or not at all.
 * Guarantees:
 *   G1  A record below head is complete: head is stored after it. The consumer reads head by Atomics.load.
 *   G2  A record is overwritten only after tail has passed it: the producer compares with tail, read by Atomics.load and cached.
 *   G3  head - tail is at most ringRecords. When it would exceed, the record is dropped and counted in the path's dropped slot.
 *   G4  Each call of a path is in exactly one place: one record, sampledOut, or dropped.
 *   G5  tail moves only after the slice's counts are in the window: a consumer that dies mid-slice loses nothing.
 */

export const THREAD_MAGIC = 0x50_54_52_31;
export const THREAD_VERSION = 3;

/** Bits of a record's meta word. */
export const PATH_MASK = 0xfff;
export const FLAG_ERROR = 1 << 12;
/** endUs holds nothing: the duration was handed over by `record`. */
export const FLAG_NO_TIME = 1 << 13;
/** The span was a function that returned without a promise, or threw: all of it is one piece of work on the thread, and such spans nest. */
export const FLAG_SYNC = 1 << 14;
export const SHIFT_OFFSET = 16;
export const SHIFT_MASK = 0xf;
export const RECORD_BYTES = 16;

/** Identity words, as indexes of `words`. */
export const MAGIC = 0;
export const VERSION = 1;
export const RING_RECORDS_WORD = 2;
export const THREAD_ID = 3;
export const SERIAL = 4;
export const OS_TID = 5;
export const HEAD = 16;
export const TAIL = 32;
export const STATE = 48;
export const DEFINITION_LENGTH = 49;
export const SAMPLE_SEQ = 80;

export const STATE_RUNNING = 1;
export const STATE_ENDED = 2;
/** Set by the agent when it has everything of a thread that ended: nobody needs the memory any more. */
export const STATE_RETIRED = 3;

/** Indexes of `tallies` (P) and `talliesSeen` (A). */
export const REJECTED = 0;
export const CLAMPED = 1;

/** Indexes of `sample`. */
export const SAMPLE = {
  heapUsedBytes: 0,
  heapTotalBytes: 1,
  externalBytes: 2,
  arrayBuffersBytes: 3,
  heapLimitBytes: 4,
  loopIdleMs: 5,
  loopActiveMs: 6,
  spaceCount: 7,
  liveBytes: 8,
  liveExternalBytes: 9,
  fullCollections: 10,
  nativeContexts: 11,
  detachedContexts: 12,
  allocatedBytes: 13,
  spaces: 14,
} as const;
/** Heap spaces a sample holds, each as used and size; V8 has eight to eleven. */
export const SPACES_MAX = 16;

const ORIGIN_BYTE = 24;
const TALLIES_BYTE = 200;
const TALLIES_SEEN_BYTE = 256;
const SAMPLE_BYTE = 328;
const SHIFTS_BYTE = 704;
const SLOTS_BYTE = SHIFTS_BYTE + PATH_SLOTS;
const SLOTS_SEEN_BYTE = SLOTS_BYTE + PATH_SLOTS * 3 * 8;
const COUNTERS_BYTE = SLOTS_SEEN_BYTE + PATH_SLOTS * 3 * 8;
const COUNTERS_SEEN_BYTE = COUNTERS_BYTE + COUNTER_SLOTS * 8;
const GAUGES_BYTE = COUNTERS_SEEN_BYTE + COUNTER_SLOTS * 8;
const DEFINITIONS_BYTE = GAUGES_BYTE + COUNTER_SLOTS * 8;
const RING_BYTE = DEFINITIONS_BYTE + DEFINITION_BYTES;

/** Typed views over one thread's shared memory. */
export interface ThreadMemory {
  readonly sab: SharedArrayBuffer;
  readonly words: Int32Array;
  /** One value: machine time, µs, at which the thread's clock stood at 0. */
  readonly originUs: Float64Array;
  readonly tallies: Float64Array;
  readonly talliesSeen: Float64Array;
  readonly sample: Float64Array;
  readonly shifts: Uint8Array;
  readonly sampledOut: Float64Array;
  readonly dropped: Float64Array;
  readonly errors: Float64Array;
  readonly sampledOutSeen: Float64Array;
  readonly droppedSeen: Float64Array;
  readonly errorsSeen: Float64Array;
  readonly counters: Float64Array;
  readonly countersSeen: Float64Array;
  readonly gauges: Float64Array;
  readonly definitions: Uint8Array;
  readonly ringWords: Uint32Array;
  readonly ringValues: Float64Array;
  /** ringRecords - 1. */
  readonly ringMask: number;
}

/** Allocates the memory of one thread; pages are committed by the system as they are touched. originUs: threadOriginUs() of core/clock.ts. */
export function createThreadMemory(ringRecords: number, threadId: number, serial: number, osTid: number, originUs = 0): ThreadMemory {
  const sab = new SharedArrayBuffer(RING_BYTE + ringRecords * RECORD_BYTES);
  const words = new Int32Array(sab, 0, 128);
  words[MAGIC] = THREAD_MAGIC;
  words[VERSION] = THREAD_VERSION;
  words[RING_RECORDS_WORD] = ringRecords;
  words[THREAD_ID] = threadId;
  words[SERIAL] = serial;
  words[OS_TID] = osTid;
  words[STATE] = STATE_RUNNING;
  const memory = viewThreadMemory(sab);
  if (memory === null) throw new Error('unreachable: memory just written has the right magic');
  memory.originUs[0] = originUs;
  memory.gauges.fill(Number.NaN);
  return memory;
}

/** Views existing memory; null when it is of another layout (two versions of pitot in one process). */
export function viewThreadMemory(sab: SharedArrayBuffer): ThreadMemory | null {
  const words = new Int32Array(sab, 0, 128);
  if (words[MAGIC] !== THREAD_MAGIC || words[VERSION] !== THREAD_VERSION) return null;
  const ringRecords = words[RING_RECORDS_WORD];
  const slots = (byte: number, row: number, length: number): Float64Array => new Float64Array(sab, byte + row * length * 8, length);
  return {
    sab,
    words,
    originUs: new Float64Array(sab, ORIGIN_BYTE, 1),
    tallies: new Float64Array(sab, TALLIES_BYTE, 2),
    talliesSeen: new Float64Array(sab, TALLIES_SEEN_BYTE, 2),
    sample: new Float64Array(sab, SAMPLE_BYTE, SAMPLE.spaces + SPACES_MAX * 2),
    shifts: new Uint8Array(sab, SHIFTS_BYTE, PATH_SLOTS),
    sampledOut: slots(SLOTS_BYTE, 0, PATH_SLOTS),
    dropped: slots(SLOTS_BYTE, 1, PATH_SLOTS),
    errors: slots(SLOTS_BYTE, 2, PATH_SLOTS),
    sampledOutSeen: slots(SLOTS_SEEN_BYTE, 0, PATH_SLOTS),
    droppedSeen: slots(SLOTS_SEEN_BYTE, 1, PATH_SLOTS),
    errorsSeen: slots(SLOTS_SEEN_BYTE, 2, PATH_SLOTS),
    counters: slots(COUNTERS_BYTE, 0, COUNTER_SLOTS),
    countersSeen: slots(COUNTERS_SEEN_BYTE, 0, COUNTER_SLOTS),
    gauges: slots(GAUGES_BYTE, 0, COUNTER_SLOTS),
    definitions: new Uint8Array(sab, DEFINITIONS_BYTE, DEFINITION_BYTES),
    ringWords: new Uint32Array(sab, RING_BYTE, ringRecords * 4),
    ringValues: new Float64Array(sab, RING_BYTE, ringRecords * 2),
    ringMask: ringRecords - 1,
  };
}
