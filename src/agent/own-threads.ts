// pitot's own threads and memory: what the process pays for it.
import { osThreadId } from '../core/os-thread-id.js';
import type { ThreadUse } from '../report/report-types.js';
import type { Pool } from './pool.js';

/** V8's sampling threads, one for each application thread that is profiled, as the kernel names them. */
const SAMPLER = 'v8:ProfEvntProc';

export class OwnThreads {
  readonly agentTid = osThreadId();
  pool: Pool | null = null;
  /** The heavy pool's newest worker, which comes and goes; 0: there was none. */
  heavyTid = 0;
  private readonly isProfiling: boolean;

  /** isProfiling: whether V8's sampling threads are pitot's. */
  constructor(isProfiling: boolean) {
    this.isProfiling = isProfiling;
  }

  /** Name for the report; null: the thread is not pitot's, or is called what the kernel calls it. */
  nameOf(tid: number): string | null {
    if (tid === this.agentTid) return 'pitot agent';
    if (tid === this.heavyTid) return 'pitot heavy';
    return this.pool?.workers.some((worker) => worker.tid === tid) ? 'pitot aggregate' : null;
  }

  /** Cores used by pitot's threads. */
  cpuRatio(threads: readonly ThreadUse[]): number {
    const own = threads.filter(({ id, name }) => this.nameOf(id) !== null || (this.isProfiling && name === SAMPLER));
    return own.reduce((sum, { cpuRatio }) => sum + cpuRatio, 0);
  }

  /** Heaps of the agent thread and the pool, with what they hold outside. */
  heapBytes(): number {
    const { heapTotal, external } = process.memoryUsage();
    return heapTotal + external + (this.pool?.workers ?? []).reduce((sum, { heapBytes }) => sum + heapBytes, 0);
  }
}
