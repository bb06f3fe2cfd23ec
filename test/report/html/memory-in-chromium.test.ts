// Memory in a real Chromium: the stack, the trend, limits, the cursor by pointer and keys, and legible cards in both themes.
import anyTest, { type TestFn } from 'ava';
import type { Browser } from 'playwright-core';
import { emptyRun } from '../../fixtures/html/empty-run.js';
import { ledgerRun, ledgerRunWithFindings } from '../../fixtures/html/ledger-run.js';
import { chromiumExists, contrastOf, inPage, launch, openPage, textAt } from './open-page.js';

const test = anyTest as TestFn<{ browser: Browser }>;
const inChromium = chromiumExists ? test.serial : test.serial.skip;

test.before(async (t) => {
  if (chromiumExists) t.context.browser = await launch();
});
test.after.always((t) => t.context.browser?.close());
if (!chromiumExists) {
  test('should say why memory is not looked at when there is no Chromium', (t) => {
    t.log('skipped: no Chromium at /usr/bin/chromium nor at CHROMIUM_PATH');
    t.false(chromiumExists);
  });
}

const MIB = 1_048_576;
const mib = (bytes: number): string => `${(bytes / MIB).toFixed(bytes >= 100 * MIB ? 0 : bytes >= 10 * MIB ? 1 : 2)} MiB`;
const heightOf = (selector: string): string => `(() => { const box = document.querySelector('${selector}').getBBox(); return box.height; })()`;

inChromium('should stack the classes below the resident memory, with full collections on the axis and the limit', async (t) => {
  const run = ledgerRunWithFindings();
  const { page, complaints } = await openPage(t.context.browser, run);
  const keys = await page.locator('.memory-stack dt').allInnerTexts();
  t.deepEqual(
    keys.map((key) => key.trim()),
    ['RSS', 'workers, pitot', 'native', 'external', 'heap, unused', 'garbage', 'live heap', 'full collections'],
  );
  t.deepEqual(await inPage(page, '.memory-stack .plot path.class', 'all.map((path) => path.classList[1])'), [
    'live',
    'garbage',
    'reserved',
    'external',
    'native',
    'rest',
  ]);
  // One mark a collection; the stack ends where the line of the resident memory runs.
  t.is(await inPage(page, '.memory-stack .plot .full-gc', "all[0].getAttribute('d').split('M').length - 1"), 23);
  const top = (selector: string): Promise<number> => inPage(page, `.memory-stack .plot ${selector}`, 'Math.round(all[0].getBBox().y * 10) / 10');
  t.is(await top('path.rest'), await top('path.line.ink'));
  t.deepEqual(await page.locator('#memory text.limit').allTextContents(), ['memory limit']);
  t.regex(await textAt(page.locator('.memory-stack .key-column')), /memory limit 384 MiB by cgroup-v2; heap limit 270 MiB, far above/);
  t.true((await page.evaluate<number>(heightOf('.memory-stack .plot path.live'))) > 20);
  t.deepEqual(complaints, []);
  await page.context().close();
});

inChromium('should draw the trend with its band, and read stack and trend at one moment by pointer and keys', async (t) => {
  const run = ledgerRunWithFindings();
  const { page } = await openPage(t.context.browser, run);
  t.regex(
    await textAt(page.locator('#memory .chart.trend .key-column')),
    /^Live heap grows 90\.0 MiB an hour, 180 %; memory limit in 1 h 30 min at this rate/,
  );
  t.is(await page.locator('#memory .chart.trend .plot path.band').count(), 1);
  t.is(await page.locator('#memory .chart.trend .plot path.trend').count(), 1);
  await page.locator('#memory .stack').focus();
  await page.keyboard.press('ArrowLeft');
  const newest = run.timeline[run.timeline.length - 1];
  t.regex(await textAt(page.locator('#memory .moment')), /^10:31:00 UTC/);
  const readouts = (await page.locator('#memory dd').allInnerTexts()).map((text) => text.replace(/\s+/g, ' '));
  t.is(readouts[0], mib(newest.rssBytes));
  t.is(readouts[6], mib(newest.liveBytes ?? 0));
  t.is(readouts[7], String(newest.fullGcCount));
  t.is(readouts[8], mib(newest.liveBytes ?? 0));
  const plot = page.locator('#memory .plot').first();
  const box = await plot.boundingBox();
  await plot.hover({ position: { x: 64 + ((box?.width ?? 0) - 65) * (252.5 / 600), y: 40 } });
  t.regex(await textAt(page.locator('#memory .moment')), /^10:25:13 UTC/);
  t.regex(await textAt(page.locator('#timelines .moment')), /^Highest of the run/);
  t.is(await inPage(page, '#memory .cursor', 'new Set(all.map((line) => line.getAttribute("d").split(" ")[0])).size'), 1);
  await page.keyboard.press('Escape');
  t.regex(await textAt(page.locator('#memory .moment')), /^Highest of the run/);
  await page.context().close();
});

inChromium('should draw the stack alone when nothing leaks, and say why there is none when nothing was sampled', async (t) => {
  const calm = await openPage(t.context.browser, ledgerRun());
  t.is(await calm.page.locator('#memory .chart:not(.axis)').count(), 1);
  await calm.page.context().close();
  const empty = await openPage(t.context.browser, emptyRun());
  t.is(await textAt(empty.page.locator('#memory .charts')), 'Memory was not sampled: the run ended before the first sample was due.');
  await empty.page.context().close();
});

for (const dark of [false, true]) {
  inChromium(`should keep cards and quiet lines legible when it is ${dark ? 'dark' : 'light'}`, async (t) => {
    const { page } = await openPage(t.context.browser, ledgerRunWithFindings(), { dark, width: 390 });
    for (const selector of ['.leak .culprit', '.leak h4', '.leak .tag', '.no-leaks li', '#memory .key-column p'])
      t.true((await contrastOf(page, selector)) >= 4.5, selector);
    await page.context().close();
  });
}
