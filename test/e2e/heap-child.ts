// A process whose main thread allocates, and whose worker thread runs actions on it, as the agent thread does. Prints what they said as JSON.
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { ActionRunner } from '../../src/agent/actions/action-runner.js';
import { localActions } from '../../src/agent/actions/local-actions.js';
import { monotonicMs, wallMs } from '../../src/core/clock.js';
import { exampleAlert } from '../agent/actions/example-alert.js';

export interface ChildTask {
  directory: string;
  baseDirectory: string;
  /** Actions of each run; the runs go on at the same time. */
  runs: string[][];
  /** Main does nothing but count until the actions are done. */
  blocked?: boolean;
  /** How long the begin of a snapshot is waited for, ms. */
  startMsMax?: number;
  /** Bytes that are left, as if the cgroup said so. */
  leftBytes?: number;
  /** A sampler of the application's own runs. */
  foreignSampler?: boolean;
}

export interface ChildResult {
  lines: string[][];
  /** Whether the application's own sampler is still running. */
  foreignSampler: boolean;
}

class KeptOrder {
  readonly id: number;
  constructor(id: number) {
    this.id = id;
  }
}

const kept: KeptOrder[] = [];
function growOrders(count: number): void {
  for (let i = 0; i < count; i++) kept.push(new KeptOrder(i));
}

async function runActions({ directory, baseDirectory, runs, leftBytes, startMsMax }: ChildTask): Promise<string[][]> {
  const { actions } = localActions(
    { directory, baseDirectory, service: 'shop', pid: process.pid, timeScale: 1000, coolDownMs: 86_400_000_000, commands: new Map() },
    {
      nowMs: wallMs,
      monotonicMs,
      spaces: () => [],
      log: () => {},
      takeFlame: async () => null,
      ...(startMsMax !== undefined && { startMsMax }),
      ...(leftBytes !== undefined && { headroom: () => ({ leftBytes, of: "below the cgroup's limit" }) }),
    },
  );
  const runner = new ActionRunner({ timeScale: 1 }, { actions, nowMs: wallMs });
  const limits = { count: 10, windowMs: 1000, coolDownMs: 0 };
  return Promise.all(runs.map((names) => runner.run(exampleAlert(), names, limits)));
}

if (isMainThread) {
  const task = JSON.parse(process.argv[2] ?? '{}') as ChildTask;
  growOrders(5000);
  const inspector = await import('node:inspector');
  const own = new inspector.Session();
  own.connect();
  const isSampling = (): Promise<boolean> =>
    new Promise((resolve) => own.post('HeapProfiler.getSamplingProfile', (error) => resolve(error === null)));
  if (task.foreignSampler) own.post('HeapProfiler.startSampling', { samplingInterval: 4096 }, () => {});
  // Only where a profile is to see it: a snapshot takes the longer the more there is.
  const growth = setInterval(() => task.runs.flat().includes('heap-profile') && kept.length < 400_000 && growOrders(2000), 5);
  const done = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(new URL(import.meta.url), { workerData: { task, done } });
  worker.once('message', async (lines: string[][]) => {
    clearInterval(growth);
    process.stdout.write(`${JSON.stringify({ lines, foreignSampler: await isSampling() } satisfies ChildResult)}\n`);
    own.disconnect();
    await worker.terminate();
  });
  worker.once('online', () => {
    let turns = 0;
    while (task.blocked && Atomics.load(done, 0) === 0) turns++;
    return turns;
  });
} else {
  // As the agent thread, it stays. Node 20 ends the process with SIGABRT when a thread ends before main has taken leave of a session that it closed.
  setInterval(() => {}, 1000);
  const { task, done } = workerData as { task: ChildTask; done: Int32Array };
  const lines = await runActions(task);
  Atomics.store(done, 0, 1);
  parentPort?.postMessage(lines);
}
