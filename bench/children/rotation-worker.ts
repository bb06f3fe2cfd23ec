// Worker thread of rotation's child: starts and rotates a profiler of the main thread from outside, as pitot's agent does, and says in shared memory when it is done.
import { Session } from 'node:inspector/promises';
import { parentPort, threadId, workerData } from 'node:worker_threads';
import { Profiler } from '../../src/agent/profiler/profiler.js';
import { machineMs } from '../../src/core/clock.js';
import { CPU_ROTATE_MS } from '../../src/core/limits.js';

export interface RotationWorkerData {
  kind: 'pitot' | 'start/stop';
  intervalUs: number;
  /** One integer each: how many requests have been served, and how many rotations there were. */
  served: Int32Array;
  rotations: Int32Array;
}

interface Outside {
  start(): Promise<void>;
  /** A second of the profiler's clock has passed. */
  tick(): Promise<void>;
}

const { kind, intervalUs, served, rotations } = workerData as RotationWorkerData;
const TICK_MS = 1000;

/** Tells when a rotation that the profiler decided on is done. */
class WatchedProfiler extends Profiler {
  rotated: Promise<void> | null = null;

  override rotateAll(nowMs: number): Promise<void> {
    this.rotated = super.rotateAll(nowMs);
    return this.rotated;
  }
}

function pitot(): Outside {
  let started: () => void;
  let nowMs = machineMs();
  const sink = {
    onSegment() {},
    onFault: (code: string, message: string) => {
      throw new Error(`${code}: ${message}`);
    },
    onStart: () => started(),
  };
  const profiler = new WatchedProfiler(intervalUs, (id) => id === threadId, sink, nowMs);
  return {
    async start() {
      const running = new Promise<void>((resolve) => (started = resolve));
      await profiler.connect(nowMs);
      await running;
    },
    async tick() {
      nowMs += TICK_MS;
      profiler.rotated = null;
      // No load is known: the period stays as it is.
      profiler.tick(nowMs, () => null, 0);
      if (profiler.rotated === null) return;
      await profiler.rotated;
      Atomics.add(rotations, 0, 1);
    },
  };
}

function startStop(): Outside {
  const session = new Session();
  session.connectToMainThread();
  let ticks = 0;
  return {
    async start() {
      await session.post('Profiler.enable');
      await session.post('Profiler.setSamplingInterval', { interval: intervalUs });
      await session.post('Profiler.start');
    },
    async tick() {
      if (++ticks % (CPU_ROTATE_MS / TICK_MS) !== 0) return;
      await session.post('Profiler.stop');
      await session.post('Profiler.start');
      Atomics.add(rotations, 0, 1);
    },
  };
}

const outside = kind === 'pitot' ? pitot() : startStop();
parentPort!.on('message', (what: 'start' | 'tick') => void outside[what]().then(() => Atomics.add(served, 0, 1)));
