// Child of window: fills 2 000 paths, closes the window, and watches how long its own event loop is kept from turning.
import { stat } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { flush, path } from 'pitot';
import * as prom from 'prom-client';
import type { ProcessHost } from '../../src/host/process-host.js';
import { answer } from '../answer.js';
import { logNormalNs, pathMediansNs, seeded } from '../durations.js';
import { type Gap, queuedMs } from '../run-queue.js';

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

/** Turns the loop as fast as it goes until the work is done. The garbage so far is collected first. */
async function watchLoop(start: () => Promise<unknown>): Promise<Gap> {
  (globalThis as { gc?: () => void }).gc?.();
  const longest: Gap = { clockMs: 0, ownMs: 0 };
  let done = false;
  let lastMs = performance.now();
  let lastQueuedMs = queuedMs();
  const work = start().finally(() => {
    done = true;
  });
  await new Promise<void>((resolve) => {
    const turn = (): void => {
      const nowMs = performance.now();
      const nowQueuedMs = queuedMs();
      const gapMs = nowMs - lastMs;
      const ownMs = gapMs - (nowQueuedMs - lastQueuedMs);
      if (gapMs > longest.clockMs) longest.clockMs = gapMs;
      if (ownMs > longest.ownMs) longest.ownMs = ownMs;
      lastMs = nowMs;
      lastQueuedMs = nowQueuedMs;
      if (done) resolve();
      else setImmediate(turn);
    };
    setImmediate(turn);
  });
  await work;
  return longest;
}

async function round(): Promise<WindowRound> {
  fill();
  // The garbage of filling is collected, and the drain's tick passed, before anything is watched.
  await sleep(600);
  let closeMs = 0;
  let file = '';
  const closing = await watchLoop(async () => {
    const startMs = performance.now();
    file = (await host.flush())!;
    closeMs = performance.now() - startMs;
  });
  const { size } = await stat(file);
  await sleep(600);
  const quiet = await watchLoop(() => sleep(closeMs));
  const scrape = await watchLoop(() => registry.metrics());
  return { closeMs, reportBytes: size, closing, quiet, scrape };
}

await flush();
await watchLoop(() => sleep(200));
const results: WindowRound[] = [];
for (let i = 0; i < rounds; i++) results.push(await round());
answer(results);
