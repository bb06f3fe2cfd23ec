// Opens a run's page from disk in a real Chromium and keeps account of what it logs and asks for.
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';
import { renderRunHtml } from '../../../src/report/html/render-run-html.js';
import type { RunSummary } from '../../../src/report/report-types.js';

const CHROMIUM = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';

export const chromiumExists = existsSync(CHROMIUM);

export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--no-first-run'],
  });
}

export interface OpenPage {
  page: Page;
  url: string;
  /** Errors and warnings of the page, in words. */
  complaints: string[];
  /** URLs asked for, the page's own left out. */
  requests: string[];
}

export async function openPage(browser: Browser, run: RunSummary, { width = 1440, dark = false, hash = '' } = {}): Promise<OpenPage> {
  const folder = await mkdtemp(join(tmpdir(), 'pitot-html-'));
  const file = join(folder, 'report.html');
  await writeFile(file, renderRunHtml(run));
  const url = pathToFileURL(file).href;
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: dark ? 'dark' : 'light' });
  context.on('close', () => rm(folder, { recursive: true }));
  const page = await context.newPage();
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => request.url().split('#')[0] !== url && !request.url().startsWith('data:') && requests.push(request.url()));
  await page.goto(url + hash);
  return { page, url, complaints, requests };
}

/** What a person reads in an element, runs of white space as one space. */
export async function textAt(within: Locator): Promise<string> {
  const [text] = await within.first().allInnerTexts();
  return text.replace(/\s+/g, ' ').trim();
}

/** Evaluates an expression over `all`, the elements that a selector finds. As text, because this project's types know no DOM. */
export function inPage<T>(page: Page, selector: string, expression: string): Promise<T> {
  return page.evaluate(`((all) => ${expression})([...document.querySelectorAll(${JSON.stringify(selector)})])`);
}

/** Contrast of an element's text against the nearest background that is painted, as WCAG 2 defines it. */
export function contrastOf(page: Page, selector: string): Promise<number> {
  return inPage(
    page,
    selector,
    `(() => {
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    const rgba = (color) => {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = color;
      canvas.fillRect(0, 0, 1, 1);
      return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const luminance = ([r, g, b]) => {
      const [x, y, z] = [r, g, b].map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
      return 0.2126 * x + 0.7152 * y + 0.0722 * z;
    };
    let painted = all[0];
    while (painted.parentElement && rgba(getComputedStyle(painted).backgroundColor)[3] === 0) painted = painted.parentElement;
    const pair = [getComputedStyle(all[0]).color, getComputedStyle(painted).backgroundColor].map((color) => luminance(rgba(color)));
    return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
  })()`,
  );
}
