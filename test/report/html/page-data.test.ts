// The data in the page: totals, shares and rates from known paths; pictures within their bound; no histogram.
import test from 'ava';
import { BINS_PER_OCTAVE, pageData, pathHash, SHAPES_MAX } from '../../../src/report/html/page-data.js';
import { emptyRun } from '../../fixtures/html/empty-run.js';
import { largeRun } from '../../fixtures/html/large-run.js';
import { recordedPath } from '../../fixtures/html/recorded-path.js';

test('should order paths by total time and give totals, shares and rates', (t) => {
  const small = recordedPath('small', [1e6, 3e6], { errors: 1 });
  const large = recordedPath('large', [12e6]);
  const { paths } = pageData({ ...emptyRun(), durationMs: 500, paths: [small, large] });
  t.deepEqual(
    paths.map(({ name, totalNs, totalRatio, perS }) => ({ name, totalNs, totalRatio, perS })),
    [
      { name: 'large', totalNs: 12e6, totalRatio: 0.75, perS: 2 },
      { name: 'small', totalNs: 4e6, totalRatio: 0.25, perS: 4 },
    ],
  );
});

test('should count calls that were not timed at the mean when totals are estimated', (t) => {
  const path = recordedPath('sampled', [2e6, 2e6], { weight: 8, sampled: 8, dropped: 4 });
  const [{ count, totalNs }] = pageData({ ...emptyRun(), paths: [path] }).paths;
  t.is(count, 20);
  t.is(totalNs, 40e6);
});

test('should carry the picture of the histogram and no histogram', (t) => {
  const [path] = pageData({ ...emptyRun(), paths: [recordedPath('p', [1024, 1024, 2048])] }).paths;
  t.deepEqual(path.shape, { firstBin: 10 * BINS_PER_OCTAVE, counts: [2, 0, 0, 0, 0, 0, 0, 0, 1] });
  t.false('hdr' in path);
});

test('should draw only the largest paths when there are 2 000', (t) => {
  const { paths } = pageData(largeRun());
  t.is(paths.length, 2000);
  t.true(paths.slice(0, SHAPES_MAX).every(({ shape }) => shape !== null));
  t.true(paths.slice(SHAPES_MAX).every(({ shape }) => shape === null));
  t.true(paths[SHAPES_MAX - 1].totalNs >= paths[SHAPES_MAX].totalNs);
});

test('should lose the picture only when a histogram is missing or broken', (t) => {
  const whole = recordedPath('p', [1e6]);
  const { paths } = pageData({
    ...emptyRun(),
    paths: [
      { ...whole, hdr: '' },
      { ...whole, hdr: 'broken' },
    ],
  });
  t.deepEqual(
    paths.map(({ shape, totalNs }) => [shape, totalNs]),
    [
      [null, 1e6],
      [null, 1e6],
    ],
  );
});

test('should give a rate of 0 when the run has no length', (t) => {
  t.is(pageData({ ...emptyRun(), durationMs: 0, paths: [recordedPath('p', [1])] }).paths[0].perS, 0);
});

test('should order the timeline by time when processes are merged', (t) => {
  const point = {
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
  };
  const { timeline } = pageData({ ...emptyRun(), timeline: [3, 1, 2].map((atMs) => ({ ...point, atMs })) });
  t.deepEqual(
    timeline.map(({ atMs }) => atMs),
    [1, 2, 3],
  );
});

test('should name a path in a fragment when its text is no URI', (t) => {
  t.is(pathHash('path', 'a b', { 'k<': 'é' }), '#path/a%20b%7Bk%3C%3D%C3%A9%7D');
  t.is(pathHash('path', '\ud800', {}), '#path/%EF%BF%BD%7B%7D');
});
