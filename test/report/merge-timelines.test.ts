// Timelines of several processes on one grid, and thinning.
import test from 'ava';
import { mergeTimelines, thinTimeline } from '../../src/report/merge-timelines.js';
import type { TimelinePoint } from '../../src/report/report-types.js';

const point = (atMs: number, spanMs: number, level: number, more: Partial<TimelinePoint> = {}): TimelinePoint => ({
  atMs,
  spanMs,
  cpuRatio: level,
  rssBytes: level * 100,
  heapUsedBytes: level * 10,
  heapTotalBytes: level * 20,
  externalBytes: level,
  loopDelayNsP99: level * 1000,
  loopDelayNsMax: level * 2000,
  loopUtilization: level / 10,
  gcCount: 1,
  gcTotalMs: level,
  gcPauseNsMax: level * 500,
  ...more,
});

test('should add use and keep the worst loop when two processes ran at the same time', (t) => {
  const merged = mergeTimelines([
    [point(1000, 1000, 1), point(2000, 1000, 2)],
    [point(1000, 1000, 4), point(2000, 1000, 1)],
  ]);
  const both: Partial<TimelinePoint> = { gcCount: 2 };
  t.deepEqual(merged, [
    { ...point(1000, 1000, 5), ...both, loopDelayNsP99: 4000, loopDelayNsMax: 8000, loopUtilization: 0.4, gcPauseNsMax: 2000 },
    { ...point(2000, 1000, 3), ...both, loopDelayNsP99: 2000, loopDelayNsMax: 4000, loopUtilization: 0.2, gcPauseNsMax: 1000 },
  ]);
});

test('should keep a process to the cells in which it ran when it came later', (t) => {
  const merged = mergeTimelines([[point(1000, 1000, 1), point(2000, 1000, 1), point(3000, 1000, 1)], [point(3100, 1000, 2)]]);
  t.deepEqual(
    merged.map(({ cpuRatio }) => cpuRatio),
    [1, 1, 3],
  );
});

test('should fill every cell a long point covers, and count its collections once', (t) => {
  const merged = mergeTimelines([
    [1, 2, 3, 4].map((second) => point(second * 1000, 1000, 1, { gcCount: 0, gcTotalMs: 0 })),
    [point(4000, 4000, 2, { gcCount: 6, gcTotalMs: 9 })],
  ]);
  t.deepEqual(
    merged.map(({ cpuRatio }) => cpuRatio),
    [3, 3, 3, 3],
  );
  t.is(
    merged.reduce((total, { gcCount }) => total + gcCount, 0),
    6,
  );
  t.is(
    merged.reduce((total, { gcTotalMs }) => total + gcTotalMs, 0),
    9,
  );
});

test('should halve until the limit holds, with levels by time and maxima kept, when a timeline is long', (t) => {
  const thinned = thinTimeline([point(1000, 1000, 1), point(4000, 3000, 5), point(5000, 1000, 2)], 2);
  t.deepEqual(thinned, [
    { ...point(4000, 4000, 4), gcCount: 2, gcTotalMs: 6, loopDelayNsP99: 5000, loopDelayNsMax: 10_000, gcPauseNsMax: 2500 },
    point(5000, 1000, 2),
  ]);
  const long = Array.from({ length: 5000 }, (_, i) => point((i + 1) * 1000, 1000, i % 7));
  const merged = mergeTimelines([long], 720);
  t.is(merged.length, 625);
  t.is(
    merged.reduce((total, { spanMs }) => total + spanMs, 0),
    5_000_000,
  );
  t.is(
    merged.reduce((total, { gcCount }) => total + gcCount, 0),
    5000,
  );
});

test('should have no more points than the limit when many processes are merged', (t) => {
  const processes = [0, 300, 700].map((offset) => Array.from({ length: 900 }, (_, i) => point(offset + (i + 1) * 1000, 1000, 1)));
  const merged = mergeTimelines(processes, 100);
  t.is(merged.length, 100);
  t.deepEqual([...new Set(merged.map(({ cpuRatio }) => Math.round(cpuRatio)))], [3]);
  t.is(
    merged.reduce((total, { gcCount }) => total + gcCount, 0),
    2700,
  );
});

test('should merge what leaks are judged by when points have it', (t) => {
  const at = (atMs: number, liveBytes: number, descriptors: number): TimelinePoint =>
    point(atMs, 1000, 1, { liveBytes, arrayBuffersBytes: liveBytes / 2, nativeBytes: liveBytes * 4, fullGcCount: 1, handles: { descriptors } });
  const known = ({ liveBytes, arrayBuffersBytes, nativeBytes, fullGcCount, handles }: TimelinePoint) => ({
    liveBytes,
    arrayBuffersBytes,
    nativeBytes,
    fullGcCount,
    handles,
  });
  t.deepEqual(thinTimeline([at(1000, 40, 7), at(2000, 0, 9)], 1).map(known), [
    { liveBytes: 40, arrayBuffersBytes: 10, nativeBytes: 80, fullGcCount: 2, handles: { descriptors: 9 } },
  ]);
  t.is(mergeTimelines([[at(1000, 40, 7)], [at(1000, 0, 1)]])[0].liveBytes, 0, 'of one it is not known');
  t.deepEqual(mergeTimelines([[at(1000, 40, 7)], [at(1000, 60, 1)], [point(1000, 1000, 1)]]).map(known), [
    { liveBytes: 100, arrayBuffersBytes: 50, nativeBytes: 400, fullGcCount: 2, handles: { descriptors: 8 } },
  ]);
});
