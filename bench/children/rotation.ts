// Child of rotation: one process with one profiler; looks at the clock as fast as it can while the profiler is started or rotated.
import { createRequire } from 'node:module';
import { performance } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';
import { consume } from '../interleaved.js';
import { type Gap, longestGap } from '../run-queue.js';
import { largeHeap } from './large-heap.js';
import type { RotationWorkerData } from './rotation-worker.js';

export type RotationVariant = 'none' | 'pitot' | '@datadog/pprof' | 'start/stop';

/** Sent when the profiler runs. */
export interface RotationStarted {
  start: Gap;
  heapMb: number;
}

const [variant, heapMb] = [process.argv[2] as RotationVariant, Number(process.argv[3])];
/** A rotation every 250 ms hands over as many samples as one every 10 s at the default period of 10 ms. */
const INTERVAL_US = 250;
const WORK_MS = 220;
/** Looks at the clock go on so long before and after. */
const MARGIN_MS = 5;

interface Rotated {
  start(): () => boolean;
  rotate(): () => boolean;
}

/** Asks, and tells whether it is done. */
function fromOutside(kind: RotationWorkerData['kind']): Rotated {
  const served = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(new URL('./rotation-worker.js', import.meta.url), {
    workerData: { kind, intervalUs: INTERVAL_US, served } satisfies RotationWorkerData,
  });
  let asked = 0;
  const ask = (what: 'start' | 'rotate') => () => {
    asked++;
    worker.postMessage(what);
    return () => Atomics.load(served, 0) === asked;
  };
  return { start: ask('start'), rotate: ask('rotate') };
}

function addon(): Rotated {
  const { time } = createRequire(import.meta.url)('@datadog/pprof') as typeof import('@datadog/pprof');
  return {
    start() {
      time.start({ intervalMicros: INTERVAL_US, durationMillis: 2 * WORK_MS });
      return () => true;
    },
    rotate() {
      consume(time.stop(true).sample.length);
      return () => true;
    },
  };
}

const nothing: Rotated = { start: () => () => true, rotate: () => () => true };

/** Longest gap from MARGIN_MS before to MARGIN_MS after; in the stretch without a profiler, as long. */
function watch(begin: () => () => boolean): Gap {
  (globalThis as { gc?: (options: object) => void }).gc?.({ type: 'minor' });
  const startMs = performance.now();
  let isDone: (() => boolean) | null = null;
  let doneMs = Number.POSITIVE_INFINITY;
  return longestGap(() => {
    const nowMs = performance.now();
    if (isDone === null) {
      if (nowMs - startMs >= MARGIN_MS) isDone = begin();
    } else if (doneMs === Number.POSITIVE_INFINITY && isDone()) doneMs = performance.now();
    return nowMs - doneMs >= MARGIN_MS;
  });
}

const heap = heapMb > 0 ? largeHeap(heapMb) : null;
const profiler = variant === 'none' ? nothing : variant === '@datadog/pprof' ? addon() : fromOutside(variant);
// A worker thread is up before it is asked.
if (variant === 'pitot' || variant === 'start/stop') await new Promise((resolve) => setTimeout(resolve, 300));
watch(() => () => true);
const start = watch(profiler.start);
process.on('message', (rotations: number) => {
  const gaps: Gap[] = [];
  for (let i = 0; i < rotations; i++) {
    heap?.work(WORK_MS);
    gaps.push(watch(profiler.rotate));
  }
  process.send!(gaps);
});
process.send!({ start, heapMb: process.memoryUsage().heapUsed / 1e6 } satisfies RotationStarted);
process.once('disconnect', () => process.exit());
