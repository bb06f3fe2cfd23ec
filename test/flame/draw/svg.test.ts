// The SVG as text: what is labelled, what tooltips say, its size; and as XML in a real browser, whatever functions are called.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import anyTest, { type TestFn } from 'ava';
import type { Browser } from 'playwright-core';
import { PitotError } from '../../../src/core/errors.js';
import { DARK, LIGHT } from '../../../src/flame/draw/canvas/palette.js';
import { diffSvg, flameSvg } from '../../../src/flame/draw/svg.js';
import { HOSTILE } from '../../fixtures/html/hostile-run.js';
import { seeded } from '../../support/random.js';
import { call, callTree, chain, change, diffTreeOf, type Spec } from './hand-made-tree.js';
import { chromiumExists, launch } from './open-flame.js';

const test = anyTest as TestFn<{ browser: Browser }>;
const inChromium = chromiumExists ? test.serial : test.serial.skip;
test.before(async (t) => {
  if (chromiumExists) t.context.browser = await launch();
});
test.after.always((t) => t.context.browser?.close());
if (!chromiumExists) {
  test('should say why the drawing is not opened when there is no Chromium', (t) => {
    t.log('skipped: no Chromium at /usr/bin/chromium nor at CHROMIUM_PATH');
    t.false(chromiumExists);
  });
}

const options = { title: 'ledger', subtitle: 'window 12 · 100 samples' };
const spec = call('(root)', 0, call('(idle)', 500), call('transfer', 200, call('query@pg', 500, call('node:write', 200))), call('(gc)', 100));
const titles = (svg: string): string[] => [...svg.matchAll(/<title>([^<]*)<\/title>/g)].map(([, text]) => text);
const texts = (svg: string): string[] => [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text);

test('should say whose window it is, where the time went by colour, and every frame’s figures when it is drawn', (t) => {
  const svg = flameSvg(callTree(spec), options);
  t.deepEqual(texts(svg), [
    'ledger',
    'pitot',
    'window 12 · 100 samples',
    'your code 20 %',
    'pg 50 %',
    'node: 20 %',
    'garbage collector 10 %',
    'width: total time; shares above: self time · 500 µs idle left out',
    'all · 1.00 ms',
    'transfer',
    '(garbage colle…',
    'query',
    'write',
  ]);
  t.deepEqual(titles(svg), [
    'all\ntotal 1.00 ms (100 %), self 0 ms (0 %), 100 samples',
    'transfer  src/transfer.ts:1\ntotal 900 µs (90 %), self 200 µs (20 %), 90 samples',
    '(garbage collector)\ntotal 100 µs (10 %), self 100 µs (10 %), 10 samples',
    'query  node_modules/pg/index.js:1\ntotal 700 µs (70 %), self 500 µs (50 %), 70 samples',
    'write  node:fs:7\ntotal 200 µs (20 %), self 200 µs (20 %), 20 samples',
  ]);
});

test('should put the root on top, and at the bottom when that is asked for', (t) => {
  const yOf = (svg: string): number[] => [...svg.matchAll(/<rect [^>]*y="([\d.]+)"[^>]*><title>/g)].map(([, y]) => Number(y));
  const [rootY, childY] = yOf(flameSvg(callTree(spec), options));
  t.is(childY - rootY, 18);
  const [lastY, aboveY] = yOf(flameSvg(callTree(spec), { ...options, rootAt: 'bottom' }));
  t.is(aboveY - lastY, -18);
});

test('should be drawn in the colours of the theme when it is dark or light', (t) => {
  t.true(flameSvg(callTree(spec), options).includes(`svg{background:${LIGHT.paper}}`));
  t.true(flameSvg(callTree(spec), { ...options, dark: true }).includes(`svg{background:${DARK.paper}}`));
});

test('should say that there is nothing when no sample was taken', (t) => {
  t.deepEqual(texts(flameSvg(callTree(call('(root)', 0)), { title: 'ledger' })), ['ledger', 'pitot', 'No sample fell into this profile.']);
});

test('should say that recursion is folded and how often when it is 5,000 deep', (t) => {
  const svg = flameSvg(callTree(chain(Array.from({ length: 5000 }, () => 'fib'))), options);
  t.true(texts(svg).includes('fib ×4,989'));
  t.true(svg.includes('deep recursion is folded, × says how many calls into one block'));
  t.true(Number(/height="(\d+)"/.exec(svg)?.[1]) < 500);
});

function largeTree(nodes: number): Spec {
  const random = seeded(7);
  const specs = [call('(root)', 0)];
  while (specs.length < nodes) {
    const spec = call(`someFunctionName${specs.length % 900}@package-${specs.length % 40}`, Math.ceil(random() * 1000));
    specs[Math.floor(random() ** 0.5 * specs.length)].children.push(spec);
    specs.push(spec);
  }
  return specs[0];
}

test('should be at most 300 KB when the tree has 5,000 nodes or 50,000', (t) => {
  for (const nodes of [5000, 50_000]) {
    const svg = flameSvg(callTree(largeTree(nodes)), { ...options, widthPx: 4000 });
    t.true(svg.length <= 300_000, `${nodes} nodes: ${svg.length}`);
    t.true(titles(svg).length > 700, `${nodes} nodes: ${titles(svg).length} blocks`);
    t.true(svg.includes('small frames are put together'));
  }
});

test('should tell before from after, and mark noise, when a difference is drawn', (t) => {
  const root = change('(root)', 0, 0, false, change('gone', 300, 0, true), change('slower', 100, 250, true), change('same', 100, 110, false));
  const svg = diffSvg(diffTreeOf(root), options);
  t.deepEqual(titles(svg).slice(1), [
    'gone  src/gone.ts:1\ntotal 300 µs → 0 ms: gone\nself 300 µs → 0 ms: gone',
    'same  src/same.ts:1\ntotal 100 µs → 110 µs: +10.0 µs (+10 %)\nself 100 µs → 110 µs: +10.0 µs (+10 %)\nno more than noise',
    'slower  src/slower.ts:1\ntotal 100 µs → 250 µs: +150 µs (+150 %)\nself 100 µs → 250 µs: +150 µs (+150 %)',
  ]);
  t.true(texts(svg).includes('takes less time') && texts(svg).includes('takes more time'));
  const fillOf = (name: string): string | undefined => {
    const [, className] = new RegExp(`<rect class="(\\w+)"[^>]*><title>${name} `).exec(svg) ?? [];
    return new RegExp(`\\.${className}\\{fill:(#\\w+)\\}`).exec(svg)?.[1];
  };
  const [red, blue] = ['slower', 'gone'].map(fillOf);
  const channels = (hex = ''): number[] => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
  const [r, , b] = channels(red);
  t.true(r > b + 60, `slower is red: ${red}`);
  const [r2, , b2] = channels(blue);
  t.true(b2 > r2 + 60, `gone is blue: ${blue}`);
  const grey = channels(fillOf('same'));
  t.true(Math.max(...grey) - Math.min(...grey) < 8, `noise is grey: ${fillOf('same')}`);
});

test('should name the option when the width is out of range', (t) => {
  const error = t.throws(() => flameSvg(callTree(spec), { ...options, widthPx: 299 }), { instanceOf: PitotError, code: 'API_MISUSE' });
  t.is(error?.message, 'width: expected a number of pixels 300..4000, received 299. Leave it out, or choose one.');
});

inChromium('should be valid XML, run nothing and keep labels in their boxes when functions are called hostile names', async (t) => {
  const wide = ['関数名を処理する関数の名前', 'naïve_função', '👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦', 'WWWWWWWWWWWWWWWWWWWWWWWWWWWW', ']]>&amp;'];
  const root = call('(root)', 0, ...[...HOSTILE, ...wide].map((name, i) => call(name.replaceAll('@', ''), 100 + i)));
  const folder = await mkdtemp(join(tmpdir(), 'pitot-svg-'));
  const file = join(folder, 'flame.svg');
  await writeFile(file, flameSvg(callTree(root), { title: HOSTILE[0], subtitle: HOSTILE[2] }));
  const page = await t.context.browser.newPage();
  const requests: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(pathToFileURL(file).href);
  t.is(await page.evaluate('document.documentElement.tagName'), 'svg');
  t.is(await page.evaluate('document.querySelectorAll("parsererror, script, foreignObject, a, image").length'), 0);
  t.is(await page.evaluate('globalThis.executed'), undefined);
  t.deepEqual(requests, [pathToFileURL(file).href]);
  t.is(await page.evaluate('document.querySelectorAll("rect > title").length'), HOSTILE.length + wide.length + 1);
  // A label ends before its box does: the boxes of text are those that this browser's font makes.
  const over = await page.evaluate(`[...document.querySelectorAll('text.l')].filter((text) => {
    const box = text.previousElementSibling.getBBox();
    const label = text.getBBox();
    return label.x < box.x || label.x + label.width > box.x + box.width + 1;
  }).map((text) => text.textContent)`);
  t.deepEqual(over, []);
  await page.close();
  await rm(folder, { recursive: true });
});
