// Has a stall's samples read: in the pool, where source maps may take their time; here and without them, when the pool is busy with something long or not there.
import { EVIDENCE_WAIT_MS } from '../../core/limits.js';
import type { StallSamples, StallSamplesTask } from '../../report/stall-samples.js';
import type { HeavyPool } from '../heavy-pool.js';
import type { Pool } from '../pool.js';

/** The first lines are wanted soon, the last one is wanted right: it waits for the pool. */
export async function readStallSamples(pool: Pool | null, heavy: HeavyPool, task: StallSamplesTask): Promise<StallSamples> {
  const samples = await read(pool, task);
  const { directory, base, title, subtitle } = task;
  if (task.isLast) heavy.draw({ directory, base, title, subtitle, flame: samples.flame });
  return samples;
}

async function read(pool: Pool | null, task: StallSamplesTask): Promise<StallSamples> {
  const here = await import('../../report/stall-samples.js');
  if (pool === null) return here.readStallSamples(task, false);
  const inPool = pool.stall(task).catch(() => here.readStallSamples(task, false));
  if (task.isLast) return inPool;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, EVIDENCE_WAIT_MS, null);
  });
  const samples = await Promise.race([inPool, late]);
  clearTimeout(timer);
  return samples ?? here.readStallSamples(task, false);
}
