// The report for people: figures, order, alignment, and nothing from an application reaching the terminal raw.
import test from 'ava';
import { mergeReports } from '../../src/report/merge-reports.js';
import type { Report, RunSummary } from '../../src/report/report-types.js';
import { renderText } from '../../src/report/text-report.js';
import { cut, textTable } from '../../src/report/text-table.js';
import { sampleDistribution, samplePath, sampleReport } from '../support/sample-report.js';

const runOf = (...reports: Report[]): RunSummary => mergeReports([{ directory: 'pitot-reports/ledger.20260102-030405.4242', reports }]);
const linesOf = (run: RunSummary, width = 120, colour = false): string[] => renderText(run, { width, colour }).split('\n');

test('should print the whole run when it holds a bit of everything', (t) => {
  const run = runOf(
    sampleReport({
      durationMs: 10_000,
      paths: [
        samplePath('db.query', [1000, 2000, 3000], { dropped: 2 }),
        samplePath('http.server', [1_000_000, 3_000_000], { labels: { method: 'GET', route: '/a' }, errors: 1, sampled: 4 }),
      ],
      distributions: [sampleDistribution('body', 'bytes', [100, 300])],
      counters: [{ name: 'orders', labels: {}, value: 1_234_567, delta: 1200 }],
      gauges: [{ name: 'depth', labels: { queue: 'q' }, value: 0.5 }],
      agent: {
        cpuRatio: 0.004,
        rssBytes: 20 * 1024 * 1024,
        pausesNsMax: 300_000,
        restarts: 1,
        faults: [{ code: 'RING_FULL', count: 2, lastAt: 'x', message: 'full' }],
      },
    }),
  );
  t.deepEqual(linesOf(run), [
    'ledger  1 process, 1 window, node v20.20.2',
    '2026-01-02 03:04:05 to 2026-01-02 03:04:15 UTC, measured 10.0 s',
    '  pid 4242 on box  pitot-reports/ledger.20260102-030405.4242',
    '',
    'runtime',
    '  cpu         0.40 cores (user 20.0 s, system 4.00 s in the last window)',
    '  event loop  delay p50 0 ns, p99 2.00 ms, max 9.00 ms; busy 25 %',
    '  memory      rss 95.4 MiB of 488 MiB (cgroup-v2), highest 114 MiB',
    '  heap        38.1 MiB used of 57.2 MiB, limit 244 MiB; external 4.77 MiB',
    '  gc          0 collections in 0 ns',
    '  pitot       0.4 % of a core, 20.0 MiB, longest pause it caused 300 µs, 1 restart',
    '',
    'paths by total time',
    '  path                              calls  per s  errors    total     mean      p50      p99      max   timed',
    '  http.server{method=GET,route=/a}      8    0.8       1  16.0 ms  2.00 ms  1.00 ms  3.00 ms  3.00 ms  1 in 4',
    '  db.query                              5    0.5          10.0 µs  2.00 µs  2.00 µs  3.00 µs  3.00 µs     all',
    '',
    'CPU profile',
    '  none: no window with samples has been reported',
    '',
    'distributions',
    '  distribution   unit  values  min  mean  p50  p99  max',
    '  body          bytes       2  100   200  100  300  300',
    '',
    'counters',
    '  counter      value  in this run',
    '  orders   1 234 567        1 200',
    '',
    'gauges',
    '  gauge           value',
    '  depth{queue=q}    0.5',
    '',
    'records',
    '  15 recorded = 7 aggregated + 2 dropped + 6 sampled out',
    '',
    "faults of pitot's own",
    '  RING_FULL × 2: full',
    '',
  ]);
});

test('should hold resident memory against no limit of the heap alone when V8 has one', (t) => {
  const report = sampleReport({});
  const { memory } = report.runtime;
  const limited = { ...report, runtime: { ...report.runtime, memory: { ...memory, limitSource: 'max-old-space-size' as const } } };
  t.true(linesOf(runOf(report)).includes('  memory      rss 95.4 MiB of 488 MiB (cgroup-v2), highest 114 MiB'));
  t.true(linesOf(runOf(limited)).includes('  memory      rss 95.4 MiB, highest 114 MiB'));
});

test('should show the 25 paths with most total time and say how many more there are', (t) => {
  const paths = Array.from({ length: 40 }, (_, i) => samplePath(`p${i}`, [(i + 1) * 1000]));
  const lines = linesOf(runOf(sampleReport({ paths })));
  const from = lines.indexOf('paths by total time (top 25 of 40)');
  t.deepEqual(
    lines.slice(from + 2, from + 27).map((line) => line.trim().split(' ')[0]),
    Array.from({ length: 25 }, (_, i) => `p${39 - i}`),
  );
  t.is(lines[from + 27], '  … and 15 more paths');
});

test('should keep to the width when names are long', (t) => {
  const route = `/accounts/${'x'.repeat(200)}/transfers`;
  const run = runOf(sampleReport({ paths: [samplePath('http.server', [1000], { labels: { method: 'POST', route } })] }));
  const rows = linesOf(run, 100).filter((line) => line.startsWith('  http.server'));
  t.is(rows.length, 1);
  t.true([...rows[0]].length <= 100, rows[0]);
  t.regex(rows[0], /^ {2}http\.server\{\S*…\S*\} +1 /);
});

test('should replace control characters when labels, names or messages hold them', (t) => {
  const evil = 'x\u001b[2J\u0007\n\u009b31m\u202ey';
  const report = sampleReport({
    service: evil,
    host: evil,
    paths: [samplePath(evil, [1000], { labels: { a: evil } })],
    counters: [{ name: evil, labels: {}, value: 1, delta: 1 }],
    gauges: [{ name: evil, labels: {}, value: 1 }],
    distributions: [sampleDistribution(evil, evil, [1])],
  });
  report.agent.faults.push({ code: 'X', count: 1, lastAt: '', message: evil });
  const text = renderText(runOf(report), { width: 200, colour: false });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  t.is(text.replaceAll('\n', '').match(/[\u0000-\u001f\u007f-\u009f\u202e]/g), null);
  t.true(text.includes('x\ufffd[2J\ufffd\ufffd\ufffd31m\ufffdy'));
});

test('should colour headings only when asked to, and change no other character', (t) => {
  const report = sampleReport({ paths: [samplePath('p', [1000])] });
  report.agent.faults.push({ code: 'X', count: 1, lastAt: '', message: 'm' });
  const plain = renderText(runOf(report), { width: 120, colour: false });
  const coloured = renderText(runOf(report), { width: 120, colour: true });
  t.true(coloured.includes('\u001b[1mruntime\u001b[22m'));
  t.true(coloured.includes("\u001b[31m\u001b[1mfaults of pitot's own\u001b[22m\u001b[39m"));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one.
  t.is(coloured.replace(/\u001b\[\d+m/g, ''), plain);
});

test('should say so when nothing was called, durations were odd, or time was scaled', (t) => {
  const records = { recorded: 12, aggregated: 12, dropped: 0, sampledOut: 0, rejected: 3, clamped: 1, overflowed: 2 };
  const lines = linesOf(runOf(sampleReport({ records, config: { timeScale: 60 } })));
  t.true(lines.includes('  none were called'));
  t.true(lines.includes('  3 rejected (not a duration), 1 clamped to one hour, 2 on the overflow path (too many distinct paths)'));
  t.true(lines.includes('time scale 60: waits of diagnosis are divided by it'));
});

test('should list collections by kind, stalls and alerts when there are some', (t) => {
  const gc = {
    count: 1500,
    pauseNsP50: 1_000_000,
    pauseNsP99: 2_000_000,
    pauseNsMax: 3_000_000,
    totalMs: 2500,
    byKind: { minor: { count: 1500, totalMs: 2500, pauseNsMax: 3_000_000 } },
  };
  const report = sampleReport({
    stalls: [
      {
        id: 1,
        thread: 'main',
        reason: 'CPU 98 %',
        cpuMs: 1180,
        startAt: '2026-01-02T03:04:05Z',
        durationMs: 1200,
        ongoing: true,
        verdict: 'executing',
        top: [{ function: 'busy', file: 'a.js', line: 7, ratio: 1 }],
        file: '',
      },
    ],
    alerts: [
      {
        id: 'a1',
        labels: {},
        evidence: [],
        rule: 'slow',
        severity: 'critical',
        state: 'firing',
        since: 's',
        value: 1,
        threshold: 0,
        message: 'too slow',
        runbook: '',
        actions: [],
      },
    ],
  });
  report.runtime.gc = gc;
  const lines = linesOf(runOf(report));
  t.true(lines.includes('  gc          1 500 collections in 2.50 s; pause p50 1.00 ms, p99 2.00 ms, max 3.00 ms'));
  t.true(lines.includes('              minor 1 500 in 2.50 s'));
  const from = lines.indexOf('stalls');
  t.deepEqual(lines.slice(from + 1, from + 4), ['  2026-01-02 03:04:05  1.20 s so far, executing, main', '    in busy (a.js:7)', '    CPU 98 %']);
  t.true(lines.includes('  firing critical slow since s: too slow'));
});

test('should align by characters and cut in the middle when a table is narrow', (t) => {
  const columns = [
    { title: 'name', align: 'left' },
    { title: 'n', align: 'right' },
  ] as const;
  t.deepEqual(
    textTable(
      columns,
      [
        ['abcdefghijklmnopqrstuvwxyz', '1'],
        ['µ', '22'],
      ],
      20,
    ),
    ['  name             n', '  abcdefghi…wxyz   1', '  µ               22'],
  );
  t.is(cut('abcdefghij', 7), 'abcd…ij');
  t.is(cut('short', 7), 'short');
});
