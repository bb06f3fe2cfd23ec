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
/** A second of the profiler's clock passes in 25 ms, and the period is as much shorter: rotations hand over as many samples as at the default, 10 ms. */
const INTERVAL_US = 250;
const WORK_MS = 23;
const TICKS_PER_ROTATION = 10;
/** Looks at the clock go on so long before and after. */
const MARGIN_MS = 1;

/** Each begins, and returns how to tell whether it is done. */
interface Rotated {
  start(): () => boolean;
  /** A second of the profiler's clock has passed: it may rotate now. */
  tick(): () => boolean;
  /** Rotations so far. */
  rotations(): number;
}

/** The profiler's own thread decides when it rotates. */
function fromOutside(kind: RotationWorkerData['kind']): Rotated {
  const served = new Int32Array(new SharedArrayBuffer(4));
  const rotations = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(new URL('./rotation-worker.js', import.meta.url), {
    workerData: { kind, intervalUs: INTERVAL_US, served, rotations } satisfies RotationWorkerData,
  });
  let asked = 0;
  const ask = (what: 'start' | 'tick') => () => {
    asked++;
    worker.postMessage(what);
    return () => Atomics.load(served, 0) === asked;
  };
  return { start: ask('start'), tick: ask('tick'), rotations: () => Atomics.load(rotations, 0) };
}

/** On main itself, each tenth tick. */
function onMain(start: () => void, rotate: () => void): Rotated {
  let ticks = 0;
  return {
    start() {
      start();
      return () => true;
    },
    tick() {
      if (++ticks % TICKS_PER_ROTATION === 0) rotate();
      return () => true;
    },
    rotations: () => Math.floor(ticks / TICKS_PER_ROTATION),
  };
}

function addon(): Rotated {
  const { time } = createRequire(import.meta.url)('@datadog/pprof') as typeof import('@datadog/pprof');
  return onMain(
    () => time.start({ intervalMicros: INTERVAL_US, durationMillis: 2 * WORK_MS * TICKS_PER_ROTATION }),
    () => consume(time.stop(true).sample.length),
  );
}

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
const profiler =
  variant === 'none'
    ? onMain(
        () => {},
        () => {},
      )
    : variant === '@datadog/pprof'
      ? addon()
      : fromOutside(variant);
// A worker thread is up before it is asked.
if (variant === 'pitot' || variant === 'start/stop') await new Promise((resolve) => setTimeout(resolve, 300));
watch(() => () => true);
const start = watch(profiler.start);
process.on('message', (count: number) => {
  const gaps: Gap[] = [];
  while (gaps.length < count) {
    heap?.work(WORK_MS);
    const before = profiler.rotations();
    const gap = watch(profiler.tick);
    if (profiler.rotations() > before) gaps.push(gap);
  }
  process.send!(gaps);
});
process.send!({ start, heapMb: process.memoryUsage().heapUsed / 1e6 } satisfies RotationStarted);
process.once('disconnect', () => process.exit());
