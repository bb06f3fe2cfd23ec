// The interactive flame graph in a real Chromium, from disk: what a person sees and does, by mouse and by keyboard.
import anyTest, { type TestFn } from 'ava';
import type { Browser, Page } from 'playwright-core';
import { FLAME_CLIENT } from '../../../src/flame/draw/html/client/flame-client.js';
import { diffHtml, flameHtml } from '../../../src/flame/draw/html/flame-page.js';
import { flameSection } from '../../../src/flame/draw/html/flame-section.js';
import { FLAME_STYLE } from '../../../src/flame/draw/html/flame-style.js';
import { tokensStyle } from '../../../src/flame/draw/page/tokens.js';
import { toFlameTree } from '../../../src/flame/flame-tree.js';
import { HOSTILE } from '../../fixtures/html/hostile-run.js';
import { seeded } from '../../support/random.js';
import { call, callTree, chain, change, diffTreeOf, type Spec } from './hand-made-tree.js';
import { chromiumExists, launch, openFlame } from './open-flame.js';

const test = anyTest as TestFn<{ browser: Browser }>;
// Serial: the machine that tests this has few cores, and one browser with one page is enough.
const inChromium = chromiumExists ? test.serial : test.serial.skip;
test.before(async (t) => {
  if (chromiumExists) t.context.browser = await launch();
});
test.after.always((t) => t.context.browser?.close());
if (!chromiumExists) {
  test('should say why the page is not opened when there is no Chromium', (t) => {
    t.log('skipped: no Chromium at /usr/bin/chromium nor at CHROMIUM_PATH');
    t.false(chromiumExists);
  });
}

const options = { title: 'ledger', subtitle: 'window 12' };
/** 10 ms: transfer 7 (own 1, query 4, encode 2), audit 2 (query 2), collections 1. */
const spec = call(
  '(root)',
  0,
  call('(idle)', 5000),
  call('transfer', 1000, call('query@pg', 3000, call('node:write', 1000)), call('encode', 2000)),
  call('audit', 0, call('query@pg', 2000)),
  call('(gc)', 1000),
);
const page = flameHtml(callTree(spec), options);

interface Drawn {
  name: string;
  x: number;
  width: number;
  row: number;
  classes: string;
}

/** What is drawn, row by row from the left; positions as parts of the width. */
async function drawn(opened: Page, within = '.flame-view'): Promise<Drawn[]> {
  const blocks = await opened.evaluate<Drawn[]>(`(() => {
    const view = document.querySelector(${JSON.stringify(within)});
    const width = view.querySelector('svg').width.baseVal.value;
    const part = (px) => Math.round((px / width) * 100);
    return [...view.querySelectorAll('g')].map((g) => {
      const rect = g.querySelector('rect');
      const name = g.getAttribute('aria-label').split(',')[0];
      return { name, x: part(rect.x.baseVal.value), width: part(rect.width.baseVal.value), row: Number(g.getAttribute('aria-level')) - 1, classes: g.getAttribute('class') || '' };
    });
  })()`);
  return blocks.sort((a, b) => a.row - b.row || a.x - b.x);
}

const rowsOf = async (opened: Page): Promise<[string, number, number][]> => (await drawn(opened)).map(({ name, x, width }) => [name, x, width]);
/** As it is read: words of neighbouring elements do not run together. */
const textOf = async (opened: Page, selector: string): Promise<string> => (await opened.locator(selector).allInnerTexts())[0];
const panel = async (opened: Page): Promise<string> => (await textOf(opened, '.flame-panel')).replace(/\s+/g, ' ').trim();
const cursor = async (opened: Page): Promise<string | undefined> => (await drawn(opened)).find(({ classes }) => classes.includes('cursor'))?.name;
const frame = (opened: Page, name: string) => opened.locator(`.flame-view g[aria-label^="${name},"]`);
const found = (opened: Page): Promise<string> => textOf(opened, '.flame-found');
const focused = (opened: Page, selector: string): Promise<boolean> => opened.evaluate(`document.activeElement.matches(${JSON.stringify(selector)})`);
const WHOLE: [string, number, number][] = [
  ['all', 0, 100],
  ['audit', 0, 20],
  ['transfer', 20, 70],
  ['(garbage collector)', 90, 10],
  ['query', 0, 20],
  ['encode', 20, 20],
  ['query', 40, 40],
  ['write', 40, 10],
];

for (const width of [1440, 390]) {
  for (const dark of [false, true]) {
    inChromium(`should open without complaint, request or sideways scroll when it is ${width} px wide and ${dark ? 'dark' : 'light'}`, async (t) => {
      const hostile = call('(root)', 0, ...HOSTILE.map((name, i) => call(name.replaceAll('@', ''), 100 + i)));
      const recursion = chain(Array.from({ length: 5000 }, (_, i) => (i % 2 === 0 ? 'walk' : 'visit')));
      const pages = [page, flameHtml(callTree(hostile), { title: HOSTILE[0], subtitle: HOSTILE[1] }), flameHtml(callTree(recursion), options)];
      pages.push(flameHtml(callTree(call('(root)', 0)), options));
      for (const markup of pages) {
        const { page: opened, complaints, requests } = await openFlame(t.context.browser, markup, { width, dark });
        t.deepEqual(complaints, []);
        t.deepEqual(requests, []);
        t.is(await opened.evaluate('document.documentElement.scrollWidth - innerWidth'), 0);
        t.is(await opened.evaluate('globalThis.executed'), undefined);
        await opened.context().close();
      }
    });
  }
}

inChromium('should stand as wide as its time, idle time left out, and say each frame’s figures when it is opened', async (t) => {
  const { page: opened } = await openFlame(t.context.browser, page);
  t.deepEqual(await rowsOf(opened), WHOLE);
  const labels = await opened.locator('.flame-view g').evaluateAll((all) => all.map((g) => g.getAttribute('aria-label')).sort());
  t.deepEqual(labels.slice(-5), [
    'encode, src/encode.ts:1, total 2.00 ms (20 %), self 2.00 ms (20 %), samples 200',
    'query, node_modules/pg/index.js:1, total 2.00 ms (20 %), self 2.00 ms (20 %), samples 200',
    'query, node_modules/pg/index.js:1, total 4.00 ms (40 %), self 3.00 ms (30 %), samples 400',
    'transfer, src/transfer.ts:1, total 7.00 ms (70 %), self 1.00 ms (10 %), samples 700',
    'write, node:fs:7, total 1.00 ms (10 %), self 1.00 ms (10 %), samples 100',
  ]);
  t.is(await opened.locator('.flame-view').getAttribute('aria-label'), 'Flame graph of ledger');
  t.deepEqual(await opened.locator('.flame-legend li').allInnerTexts(), ['your code 30 %', 'pg 50 %', 'node: 10 %', 'garbage collector 10 %']);
  await opened.context().close();
});

inChromium('should zoom to what is clicked, back by a click on its caller, and show what is pointed at', async (t) => {
  const { page: opened } = await openFlame(t.context.browser, page);
  await frame(opened, 'encode').hover();
  t.is(await panel(opened), 'encode src/encode.ts:1 total 2.00 ms (20 %) self 2.00 ms (20 %) samples 200');
  t.true(await opened.locator('.flame-whole').isHidden());
  await frame(opened, 'transfer').click();
  t.deepEqual(await rowsOf(opened), [
    ['all', 0, 100],
    ['transfer', 0, 100],
    ['encode', 0, 29],
    ['query', 29, 57],
    ['write', 29, 14],
  ]);
  t.deepEqual(
    (await drawn(opened)).filter(({ classes }) => classes.includes('above')).map(({ name }) => name),
    ['all'],
  );
  await frame(opened, 'all').click();
  t.deepEqual(await rowsOf(opened), WHOLE);
  await frame(opened, 'write').click();
  await opened.locator('.flame-whole').click();
  t.deepEqual(await rowsOf(opened), WHOLE);
  await opened.context().close();
});

inChromium('should walk, zoom and go back by keyboard alone', async (t) => {
  const { page: opened } = await openFlame(t.context.browser, page);
  await opened.locator('.flame-view').focus();
  t.is(await cursor(opened), 'all');
  const walk: [key: string, at: string][] = [
    ['ArrowDown', 'transfer'],
    ['ArrowRight', '(garbage collector)'],
    ['ArrowRight', '(garbage collector)'],
    ['ArrowLeft', 'transfer'],
    ['ArrowLeft', 'audit'],
    ['ArrowDown', 'query'],
    ['ArrowRight', 'encode'],
    ['ArrowRight', 'query'],
    ['ArrowDown', 'write'],
    ['ArrowDown', 'write'],
    ['ArrowUp', 'query'],
    ['Home', 'all'],
  ];
  for (const [key, at] of walk) {
    await opened.keyboard.press(key);
    t.is(await cursor(opened), at, key);
  }
  for (const key of ['ArrowDown', 'ArrowDown', 'Enter']) await opened.keyboard.press(key);
  t.deepEqual(await rowsOf(opened), [
    ['all', 0, 100],
    ['transfer', 0, 100],
    ['query', 0, 100],
    ['write', 0, 25],
  ]);
  const active = await opened.locator('.flame-view').getAttribute('aria-activedescendant');
  t.regex((await opened.locator(`#${active}`).getAttribute('aria-label')) ?? '', /^query, .* total 4\.00 ms/);
  t.regex(await panel(opened), /^query pg node_modules\/pg\/index\.js:1 total 4\.00 ms/);
  await opened.keyboard.press('Backspace');
  t.is((await rowsOf(opened)).length, 5);
  await opened.keyboard.press('Escape');
  t.deepEqual(await rowsOf(opened), WHOLE);
  await opened.context().close();
});

inChromium('should mark what is searched, count nested matches once, and walk from match to match', async (t) => {
  const { page: opened } = await openFlame(t.context.browser, page);
  const input = opened.locator('.flame input');
  const hits = async (): Promise<string[]> => (await drawn(opened)).filter(({ classes }) => classes.includes('hit')).map(({ name }) => name);
  await opened.keyboard.press('/');
  t.true(await focused(opened, '.flame input'));
  await opened.keyboard.type('PG');
  t.deepEqual(await hits(), ['query', 'query']);
  t.is(await found(opened), '1 function, 2 frames: 6.00 ms, 60 %');
  await input.fill('src');
  t.is(await found(opened), '3 functions, 3 frames: 9.00 ms, 90 %');
  // The heaviest first.
  for (const name of ['transfer', 'audit', 'encode', 'transfer']) {
    await opened.keyboard.press('Enter');
    t.regex(await panel(opened), new RegExp(`^${name} `));
  }
  await input.fill('src tran');
  t.deepEqual(await hits(), ['transfer']);
  await input.fill('no such function');
  t.is(await found(opened), 'nothing found');
  await opened.keyboard.press('Escape');
  t.is(await found(opened), '');
  t.is(await input.inputValue(), '');
  t.true(await focused(opened, '.flame-view:not(.searching)'));
  await opened.keyboard.press('Control+f');
  t.true(await focused(opened, '.flame input'));
  await opened.context().close();
});

inChromium('should zoom to where a match has room when it is too narrow to be drawn', async (t) => {
  const narrow = call('(root)', 0, call('wide', 1_000_000), call('caller', 100, call('needle', 5), call('hay', 5)));
  const { page: opened } = await openFlame(t.context.browser, flameHtml(callTree(narrow), options));
  t.false((await rowsOf(opened)).some(([name]) => name === 'needle'));
  await opened.keyboard.press('/');
  await opened.keyboard.type('needle');
  t.is(await found(opened), '1 function, 1 frame: 5.00 µs, < 0.01 %');
  await opened.keyboard.press('Enter');
  t.deepEqual(await rowsOf(opened), [
    ['all', 0, 100],
    ['caller', 0, 100],
    ['hay', 0, 4],
    ['needle', 5, 4],
  ]);
  t.regex(await panel(opened), /^needle /);
  await opened.context().close();
});

inChromium('should be red for more, blue for less and grey for noise when a difference is opened', async (t) => {
  const root = change('(root)', 0, 0, false, change('gone', 3000, 0, true), change('slower', 1000, 2500, true), change('same', 1000, 1010, false));
  const { page: opened, complaints } = await openFlame(t.context.browser, diffHtml(diffTreeOf(root), options));
  t.deepEqual(complaints, []);
  t.deepEqual(await rowsOf(opened), [
    ['all', 0, 100],
    ['gone', 0, 46],
    ['same', 46, 15],
    ['slower', 62, 38],
  ]);
  const inks = await opened.locator('.flame-view rect').evaluateAll((all) => all.map((rect) => rect.getAttribute('class')).sort());
  t.deepEqual(inks, ['ink-less-5', 'ink-more-4', 'ink-noise', 'ink-noise']);
  await frame(opened, 'slower').hover();
  t.is(await panel(opened), 'slower src/slower.ts:1 total 1.00 ms → 2.50 ms, +1.50 ms (+150 %) self 1.00 ms → 2.50 ms, +1.50 ms (+150 %)');
  await frame(opened, 'gone').hover();
  t.is(await panel(opened), 'gone src/gone.ts:1 total 3.00 ms → 0 ms, gone self 3.00 ms → 0 ms, gone');
  await frame(opened, 'same').hover();
  t.regex(await panel(opened), /no more than noise$/);
  t.deepEqual(await opened.locator('.flame-legend li').allInnerTexts(), ['takes less time', 'no more than noise', 'takes more time']);
  await opened.setViewportSize({ width: 390, height: 800 });
  await frame(opened, 'slower').hover();
  t.true(await opened.evaluate('(({ scrollHeight, clientHeight }) => scrollHeight <= clientHeight)(document.querySelector(".flame-panel"))'));
  await opened.context().close();
});

inChromium('should each have its own zoom, search and keys when a page holds several, drawn from a report’s columns too', async (t) => {
  const other = call('(root)', 0, call('other', 3000), call('second', 1000));
  const markup = `<!doctype html><meta charset="utf-8"><style>${tokensStyle}${FLAME_STYLE}</style>
    <main>${flameSection('first', toFlameTree(callTree(spec)), { label: 'First' }).text}<div style="height: 1500px"></div>
    ${flameSection('second', callTree(other)).text}</main><script>const el = 'the page has names of its own';</script><script>${FLAME_CLIENT}</script>`;
  const { page: opened, complaints } = await openFlame(t.context.browser, markup);
  t.deepEqual(complaints, []);
  t.deepEqual(await rowsOf(opened), WHOLE);
  const second = async (): Promise<string[]> => (await drawn(opened, '#second .flame-view')).map(({ name }) => name);
  t.deepEqual(await second(), ['all', 'other', 'second']);
  await opened.locator('#second .flame-view').focus();
  for (const key of ['ArrowDown', 'Enter', '/']) await opened.keyboard.press(key);
  await opened.keyboard.type('oth');
  t.deepEqual(await second(), ['all', 'other']);
  t.is(await textOf(opened, '#second .flame-found'), '1 function, 1 frame: 3.00 ms, 75 %');
  t.is(await textOf(opened, '#first .flame-found'), '');
  t.deepEqual(await rowsOf(opened), WHOLE);
  // Columns carry no samples, so none are told.
  t.regex((await frame(opened, 'encode').getAttribute('aria-label')) ?? '', /self 2\.00 ms \(20 %\)$/);
  await opened.evaluate(`document.getElementById('first').dispatchEvent(new CustomEvent('flame-search', { detail: 'audit' }))`);
  t.is(await textOf(opened, '#first .flame-found'), '1 function, 1 frame: 2.00 ms, 20 %');
  await opened.context().close();
});

inChromium('should draw itself when it gets a width, and again when that changes', async (t) => {
  const markup = page.replace('<main>', '<main><details><summary>open</summary>').replace('</main>', '</details></main>');
  const { page: opened } = await openFlame(t.context.browser, markup, { width: 900 });
  await opened.locator('summary').click();
  await opened.locator('.flame-view svg').waitFor();
  const widthOf = (): Promise<number> => opened.evaluate('document.querySelector(".flame-view svg").width.baseVal.value');
  const before = await widthOf();
  t.true(before > 700 && before < 900, `${before}`);
  await opened.setViewportSize({ width: 600, height: 900 });
  await opened.waitForFunction(`document.querySelector(".flame-view svg").width.baseVal.value < ${before - 200}`);
  t.deepEqual(await rowsOf(opened), WHOLE);
  await opened.context().close();
});

function largeTree(nodes: number): Spec {
  const random = seeded(11);
  const specs = [call('(root)', 0)];
  const rows = [0];
  while (specs.length < nodes) {
    const child = call(`function${specs.length % 3000}@package-${specs.length % 40}`, Math.ceil(random() * 1000));
    const parent = Math.floor(random() ** 0.6 * specs.length);
    if (rows[parent] > 60) continue;
    specs[parent].children.push(child);
    specs.push(child);
    rows.push(rows[parent] + 1);
  }
  return specs[0];
}

inChromium('should hold 20,000 frames, draw a bounded number of them, and find and zoom to any', async (t) => {
  const markup = flameHtml(callTree(largeTree(30_000)), options);
  t.true(markup.length < 1_500_000, `${markup.length} characters`);
  const { page: opened, complaints } = await openFlame(t.context.browser, markup);
  t.deepEqual(complaints, []);
  const blocks = await opened.locator('.flame-view g').count();
  t.true(blocks > 500 && blocks <= 2500, `${blocks} blocks`);
  const nodes = await opened.evaluate<number>('JSON.parse(document.querySelector(".flame-data").textContent).nodes.length');
  t.true(nodes >= 20_000 && nodes < 40_000, `${nodes} nodes`);
  const startMs = await opened.evaluate<number>('performance.now()');
  await opened.evaluate(`(() => {
    const view = document.querySelector('.flame-view');
    const click = (element) => element.dispatchEvent(new MouseEvent('click', { bubbles: true }));
    for (let i = 0; i < 10; i++) {
      click(view.querySelectorAll('g')[3].querySelector('rect'));
      click(view.querySelector('g rect'));
    }
  })()`);
  t.log(`a zoom: ${Math.round(((await opened.evaluate<number>('performance.now()')) - startMs) / 20)} ms, ${blocks} blocks of ${nodes} nodes`);
  await opened.locator('.flame input').fill('function7');
  t.regex(await found(opened), /^111 functions, /);
  await opened.context().close();
});
