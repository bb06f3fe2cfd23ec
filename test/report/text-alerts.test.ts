// KPIs, alerts, rules and advice for the terminal.
import test from 'ava';
import { mergeReports } from '../../src/report/merge-reports.js';
import type { RunSummary } from '../../src/report/report-types.js';
import { adviceLines, alertLines, kpiLines, renderRules } from '../../src/report/text-alerts.js';
import { renderText } from '../../src/report/text-report.js';
import { ledgerRunWithFindings } from '../fixtures/html/ledger-run.js';
import { sampleReport } from '../support/sample-report.js';

const run = ledgerRunWithFindings();
const empty: RunSummary = mergeReports([{ directory: 'd', reports: [sampleReport()] }]);

test('should print KPIs with the worst first, why for those that are not well, and those without data in a line', (t) => {
  t.deepEqual(kpiLines(run, 110), [
    '  KPI                                   status          value   target    alert',
    '  write throughput                      breach  41.2 events/s  > 1 000    < 100',
    '  pool utilisation, pool main           breach          100 %     < 80     > 95',
    '  command success rate                  warn           96.2 %   > 99.5     < 95',
    '  simple command p95, command Transfer  warn           312 ms    < 200  > 2 000',
    '  projection lag, projection balances   ok            0.212 s      < 1     > 60',
    '  memory                                ok             42.3 %     < 80     > 90',
    '  write throughput: p95 of writes 140 ms; 7 requests wait for a connection of pool main',
    '  pool utilisation: 20 of 20 connections in use, 7 waiting at the end of the window',
    '  command success rate: 47 of 1 237 commands failed',
    '  no data: complex command p50, projection error rate',
  ]);
});

test('should print that a target is met at the target itself when it is', (t) => {
  const kpi = { name: 'processing rate', value: 100, unit: '%', target: 100, orEqual: true, alert: 50, direction: 'higher', status: 'ok' } as const;
  t.deepEqual(kpiLines({ ...run, kpis: [kpi] }, 110), [
    '  KPI              status  value  target  alert',
    '  processing rate  ok      100 %   ≥ 100   < 50',
  ]);
});

test('should print a firing alert with message, evidence, what was done and runbook, and others in a line', (t) => {
  const lines = alertLines(run, 100);
  t.deepEqual(lines.slice(0, 13), [
    '  firing critical transfer-p99{command=Transfer} since 2026-03-14T10:25:10.000Z',
    '    p99 of ledger.command Transfer above 250 ms for 60 s',
    '    evidence',
    '      Slowest: command Transfer with p95 312 ms, p50 7.81 ms over 1 204 calls.',
    '      Pool main: 20 of 20 connections in use, 7 waiting.',
    '      Writes of the event store: p95 140 ms, p50 30.0 ms over 2 408 calls.',
    '    done',
    '      flame: flame/CPU.20260314.102610.31817.0.004.cpuprofile',
    '      webhook ops: delivered',
    '    runbook',
    '      Commands take longer than usual: a p95 beyond 1 000 ms, or well above its own baseline.',
    '      Check:',
    '      - Is it the store? Compare p95 of reads and writes with that of the command; look at the',
  ]);
  t.is(lines[13], '        slowest statements and their plans.');
  t.is(lines.at(-1), '  resolved warning rss-near-limit since 2026-03-14T10:22:40.000Z: RSS above 70 % of the limit');
  t.true(lines.every((line) => line.length <= 100));
});

test('should print each rule with its state and why, those that fire first', (t) => {
  t.is(
    renderRules(run, { width: 100, colour: false }),
    [
      'ledger  4 rules: 1 firing, 1 learning, 2 inactive, at 2026-03-14T10:31:00.000Z',
      '  firing critical transfer-p99',
      '    p99 of command Transfer is 312 ms, above 250 ms, since 10:25:10.',
      '  learning warning high latency',
      '    Its history is 4 windows old; it judges from 30 on.',
      '  inactive critical service down',
      '    Every health check passes, and the loop turns.',
      '  inactive info capacity',
      '    Memory does not grow at 95 % confidence.',
      '',
    ].join('\n'),
  );
  t.is(renderRules(empty, { width: 100, colour: false }), 'ledger  no rules: the newest report was written without them\n');
});

test('should have no section for what there is nothing of', (t) => {
  t.deepEqual([kpiLines(empty, 100), alertLines(empty, 100), adviceLines(empty, 100)], [[], [], []]);
  const text = renderText(empty, { width: 100, colour: false });
  t.notRegex(text, /^(alerts|KPIs|advice)/m);
  t.deepEqual(renderText(run, { width: 100, colour: false }).match(/^(alerts|KPIs|advice|runtime)/gm), ['alerts', 'KPIs', 'advice', 'runtime']);
});

test('should keep control characters of rules, messages and advice from the terminal', (t) => {
  const bad = 'a\u001b[2Jb\u202e';
  const [alert] = run.alerts;
  const hostile: RunSummary = {
    ...run,
    alerts: [{ ...alert, rule: bad, message: bad, evidence: [bad], actions: [bad], runbook: bad, labels: { [bad]: bad }, since: bad }],
    kpis: [{ ...run.kpis[0], name: bad, of: bad, unit: bad, note: bad }],
    rules: [{ ...run.rules[0], rule: bad, why: bad }],
    advice: [{ name: bad, title: bad, figures: bad, advice: bad }],
  };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what must not be there
  t.notRegex(renderText(hostile, { width: 100, colour: false }) + renderRules(hostile, { width: 100, colour: false }), /[\u001b\u202e]/);
});
