// The agent's Piscina pool: one resident worker that counts slices and writes reports. Loaded after the agent is ready, absent until then.
import type { Piscina } from 'piscina';
import type { SliceCounts } from '../aggregate/aggregate-slice.js';
import type { SpanQuery } from '../aggregate/slice-spans.js';
import { OWN_THREAD_LIMITS } from '../core/limits.js';
import type { StallSamples, StallSamplesTask } from '../report/stall-samples.js';
import type { CountedFigures, FiguresTask } from '../report/window-figures.js';
import type { PageTask, ReportResult, ReportTask } from '../report/write-report.js';
import { AGGREGATE_URL } from '../worker-urls.js';
import type { PoolTask, WorkerIdentity } from './pool-tasks.js';

/** What the pool reports of itself. */
export interface PoolEvents {
  /** A worker died and was replaced. */
  onDeath(message: string): void;
}

/** Runs tasks in the pool; a task whose worker dies is rejected and may simply be asked again, since workers hold no state. */
export class Pool {
  private readonly piscina: Piscina;
  private readonly events: PoolEvents;
  /** Reports and pages take long: slices do not queue behind them. */
  private longTasks = 0;
  workers: WorkerIdentity[] = [];

  private constructor(piscina: Piscina, events: PoolEvents) {
    this.piscina = piscina;
    this.events = events;
    piscina.on('error', (error: Error) => events.onDeath(error.message));
  }

  /** Starts the pool and its one worker. */
  static async start(events: PoolEvents): Promise<Pool> {
    const { Piscina } = await import('piscina');
    const piscina = new Piscina({
      filename: AGGREGATE_URL.href,
      minThreads: 1,
      maxThreads: 1,
      recordTiming: false,
      execArgv: [],
      resourceLimits: OWN_THREAD_LIMITS,
      env: process.env as Record<string, string>,
    });
    const pool = new Pool(piscina, events);
    pool.workers = [await pool.run<WorkerIdentity>({ kind: 'identify' })];
    return pool;
  }

  /** True when a slice would be counted at once. */
  get isFree(): boolean {
    return this.longTasks === 0;
  }

  /** The pool's threads, for tests that end one. */
  get threads(): Piscina['threads'] {
    return this.piscina.threads;
  }

  slice(memory: SharedArrayBuffer, from: number, to: number, spans?: SpanQuery): Promise<SliceCounts> {
    return this.run<SliceCounts>({ kind: 'slice', memory, from, to, spans });
  }

  figures(task: FiguresTask): Promise<CountedFigures> {
    return this.runLong<CountedFigures>(task);
  }

  report(task: ReportTask): Promise<ReportResult> {
    return this.runLong<ReportResult>(task);
  }

  page(task: PageTask): Promise<number> {
    return this.runLong<number>(task);
  }

  stall(task: StallSamplesTask): Promise<StallSamples> {
    return this.runLong<StallSamples>({ ...task, kind: 'stall' });
  }

  async refreshIdentity(): Promise<void> {
    this.workers = [await this.run<WorkerIdentity>({ kind: 'identify' })];
  }

  destroy(): Promise<void> {
    return this.piscina.destroy();
  }

  private async runLong<T>(task: PoolTask): Promise<T> {
    this.longTasks++;
    try {
      return await this.run<T>(task);
    } finally {
      this.longTasks--;
    }
  }

  private async run<T>(task: PoolTask): Promise<T> {
    try {
      return (await this.piscina.run(task)) as T;
    } catch (error) {
      if (isWorkerDeath(error as Error)) this.events.onDeath((error as Error).message);
      throw error;
    }
  }
}

/** Piscina rejects a task whose worker ended with one of these. */
export function isWorkerDeath(error: Error & { code?: string }): boolean {
  return error.code === 'ERR_WORKER_OUT_OF_MEMORY' || /worker (exited|stopped|terminated)|terminating worker|exit code/i.test(error.message);
}
