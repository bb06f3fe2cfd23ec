// The page's sections of alerts, KPIs, advice, slow commands and rules.
import test from 'ava';
import { renderRunHtml } from '../../../src/report/html/render-run-html.js';
import { unbroken } from '../../../src/report/html/sections/unbroken.js';
import { ledgerRun, ledgerRunWithFindings } from '../../fixtures/html/ledger-run.js';

const sectionOf = (page: string, id: string): string => page.match(new RegExp(`<section id="${id}">.*?</section>`, 's'))?.[0] ?? '';
const wordsOf = (markup: string): string =>
  markup
    .replace(/<[^>]+>/g, ' ')
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
    .replace(/[\s\u00a0]+/g, ' ')
    .trim();
const page = renderRunHtml(ledgerRunWithFindings());

test('should show a section, and a link to it, for each kind of finding there is, and none for others', (t) => {
  const ids = (text: string): string[] => [...text.matchAll(/<section id="(alerts|kpis|advice|exemplars|rules)">/g)].map(([, id]) => id);
  const links = (text: string): string[] =>
    [...text.slice(0, text.indexOf('</nav>')).matchAll(/<a href="#(alerts|kpis|advice|exemplars|rules)">/g)].map(([, id]) => id);
  t.deepEqual(ids(page), ['alerts', 'kpis', 'advice', 'exemplars', 'rules']);
  t.deepEqual(links(page), ['alerts', 'kpis', 'advice', 'exemplars', 'rules']);
  t.deepEqual([...ids(renderRunHtml(ledgerRun())), ...links(renderRunHtml(ledgerRun()))], []);
});

test('should open a firing alert with its evidence, what was done and its runbook, and fold one that is resolved', (t) => {
  const alerts = sectionOf(page, 'alerts');
  t.deepEqual(alerts.match(/<details class="item"[^>]*>/g), ['<details class="item" open>', '<details class="item">']);
  t.regex(
    wordsOf(alerts),
    /firing critical 2026-03-14 10:25:10 transfer-p99 command Transfer p99 of ledger\.command Transfer above 250 ms for 60 s Value 312 against a threshold of 250, firing since 2026-03-14 10:26:10 \. Evidence Slowest: command Transfer with p95 312 ms, .*Done flame: flame\/CPU\..* webhook ops: delivered Runbook Commands take longer than usual: .*Check: Is it the store\?.*What helps: An index/,
  );
  t.is(alerts.match(/<li>/g)?.length, 3 + 2 + 4 + 4);
});

test('should show KPIs with the worst first and fold those without data', (t) => {
  const [shown, folded] = sectionOf(page, 'kpis').split('<details');
  const rows = (text: string): string[] => [...text.matchAll(/<tr><td>.*?<\/tr>/gs)].map(([row]) => wordsOf(row));
  t.deepEqual(rows(shown), [
    'breach write throughput p95 of writes 140 ms; 7 requests wait for a connection of pool main 41.2 events/s > 1,000 < 100',
    'breach pool utilisation pool main 20 of 20 connections in use, 7 waiting at the end of the window 100 % < 80 > 95',
    'warn command success rate 47 of 1 237 commands failed 96.2 % > 99.5 < 95',
    'warn simple command p95 command Transfer 312 ms < 200 > 2,000',
    'ok projection lag projection balances 0.212 s < 1 > 60',
    'ok memory 217 MiB of 512 MiB 42.3 % < 80 > 90',
  ]);
  t.deepEqual(rows(folded), [
    'no-data complex command p50 no complex command ended – < 200 > 1,000',
    'no-data projection error rate no event was processed – < 0.1 > 1',
  ]);
});

test('should show advice with its figures, the five slowest commands, and why rules do not fire', (t) => {
  t.regex(wordsOf(sectionOf(page, 'advice')), /Events are written one at a time 41\.2 writes a second, 3 of them a command.* Write all events/);
  const [first, rest] = sectionOf(page, 'exemplars').split('<details');
  t.is(first.match(/<tr><td/g)?.length, 5);
  t.is(rest.match(/<tr><td/g)?.length, 2);
  t.regex(wordsOf(first), /805 ms commands command Transfer complexity simple failed 2026-03-14 10:25:11 4bf92f3577b34da6a3ce929d0e0e4731/);
  t.regex(
    wordsOf(sectionOf(page, 'rules')),
    /4 rules: 1 firing, 1 learning, 2 inactive: .* learning warning high latency Its history is 4 windows old/,
  );
});

test('should keep groups of digits and units with their figures', (t) => {
  t.is(unbroken('over 2 408 calls in 30.0 ms, 97 % of 2 cores'), 'over 2\u00a0408 calls in 30.0\u00a0ms, 97\u00a0% of 2 cores');
});
