// Memory on the page: classes that add up, trends from known slopes, counts by name, cards of leaks.
import test from 'ava';
import { handleCounts } from '../../../src/report/html/handle-counts.js';
import { memoryLevels } from '../../../src/report/html/memory-levels.js';
import { memoryTrends } from '../../../src/report/html/memory-trends.js';
import { pageData } from '../../../src/report/html/page-data.js';
import { renderRunHtml } from '../../../src/report/html/render-run-html.js';
import type { RunSummary, TimelinePoint } from '../../../src/report/report-types.js';
import { emptyRun } from '../../fixtures/html/empty-run.js';
import { ledgerRun, ledgerRunWithFindings, noLeak } from '../../fixtures/html/ledger-run.js';

const [timelinePoint] = ledgerRun().timeline;
const at = (atMs: number, more: Partial<TimelinePoint>): TimelinePoint => ({ ...timelinePoint, atMs, ...more });
const sectionOf = (page: string, id: string): string => page.match(new RegExp(`<section id="${id}">.*?</section>`, 's'))?.[0] ?? '';
const wordsOf = (markup: string): string =>
  markup
    .replace(/<[^>]+>/g, ' ')
    .replace(/[\s\u00a0]+/g, ' ')
    .trim();

test('should stack classes that add up to the resident memory', (t) => {
  const levels = memoryLevels(at(0, { liveBytes: 30, heapUsedBytes: 50, heapTotalBytes: 70, externalBytes: 8, nativeBytes: 40, rssBytes: 150 }));
  t.deepEqual(levels, { live: 30, garbage: 20, reserved: 20, external: 8, native: 40, rest: 32 });
});

test('should call all that is used garbage before the first full collection, and no class less than nothing', (t) => {
  t.deepEqual(memoryLevels(at(0, { liveBytes: 0, heapUsedBytes: 50, heapTotalBytes: 70, externalBytes: 8, nativeBytes: undefined, rssBytes: 60 })), {
    ...{ live: 0, garbage: 50, reserved: 20 },
    ...{ external: 8, native: 0, rest: 0 },
  });
  t.like(memoryLevels(at(0, { liveBytes: 60, heapUsedBytes: 50, heapTotalBytes: 40 })), { live: 50, garbage: 0, reserved: 0 });
});

const growing = (more: Partial<RunSummary['leaks'][number]> = {}): RunSummary['leaks'][number] => ({
  ...noLeak('heap', ''),
  ...{
    verdict: 'leak',
    growthBytesPerHour: 3600,
    growthRatioPerHour: 0.5,
    msToLimit: 90 * 60_000,
    limit: 'heap',
    since: new Date(2000).toISOString(),
  },
  ...more,
});
const runOf = (leak: RunSummary['leaks'][number], timeScale = 1): RunSummary => ({
  ...emptyRun(),
  processes: ledgerRun().processes,
  leaks: [leak],
  config: { timeScale },
});
// A byte a second, 1000 at the start, and one point far off.
const levels = [0, 1000, 2000, 3000, 4000, 5000, 6000].map((ms) =>
  at(ms, { liveBytes: ms === 0 ? 0 : ms === 5000 ? 9000 : 1000 + ms / 1000, handles: { descriptors: ms } }),
);

test('should lay the verdict’s slope through what was measured since, whatever a single level does', (t) => {
  const [trend] = memoryTrends(runOf(growing()), levels);
  t.deepEqual(trend, {
    title: 'Live heap',
    about: 'grows 3.52 KiB an hour, 50 %; heap limit in 1 h 30 min at this rate',
    verdict: 'leak',
    isCount: false,
    levels: [null, 1001, 1002, 1003, 1004, 9000, 1006],
    line: [
      [2000, 1002],
      [6000, 1006],
    ],
    band: [],
    limitBytes: emptyRun().runtime.memory.heapLimitBytes,
  });
});

test('should open the band of the slope’s bounds on both sides of the middle', (t) => {
  const [{ band }] = memoryTrends(runOf(growing({ growthLowBytesPerHour: 0, growthHighBytesPerHour: 7200 })), levels);
  t.deepEqual(band, [
    [2000, 1004],
    [4000, 1004],
    [6000, 1008],
    [6000, 1004],
    [4000, 1004],
    [2000, 1000],
  ]);
});

test('should take a shorter hour with a time scale', (t) => {
  const [{ line }] = memoryTrends(runOf(growing({ growthBytesPerHour: 60 }), 60), levels);
  t.deepEqual(line, [
    [2000, 1002],
    [6000, 1006],
  ]);
});

test('should draw no trend of what does not grow, of an unnamed count, without two levels, and of several processes', (t) => {
  t.deepEqual(memoryTrends(runOf(noLeak('heap', 'flat')), levels), []);
  t.deepEqual(memoryTrends(runOf(growing({ kind: 'handles' })), levels), []);
  t.like(memoryTrends(runOf(growing({ since: new Date(5500).toISOString() })), levels)[0], { line: [], band: [] });
  t.like(memoryTrends(runOf(growing({ kind: 'handles', name: 'descriptors', limit: null })), levels)[0], {
    isCount: true,
    levels: [0, 1000, 2000, 3000, 4000, 5000, 6000],
    limitBytes: 0,
  });
  const run = runOf(growing());
  t.deepEqual(memoryTrends({ ...run, processes: [...run.processes, ...run.processes] }, levels), []);
});

test('should count handles by name at the start, at least, at most and now, what grew most first', (t) => {
  t.deepEqual(
    handleCounts(
      [
        at(1, {}),
        at(2, { handles: { descriptors: 9 } }),
        at(3, { handles: { descriptors: 7, 'listener warnings': 0, 'active Timeout': 5 } }),
        at(4, { handles: { descriptors: 8, 'listener warnings': 0 } }),
        at(5, { handles: { descriptors: 8, 'listener warnings': 2, 'active Timeout': 1 } }),
      ].map((point, i) => (i === 0 ? { ...point, handles: undefined } : point)),
    ),
    [
      { name: 'listener warnings', first: 0, least: 0, most: 2, now: 2 },
      { name: 'descriptors', first: 9, least: 7, most: 9, now: 8 },
      { name: 'active Timeout', first: 5, least: 0, most: 5, now: 1 },
    ],
  );
});

test('should carry the levels of the classes and no counts by name in the page’s data', (t) => {
  const { timeline, memory } = pageData({
    ...emptyRun(),
    timeline: [at(2, { liveBytes: 30.4, handles: { descriptors: 3 } }), at(1, { liveBytes: 7 })],
  });
  t.deepEqual(
    timeline.map((point) => [point.atMs, 'handles' in point]),
    [
      [1, false],
      [2, false],
    ],
  );
  t.deepEqual(
    memory.levels.map(([live]) => live),
    [7, 30],
  );
  t.deepEqual(
    memory.classes.map(({ id }) => id),
    ['live', 'garbage', 'reserved', 'external', 'native', 'rest'],
  );
});

test('should have the table of the classes at twelve moments, with the full collections in between, and the handles', (t) => {
  const memory = sectionOf(renderRunHtml(ledgerRun()), 'memory');
  const rows = [...memory.matchAll(/<tr><td>.*?<\/tr>/gs)].map(([row]) => wordsOf(row));
  t.is(rows.length, 12 + 5);
  t.is(rows[0], '2026-03-14 10:21:50 48.8 MiB 20.0 MiB 24.9 MiB 5.30 MiB 58.6 MiB 36.7 MiB 194 MiB 2');
  t.is(rows[12], 'descriptors 31 31 40 40');
  const collections = rows.slice(0, 12).map((row) => Number(row.split(' ').at(-1)));
  t.is(
    collections.reduce((sum, count) => sum + count),
    23,
  );
});

test('should show what leaks in a card, the culprit in its sentence, files as links, and the rest in a line each', (t) => {
  const page = renderRunHtml(ledgerRunWithFindings());
  const leaks = sectionOf(page, 'leaks');
  t.regex(
    wordsOf(leaks),
    /^Leaks 1 suspected leak, times in UTC; .* suspected Heap 12 000 × PendingTransfer held by TransferSaga\.pending \(Map\) in src\/transfers\/saga\.js:12, 32\.4 MiB retained; allocated in beginTransfer src\/transfers\/saga\.js:31 The heap may leak 90\.0 MiB an hour, 180 % an hour; at this rate the memory limit is reached in 90 min Growth 90\.0 MiB an hour, 180 % At this rate memory limit in 1 h 30 min Since, UTC 2026-03-14 10:22:10 Confidence so far 83 % Why it is no alarm \(yet\) It has lasted 14 minutes; 20 are needed\. Evidence/,
  );
  t.regex(
    leaks,
    /<li><a href="heap\/(Heap\.20260314\.102610\.31817\.0\.001\.heapprofile)">heap\/\1<\/a> \(all that is alive since the running sampler began\)<\/li>/,
  );
  t.is(wordsOf(leaks).split('of a function that V8 has inlined its caller may be told').length, 2, 'said once');
  t.regex(
    wordsOf(leaks),
    /Else it may be 41 000 × \(string\) .* heap-snapshot: refused: 1\.20 GiB would be needed, 410 MiB are free External memory: no leak\. does not grow \(over 8 min\) Native memory: no leak\. grows 3\.1 % an hour over 8 min, less than 10 % Handles: no leak\.$/,
  );
  t.regex(page, /<b>1 suspected leak<\/b>: see <a href="#leaks">leaks<\/a>/);
});

test('should say under memory why nothing leaks when nothing does, and whose leak it is when there are several processes', (t) => {
  const run = ledgerRunWithFindings();
  const calm = renderRunHtml({ ...run, leaks: run.leaks.slice(1) });
  t.is(sectionOf(calm, 'leaks'), '');
  t.regex(wordsOf(sectionOf(calm, 'memory')), /^Memory times in UTC External memory: no leak\. does not grow \(over 8 min\) Native/);
  const [heap] = run.leaks;
  const two = { ...run, processes: [...run.processes, { ...run.processes[0], pid: 77 }], leaks: [{ ...heap, process: 1 }] };
  t.regex(wordsOf(sectionOf(renderRunHtml(two), 'leaks')), /suspected Heap pid 77 12 000 ×/);
});
