// The page as text: self-contained, closed by its policy, free of histograms, and plain about what is missing.
import { createHash } from 'node:crypto';
import test from 'ava';
import { renderRunHtml } from '../../../src/report/html/render-run-html.js';
import { emptyRun } from '../../fixtures/html/empty-run.js';
import { HOSTILE, hostileRun } from '../../fixtures/html/hostile-run.js';
import { largeRun } from '../../fixtures/html/large-run.js';
import { ledgerRun, ledgerRunWithFindings } from '../../fixtures/html/ledger-run.js';

const textOf = (page: string): string =>
  page
    .replace(/<(style|script)[^>]*>[\s\S]*?<\/\1>/g, '')
    .replace(/<[^>]*>/g, '')
    .replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))
    .replace(/\s+/g, ' ');

test('should name the slow path in words when a run has one', (t) => {
  const text = textOf(renderRunHtml(ledgerRun()));
  t.regex(text, /The most time, 76\.7 s or 20\.7 % of all paths’, went to http\.server method POST route \/transfers status 2xx in 5,200 calls\./);
  t.regex(text, /The slowest p99, 235 ms against a p50 of 7\.81 ms, is that of http\.server method POST route \/transfers status 2xx/);
});

test('should admit its own script and style and nothing else', (t) => {
  const page = renderRunHtml(ledgerRun());
  const hashOf = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`;
  const script = /<script>([\s\S]*)<\/script>/.exec(page)?.[1] ?? '';
  const style = /<style>([\s\S]*)<\/style>/.exec(page)?.[1] ?? '';
  const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1].replaceAll('&#39;', "'");
  t.is(
    policy,
    `default-src 'none'; script-src '${hashOf(script)}'; style-src '${hashOf(style)}'; img-src data:; base-uri 'none'; form-action 'none'`,
  );
  t.notRegex(page, /(?:src|href)="(?!#|data:)/);
  t.notRegex(style, /url\(|@import/);
});

test('should hold no histogram and stay below 1 MB when 2 000 paths have one', (t) => {
  const run = largeRun();
  const page = renderRunHtml(run);
  t.false(page.includes(run.paths[0].hdr.slice(0, 40)));
  t.true(page.length < 1_000_000, `${page.length} characters`);
});

test('should leave no element of the application’s when names are hostile', (t) => {
  const page = renderRunHtml(hostileRun());
  const calm = renderRunHtml(ledgerRunWithFindings());
  const scripts = (text: string): number => text.match(/<\/?script/g)?.length ?? 0;
  t.is(scripts(page), scripts(calm));
  t.notRegex(page, /<img|<b>bold|<svg\/onload|<!--/);
  t.regex(textOf(page), /<\/script><script>globalThis\.executed = 1<\/script>/);
  const data = JSON.parse(/id="pitot-data">(.*)<\/script>/.exec(page)?.[1] ?? '');
  t.deepEqual(
    data.gauges.map(({ name }: { name: string }) => name),
    HOSTILE,
  );
});

test('should say in words what is missing when a run is empty', (t) => {
  const text = textOf(renderRunHtml(emptyRun()));
  for (const words of [
    'No path was recorded',
    'No garbage was collected',
    'No heap space was sampled',
    'No fault of pitot’s own',
    '0 recorded = 0 aggregated + 0 dropped + 0 sampled out',
  ]) {
    t.true(text.includes(words), words);
  }
  t.false(text.includes('NaN'));
});

test('should say what was lost and what was sampled when figures need it', (t) => {
  const text = textOf(renderRunHtml(ledgerRun()));
  t.regex(text, /412 calls were dropped \(0\.02 %\), because a ring was full/);
  t.regex(text, /2,306,000 calls were not timed/);
  t.regex(text, /2 durations were rejected/);
  t.regex(text, /2,483,484 recorded = 177,072 aggregated \+ 412 dropped \+ 2,306,000 sampled out/);
  t.false(text.includes('does not add up'));
});

test('should show an imbalance when records do not add up', (t) => {
  const run = emptyRun();
  const text = textOf(renderRunHtml({ ...run, records: { ...run.records, recorded: 10, aggregated: 7, dropped: 1 } }));
  t.regex(text, /does not add up: 2 unaccounted for/);
});

test('should have sections of findings only when there are findings', (t) => {
  const ids = (page: string): string[] => [...page.matchAll(/<section id="(alerts|kpis|stalls|leaks)">/g)].map(([, id]) => id);
  t.deepEqual(ids(renderRunHtml(ledgerRun())), []);
  t.deepEqual(ids(renderRunHtml(ledgerRunWithFindings())), ['alerts', 'kpis', 'stalls', 'leaks']);
});
