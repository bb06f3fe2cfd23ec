// Leak 11: a worker thread a job, and no end to it.
import { Worker } from 'node:worker_threads';
import { type Request, serve } from '../service.js';

const jobs: Worker[] = [];

function startJob({ id }: Request): Promise<void> {
  const worker = new Worker(`setInterval(() => {}, 1e9); require('node:worker_threads').parentPort.postMessage(${id});`, { eval: true });
  worker.unref();
  jobs.push(worker);
  return new Promise((resolve) => worker.once('message', () => resolve()));
}

await serve({ leak: { itemBytes: 8 * 2 ** 20, one: startJob } });
