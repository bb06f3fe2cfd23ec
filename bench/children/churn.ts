// Child of churn: compiles, runs and drops functions all the time, its profile rotated after each lot.
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { OWN_THREAD_LIMITS } from '../../src/core/limits.js';
import { consume } from '../interleaved.js';
import type { ChurnWorkerData, Rotated, RotateRequest } from './churn-worker.js';

export type ChurnVariant = 'none' | 'pitot' | '@datadog/pprof' | 'start/stop';

/** After some rotations and a full collection. */
export interface ChurnUse {
  rssBytes: number;
  /** Of main and of the profiler's thread. */
  heapBytes: number;
  workerHeapBytes: number;
  renewals: number;
  samples: number;
}

const variant = process.argv[2] as ChurnVariant;
/**
 * 30 000 functions in 1 200 rotations, as was first measured; half of them in scripts with a name of their own, as templates and rules are compiled.
 * By `new Function`: Node itself keeps each vm.Script for long, 2 KB of heap that have nothing to do with a profiler.
 */
const FUNCTIONS = 25;
/** The functions run for some milliseconds in all: at this period a good part of them is met by a sample. */
const INTERVAL_US = 1000;
let compiled = 0;
/** Two functions a source, one that calls the other: what is compiled is run, and then nothing holds it. */
function churn(): void {
  for (let i = 0; i < FUNCTIONS; i++) {
    const id = compiled++;
    const body = `function inner${id}(n){let s=0;for(let i=0;i<n;i++)s+=i%${(id % 97) + 2};return s}`;
    const name = id % 2 === 0 ? '' : `\n//# sourceURL=rule-${id}.js`;
    const run = new Function('n', `${body}return inner${id}(n)+inner${id}(n>>1)${name}`) as (n: number) => number;
    consume(run(5_000));
  }
}

type Rotate = (rotation: number) => Promise<Omit<Rotated, 'heapBytes'> & { heapBytes: number }>;
const nothing: Rotate = async () => ({ renewals: 0, samples: 0, heapBytes: 0 });

async function fromOutside(kind: ChurnWorkerData['kind']): Promise<Rotate> {
  const worker = new Worker(new URL('./churn-worker.js', import.meta.url), {
    workerData: { kind, intervalUs: INTERVAL_US } satisfies ChurnWorkerData,
    resourceLimits: OWN_THREAD_LIMITS,
  });
  await once(worker, 'message');
  return async (rotation) => {
    const { heapTotal, external } = process.memoryUsage();
    worker.postMessage({ rotation, heapBytes: heapTotal, externalBytes: external } satisfies RotateRequest);
    const [rotated] = (await once(worker, 'message')) as [Rotated];
    return rotated;
  };
}

function addon(): Rotate {
  const { time } = createRequire(import.meta.url)('@datadog/pprof') as typeof import('@datadog/pprof');
  time.start({ intervalMicros: INTERVAL_US, durationMillis: 10_000 });
  let samples = 0;
  return async () => {
    samples += time.stop(true).sample.length;
    return { renewals: 0, samples, heapBytes: 0 };
  };
}

const rotate = variant === 'none' ? nothing : variant === '@datadog/pprof' ? addon() : await fromOutside(variant);
let rotation = 0;
process.on('message', async (rotations: number) => {
  let last = await rotate(++rotation);
  for (let i = 1; i < rotations; i++) {
    churn();
    last = await rotate(++rotation);
  }
  (globalThis as { gc?: () => void }).gc?.();
  const { rss, heapTotal } = process.memoryUsage();
  process.send!({
    rssBytes: rss,
    heapBytes: heapTotal,
    workerHeapBytes: last.heapBytes,
    renewals: last.renewals,
    samples: last.samples,
  } satisfies ChurnUse);
});
process.once('disconnect', () => process.exit());
process.send!({ ready: true });
