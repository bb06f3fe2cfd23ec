// Worker thread of rotation's child: starts and rotates a profiler of the main thread from outside, as pitot's agent does, and says in shared memory when it is done.
import { Session } from 'node:inspector/promises';
import { parentPort, threadId, workerData } from 'node:worker_threads';
import { Profiler } from '../../src/agent/profiler/profiler.js';
import { machineMs } from '../../src/core/clock.js';

export interface RotationWorkerData {
  kind: 'pitot' | 'start/stop';
  intervalUs: number;
  /** One integer: how many requests have been served. */
  served: Int32Array;
}

interface Outside {
  start(): Promise<void>;
  rotate(): Promise<void>;
}

const { kind, intervalUs, served } = workerData as RotationWorkerData;

function pitot(): Outside {
  let started: () => void;
  const sink = {
    onSegment() {},
    onFault: (code: string, message: string) => {
      throw new Error(`${code}: ${message}`);
    },
    onStart: () => started(),
  };
  const profiler = new Profiler(intervalUs, (id) => id === threadId, sink, machineMs());
  return {
    async start() {
      const running = new Promise<void>((resolve) => (started = resolve));
      await profiler.connect(machineMs());
      await running;
    },
    rotate: () => profiler.rotateAll(machineMs()),
  };
}

function startStop(): Outside {
  const session = new Session();
  session.connectToMainThread();
  return {
    async start() {
      await session.post('Profiler.enable');
      await session.post('Profiler.setSamplingInterval', { interval: intervalUs });
      await session.post('Profiler.start');
    },
    async rotate() {
      await session.post('Profiler.stop');
      await session.post('Profiler.start');
    },
  };
}

const outside = kind === 'pitot' ? pitot() : startStop();
parentPort!.on('message', (what: 'start' | 'rotate') => void outside[what]().then(() => Atomics.add(served, 0, 1)));
