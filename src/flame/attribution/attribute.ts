// Which work burned the CPU: each sample of a thread is joined with the spans of that thread, by time. Thread: pool worker. Pure.
import { PATH_SLOTS } from '../../core/limits.js';
import type { Frame, Profile, RawFrame } from '../profile.js';
import { NOT_PROFILED, NOT_RUNNING, ROOT_FUNCTION } from '../profile-builder.js';
import type { SpanTable } from './span-table.js';

/** In place of a path: the sample is nobody's, or it burned no CPU. */
export const UNATTRIBUTED = -1;

/** Each sample's path, in the order of the profile's samples. */
export interface Attribution {
  /** Process's path id, or UNATTRIBUTED. */
  path: Int32Array;
  /** 1: by rule 1, exactly. */
  sync: Uint8Array;
}

/** Name of the paths of requests that a server of this process answers (host/http-server.ts). */
export const REQUEST_PATH = 'http.server';

/** Frames without a place, in which no CPU time is spent. */
const NOT_CPU = new Set(['(idle)', ROOT_FUNCTION, NOT_RUNNING, NOT_PROFILED]);
/** Ends are cut to whole µs, and starts reckoned from them: a span may seem to begin so much before the request that it is part of. */
const ROUNDING_US = 1;

/**
 * Gives each sample at most one path. A span covers a sample when it began at or before it and ended after it.
 *
 *   0. A sample in `(idle)` and the like burned no CPU; a sample in a stretch of lost spans is nobody's, as its span may be one of them.
 *   1. Synchronous spans cover it: they nest, and the innermost has it. This is exact: the code ran within that call.
 *   2. All asynchronous spans that cover it are of one path: that path.
 *   3. All requests that cover it are of one path, and each other span that covers it lies inside some request: the requests' path.
 *   4. Else it is nobody's.
 *
 * Samples in the garbage collector and in native code are CPU time like any other.
 *
 * What distorts: Rules 2 and 3 say that a path alone was under way, not that the code is its own: work without a span (a timer, a library's housekeeping) counts to it.
 * Spans that were still open when the table was taken are unknown, which matters to rules 2 and 3 alone (what is inside a span that has ended has ended).
 * Calls without a span count to what is around them: those shorter than the table's minSpanNs (`shortUs` bounds them) and those of paths that are timed 1 in N.
 * Times agree within 1 µs.
 *
 * Cost: O(spans × log samples + samples + requests × log requests).
 *
 * @param isRequest whether a path is that of requests; see REQUEST_PATH.
 */
export function attribute(profile: Profile<RawFrame | Frame>, spans: SpanTable, isRequest: (path: number) => boolean): Attribution {
  const { timesUs } = profile;
  const length = timesUs.length;
  const path = new Int32Array(length).fill(UNATTRIBUTED);
  const sync = new Uint8Array(length);
  const first = new Uint32Array(spans.paths.length);
  const end = new Uint32Array(spans.paths.length);
  for (let row = 0; row < first.length; row++) {
    first[row] = firstAtOrAfter(timesUs, spans.startUs[row]);
    end[row] = firstAtOrAfter(timesUs, spans.endUs[row]);
  }
  giveToAsync(path, spans, first, end, isRequest);
  giveToSync(path, sync, spans, first, end);
  const busy = busyNodes(profile);
  for (let i = 0; i < length; i++) if (busy[profile.samples[i]] === 0) take(path, sync, i);
  for (const [fromUs, toUs] of spans.lost) {
    for (let i = firstAtOrAfter(timesUs, fromUs); i < length && timesUs[i] <= toUs; i++) take(path, sync, i);
  }
  return { path, sync };
}

/** 1 for nodes whose self time is CPU time, as busyTime (top-functions.ts) has it. */
export function busyNodes({ frames, nodeFrames }: Pick<Profile<RawFrame | Frame>, 'frames' | 'nodeFrames'>): Uint8Array {
  const isBusy = (frame: RawFrame | Frame): boolean =>
    'kind' in frame ? frame.kind !== 'idle' && frame.kind !== 'none' : frame.url !== '' || !NOT_CPU.has(frame.function);
  const busy = frames.map((frame) => (isBusy(frame) ? 1 : 0));
  return Uint8Array.from(nodeFrames, (frame) => busy[frame]);
}

function take(path: Int32Array, sync: Uint8Array, sample: number): void {
  path[sample] = UNATTRIBUTED;
  sync[sample] = 0;
}

/** Rule 1. Of spans that nest the innermost ends first, and rows stand in the order of their ends: the first row to cover a sample has it. */
function giveToSync(path: Int32Array, sync: Uint8Array, spans: SpanTable, first: Uint32Array, end: Uint32Array): void {
  // next[i]: leads to the first sample from i on that has no row yet; shortened as it is followed.
  const next = Uint32Array.from({ length: path.length + 1 }, (_, i) => i);
  const free = (from: number): number => {
    let i = from;
    while (next[i] !== i) i = next[i] = next[next[i]];
    return i;
  };
  for (let row = 0; row < first.length; row++) {
    if (spans.sync[row] === 0) continue;
    for (let i = free(first[row]); i < end[row]; i = free(i)) {
      path[i] = spans.paths[row];
      sync[i] = 1;
      next[i] = i + 1;
    }
  }
}

/** Rules 2 and 3, in one pass over the samples with what is under way at each. */
function giveToAsync(path: Int32Array, spans: SpanTable, first: Uint32Array, end: Uint32Array, isRequest: (path: number) => boolean): void {
  const { paths, sync } = spans;
  const covers = (row: number): boolean => sync[row] === 0 && first[row] < end[row];
  const starts = rowsBySample(first, path.length, covers);
  const ends = rowsBySample(end, path.length, covers);
  const kinds = new Map<number, boolean>();
  const isRequestPath = (id: number): boolean => kinds.get(id) ?? (kinds.set(id, isRequest(id)).get(id) as boolean);
  const isInside = insideRequests(spans, isRequestPath);
  const any = new PathsUnderWay();
  const requests = new PathsUnderWay();
  /** Spans that are no requests and not inside any. */
  let apart = 0;
  for (let i = 0; i < path.length; i++) {
    for (let at = ends.from[i]; at < ends.from[i + 1]; at++) {
      const row = ends.rows[at];
      any.end(paths[row]);
      if (isRequestPath(paths[row])) requests.end(paths[row]);
      else if (!isInside(row)) apart--;
    }
    for (let at = starts.from[i]; at < starts.from[i + 1]; at++) {
      const row = starts.rows[at];
      any.start(paths[row]);
      if (isRequestPath(paths[row])) requests.start(paths[row]);
      else if (!isInside(row)) apart++;
    }
    path[i] = any.only;
    if (path[i] === UNATTRIBUTED && apart === 0) path[i] = requests.only;
  }
}

/** The paths of spans under way. */
class PathsUnderWay {
  private readonly spans = new Uint32Array(PATH_SLOTS);
  private paths = 0;
  /** Of the distinct paths' ids: when there is one, it is its id. */
  private idSum = 0;

  start(path: number): void {
    if (this.spans[path]++ > 0) return;
    this.paths++;
    this.idSum += path;
  }

  end(path: number): void {
    if (--this.spans[path] > 0) return;
    this.paths--;
    this.idSum -= path;
  }

  get only(): number {
    return this.paths === 1 ? this.idSum : UNATTRIBUTED;
  }
}

/** Whether a row lies inside a request: of those that began before it, one ends after it. */
function insideRequests({ paths, startUs, endUs, sync }: SpanTable, isRequestPath: (path: number) => boolean): (row: number) => boolean {
  const requests: number[] = [];
  for (let row = 0; row < paths.length; row++) if (sync[row] === 0 && isRequestPath(paths[row])) requests.push(row);
  requests.sort((a, b) => startUs[a] - startUs[b]);
  const startsUs = Float64Array.from(requests, (row) => startUs[row]);
  const endsUsMax = Float64Array.from(requests, (row) => endUs[row]);
  for (let i = 1; i < endsUsMax.length; i++) endsUsMax[i] = Math.max(endsUsMax[i], endsUsMax[i - 1]);
  return (row) => {
    const begun = firstAfter(startsUs, startUs[row] + ROUNDING_US);
    return begun > 0 && endsUsMax[begun - 1] >= endUs[row];
  };
}

/** Rows by a sample's index, in counting order: those of sample i are rows[from[i]] up to rows[from[i + 1]]. */
function rowsBySample(sampleOf: Uint32Array, samples: number, isTaken: (row: number) => boolean): { rows: Uint32Array; from: Uint32Array } {
  const from = new Uint32Array(samples + 2);
  for (let row = 0; row < sampleOf.length; row++) if (isTaken(row)) from[sampleOf[row] + 1]++;
  for (let i = 1; i < from.length; i++) from[i] += from[i - 1];
  const rows = new Uint32Array(from[samples + 1]);
  const place = from.slice();
  for (let row = 0; row < sampleOf.length; row++) if (isTaken(row)) rows[place[sampleOf[row]]++] = row;
  return { rows, from };
}

/** Index of the first element >= value; the length when there is none. */
function firstAtOrAfter(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The same, > value. */
function firstAfter(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
