// N1: a cache fills to its bound, in as many minutes as the argument says, and turns over from then on.
import { type Request, serve } from '../service.js';
import { text } from '../text.js';

const CACHE_BYTES = 24 * 2 ** 20;
const PAGE_BYTES = 2000;
const REQUESTS_PER_MINUTE = 300;

const fillMinutes = Number(process.argv[2] ?? 15);
const pagesMax = Math.floor(CACHE_BYTES / PAGE_BYTES);
/** By slot; a page that finds its slot taken replaces the oldest. */
const pages: string[] = [];
let due = 0;
let stored = 0;

function cachePages({ id }: Request): void {
  for (due += pagesMax / fillMinutes / REQUESTS_PER_MINUTE; due >= 1; due--) {
    pages[stored % pagesMax] = text(PAGE_BYTES - 24, id + stored);
    stored++;
  }
}

await serve({ handle: cachePages });
