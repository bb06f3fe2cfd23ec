// The pool for heavy work: one worker at most, made when it is needed, gone when idle. What fails there is told, and costs the process nothing.
import type { Piscina } from 'piscina';
import { HEAVY_IDLE_MS, HEAVY_QUEUE_MAX, OWN_THREAD_LIMITS } from '../core/limits.js';
import type { FlamePngTask } from '../report/flame-png.js';
import type { FlameTree } from '../report/report-types.js';
import { HEAVY_URL } from '../worker-urls.js';
import type { OwnThreads } from './own-threads.js';

export class HeavyPool {
  private readonly onFault: (code: string, message: string) => void;
  private readonly isOn: boolean;
  private readonly own: OwnThreads;
  private piscina: Promise<Piscina> | null = null;

  /** isOn: whether pictures are asked for at all. */
  constructor(isOn: boolean, own: OwnThreads, onFault: (code: string, message: string) => void) {
    this.isOn = isOn;
    this.own = own;
    this.onFault = onFault;
  }

  /** Draws a flame graph where pictures are asked for and there is something to draw: beside the other formats, a moment after them. */
  draw({ flame, ...task }: Omit<FlamePngTask, 'flame'> & { flame: FlameTree | null }): void {
    if (this.isOn && flame !== null) void this.png({ ...task, flame });
  }

  /** Null where it failed. */
  private async png(task: FlamePngTask): Promise<string | null> {
    try {
      this.piscina ??= this.open();
      const { file, tid } = (await (await this.piscina).run(task)) as { file: string; tid: number };
      this.own.heavyTid = tid;
      return file;
    } catch (error) {
      this.onFault('FLAME_PNG', (error as Error).message);
      return null;
    }
  }

  private async open(): Promise<Piscina> {
    const { Piscina } = await import('piscina');
    const piscina = new Piscina({
      filename: HEAVY_URL.href,
      minThreads: 0,
      maxThreads: 1,
      idleTimeout: HEAVY_IDLE_MS,
      maxQueue: HEAVY_QUEUE_MAX,
      recordTiming: false,
      execArgv: [],
      resourceLimits: OWN_THREAD_LIMITS,
      env: process.env as Record<string, string>,
    });
    // A worker's death rejects its task as well, which is where it is told.
    piscina.on('error', () => {});
    return piscina;
  }
}
