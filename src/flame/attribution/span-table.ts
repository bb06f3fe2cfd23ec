// The spans of one thread over a stretch of time, as they travel to whoever joins them with CPU samples.

/** Columns, a row a span, in the order of their ends. Can be cloned and transferred. Times are µs of the machine's monotonic clock (`process.hrtime`). */
export interface SpanTable {
  /** Ids of paths, the process's. */
  paths: Uint16Array;
  /** Off by under 1 µs, as the ends are. */
  startUs: Float64Array;
  endUs: Float64Array;
  /** 1: a function that ran from start to end without giving up the thread. Such spans nest. */
  sync: Uint8Array;
  /** Stretches from which spans are missing. */
  lost: [startUs: number, endUs: number][];
  /** Shorter spans are left out, as it was at its highest. */
  minSpanNs: number;
  /** Added lengths of the synchronous spans that were left out as too short: so much CPU time, at most, counts to what was around them. */
  shortUs: number;
}
