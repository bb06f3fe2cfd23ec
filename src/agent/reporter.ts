// Closes windows and puts them on disk: drain, rotate, write, release; then the page and retention. A window that cannot be written is kept and tried again.
import { dirname } from 'node:path';
import type { Alert } from '../core/alert-types.js';
import { machineMs, wallMs } from '../core/clock.js';
import { TIMELINE_POINTS_MAX } from '../core/limits.js';
import type { CpuTask } from '../report/cpu-summary.js';
import { applyRetention, type RetentionBounds, reportExists } from '../report/files.js';
import { type Judgement, NO_JUDGEMENT } from '../report/judgement.js';
import type { AgentHealth, CpuProfileSummary, GaugeValue, Runtime, Stall, TimelinePoint } from '../report/report-types.js';
import type { CountedFigures, FiguresTask } from '../report/window-figures.js';
import type { PageTask, ReportIdentity, ReportResult, ReportTask } from '../report/write-report.js';
import type { Directory } from './directory.js';
import type { Drain } from './drain.js';
import type { DrainedThread } from './drained-thread.js';
import type { Pool } from './pool.js';
import { mergeTimeline } from './samplers/timeline.js';
import type { ClosedBy, Windows } from './windows.js';

/** Runtime figures of one window, and its points on the timeline. */
export interface WindowRuntime {
  runtime: Omit<Runtime, 'gc'>;
  timeline: TimelinePoint[];
}

/** What the reporter asks of the agent. */
export interface ReporterSources {
  threads(): Iterable<DrainedThread>;
  closeRuntime(nowMachineMs: number, nowWallMs: number): WindowRuntime;
  /** The open window is about to be closed, and holds all that it will. */
  onClosing(): void;
  /** Ends the threads' present stretches of CPU samples. */
  rotateCpu(): Promise<void>;
  /** The window's CPU profiles, and spans up to now; null: there are none. */
  closeCpu(by: ClosedBy): CpuTask | null;
  /** Stalls that were open in the window. */
  closeStalls(): Stall[];
  /** Judges a window by its figures. Once a window, however often its report is tried. */
  judge(counted: CountedFigures): Partial<Judgement>;
  /** Judges an open window, which is judged again when it is closed; where the last judgement was less than an interval ago nothing is done. */
  judgeOpen(counted: CountedFigures): void;
  alertsOfRun(): Alert[];
  stallsOfRun(): Stall[];
  health(runtime: Omit<Runtime, 'gc'>): Omit<AgentHealth, 'pausesNsMax'>;
  onReport(result: ReportResult, seq: number): void;
  onFault(code: string, message: string): void;
}

export interface ReporterOptions {
  identity: ReportIdentity;
  hdrDigits: 2 | 3;
  retention: RetentionBounds;
}

export interface CloseOutcome {
  /** The report on disk; null when it could not be written. */
  file: string | null;
  reason: string;
}

export class Reporter {
  pool: Pool | null = null;
  private readonly windows: Windows;
  private readonly directory: Directory;
  private readonly drain: Drain;
  private readonly sources: ReporterSources;
  private readonly options: ReporterOptions;
  private closeChain: Promise<unknown> = Promise.resolve();
  private writing: Promise<CloseOutcome> | null = null;
  private drawing: Promise<void> | null = null;
  private redraw = false;
  private closedRuntime: WindowRuntime | null = null;
  /** Counters as they stood when the window was closed: by the time it is written they have gone on. */
  private closedTotals: Float64Array | null = null;
  private closedCpu: CpuTask | null = null;
  private closedStalls: Stall[] = [];
  private closedJudgement: Judgement | null = null;
  private judgement: Judgement = NO_JUDGEMENT;
  private cpu: CpuProfileSummary | null = null;
  private timeline: TimelinePoint[] = [];

  constructor(windows: Windows, directory: Directory, drain: Drain, sources: ReporterSources, options: ReporterOptions) {
    this.windows = windows;
    this.directory = directory;
    this.drain = drain;
    this.sources = sources;
    this.options = options;
    this.recover();
  }

  /** Closes the window now. One at a time; each call closes a window of its own. */
  close(by: ClosedBy): Promise<CloseOutcome> {
    const closing = this.closeChain.then(() => this.closeNow(by));
    this.closeChain = closing.catch(() => {});
    return closing;
  }

  /** Closes a window that has no room, from inside a drain. */
  async closeFull(): Promise<void> {
    await this.rotateAndWrite('full');
  }

  /** Resolves when the page that is being drawn is on disk. */
  async settle(): Promise<void> {
    await this.drawing;
  }

  /** A report that reached the disk before its agent thread died is complete; one that did not is written again. */
  private recover(): void {
    const index = this.windows.closing;
    if (index >= 0 && reportExists(this.options.identity.directory, this.windows.seqOf(index as 0 | 1))) this.windows.release(index as 0 | 1);
  }

  private async closeNow(by: ClosedBy): Promise<CloseOutcome> {
    await this.sources.rotateCpu();
    await this.takeAll();
    return this.rotateAndWrite(by);
  }

  /** Errors before the calls that they belong to, which are counted from the ring: a window never has more errors than calls. */
  private async takeAll(): Promise<void> {
    for (const thread of this.sources.threads()) thread.moveSlots(this.windows.current, this.windows.memory.totals);
    await this.drain.drainAll(this.sources.threads());
  }

  private async rotateAndWrite(by: ClosedBy): Promise<CloseOutcome> {
    // Looked at again after each wait: a window that was full may have been closed meanwhile. From the last look to the rotation nothing waits.
    while (this.windows.closing >= 0) {
      const earlier = await this.write(this.windows.closing as 0 | 1);
      if (earlier.file === null) {
        await this.judgeOpen();
        return earlier;
      }
    }
    this.sources.onClosing();
    const now = { wallMs: wallMs(), machineMs: machineMs() };
    this.closedRuntime = this.sources.closeRuntime(now.machineMs, now.wallMs);
    this.closedTotals = this.windows.memory.totals.slice();
    this.closedCpu = this.sources.closeCpu(by);
    this.closedStalls = this.sources.closeStalls();
    const outcome = await this.write(this.windows.rotate(by, now));
    if (outcome.file !== null) this.afterReport();
    return outcome;
  }

  private write(index: 0 | 1): Promise<CloseOutcome> {
    this.writing ??= this.writeNow(index).finally(() => {
      this.writing = null;
    });
    return this.writing;
  }

  private async writeNow(index: 0 | 1): Promise<CloseOutcome> {
    const seq = this.windows.seqOf(index);
    const { runtime, timeline } = (this.closedRuntime ??= this.sources.closeRuntime(machineMs(), wallMs()));
    const totals = (this.closedTotals ??= this.windows.memory.totals.slice());
    this.closedJudgement ??= await this.judge(index, totals);
    const task: ReportTask = {
      kind: 'report',
      window: index,
      judgement: this.closedJudgement,
      timeline,
      cpu: this.closedCpu,
      stalls: this.closedStalls,
      ...this.figures(runtime),
      totals,
    };
    let result: ReportResult;
    try {
      result = await this.run(task);
    } catch (error) {
      const reason = (error as Error).message;
      this.sources.onFault('REPORT_WRITE', reason);
      return { file: null, reason };
    }
    this.windows.release(index);
    if (this.windows.runIsFull) this.sources.onFault('RUN_FULL', 'report.html has no room for more distinct values; the JSON reports go on');
    this.timeline = mergeTimeline([...this.timeline, ...timeline], TIMELINE_POINTS_MAX);
    this.closedRuntime = null;
    this.closedTotals = null;
    this.closedCpu = null;
    this.closedStalls = [];
    this.judgement = this.closedJudgement;
    this.closedJudgement = null;
    if (result.cpu !== null) this.cpu = result.cpu;
    for (const { code, message } of result.faults) this.sources.onFault(code, message);
    this.sources.onReport(result, seq);
    return { file: result.file, reason: '' };
  }

  /** A window that cannot be judged is reported all the same. */
  private async judge(window: 0 | 1, totals: Float64Array): Promise<Judgement> {
    const counted = await this.count(window, totals);
    try {
      if (counted !== null) return { ...NO_JUDGEMENT, ...this.sources.judge(counted) };
    } catch (error) {
      this.sources.onFault('JUDGE', (error as Error).message);
    }
    return NO_JUDGEMENT;
  }

  /** While no report can be written the open window grows; rules go on all the same. */
  private async judgeOpen(): Promise<void> {
    const now = { wallMs: wallMs(), machineMs: machineMs() };
    const { memory } = this.windows;
    await this.takeAll();
    const index = memory.windows.indexOf(this.windows.current) as 0 | 1;
    const counted = await this.count(index, memory.totals.slice(), now);
    try {
      if (counted !== null) this.sources.judgeOpen(counted);
    } catch (error) {
      this.sources.onFault('JUDGE', (error as Error).message);
    }
  }

  /** null: they cannot be counted, which is told. */
  private async count(window: 0 | 1, totals: Float64Array, until?: FiguresTask['until']): Promise<CountedFigures | null> {
    const task: FiguresTask = {
      until,
      kind: 'figures',
      memory: this.windows.memory.sab,
      window,
      totals,
      paths: [...this.directory.paths],
      counters: [...this.directory.counters],
      hdrDigits: this.options.hdrDigits,
    };
    try {
      // An open window is merged into on this thread: elsewhere it would change while it is read.
      const inPool =
        until === undefined ? this.pool?.figures(task).catch((error: Error) => this.sources.onFault('POOL_TASK', error.message)) : undefined;
      return (await inPool) ?? (await import('../report/window-figures.js')).countedFigures(task);
    } catch (error) {
      this.sources.onFault('JUDGE', (error as Error).message);
      return null;
    }
  }

  private async run(task: ReportTask): Promise<ReportResult> {
    if (this.pool !== null) {
      try {
        return await this.pool.report(task);
      } catch (error) {
        // A full disk fails here as well; a worker that died does not.
        this.sources.onFault('POOL_TASK', (error as Error).message);
      }
    }
    return (await import('../report/write-report.js')).writeReport(task);
  }

  private afterReport(): void {
    const { directory } = this.options.identity;
    try {
      for (const removed of applyRetention(dirname(directory), directory, this.options.retention, isAlive, wallMs())) {
        this.sources.onFault('RETENTION', `removed ${removed}`);
      }
    } catch (error) {
      this.sources.onFault('RETENTION_FAILED', (error as Error).message);
    }
    this.redraw = true;
    this.drawing ??= this.drawWhileNew().finally(() => {
      this.drawing = null;
    });
  }

  /** A window that is reported while the page is being drawn is drawn in the next round. */
  private async drawWhileNew(): Promise<void> {
    while (this.redraw) {
      this.redraw = false;
      await this.draw();
    }
  }

  private async draw(): Promise<void> {
    const now = { wallMs: wallMs(), machineMs: machineMs() };
    const runtime = this.closedRuntime?.runtime ?? this.lastRuntime;
    if (runtime === null) return;
    const run = this.windows.run;
    const task: PageTask = {
      kind: 'page',
      ...this.figures(runtime),
      windows: run.windows,
      startWallMs: run.startWallMs,
      endWallMs: now.wallMs,
      durationMs: now.machineMs - run.startMachineMs,
      timeline: this.timeline,
      cpu: this.cpu,
      stalls: this.sources.stallsOfRun(),
      judgement: { ...this.judgement, alerts: this.sources.alertsOfRun() },
    };
    try {
      if (this.pool !== null) await this.pool.page(task);
      else await (await import('../report/write-report.js')).writePage(task);
    } catch (error) {
      this.sources.onFault('PAGE_WRITE', (error as Error).message);
    }
  }

  private lastRuntime: Omit<Runtime, 'gc'> | null = null;

  private figures(runtime: Omit<Runtime, 'gc'>): Omit<ReportTask, 'kind' | 'window' | 'timeline' | 'cpu' | 'stalls' | 'judgement'> {
    this.lastRuntime = runtime;
    return {
      memory: this.windows.memory.sab,
      identity: this.options.identity,
      totals: this.windows.memory.totals.slice(),
      paths: [...this.directory.paths],
      counters: [...this.directory.counters],
      gauges: gaugesOf(this.sources.threads()),
      runtime,
      agent: this.sources.health(runtime),
      hdrDigits: this.options.hdrDigits,
    };
  }
}

/** Gauges that were ever set. A worker thread's carry its id, since two threads' values do not add up. */
export function gaugesOf(threads: Iterable<DrainedThread>): GaugeValue[] {
  const values: GaugeValue[] = [];
  for (const thread of threads) {
    for (const { id, name, labels } of thread.gauges) {
      const value = thread.memory.gauges[id];
      if (Number.isNaN(value)) continue;
      values.push({ name, labels: thread.name === 'main' ? labels : { ...labels, thread: String(thread.threadId) }, value });
    }
  }
  return values;
}

/** Whether a process of that number runs here, whosever it is. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
