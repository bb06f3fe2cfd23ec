// Worker thread of churn's child: pitot's own profiler with a clock that runs ahead, ten seconds from one rotation to the next; or a plain start and stop.
import { Session } from 'node:inspector/promises';
import { parentPort, threadId, workerData } from 'node:worker_threads';
import { Profiler } from '../../src/agent/profiler/profiler.js';
import { WindowProfiles } from '../../src/agent/profiler/window-profiles.js';
import { CPU_ROTATE_MS } from '../../src/core/limits.js';
import { attribute } from '../../src/flame/attribution/attribute.js';
import type { SpanTable } from '../../src/flame/attribution/span-table.js';

export interface ChurnWorkerData {
  kind: 'pitot' | 'start/stop';
  intervalUs: number;
}

/** Child to worker thread: rotate now. */
export interface RotateRequest {
  /** From 1. */
  rotation: number;
  heapBytes: number;
  externalBytes: number;
}

/** Worker thread to child: it is done. Sums since the start, and the heap of this thread. */
export interface Rotated {
  renewals: number;
  samples: number;
  heapBytes: number;
}

/** Rotations in a window, and from one quiet moment to the next: a minute. */
const WINDOW_ROTATIONS = 6;
const TICK_MS = 1000;
/** Neither idle nor so busy that the period would change; and a quiet moment. */
const BUSY_RATIO = 0.15;
const QUIET_RATIO = 0.01;
const NO_SPANS: SpanTable = {
  paths: new Uint16Array(0),
  startUs: new Float64Array(0),
  endUs: new Float64Array(0),
  sync: new Uint8Array(0),
  lost: [],
  minSpanNs: 0,
  shortUs: 0,
};

const { kind, intervalUs } = workerData as ChurnWorkerData;
let samples = 0;
let renewals = 0;

/** As CpuWatch runs it: rotated, ticked once a second of its clock, its segments kept for a window. */
async function pitot(): Promise<(request: RotateRequest) => Promise<void>> {
  let nowMs = CPU_ROTATE_MS;
  let started = (): void => {};
  const windows = new WindowProfiles((_, segment) => attribute(segment, NO_SPANS, () => false));
  const sink = {
    onSegment(id: number, segment: Parameters<WindowProfiles['add']>[1]) {
      samples += segment.samples.length;
      windows.add(id, segment);
    },
    onFault(code: string, message: string) {
      if (code !== 'PROFILER_RENEWED') throw new Error(`${code}: ${message}`);
      renewals++;
    },
    onStart: () => started(),
  };
  const profiler = new Profiler(intervalUs, (id) => id === threadId, sink, nowMs);
  const running = new Promise<void>((resolve) => (started = resolve));
  await profiler.connect(nowMs);
  await running;
  return async ({ rotation, heapBytes, externalBytes }) => {
    nowMs += CPU_ROTATE_MS;
    await profiler.rotateAll(nowMs);
    const isWindowEnd = rotation % WINDOW_ROTATIONS === 0;
    if (isWindowEnd) windows.take();
    const renewed = renewals;
    const restarted = new Promise<void>((resolve) => (started = resolve));
    const { rss, heapTotal } = process.memoryUsage();
    const load = { busyRatio: isWindowEnd ? QUIET_RATIO : BUSY_RATIO, heapBytes, turns: rotation };
    profiler.tick(nowMs + TICK_MS, () => load, rss - heapTotal - heapBytes - externalBytes);
    if (renewals !== renewed) await restarted;
  };
}

async function startStop(): Promise<() => Promise<void>> {
  const session = new Session();
  session.connectToMainThread();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: intervalUs });
  await session.post('Profiler.start');
  return async () => {
    const { profile } = await session.post('Profiler.stop');
    samples += profile.samples!.length;
    await session.post('Profiler.start');
  };
}

// Answers that are pending do not keep a worker thread alive.
setInterval(() => {}, 1 << 30);
const rotate = await (kind === 'pitot' ? pitot() : startStop());
parentPort!.on('message', async (request: RotateRequest) => {
  await rotate(request);
  parentPort!.postMessage({ renewals, samples, heapBytes: process.memoryUsage().heapTotal } satisfies Rotated);
});
parentPort!.postMessage(null);
