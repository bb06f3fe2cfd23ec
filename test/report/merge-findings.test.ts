// KPIs, rules, advice and alerts of several processes: the worst stands, and says whose it is.
import test from 'ava';
import type { Alert, Finding, Kpi, RuleStatus } from '../../src/core/alert-types.js';
import { mergeReports } from '../../src/report/merge-reports.js';
import type { Leak, Report, RunSummary } from '../../src/report/report-types.js';
import { sampleReport } from '../support/sample-report.js';

const lag = (value: number | null, status: Kpi['status'], of?: string): Kpi => ({
  ...{ name: 'projection lag', value, unit: 's', target: 1, alert: 60, direction: 'lower', status },
  ...(of === undefined ? {} : { of }),
});
const success = (value: number, status: Kpi['status']): Kpi => ({
  name: 'command success rate',
  value,
  unit: '%',
  target: 99.5,
  alert: 95,
  direction: 'higher',
  status,
});
const rule = (state: RuleStatus['state'], why: string): RuleStatus => ({ rule: 'high latency', severity: 'warning', state, why });
const finding = (figures: string): Finding => ({ name: 'event size', title: 'Events are large', figures, advice: 'Smaller ones.' });
const alertOf = (id: string, more: Partial<Alert> = {}): Alert => ({
  ...{ id, rule: 'projection lag', severity: 'warning', state: 'firing', labels: {}, since: '2026-01-02T03:04:05.000Z', value: 400, threshold: 300 },
  ...{ message: 'behind', runbook: '', evidence: [], actions: [], ...more },
});
const leakOf = (kind: Leak['kind'], verdict: Leak['verdict'], more: Partial<Leak> = {}): Leak => ({
  ...{ kind, verdict, growthBytesPerHour: 1, growthRatioPerHour: 0.2, confidence: 0.9, msToLimit: null, limit: null, since: '', message: '' },
  ...{ culprit: null, suspects: [], evidence: [], whyNot: '', files: [], ...more },
});
const merged = (...processes: Report[][]): RunSummary => mergeReports(processes.map((reports, i) => ({ directory: `d${i}`, reports })));

test('should take all of the newest window when there is one process', (t) => {
  const run = merged([
    sampleReport({ seq: 2, kpis: [lag(3, 'warn', 'projection a')], rules: [rule('firing', 'so')], advice: [finding('8 KiB.')] }),
    sampleReport({ seq: 1, kpis: [lag(90, 'breach')], rules: [rule('inactive', 'no')], advice: [] }),
  ]);
  t.deepEqual(run.kpis, [lag(3, 'warn', 'projection a')]);
  t.deepEqual(run.rules, [rule('firing', 'so')]);
  t.deepEqual(run.advice, [finding('8 KiB.')]);
});

test('should take the worst of each when several processes run, and say whose it is', (t) => {
  const run = merged(
    [
      sampleReport({
        pid: 1,
        kpis: [lag(null, 'no-data'), success(99.9, 'ok')],
        rules: [rule('learning', 'Too young.')],
        advice: [finding('8 KiB.')],
      }),
    ],
    [
      sampleReport({
        pid: 2,
        kpis: [lag(70, 'breach', 'projection a'), success(99.7, 'ok')],
        rules: [rule('pending', 'p95 900 ms.')],
        advice: [finding('9 KiB.')],
      }),
    ],
    [sampleReport({ pid: 3, kpis: [lag(500, 'warn', 'projection b'), success(99.8, 'ok')], rules: [rule('inactive', 'No.')] })],
  );
  t.deepEqual(run.kpis, [lag(70, 'breach', 'projection a, pid 2'), { ...success(99.7, 'ok'), of: 'pid 2' }]);
  t.deepEqual(run.rules, [rule('pending', 'p95 900 ms. (pid 2)')]);
  t.deepEqual(run.advice, [finding('pid 1: 8 KiB. Another process has it, too.')]);
});

test('should leave out what a process said that has ended long before', (t) => {
  const run = merged(
    [sampleReport({ pid: 1, seq: 1, kpis: [lag(70, 'breach')], rules: [rule('firing', 'Old.')] })],
    [sampleReport({ pid: 2, seq: 4, kpis: [lag(0.2, 'ok')], rules: [rule('inactive', 'New.')] })],
    [sampleReport({ pid: 3, seq: 3, startMs: 130_000, kpis: [lag(0.3, 'ok')], rules: [] })],
  );
  t.deepEqual(run.kpis, [lag(0.3, 'ok', 'pid 3')]);
  t.deepEqual(run.rules, [rule('inactive', 'New. (pid 2)')]);
});

test('should keep alerts of one rule apart by their id, each as its newest report tells it, with its process', (t) => {
  const one = merged([
    sampleReport({ seq: 1, alerts: [alertOf('a1', { labels: { projection: 'a' } }), alertOf('a2', { labels: { projection: 'b' } })] }),
    sampleReport({ seq: 2, alerts: [alertOf('a1', { labels: { projection: 'a' }, state: 'resolved' })] }),
  ]);
  t.deepEqual(
    one.alerts.map(({ id, state, labels }) => [id, state, labels]),
    [
      ['a1', 'resolved', { projection: 'a' }],
      ['a2', 'firing', { projection: 'b' }],
    ],
  );
  const two = merged([sampleReport({ pid: 1, alerts: [alertOf('a1')] })], [sampleReport({ pid: 2, host: 'other', alerts: [alertOf('a1')] })]);
  t.deepEqual(
    two.alerts.map(({ labels }) => labels),
    [
      { host: 'box', pid: '1' },
      { host: 'other', pid: '2' },
    ],
  );
});

test('should keep what leaks in any process, the worst first, and of a kind that leaks in none one', (t) => {
  const run = merged(
    [sampleReport({ pid: 1, leaks: [leakOf('heap', 'suspected'), leakOf('external', 'none', { whyNot: 'first' }), leakOf('native', 'none')] })],
    [sampleReport({ pid: 2, leaks: [leakOf('heap', 'leak', { msToLimit: 9000 }), leakOf('external', 'none'), leakOf('native', 'none')] })],
    [
      sampleReport({
        pid: 3,
        leaks: [leakOf('heap', 'leak', { msToLimit: 5000 }), leakOf('external', 'none'), leakOf('native', 'suspected', { msToLimit: 1 })],
      }),
    ],
  );
  t.deepEqual(
    run.leaks.map(({ kind, verdict, process }) => [kind, verdict, process]),
    [
      ['heap', 'leak', 2],
      ['heap', 'leak', 1],
      ['native', 'suspected', 2],
      ['heap', 'suspected', 0],
      ['external', 'none', 0],
    ],
  );
  t.is(run.leaks[4].whyNot, 'first');
});

test('should take the leaks of the newest window of a process, and the lines of its log that are newer', (t) => {
  const [first, second] = [1, 2].map((seq) => sampleReport({ seq, leaks: [leakOf('heap', seq === 1 ? 'leak' : 'none'), leakOf('native', 'none')] }));
  const afterMs = Date.parse(second.window.endAt) + 1;
  const at = (kind: Leak['kind'], ms: number) => ({ ...leakOf(kind, 'suspected'), at: new Date(ms).toISOString() });
  const { leaks } = mergeReports([
    { directory: 'd', reports: [second, first], leaks: [at('heap', afterMs - 1), at('native', afterMs), at('handles', 0)] },
  ]);
  t.deepEqual(
    leaks.map((leak) => [leak.kind, leak.verdict, 'at' in leak || 'process' in leak]),
    [
      ['native', 'suspected', false],
      ['handles', 'suspected', false],
      ['heap', 'none', false],
    ],
  );
});
