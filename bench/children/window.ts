// Child of window: fills 2 000 paths, closes the window, and watches how long its own event loop is kept from turning.
import { existsSync, openSync, readSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { flush, path } from 'pitot';
import * as prom from 'prom-client';
import type { ProcessHost } from '../../src/host/process-host.js';
import { answer } from '../answer.js';
import { logNormalNs, pathMediansNs, seeded } from '../durations.js';

/** Longest times between two turns of the loop: by the clock, and without the time in which the thread was ready but had no CPU. */
export interface Gap {
  clockMs: number;
  ownMs: number;
}

/** One window, and what the loop saw while it was closed, in a quiet stretch as long, and while the peer was scraped. */
export interface WindowRound {
  closeMs: number;
  reportBytes: number;
  closing: Gap;
  quiet: Gap;
  scrape: Gap;
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

/** Second figure of schedstat: ns on the run queue. Without Linux's /proc nothing is known, and nothing is taken off. */
const schedstat = existsSync('/proc/thread-self/schedstat') ? openSync('/proc/thread-self/schedstat', 'r') : null;
const text = Buffer.alloc(128);
function queuedMs(): number {
  if (schedstat === null) return 0;
  return Number(text.toString('latin1', 0, readSync(schedstat, text, 0, text.length, 0)).split(' ')[1]) / 1e6;
}

/** Turns the loop as fast as it goes until the work is done. */
async function watchLoop(work: Promise<unknown>): Promise<Gap> {
  let done = false;
  const settled = work.finally(() => {
    done = true;
  });
  const longest: Gap = { clockMs: 0, ownMs: 0 };
  let last = { ms: performance.now(), queuedMs: queuedMs() };
  while (!done) {
    await new Promise((resolve) => setImmediate(resolve));
    const now = { ms: performance.now(), queuedMs: queuedMs() };
    longest.clockMs = Math.max(longest.clockMs, now.ms - last.ms);
    longest.ownMs = Math.max(longest.ownMs, now.ms - last.ms - (now.queuedMs - last.queuedMs));
    last = now;
  }
  await settled;
  return longest;
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
  const watched = await watchLoop(closing);
  const { size } = await stat(file);
  await sleep(600);
  const quiet = await watchLoop(sleep(closeMs));
  const scrape = new Promise((resolve) => setImmediate(resolve)).then(() => registry.metrics());
  return { closeMs, reportBytes: size, closing: watched, quiet, scrape: await watchLoop(scrape) };
}

await flush();
await watchLoop(sleep(200));
const results: WindowRound[] = [];
for (let i = 0; i < rounds; i++) results.push(await round());
answer(results);
