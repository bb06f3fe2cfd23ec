// Child of throughput: one thread that records without pause, or paced, and counts its own calls.
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { flush, path } from 'pitot';
import { answer } from '../answer.js';
import { logNormalNs, seeded } from '../durations.js';

const [kind, seconds] = [process.argv[2], Number(process.argv[3])];
/** Calls between two looks at the clock. */
const CHUNK = 1000;
const RECORDS_PER_S = 10e6;
const MS_PER_CHUNK = (CHUNK * 1000) / RECORDS_PER_S;

const random = seeded(1);
const durationsNs = Float64Array.from({ length: 1024 }, () => logNormalNs(random, 50_000));
const hot = path('bench.hot');

function spans(): void {
  for (let i = 0; i < CHUNK; i++) hot.end(hot.start());
}

function records(): void {
  for (let i = 0; i < CHUNK; i++) hot.record(durationsNs[i]);
}

/** The loop never turns meanwhile, as in the worst service. */
function run(forMs: number): { calls: number; spentMs: number } {
  const startMs = performance.now();
  const endMs = startMs + forMs;
  let calls = 0;
  for (let nowMs = startMs; nowMs < endMs; nowMs = performance.now()) {
    if (kind === 'spans') spans();
    else {
      records();
      while (performance.now() < startMs + (calls / CHUNK + 1) * MS_PER_CHUNK);
    }
    calls += CHUNK;
  }
  return { calls, spentMs: performance.now() - startMs };
}

// The agent's pool is there, as in any service that has run for a second.
await flush();
await sleep(500);
const result = run(seconds * 1000);
await flush();
answer(result);
