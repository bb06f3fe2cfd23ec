// The page in a real Chromium, from disk: what a person sees and does.
import anyTest, { type TestFn } from 'ava';
import type { Browser, Page } from 'playwright-core';
import { pathHash } from '../../../src/report/html/page-data.js';
import { emptyRun } from '../../fixtures/html/empty-run.js';
import { HOSTILE, hostileRun } from '../../fixtures/html/hostile-run.js';
import { largeRun } from '../../fixtures/html/large-run.js';
import { ledgerRun, ledgerRunWithFindings } from '../../fixtures/html/ledger-run.js';
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

const columnOf = (page: Page, section: string, column: string): Promise<string[]> =>
  page.locator(`#${section} tbody tr:not(.detail) > .${column}`).allInnerTexts();
const first = (page: Page): Promise<string> => textAt(page.locator('#paths tbody th'));
const overflowPx = (page: Page): Promise<number> => page.evaluate('document.documentElement.scrollWidth - innerWidth');
const transfers = pathHash('path', 'ledger.command', { type: 'Transfer' });

for (const width of [1440, 900, 390]) {
  for (const dark of [false, true]) {
    inChromium(`should open without complaint, request or sideways scroll when it is ${width} px wide and ${dark ? 'dark' : 'light'}`, async (t) => {
      for (const run of [ledgerRunWithFindings(), emptyRun(), hostileRun()]) {
        const { page, complaints, requests } = await openPage(t.context.browser, run, { width, dark });
        if (run.paths.length > 0) await page.locator('#paths a.name').first().click();
        await page
          .locator('details.config summary')
          .click({ timeout: 500 })
          .catch(() => undefined);
        t.deepEqual(complaints, []);
        t.deepEqual(requests, []);
        t.is(await overflowPx(page), 0, run.service);
        t.is(await page.evaluate('globalThis.executed'), undefined);
        await page.context().close();
      }
    });
  }
}

inChromium('should show every path with its figures, the largest total first', async (t) => {
  const run = ledgerRun();
  const { page } = await openPage(t.context.browser, run);
  const totals = run.paths.map((path) => path.meanNs * path.count).sort((a, b) => b - a);
  const bars = await inPage(page, '#paths .bar rect', 'all.map((rect) => Number(rect.getAttribute("width")))');
  t.deepEqual(
    bars,
    totals.map((total) => Number(((total / totals[0]) * 100).toFixed(2))),
  );
  t.is(await first(page), 'http.server method POST route /transfers status 2xx');
  const row = await page.locator('#paths tbody tr').first().locator('td.figure').allInnerTexts();
  t.deepEqual(
    row.map((text) => text.replace(/\s+/g, ' ').trim()),
    ['76.7 s 20.7 %', '5,200', '8.67', '0', '7.81 ms', '14.0 ms', '17.1 ms', '235 ms', '322 ms', '353 ms', '14.8 ms'],
  );
  t.is(await page.locator('#paths .shape').count(), 18);
  await page.context().close();
});

inChromium('should sort by a heading when it is clicked, and turn round when it is clicked again', async (t) => {
  const { page } = await openPage(t.context.browser, ledgerRun());
  const count = page.locator('#paths').getByRole('button', { name: 'Count', exact: true });
  const counts = async (): Promise<number[]> => (await columnOf(page, 'paths', 'count')).map((text) => Number(text.replaceAll(',', '')));
  await count.click();
  const descending = await counts();
  t.deepEqual(
    descending,
    [...descending].sort((a, b) => b - a),
  );
  t.is(descending[0], 1_280_000);
  t.is(await page.locator('#paths th.count').getAttribute('aria-sort'), 'descending');
  t.is(await page.locator('#paths th.total').getAttribute('aria-sort'), null);
  await count.click();
  t.deepEqual(await counts(), descending.reverse());
  t.is(await page.locator('#paths th.count').getAttribute('aria-sort'), 'ascending');
  await page.context().close();
});

inChromium('should sort and open rows by keyboard alone', async (t) => {
  const { page, url } = await openPage(t.context.browser, ledgerRun());
  await page.locator('#paths thead button').first().focus();
  await page.keyboard.press('Enter');
  t.is(await first(page), 'eventstore.append stream account');
  t.is(await page.locator('#paths th.name').first().getAttribute('aria-sort'), 'ascending');
  await page.locator('#paths a.name').first().focus();
  await page.keyboard.press('Enter');
  t.is(page.url(), url + pathHash('path', 'eventstore.append', { stream: 'account' }));
  t.is(await page.locator('#paths a.name').first().getAttribute('aria-expanded'), 'true');
  await page.context().close();
});

inChromium('should sort by the list of columns when rows are cards', async (t) => {
  const { page } = await openPage(t.context.browser, ledgerRun(), { width: 390 });
  await page.locator('#paths select').selectOption('p999Ns');
  t.is(await first(page), 'http.server method POST route /transfers status 5xx');
  await page.locator('#paths .flip').click();
  t.is(await first(page), 'ledger.fee tariff standard 1 in 64 timed');
  await page.context().close();
});

inChromium('should open the row with its large picture when the fragment names a path', async (t) => {
  const { page } = await openPage(t.context.browser, ledgerRun(), { hash: transfers });
  const open = page.locator('#paths tr.open');
  t.is(await textAt(open.locator('th')), 'ledger.command type Transfer');
  t.true(
    await inPage<boolean>(
      page,
      '#paths tr.open th',
      'all[0].getBoundingClientRect().top >= 0 && all[0].getBoundingClientRect().bottom <= innerHeight',
    ),
  );
  const marks = await page.locator('#paths tr.open + tr.detail svg.large text.mark').allTextContents();
  t.deepEqual(marks, ['p50 7.26 ms', 'p90 12.6 ms', 'p95 15.4 ms', 'p99 232 ms', 'p99.9 345 ms', 'max 386 ms']);
  const bins = await page.locator('#paths svg.large .hit title').allTextContents();
  t.is(
    bins.reduce((sum, title) => sum + Number(title.split(': ')[1].replaceAll(',', '')), 0),
    5424,
  );
  await page.context().close();
});

inChromium('should follow the links of the sentences, and close the row when it is clicked again', async (t) => {
  const { page, url } = await openPage(t.context.browser, ledgerRun());
  await page.locator(`.verdict a[href="${transfers}"]`).first().click();
  t.is(await page.locator('#paths tr.detail').count(), 1);
  await page.locator('#paths tr.open').click();
  t.is(await page.locator('#paths tr.detail').count(), 0);
  t.is(page.url(), `${url}#paths`);
  await page.context().close();
});

inChromium('should filter by every word of names and labels', async (t) => {
  const { page } = await openPage(t.context.browser, ledgerRun());
  await page.locator('#paths input').fill('HTTP transfers');
  t.deepEqual(
    (await columnOf(page, 'paths', 'name')).map((text) => text.match(/\dxx/)?.[0]),
    ['2xx', '5xx', '4xx'],
  );
  t.is(await textAt(page.locator('#paths .status')), '3 of 18 paths');
  await page.locator('#paths input').fill('nothing of the kind');
  t.is(await textAt(page.locator('#paths tbody')), 'No path matches the filter.');
  await page.context().close();
});

inChromium('should draw 100 rows of 2 000, all on demand, and one that is hidden when the fragment names it', async (t) => {
  const run = largeRun();
  const { page, complaints } = await openPage(t.context.browser, run);
  t.is(await page.locator('#paths tbody tr').count(), 100);
  await page.locator('#paths input').fill('t0027');
  const least = [...run.paths].sort((a, b) => a.meanNs - b.meanNs)[0];
  await page.evaluate(`location.hash = ${JSON.stringify(pathHash('path', least.name, least.labels))}`);
  await page.locator('#paths tr.open').waitFor();
  t.regex(await textAt(page.locator('#paths tr.open')), new RegExp(least.labels.tenant));
  t.is(await page.locator('#paths input').inputValue(), '');
  t.regex(await textAt(page.locator('#paths tr.detail')), /No picture: pictures are drawn for the 300 largest only/);
  await page.locator('#paths tr.open').click();
  await page.locator('#paths').getByRole('button', { name: 'Count', exact: true }).click();
  await page.getByRole('button', { name: 'Show all 2,000 paths' }).click();
  t.is(await page.locator('#paths tbody tr').count(), 2000);
  t.is(await page.locator('#paths .shape').count(), 300);
  t.deepEqual(complaints, []);
  await page.context().close();
});

inChromium('should say plainly which rows are sampled and which lost calls', async (t) => {
  const { page } = await openPage(t.context.browser, ledgerRun());
  const row = page.locator('#paths tbody tr', { hasText: 'statements' });
  t.deepEqual(await row.locator('.note').allInnerTexts(), ['1 in 8 timed', '412 dropped']);
  await row.click();
  t.regex(await textAt(page.locator('#paths tr.detail')), /One call in 8 was timed.*412 calls were dropped because a ring was full/s);
  await page.context().close();
});

inChromium('should show distributions in their own units, counters and gauges', async (t) => {
  const { page } = await openPage(t.context.browser, ledgerRun());
  const maxima = (await columnOf(page, 'distributions', 'max')).map((text) => text.replace(/\s+/g, ' '));
  t.deepEqual(await columnOf(page, 'distributions', 'value-unit'), ['By', 'events', 'EUR']);
  t.deepEqual(maxima, ['75.6 KiB', '70', '11,195']);
  t.deepEqual(await columnOf(page, 'counters', 'delta'), ['1,204,331', '9,000', '3,913', '61']);
  t.deepEqual(await columnOf(page, 'gauges', 'value'), ['340', '12', '8']);
  await page.context().close();
});

inChromium('should read all timelines at one moment under the pointer and by arrow keys', async (t) => {
  const run = ledgerRun();
  const { page } = await openPage(t.context.browser, run);
  const readouts = async (): Promise<string[]> => (await page.locator('#timelines dd').allInnerTexts()).map((text) => text.replace(/\s+/g, ' '));
  t.is((await readouts())[0], '412 ms');
  await page.locator('#timelines .stack').focus();
  await page.keyboard.press('ArrowRight');
  const [point] = run.timeline;
  t.regex(await textAt(page.locator('.moment')), /^10:21:01 UTC/);
  const mib = (bytes: number): string => `${(bytes / 1_048_576).toFixed(bytes >= 100 * 1_048_576 ? 0 : 1)} MiB`;
  t.is((await readouts())[6], mib(point.rssBytes));
  t.is((await readouts())[8], mib(point.heapUsedBytes));
  const plot = page.locator('.plot').nth(2);
  const box = await plot.boundingBox();
  await plot.hover({ position: { x: 64 + ((box?.width ?? 0) - 65) * (252.5 / 600), y: 40 } });
  t.regex(await textAt(page.locator('.moment')), /^10:25:13 UTC/);
  t.is((await readouts())[0], '412 ms');
  t.is(await inPage(page, '#timelines .cursor', 'new Set(all.map((line) => line.getAttribute("d"))).size'), 1);
  t.is(await page.locator('#timelines path.limit').count(), 1);
  await page.context().close();
});

inChromium('should say what is missing when nothing was recorded', async (t) => {
  const { page } = await openPage(t.context.browser, emptyRun());
  for (const [section, words] of [
    ['paths', 'No path was recorded'],
    ['timelines', 'No runtime sample'],
    ['distributions', 'No distribution'],
    ['counters', 'No counter'],
    ['gauges', 'No gauge'],
  ]) {
    t.true((await textAt(page.locator(`#${section} .empty`))).startsWith(words), section);
  }
  await page.context().close();
});

inChromium('should show hostile text as text', async (t) => {
  const { page } = await openPage(t.context.browser, hostileRun());
  const names = await inPage(page, '#paths a.name', 'all.map((link) => link.firstChild.data)');
  t.deepEqual(names, HOSTILE);
  for (let i = 0; i < HOSTILE.length; i++) await page.locator('#paths a.name').nth(i).click();
  t.is(await page.locator('#paths tr.detail').count(), 1);
  t.is(await page.evaluate('globalThis.executed'), undefined);
  await page.context().close();
});

inChromium('should change theme by its button, remember it, and keep text legible in both', async (t) => {
  const { page } = await openPage(t.context.browser, ledgerRunWithFindings());
  await page.locator('#paths a.name').first().click();
  const background = (): Promise<string> => page.evaluate('getComputedStyle(document.body).backgroundColor');
  const light = await background();
  for (const theme of ['light', 'dark']) {
    for (const selector of [
      '.run',
      '.verdict .then',
      '.figures small',
      '.chip i',
      '.unit',
      '.tag.bad',
      '.tag.warn',
      '#paths .share.bad',
      '#paths tr.open .chip i',
      '#paths tr.open .unit',
      '.note.warn',
      '.detail dt',
      '.empty, .legend',
      'footer',
      '.verdict a u',
    ]) {
      const contrast = await contrastOf(page, selector);
      t.true(contrast >= 4.5, `${selector} in ${theme}: ${contrast.toFixed(2)}`);
    }
    if (theme === 'light') await page.getByRole('button', { name: 'Switch to dark colours' }).click();
  }
  const dark = await background();
  t.not(dark, light);
  await page.reload();
  t.is(await background(), dark);
  await page.context().close();
});

inChromium('should print in light colours without its tools', async (t) => {
  const { page } = await openPage(t.context.browser, ledgerRun(), { dark: true, width: 1032 });
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  t.is(await page.evaluate('getComputedStyle(document.body).backgroundColor'), 'rgb(255, 255, 255)');
  t.is(await page.locator('#paths .tools').isVisible(), false);
  t.is(await inPage(page, '#paths tbody tr', 'getComputedStyle(all[0]).display'), 'table-row');
  t.is(await overflowPx(page), 0);
  await page.context().close();
});
