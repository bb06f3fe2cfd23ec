// One slice of a ring -> the spans that a CPU sample may fall into. Thread: pool worker, or the agent thread. Beside the counting, so that it costs nothing when it is off.
import { RESERVED_PATHS, SLICE_LONG_SPANS_MAX, SLICE_SPANS_MAX, SPAN_LONG_NS } from '../core/limits.js';
import { NS_PER_US } from '../core/units.js';
import { FLAG_NO_TIME, FLAG_SYNC, PATH_MASK, type ThreadMemory } from '../memory/thread-memory.js';

/** Which spans a slice is asked for. */
export interface SpanQuery {
  /** Shorter ones are left out. Infinity: no spans are asked for. */
  minSpanNs: number;
  /** The machine's monotonic time, µs, read when the slice was already in the ring. */
  nowUs: number;
}

export const NO_SPANS: SpanQuery = { minSpanNs: Number.POSITIVE_INFINITY, nowUs: 0 };

/** Spans of one slice, in the order of their ends. Times are µs of the machine's monotonic clock. */
export interface SliceSpans {
  /** The thread's path ids. */
  paths: Uint16Array;
  startUs: Float64Array;
  /** Whole µs after the thread's origin: up to 1 µs early. */
  endUs: Float64Array;
  /** 1: FLAG_SYNC. */
  sync: Uint8Array;
  /** From the first start to the last end of spans for which there was no room; null: none. */
  lost: [startUs: number, endUs: number] | null;
  /** Added lengths of the synchronous spans that were left out as too short. */
  shortUs: number;
}

const WRAP_US = 2 ** 32;
/** An end so far in the future is taken as such, not as 71 minutes ago: the two clocks' origins are measured, not known. */
const FUTURE_US_MAX = 1_000_000;

const $paths = new Uint16Array(SLICE_SPANS_MAX + SLICE_LONG_SPANS_MAX);
const $startUs = new Float64Array(SLICE_SPANS_MAX + SLICE_LONG_SPANS_MAX);
const $endUs = new Float64Array(SLICE_SPANS_MAX + SLICE_LONG_SPANS_MAX);
const $sync = new Uint8Array(SLICE_SPANS_MAX + SLICE_LONG_SPANS_MAX);

/** Spans of the records from position `from` up to, not including, `to`; null when none are asked for. */
export function sliceSpans(
  memory: Pick<ThreadMemory, 'ringWords' | 'ringValues' | 'ringMask' | 'originUs'>,
  from: number,
  to: number,
  { minSpanNs, nowUs }: SpanQuery,
): SliceSpans | null {
  if (minSpanNs === Number.POSITIVE_INFINITY) return null;
  const { ringWords, ringValues, ringMask } = memory;
  const originUs = memory.originUs[0];
  // An end is the last moment up to latestUs that is the same modulo 2^32: of this turn of the 32 bits, or of the one before.
  const latestUs = nowUs - originUs + FUTURE_US_MAX;
  const turnUs = Math.floor(latestUs / WRAP_US) * WRAP_US;
  const latestInTurnUs = latestUs - turnUs;
  let count = 0;
  let shortNs = 0;
  let lostFromUs = Number.POSITIVE_INFINITY;
  let lostToUs = Number.NEGATIVE_INFINITY;
  for (let position = from | 0; position !== (to | 0); position = (position + 1) | 0) {
    const at = position & ringMask;
    const meta = ringWords[at * 4];
    const durationNs = ringValues[at * 2 + 1];
    if (durationNs < minSpanNs) {
      if ((meta & FLAG_SYNC) !== 0) shortNs += durationNs;
      continue;
    }
    const path = meta & PATH_MASK;
    // Reserved paths are collections and pitot's own pauses, not work of the application's; 0, the overflow, is such work.
    if ((meta & FLAG_NO_TIME) !== 0 || (path > 0 && path < RESERVED_PATHS)) continue;
    const endInTurnUs = ringWords[at * 4 + 1];
    const endUs = originUs + (endInTurnUs <= latestInTurnUs ? turnUs : turnUs - WRAP_US) + endInTurnUs;
    const startUs = endUs - durationNs / NS_PER_US;
    // Long spans have room of their own: one that is lost would make all of its time doubtful.
    if (count >= SLICE_SPANS_MAX && (durationNs < SPAN_LONG_NS || count === $paths.length)) {
      if (startUs < lostFromUs) lostFromUs = startUs;
      if (endUs > lostToUs) lostToUs = endUs;
      continue;
    }
    $paths[count] = path;
    $startUs[count] = startUs;
    $endUs[count] = endUs;
    $sync[count++] = (meta & FLAG_SYNC) !== 0 ? 1 : 0;
  }
  return {
    paths: $paths.slice(0, count),
    startUs: $startUs.slice(0, count),
    endUs: $endUs.slice(0, count),
    sync: $sync.slice(0, count),
    lost: lostToUs >= lostFromUs ? [lostFromUs, lostToUs] : null,
    shortUs: shortNs / NS_PER_US,
  };
}
