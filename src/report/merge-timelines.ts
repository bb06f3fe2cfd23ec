// Timelines of several processes as one, and long timelines thinned: levels are weighted by time, amounts added, maxima kept.
import { TIMELINE_POINTS_MAX } from '../core/limits.js';
import type { TimelinePoint } from './report-types.js';

/**
 * One timeline for all processes on a common grid. In a cell, CPU and bytes are summed over the processes that ran then, collections are added,
 * and loop figures are those of the process that was worst: an upper bound where a percentile is meant, as percentiles do not merge.
 * A single process's points are kept as they are, thinned to the limit.
 */
export function mergeTimelines(timelines: readonly (readonly TimelinePoint[])[], pointsMax = TIMELINE_POINTS_MAX): TimelinePoint[] {
  const filled = timelines.filter((points) => points.length > 0);
  if (filled.length === 0) return [];
  if (filled.length === 1) return thinTimeline(filled[0], pointsMax);
  const all = filled.flat();
  const startMs = Math.min(...filled.map((points) => points[0].atMs - points[0].spanMs));
  const endMs = Math.max(...all.map((point) => point.atMs));
  const spanMs = Math.max(1, medianSpanMs(all), (endMs - startMs) / pointsMax);
  const cells: (TimelinePoint | undefined)[] = new Array(Math.max(1, Math.ceil((endMs - startMs) / spanMs)));
  for (const points of filled) {
    for (const [cell, point] of onGrid(points, startMs, spanMs, cells.length)) {
      cells[cell] = cells[cell] === undefined ? point : addProcess(cells[cell], point);
    }
  }
  return cells.filter((cell) => cell !== undefined);
}

/** Merges neighbours in pairs until at most `pointsMax` are left. */
export function thinTimeline(points: readonly TimelinePoint[], pointsMax = TIMELINE_POINTS_MAX): TimelinePoint[] {
  let thinned = points.slice();
  while (thinned.length > pointsMax) {
    const halved: TimelinePoint[] = [];
    for (let i = 0; i < thinned.length; i += 2) {
      halved.push(i + 1 < thinned.length ? joinInTime(thinned[i], thinned[i + 1]) : thinned[i]);
    }
    thinned = halved;
  }
  return thinned;
}

/** One process's points by cell; a point belongs to the cell of its middle, and one longer than a cell fills every cell whose middle it covers. */
function onGrid(points: readonly TimelinePoint[], startMs: number, spanMs: number, cells: number): Map<number, TimelinePoint> {
  const grid = new Map<number, TimelinePoint>();
  for (const point of points) {
    const middle = clamp(Math.floor((point.atMs - point.spanMs / 2 - startMs) / spanMs), cells);
    const first = clamp(Math.ceil((point.atMs - point.spanMs - startMs) / spanMs - 0.5), cells);
    const last = clamp(Math.ceil((point.atMs - startMs) / spanMs - 0.5) - 1, cells);
    for (let cell = Math.min(first, middle); cell <= Math.max(last, middle); cell++) {
      // Collections are counted once, in the cell of the middle, so that their sum over the timeline stays what it was.
      const amounts = cell === middle ? {} : { gcCount: 0, gcTotalMs: 0, ...(point.fullGcCount === undefined ? {} : { fullGcCount: 0 }) };
      const placed = { ...point, ...amounts, atMs: startMs + (cell + 1) * spanMs, spanMs: Math.min(point.spanMs, spanMs) };
      const before = grid.get(cell);
      grid.set(cell, { ...(before === undefined ? placed : joinInTime(before, placed)), atMs: placed.atMs });
    }
  }
  for (const point of grid.values()) point.spanMs = spanMs;
  return grid;
}

function joinInTime(a: TimelinePoint, b: TimelinePoint): TimelinePoint {
  const span = a.spanMs + b.spanMs;
  const level = (x: number, y: number): number => (span === 0 ? y : (x * a.spanMs + y * b.spanMs) / span);
  return {
    atMs: Math.max(a.atMs, b.atMs),
    spanMs: span,
    cpuRatio: level(a.cpuRatio, b.cpuRatio),
    rssBytes: level(a.rssBytes, b.rssBytes),
    heapUsedBytes: level(a.heapUsedBytes, b.heapUsedBytes),
    heapTotalBytes: level(a.heapTotalBytes, b.heapTotalBytes),
    externalBytes: level(a.externalBytes, b.externalBytes),
    loopUtilization: level(a.loopUtilization, b.loopUtilization),
    ...optional({
      // What the newest full collection left: 0 is none yet.
      liveBytes: b.liveBytes || a.liveBytes,
      arrayBuffersBytes: both(a.arrayBuffersBytes, b.arrayBuffersBytes, level),
      nativeBytes: both(a.nativeBytes, b.nativeBytes, level),
      handles: b.handles ?? a.handles,
    }),
    ...worstAndTotal(a, b),
  };
}

function addProcess(a: TimelinePoint, b: TimelinePoint): TimelinePoint {
  return {
    atMs: a.atMs,
    spanMs: a.spanMs,
    cpuRatio: a.cpuRatio + b.cpuRatio,
    rssBytes: a.rssBytes + b.rssBytes,
    heapUsedBytes: a.heapUsedBytes + b.heapUsedBytes,
    heapTotalBytes: a.heapTotalBytes + b.heapTotalBytes,
    externalBytes: a.externalBytes + b.externalBytes,
    loopUtilization: Math.max(a.loopUtilization, b.loopUtilization),
    ...optional({
      // Of one that is not known, the sum is not known either.
      liveBytes: both(a.liveBytes, b.liveBytes, (x, y) => (x > 0 && y > 0 ? x + y : 0)),
      arrayBuffersBytes: both(a.arrayBuffersBytes, b.arrayBuffersBytes, add),
      nativeBytes: both(a.nativeBytes, b.nativeBytes, add),
      handles: addCounts(a.handles, b.handles),
    }),
    ...worstAndTotal(a, b),
  };
}

function worstAndTotal(a: TimelinePoint, b: TimelinePoint) {
  return {
    loopDelayNsP99: Math.max(a.loopDelayNsP99, b.loopDelayNsP99),
    loopDelayNsMax: Math.max(a.loopDelayNsMax, b.loopDelayNsMax),
    gcCount: a.gcCount + b.gcCount,
    gcTotalMs: a.gcTotalMs + b.gcTotalMs,
    gcPauseNsMax: Math.max(a.gcPauseNsMax, b.gcPauseNsMax),
    ...optional({ fullGcCount: both(a.fullGcCount, b.fullGcCount, add) }),
  };
}

const add = (a: number, b: number): number => a + b;

/** Of two points, one of which may be of an older report. */
function both(a: number | undefined, b: number | undefined, merge: (a: number, b: number) => number): number | undefined {
  return a === undefined || b === undefined ? (b ?? a) : merge(a, b);
}

function addCounts(a: TimelinePoint['handles'], b: TimelinePoint['handles']): TimelinePoint['handles'] {
  if (a === undefined || b === undefined) return b ?? a;
  const sum = { ...a };
  for (const [name, count] of Object.entries(b)) sum[name] = (sum[name] ?? 0) + count;
  return sum;
}

/** Without the fields that are not known. */
function optional<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

function medianSpanMs(points: readonly TimelinePoint[]): number {
  const spans = points.map((point) => point.spanMs).sort((a, b) => a - b);
  return spans[spans.length >>> 1];
}

const clamp = (cell: number, cells: number): number => Math.min(cells - 1, Math.max(0, cell));
