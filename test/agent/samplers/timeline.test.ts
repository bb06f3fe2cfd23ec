// Thinning of the run's timeline: what is weighted, what is added, what is kept.
import test from 'ava';
import { mergeTimeline } from '../../../src/agent/samplers/timeline.js';
import type { TimelinePoint } from '../../../src/report/report-types.js';

const point = (given: Partial<TimelinePoint>): TimelinePoint => ({
  atMs: 0,
  spanMs: 1000,
  cpuRatio: 0,
  rssBytes: 0,
  heapUsedBytes: 0,
  heapTotalBytes: 0,
  externalBytes: 0,
  loopDelayNsP99: 0,
  loopDelayNsMax: 0,
  loopUtilization: 0,
  gcCount: 0,
  gcTotalMs: 0,
  gcPauseNsMax: 0,
  ...given,
});

test('should weight levels by time, add amounts and keep maxima when neighbours are merged', (t) => {
  const merged = mergeTimeline(
    [
      point({
        atMs: 1000,
        spanMs: 1000,
        cpuRatio: 1,
        rssBytes: 400,
        loopUtilization: 0.8,
        loopDelayNsMax: 9,
        loopDelayNsP99: 1,
        gcCount: 2,
        gcTotalMs: 5,
        gcPauseNsMax: 4,
      }),
      point({
        atMs: 4000,
        spanMs: 3000,
        cpuRatio: 0.2,
        rssBytes: 800,
        loopUtilization: 0.4,
        loopDelayNsMax: 3,
        loopDelayNsP99: 2,
        gcCount: 3,
        gcTotalMs: 7,
        gcPauseNsMax: 6,
      }),
    ],
    1,
  );
  t.deepEqual(merged, [
    point({
      atMs: 4000,
      spanMs: 4000,
      cpuRatio: 0.4,
      rssBytes: 700,
      loopUtilization: 0.5,
      loopDelayNsMax: 9,
      loopDelayNsP99: 2,
      gcCount: 5,
      gcTotalMs: 12,
      gcPauseNsMax: 6,
    }),
  ]);
});

test('should keep time and amounts, and stay within the limit, when a long run goes on', (t) => {
  let timeline: TimelinePoint[] = [];
  for (let second = 1; second <= 5000; second++) timeline = mergeTimeline([...timeline, point({ atMs: second * 1000, gcCount: 1 })], 100);
  t.true(timeline.length <= 100 && timeline.length >= 50, `${timeline.length}`);
  t.is(
    timeline.reduce((sum, { spanMs }) => sum + spanMs, 0),
    5_000_000,
  );
  t.is(
    timeline.reduce((sum, { gcCount }) => sum + gcCount, 0),
    5000,
  );
  t.is(timeline.at(-1)?.atMs, 5_000_000);
  t.deepEqual(
    timeline,
    [...timeline].sort((a, b) => a.atMs - b.atMs),
  );
});

test('should leave a short timeline as it is', (t) => {
  const points = [point({ atMs: 1 }), point({ atMs: 2 })];
  t.deepEqual(mergeTimeline(points, 2), points);
  t.deepEqual(mergeTimeline([], 2), []);
});
