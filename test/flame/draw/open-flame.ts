// Opens a page with flame graphs from disk in a real Chromium and keeps account of what it logs and asks for.
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';

const CHROMIUM = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';

export const chromiumExists = existsSync(CHROMIUM);

export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--no-first-run'],
  });
}

export interface OpenFlame {
  page: Page;
  /** Errors and warnings of the page, in words. */
  complaints: string[];
  /** URLs asked for, the page's own left out. */
  requests: string[];
}

export async function openFlame(browser: Browser, markup: string, { width = 1440, dark = false } = {}): Promise<OpenFlame> {
  const folder = await mkdtemp(join(tmpdir(), 'pitot-flame-'));
  const file = join(folder, 'flame.html');
  await writeFile(file, markup);
  const url = pathToFileURL(file).href;
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: dark ? 'dark' : 'light' });
  context.on('close', () => rm(folder, { recursive: true }));
  const page = await context.newPage();
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => request.url() !== url && requests.push(request.url()));
  await page.goto(url);
  return { page, complaints, requests };
}
