// Flame graphs and stalls of the page in a real Chromium: what is drawn, clicked, typed and printed.
import anyTest, { type TestFn } from 'ava';
import type { Browser, Page } from 'playwright-core';
import type { RunSummary } from '../../../src/report/report-types.js';
import { HOSTILE } from '../../fixtures/html/hostile-run.js';
import { profiledRun, STALLS, stallOf } from '../../fixtures/html/profiled-run.js';
import { chromiumExists, contrastOf, inPage, launch, openPage, textAt } from './open-page.js';

const test = anyTest as TestFn<{ browser: Browser }>;
// Serial: the machine that tests this has few cores, and one browser with one page is enough.
const inChromium = chromiumExists ? test.serial : test.serial.skip;

test.before(async (t) => {
  if (chromiumExists) t.context.browser = await launch();
});
if (!chromiumExists) {
  test('should say why the page is not opened when there is no Chromium', (t) => {
    t.log('skipped: no Chromium at /usr/bin/chromium nor at CHROMIUM_PATH');
    t.false(chromiumExists);
  });
}
test.after.always((t) => t.context.browser?.close());

/** `label width` of the drawn frames of a graph; widths in hundredths of the graph's. */
const drawnIn = (page: Page, id: string): Promise<string[]> =>
  inPage(
    page,
    `#${id} .flame-view g`,
    `all.map((g) => g.getAttribute('aria-label').split(',')[0] + ' ' + Math.round(100 * g.querySelector('rect').getBBox().width / all[0].querySelector('rect').getBBox().width))`,
  );
const overflowPx = (page: Page): Promise<number> => page.evaluate('document.documentElement.scrollWidth - innerWidth');
const openRows = (page: Page): Promise<string[]> => inPage(page, '#stalls details.item[open]', 'all.map(({ id }) => id)');
const isOnScreen = (page: Page, selector: string): Promise<boolean> =>
  inPage(page, selector, '(({ top, bottom }) => top >= -1 && top < innerHeight && bottom > 0)(all[0].getBoundingClientRect())');

inChromium('should draw the window’s flame graph when the page opens, those in rows when they are opened', async (t) => {
  const { page, complaints, requests } = await openPage(t.context.browser, profiledRun());
  await page.locator('#flame-window .flame-view g').first().waitFor();
  const frames = await drawnIn(page, 'flame-window');
  t.true(frames.includes('all 100') && frames.includes('main 60') && frames.includes('worker-3 40') && frames.includes('spawn 35'), frames.join());
  t.deepEqual(
    frames.filter((frame) => frame.startsWith('compileReport')),
    ['compileReport 30'],
  );
  t.deepEqual(await drawnIn(page, 'flame-path-1'), []);
  await page.locator('.cpu-paths summary', { hasText: 'report.compile' }).click();
  await page.locator('#flame-path-1 .flame-view g').first().waitFor();
  t.deepEqual(await drawnIn(page, 'flame-path-1'), ['all 100', 'main 100', 'compileReport 100', 'priceBasket 67']);
  t.deepEqual(complaints, []);
  t.deepEqual(requests, []);
  await page.context().close();
});

inChromium('should find a function in the graph when its row is clicked, and by keyboard', async (t) => {
  const { page } = await openPage(t.context.browser, profiledRun());
  const row = page.locator('table.functions tr', { hasText: 'compileReport' });
  await row.locator('.place').click();
  t.is(await page.locator('#flame-window input').inputValue(), 'compileReport src/reports/compile.js');
  t.is(await textAt(page.locator('#flame-window .flame-found')), '1 function, 1 frame: 6.00 s, 30 %');
  t.deepEqual(await inPage(page, '#flame-window g.hit', 'all.map((g) => g.getAttribute("aria-label").split(",")[0])'), ['compileReport']);
  t.true(await isOnScreen(page, '#flame-window .flame-tools'));
  await page.locator('button.find', { hasText: 'priceBasket' }).focus();
  await page.keyboard.press('Enter');
  t.is(await textAt(page.locator('#flame-window .flame-found')), '1 function, 2 frames: 7.00 s, 35 %');
  await page.context().close();
});

inChromium('should show ten functions, and all when asked to', async (t) => {
  const { page } = await openPage(t.context.browser, profiledRun());
  t.is(await page.locator('table.functions tbody tr:visible').count(), 10);
  await page.getByRole('button', { name: 'Show all 12 functions' }).click();
  t.is(await page.locator('table.functions tbody tr:visible').count(), 12);
  t.is(await page.evaluate('document.activeElement.textContent'), 'rare4');
  await page.context().close();
});

inChromium('should mark each stall on every chart where it was, with its verdict’s shape and words', async (t) => {
  const { page } = await openPage(t.context.browser, profiledRun());
  t.deepEqual(await inPage(page, '.stall-lane a', 'all.map((a) => a.getAttribute("href"))'), [
    '#stall-1',
    '#stall-2',
    '#stall-3',
    '#stall-4',
    '#stall-5',
  ]);
  t.deepEqual(await inPage(page, '#timelines .plot:not(.lane) svg', 'all.map((svg) => svg.querySelectorAll("a.stall").length)'), [5, 5, 5, 5, 5]);
  t.is(await inPage(page, '.stall-lane .shape', 'new Set(all.map((path) => path.getAttribute("d"))).size'), 4);
  t.deepEqual(await inPage(page, '.stall-lane .stall-words', 'all.map((text) => text.textContent)'), [
    '2.40 s executing',
    '900 ms waiting',
    '412 ms gc',
    '700 ms starved',
    '3.10 s executing',
  ]);
  t.is(await page.locator('.stall-lane a').first().getAttribute('aria-label'), 'main stalled 2.40 s, executing, in compileReport');
  t.is(await page.locator('.stall-lane a').last().getAttribute('aria-label'), 'main has not turned for 3.10 s, executing, in compileReport');
  // 40 s to 42.4 s of 600 s.
  const [from, width, plot] = await inPage<number[]>(
    page,
    '.stall-lane + .chart .plot',
    '[all[0].querySelector(".span").getBBox().x, all[0].querySelector(".span").getBBox().width, all[0].clientWidth]',
  );
  t.true(Math.abs((from - 64) / (plot - 65) - 40 / 600) < 0.001);
  t.true(Math.abs(width / (plot - 65) - 2.4 / 600) < 0.001);
  await page.context().close();
});

inChromium('should tell of a stall when it is pointed at, and open its row and flame when it is clicked', async (t) => {
  const { page, url } = await openPage(t.context.browser, profiledRun());
  const mark = page.locator('#timelines .plot').nth(3).locator('a[href="#stall-2"]');
  await mark.locator('.reach').hover();
  t.regex(
    await textAt(page.locator('.moment')),
    /^10:23:1\d UTC, over 1\.00 s worker-3 stalled 900 ms, waiting, in exportArchive click or Enter opens it$/,
  );
  await mark.locator('.reach').click();
  t.is(page.url(), `${url}#stall-2`);
  await page.locator('#flame-stall-2 .flame-view g').first().waitFor();
  t.deepEqual(await openRows(page), ['stall-2']);
  t.deepEqual(await drawnIn(page, 'flame-stall-2'), ['all 100', 'exportArchive 100', 'execSync 100', 'spawn 100']);
  await page.waitForFunction('document.activeElement.closest("#stall-2") !== null');
  // Closed again, and its mark clicked again: the fragment does not change.
  await page.locator('#stall-2 > summary').click();
  t.deepEqual(await openRows(page), []);
  await mark.locator('.reach').click();
  t.deepEqual(await openRows(page), ['stall-2']);
  await page.goBack();
  t.is(page.url(), url);
  await page.context().close();
});

inChromium('should lead to stalls by keyboard alone', async (t) => {
  const { page, url } = await openPage(t.context.browser, profiledRun());
  await page.locator('#timelines .stack').focus();
  await page.keyboard.press('Tab');
  t.is(await page.evaluate('document.activeElement.dataset.stall'), 'stall-1');
  t.regex(await textAt(page.locator('.moment')), /main stalled 2\.40 s, executing, in compileReport/);
  await page.keyboard.press('Tab');
  t.regex(await textAt(page.locator('.moment')), /worker-3 stalled 900 ms/);
  await page.keyboard.press('Enter');
  t.is(page.url(), `${url}#stall-2`);
  await page.locator('#stall-2[open]').waitFor();
  t.deepEqual(await openRows(page), ['stall-2']);
  // The charts’ own marks are not in the way of the tabulator: behind the last of the lane the next section follows.
  await page.locator('.stall-lane a').last().focus();
  await page.keyboard.press('Tab');
  t.is(await page.evaluate('document.activeElement.closest("#timelines")'), null);
  // With the cursor on the moment of a stall, Enter opens it.
  await page.locator('#timelines .stack').focus();
  await page.keyboard.press('Escape');
  for (let i = 0; i < 41; i++) await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  t.is(page.url(), `${url}#stall-1`);
  // The row opens when the page hears of the new fragment.
  await page.locator('#stall-1[open]').waitFor();
  t.deepEqual((await openRows(page)).sort(), ['stall-1', 'stall-2']);
  await page.context().close();
});

inChromium('should open a stall that is folded away when the fragment names it', async (t) => {
  const stalls = Array.from({ length: 14 }, (_, i) => stallOf(i + 1, i * 30, 1000 - i * 10));
  const { page } = await openPage(t.context.browser, { ...profiledRun(), stalls }, { hash: '#stall-14' });
  t.true(await page.locator('#stall-14 > summary').isVisible());
  t.true(await inPage<boolean>(page, '#stalls details.rest', 'all[0].open'));
  t.regex(await textAt(page.locator('#stall-14 .body')), /Its flame graph is not in this page; profile of exactly this interval: flame\/CPU/);
  await page.context().close();
});

for (const width of [1440, 900, 390]) {
  for (const dark of [false, true]) {
    inChromium(`should fit, be legible and complain of nothing when all is open at ${width} px in ${dark ? 'dark' : 'light'}`, async (t) => {
      const { page, complaints } = await openPage(t.context.browser, profiledRun(), { width, dark });
      await page.evaluate('for (const details of document.querySelectorAll("details")) details.open = true');
      await page.locator('#flame-stall-3 .flame-view g').first().waitFor();
      t.deepEqual(complaints, []);
      t.is(await overflowPx(page), 0);
      for (const selector of [
        '.reason',
        '.where small',
        '.verdicts span',
        '.files',
        '.place',
        '.find',
        '.list .sum',
        '#stall-1 .verdict-cell',
        '.cpu-paths summary .chip i',
        '#cpu h3 small',
        '.flame-notes',
      ]) {
        const contrast = await contrastOf(page, selector);
        t.true(contrast >= 4.5, `${selector}: ${contrast.toFixed(2)}`);
      }
      // Shapes and edges against the page: 3 is what WCAG asks of graphics.
      const shapes = await inPage<string[]>(page, '#stalls .stall-mark path', 'all.map((path) => getComputedStyle(path).fill)');
      t.is(new Set(shapes).size, 4);
      t.is(await inPage(page, '#stalls .list summary *', 'all.filter((it) => it.getBoundingClientRect().right > innerWidth + 0.5).length'), 0);
      await page.context().close();
    });
  }
}

inChromium('should show hostile names as text in graphs, rows and marks', async (t) => {
  const run = profiledRun();
  const evil = HOSTILE.slice(0, 7).join(' ');
  const flame = run.cpu?.flame;
  const renamed = flame && { ...flame, frames: flame.frames.map((frame, i) => (i === 0 ? frame : { ...frame, function: evil, file: evil })) };
  const hostile: RunSummary = {
    ...run,
    cpu: run.cpu && { ...run.cpu, flame: renamed ?? null, top: run.cpu.top.map((row) => ({ ...row, function: evil, file: evil })) },
    stalls: STALLS.map((stall) => ({
      ...stall,
      thread: evil,
      reason: evil,
      top: [{ function: evil, file: evil, line: 1, ratio: 1 }],
      flame: renamed,
    })),
  };
  const { page, complaints } = await openPage(t.context.browser, hostile);
  await page.locator('table.functions tbody tr').first().click();
  await page.locator('.stall-lane a').first().hover();
  await page.locator('.stall-lane a').first().click();
  await page.locator('#flame-stall-1 .flame-view g').first().waitFor();
  t.is(await page.evaluate('globalThis.executed'), undefined);
  t.deepEqual(complaints, []);
  t.is(await overflowPx(page), 0);
  await page.context().close();
});

inChromium('should print the graph whole and every function, without tools', async (t) => {
  const { page } = await openPage(t.context.browser, profiledRun(), { dark: true, width: 1032 });
  await page.locator('#flame-window .flame-view g').first().waitFor();
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  t.is(await page.locator('#flame-window .flame-tools').isVisible(), false);
  t.is(await page.locator('table.functions tbody tr:visible').count(), 12);
  t.is(await inPage(page, '#flame-window .flame-view', 'getComputedStyle(all[0]).maxHeight'), 'none');
  t.is(await overflowPx(page), 0);
  // Drawn for the screen, scaled to the paper.
  const size = await inPage<string[]>(page, '#flame-window svg', '[all.at(-1).getAttribute("width"), all.at(-1).getAttribute("height")]');
  await page.pdf();
  t.is(await inPage(page, '#flame-window .flame-view > svg', 'all[0].getAttribute("viewBox")'), `0 0 ${size.join(' ')}`);
  await page.context().close();
});

inChromium('should have neither lane nor list when no loop stalled', async (t) => {
  const { page } = await openPage(t.context.browser, { ...profiledRun(), stalls: [] });
  t.is(await page.locator('.stall-lane').count(), 0);
  t.is(await page.locator('#stalls').count(), 0);
  t.is(await page.locator('a.stall').count(), 0);
  await page.context().close();
});
