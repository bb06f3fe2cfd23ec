// Paths before and after: percentiles of added histograms, and how often noise is called a change.
import test from 'ava';
import * as hdr from 'hdr-histogram-js';
import { seededRandom } from '../../src/flame/diff/seeded-random.js';
import { diffReports, type PathDiff } from '../../src/report/diff-reports.js';
import { judgeDiff } from '../../src/report/judge-diff.js';
import type { Report } from '../../src/report/report-types.js';
import { readBuckets, WindowCounts } from '../../src/report/window-counts.js';
import { exactPercentile, logNormal } from '../support/random.js';
import { histogramOf, samplePath, sampleReport } from '../support/sample-report.js';

const diff = (before: Report[], after: Report[], seed = 1): PathDiff =>
  diffReports(before, after, { level: 0.05, random: seededRandom(seed), replicates: 400 });
const judge = (paths: PathDiff) => judgeDiff({ before: 'a', after: 'b', level: 0.05, cpu: null, paths, notes: [] });
const within = (value: number, expected: number, relative: number): boolean => Math.abs(value / expected - 1) <= relative;
const window = (seq: number, ...paths: Report['paths']): Report => sampleReport({ seq, paths });

test('should read the percentiles of the sum when histograms of 2 and 3 digits are added', (t) => {
  const random = seededRandom(1);
  const fine = Array.from({ length: 5000 }, () => Math.round(logNormal(random, 1e6, 0.6)));
  const coarse = Array.from({ length: 3000 }, () => Math.round(logNormal(random, 3e6, 0.4)));
  const encoded = (values: number[], digits: 2 | 3) => readBuckets(hdr.encodeIntoCompressedBase64(histogramOf(values, 1, digits)));
  const counts = new WindowCounts([encoded(fine, 3), encoded(coarse, 2)]);
  t.is(counts.total, 8000);
  const sorted = [...fine, ...coarse].sort((a, b) => a - b);
  for (const share of [0.5, 0.95, 0.99, 1]) t.true(within(counts.quantile(share, [1, 1]), exactPercentile(sorted, share * 100), 0.01), `${share}`);
  // One window twice and the other not at all is that window alone.
  const alone = [...fine].sort((a, b) => a - b);
  for (const share of [0.01, 0.5, 0.99]) t.true(within(counts.quantile(share, [2, 0]), exactPercentile(alone, share * 100), 0.001), `${share}`);
  t.is(new WindowCounts([]).quantile(0.5, []), 0);
  t.is(new WindowCounts([encoded([0, 0, 7], 3)]).quantile(0.5, [1]), 0);
});

test('should tell the change of each percentile when the durations are known', (t) => {
  const durations = Array.from({ length: 1000 }, (_, i) => (i + 1) * 1000);
  const slow = durations.map((ns) => ns * 2);
  const { paths, gone, added, windows } = diff(
    [window(1, samplePath('job', durations, { errors: 3 }), samplePath('old', [1]))],
    [window(1, samplePath('job', slow, { errors: 5 }), samplePath('new', [1], { labels: { b: '2', a: '1' } }))],
  );
  t.deepEqual([gone, added, windows], [['old'], ['new{a=1,b=2}'], { before: 1, after: 1 }]);
  const [{ percentiles, ...job }] = paths;
  t.deepEqual(job, { name: 'job', labels: {}, beforeCalls: 1000, afterCalls: 1000, beforeErrors: 3, afterErrors: 5, method: 'counts' });
  for (const [name, beforeNs] of [
    ['p50', 500_000],
    ['p95', 950_000],
    ['p99', 990_000],
  ] as const) {
    t.true(within(percentiles[name].beforeNs, beforeNs, 0.001), name);
    t.true(within(percentiles[name].afterNs, 2 * beforeNs, 0.001), name);
    t.true(within(percentiles[name].ratio, 2, 0.002), name);
  }
  // 100 independent calls are enough for p50 and p95, not for p99: one lies beyond it.
  t.deepEqual([percentiles.p50.enough, percentiles.p95.enough, percentiles.p99.enough], [true, true, false]);
  const [{ verdict, percentiles: judged }] = judge(diff([window(1, samplePath('job', durations))], [window(1, samplePath('job', slow))])).paths;
  t.deepEqual([verdict, judged.p50.verdict, judged.p99.verdict], ['slower', 'slower', 'unjudged']);
});

test('should match paths when their labels stand in another order', (t) => {
  const one = samplePath('q', [1000, 2000], { labels: { a: '1', b: '2' } });
  const other = samplePath('q', [1000, 2000], { labels: { b: '2', a: '1' } });
  const { paths, gone, added } = diff([window(1, one)], [window(1, other)]);
  t.deepEqual([paths.length, gone, added], [1, [], []]);
});

test('should count the timed calls when a path was sampled', (t) => {
  // 100 timed calls standing for 10 000: one in ten counts as independent, too few for p95.
  const durations = Array.from({ length: 100 }, (_, i) => 1000 + i);
  const report = window(1, samplePath('job', durations, { sampled: 100 }));
  const [{ percentiles, beforeCalls }] = diff([report], [report]).paths;
  t.is(beforeCalls, 10_000);
  t.deepEqual([percentiles.p50.enough, percentiles.p95.enough], [true, false]);
});

test('should pass a histogram over and tell of it when it cannot be read', (t) => {
  const good = window(1, samplePath('job', [1000]));
  const bad = window(1, { ...samplePath('job', [1000]), hdr: 'AAAA' });
  const told: string[] = [];
  const { paths } = diffReports([bad], [good], { level: 0.05, random: seededRandom(1), onUnreadable: (path) => told.push(path) });
  t.deepEqual(told, ['job']);
  t.is(paths[0].percentiles.p50.enough, false);
});

test('should blame no path when all of them moved together, and the one that moved apart', (t) => {
  const durations = (factor: number): number[] => Array.from({ length: 2000 }, (_, i) => Math.round((i + 1) * 1000 * factor));
  const side = (factors: number[]): Report[] => [window(1, ...factors.map((factor, i) => samplePath(`path${i}`, durations(factor))))];
  const all = diff(side([1, 1, 1, 1, 1, 1]), side([2, 2, 2, 2, 2, 6]));
  t.true(within(all.typical.p50, 2, 0.002));
  t.deepEqual(
    judge(all)
      .paths.map(({ name, verdict }) => [name, verdict])
      .filter(([, verdict]) => verdict !== 'noise'),
    [['path5', 'slower']],
  );
  // With four paths, none of them is typical.
  const few = diff(side([1, 1, 1, 1]), side([2, 2, 2, 2]));
  t.deepEqual(few.typical, { p50: 1, p95: 1, p99: 1 });
  t.is(judge(few).paths.filter(({ verdict }) => verdict === 'slower').length, 4);
});

test('should not call a percentile changed when it lies at the edge of what was slow', (t) => {
  // 4 % of the calls took 10 ms before, 6 % after: p95 is 1 ms and 10 ms, though little has changed.
  const side = (slow: number): Report[] => [
    window(
      1,
      samplePath(
        'job',
        Array.from({ length: 20_000 }, (_, i) => (i % 100 < slow ? 10_000_000 : 1_000_000)),
      ),
    ),
  ];
  const [{ percentiles, verdict }] = judge(diff(side(4), side(6))).paths;
  t.true(percentiles.p95.ratio > 9.9);
  t.is(verdict, 'noise');
  t.is(judge(diff(side(1), side(30))).paths[0].percentiles.p95.verdict, 'slower');
});

/** Windows of 2 000 calls whose medians wander by `drift` from window to window. */
function windows(count: number, medianNs: number, drift: number, random: () => number): Report[] {
  return Array.from({ length: count }, (_, i) => {
    const ofWindow = logNormal(random, medianNs, drift);
    return window(
      i + 1,
      samplePath(
        'job',
        Array.from({ length: 2000 }, () => Math.max(1, Math.round(logNormal(random, ofWindow, 0.5)))),
      ),
    );
  });
}

function rate(pairs: number, count: number, factor: number, drift: number): number {
  let found = 0;
  for (let seed = 1; seed <= pairs; seed++) {
    const random = seededRandom(seed * 104_729);
    const result = judge(diff(windows(count, 1e6, drift, random), windows(count, factor * 1e6, drift, random), seed));
    if (result.paths[0].verdict === 'slower' || result.paths[0].verdict === 'faster') found++;
  }
  return found / pairs;
}

test('should find nothing in at least 95 of 100 pairs when the windows of one latency wander', (t) => {
  const [many, one] = [rate(60, 10, 1, 0.1), rate(60, 1, 1, 0.1)];
  t.log(`findings in ${many * 100} % of pairs of 10 windows, in ${one * 100} % of pairs of one`);
  t.true(many <= 0.05 && one <= 0.05);
});

test('should find the path in at least 95 of 100 pairs when it became a quarter slower over many windows, or twice as slow in one', (t) => {
  t.true(rate(40, 12, 1.25, 0.05) >= 0.95);
  t.true(rate(40, 1, 2, 0.05) >= 0.95);
});
