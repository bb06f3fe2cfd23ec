// Child of window: fills 2 000 paths, closes the window, and watches how long its own event loop is kept from turning.
import { stat } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { flush, path } from 'pitot';
import * as prom from 'prom-client';
import type { ProcessHost } from '../../src/host/process-host.js';
import { answer } from '../answer.js';
import { logNormalNs, pathMediansNs, seeded } from '../durations.js';

/** One window, and what the loop saw while it was closed, in a quiet stretch as long, and while the peer was scraped. Times in ms. */
export interface WindowRound {
  closeMs: number;
  reportBytes: number;
  gapClosingMs: number;
  gapQuietMs: number;
  gapScrapeMs: number;
}

const rounds = Number(process.argv[2]);
const PATHS = 2000;
const VALUES_PER_PATH = 200;
const random = seeded(1);
const mediansNs = pathMediansNs(random, PATHS);
const paths = mediansNs.map((_, i) => path('bench.path', { number: String(i) }));
const registry = new prom.Registry();
const histogram = new prom.Histogram({ name: 'bench_seconds', help: 'bench', labelNames: ['number'], registers: [registry] });
/** What `flush` stands on: closes the window without reading the report back, as the interval does. */
const host = (globalThis as unknown as Record<symbol, ProcessHost>)[Symbol.for('pitot.host.1')];

function fill(): void {
  for (let i = 0; i < VALUES_PER_PATH; i++) {
    for (let p = 0; p < PATHS; p++) {
      const durationNs = logNormalNs(random, mediansNs[p]);
      paths[p].record(durationNs);
      if (i < 5) histogram.observe({ number: String(p) }, durationNs / 1e9);
    }
  }
}

/** Turns the loop as fast as it goes until the work is done; resolves with the longest time between two turns. */
async function longestGapMs(work: Promise<unknown>): Promise<number> {
  let done = false;
  const settled = work.finally(() => {
    done = true;
  });
  let longestMs = 0;
  let lastMs = performance.now();
  while (!done) {
    await new Promise((resolve) => setImmediate(resolve));
    const nowMs = performance.now();
    longestMs = Math.max(longestMs, nowMs - lastMs);
    lastMs = nowMs;
  }
  await settled;
  return longestMs;
}

async function round(): Promise<WindowRound> {
  fill();
  // The garbage of filling is collected, and the drain's tick passed, before anything is watched.
  await sleep(600);
  const startMs = performance.now();
  let closeMs = 0;
  let file = '';
  const closing = host.flush().then((written) => {
    closeMs = performance.now() - startMs;
    file = written!;
  });
  const gapClosingMs = await longestGapMs(closing);
  const { size } = await stat(file);
  await sleep(600);
  const gapQuietMs = await longestGapMs(sleep(closeMs));
  const scrape = new Promise((resolve) => setImmediate(resolve)).then(() => registry.metrics());
  return { closeMs, reportBytes: size, gapClosingMs, gapQuietMs, gapScrapeMs: await longestGapMs(scrape) };
}

await flush();
await longestGapMs(sleep(200));
const results: WindowRound[] = [];
for (let i = 0; i < rounds; i++) results.push(await round());
answer(results);
