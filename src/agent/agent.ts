// The agent thread: holds the windows, drains the rings, samples the process, writes the reports, answers the end of the process.
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { BroadcastChannel, type MessagePort } from 'node:worker_threads';
import { deriveService, safeServiceName } from '../config/derive-service.js';
import { OPTIONS } from '../config/options.js';
import type { ResolvedConfig } from '../config/resolve.js';
import { machineMs, wallMs } from '../core/clock.js';
import { FaultLog } from '../core/fault-log.js';
import { DRAIN_MS, SAMPLE_MS, THREADS_MAX } from '../core/limits.js';
import { osThreadId } from '../core/os-thread-id.js';
import { nsToMs } from '../core/units.js';
import { VERSION } from '../core/version.js';
import { AGENT_READY, AGENT_STATE, EXIT_DONE, EXIT_REQUESTED, LISTENERS, WAKE } from '../memory/control-memory.js';
import type { AgentData, AgentMessage, AgentPortMessage, HostMessage, MainPortMessage } from '../memory/messages.js';
import { viewThreadMemory } from '../memory/thread-memory.js';
import { createAgentMemory, S_MAX, S_SUM, S_TIMED, STAT_FIELDS, viewAgentMemory, type WindowMemory } from '../memory/window-memory.js';
import { lastSeqIn, runDirectoryName } from '../report/files.js';
import type { AgentHealth, Runtime } from '../report/report-types.js';
import type { ReportResult } from '../report/write-report.js';
import { AgentLog } from './agent-log.js';
import { Directory, RESERVED } from './directory.js';
import { Drain } from './drain.js';
import { DrainedThread } from './drained-thread.js';
import { connectToMain, type MainSession } from './main-session.js';
import { Pool } from './pool.js';
import { type CloseOutcome, Reporter } from './reporter.js';
import { RuntimeSampler } from './runtime-sampler.js';
import { SamplingControl } from './sampling-control.js';
import { type ClosedBy, Windows } from './windows.js';

/** Options of the contract whose part of pitot is still to come: setting one is answered in the report, not ignored. */
const NOT_YET = ['metricsPort', 'metricsHost', 'cpuIntervalUs', 'stallMs', 'timeScale'] as const;
/** Time to the next try after a window could not be written, ms. */
const RETRY_MS = 5000;
/** Ids of flushes that are remembered. */
const FLUSHES_KEPT = 1000;

export class Agent {
  private readonly control: Int32Array;
  private readonly config: ResolvedConfig;
  private readonly faults = new FaultLog();
  private readonly log = new AgentLog();
  private readonly threads = new Map<number, DrainedThread>();
  private readonly directory: Directory;
  private readonly windows: Windows;
  private readonly drain: Drain;
  private readonly reporter: Reporter;
  private readonly sampler: RuntimeSampler;
  private readonly channel: BroadcastChannel;
  private readonly runDirectory: string;
  private readonly restarts: number;
  private readonly timers: NodeJS.Timeout[] = [];
  /** Ids of the newest requests for a flush. */
  private readonly flushes = new Set<string>();
  private pool: Pool | null = null;
  private poolDeaths = 0;
  private session: MainSession | null = null;
  private readonly sampling: SamplingControl;
  private windowTimer: NodeJS.Timeout | undefined;
  private ending = false;

  constructor(data: AgentData, port: MessagePort) {
    this.control = new Int32Array(data.control);
    this.config = data.config as unknown as ResolvedConfig;
    this.restarts = data.restarts;
    const memory = data.memory === null ? createAgentMemory() : viewAgentMemory(data.memory);
    if (data.memory === null) port.postMessage({ kind: 'memory', sab: memory.sab } satisfies AgentPortMessage);
    const service = this.config.service ?? deriveService(data.service.entryScript, data.service.cwd);
    this.runDirectory = join(resolve(data.service.cwd, this.config.dir), runDirectoryName(safeServiceName(service), data.startedWallMs, process.pid));
    this.directory = new Directory(memory);
    for (const { sab, name } of data.threads) this.adopt(sab, name);
    this.windows = new Windows(memory, { wallMs: wallMs(), machineMs: machineMs() }, this.firstSeq());
    const onFault = (code: string, message: string): void => this.fault(code, message);
    this.drain = new Drain(this.windows, { onFault, onWindowFull: () => this.reporter.closeFull() });
    this.drain.recover(this.threads.values());
    this.sampler = new RuntimeSampler(
      {
        loopDelay: data.threads[0].loopDelay,
        execArgv: data.execArgv,
        nodeOptions: data.nodeOptions,
        readMain: () => this.main?.readSample() ?? null,
        readGc: () => gcSoFar(this.windows.current),
        nameOf: (tid: number) => this.threadName(tid),
        onFault,
      },
      this.config.intervalMs,
      data.memory === null ? machineMs() - process.uptime() * 1000 : null,
    );
    this.reporter = new Reporter(
      this.windows,
      this.directory,
      this.drain,
      {
        threads: () => this.threads.values(),
        closeRuntime: (nowMachineMs, nowWallMs) => this.sampler.close(nowMachineMs, nowWallMs),
        health: (runtime) => this.health(runtime),
        onReport: (result, seq) => this.onReport(result, seq),
        onFault,
      },
      {
        identity: {
          version: VERSION,
          service,
          pid: process.pid,
          host: hostname(),
          node: process.version,
          directory: this.runDirectory,
          config: { ...this.config },
        },
        hdrDigits: this.config.hdrDigits,
        retention: { bytes: this.config.retainBytes, runs: this.config.retainRuns },
      },
    );
    this.sampling = new SamplingControl(this.config.overheadBudget, machineMs());
    this.channel = new BroadcastChannel(data.channel);
    this.channel.onmessage = (event: unknown) => this.receive((event as { data: HostMessage }).data);
    port.on('message', (message: MainPortMessage) => this.receive(message));
    for (const key of NOT_YET) {
      if (this.config[key] !== OPTIONS[key].default) this.fault('NOT_IN_THIS_VERSION', `${OPTIONS[key].env} is accepted and has no effect yet`);
    }
    process.on('uncaughtException', (error) => this.fault('AGENT_EXCEPTION', error.stack ?? error.message));
    process.on('unhandledRejection', (error) => this.fault('AGENT_REJECTION', String((error as Error)?.stack ?? error)));
  }

  /** Ready as soon as it can drain and report; what is heavy to load comes after. */
  start(): void {
    Atomics.store(this.control, AGENT_STATE, AGENT_READY);
    this.channel.postMessage({ kind: 'ready' } satisfies AgentMessage);
    this.timers.push(setInterval(() => this.tick(), DRAIN_MS));
    this.scheduleWindow();
    void this.watchWake();
    void this.loadRest();
  }

  private async loadRest(): Promise<void> {
    if (this.ending || Atomics.load(this.control, EXIT_REQUESTED) !== 0) return;
    this.log.log('info', { config: this.config, restarts: this.restarts, version: VERSION }, 'agent started');
    await this.log.open(join(this.runDirectory, 'agent.log'), this.config.logLevel, { pid: process.pid });
    if (this.ending) return;
    this.session = await connectToMain();
    if (this.session === null) this.fault('NO_INSPECTOR', 'heap and loop of the main thread are sampled only when it collects garbage');
    if (this.ending) this.session?.disconnect();
    await this.sample();
    this.timers.push(setInterval(() => void this.sample().catch((error: Error) => this.fault('SAMPLE', error.message)), SAMPLE_MS));
    try {
      this.pool = await Pool.start({ onDeath: (message) => this.onPoolDeath(message) });
      this.drain.pool = this.pool;
      this.reporter.pool = this.pool;
      this.log.log('debug', {}, 'pool started');
    } catch (error) {
      this.fault('POOL_START', (error as Error).message);
    }
  }

  /** Wakes when a ring passes half full, or the process ends. */
  private async watchWake(): Promise<void> {
    for (;;) {
      const seen = Atomics.load(this.control, WAKE);
      if (Atomics.load(this.control, EXIT_REQUESTED) !== 0) return this.finish();
      try {
        await this.drainBusy();
      } catch (error) {
        // The end of the process must be heard whatever goes wrong here.
        this.fault('DRAIN', (error as Error).message);
        await new Promise((resolve) => setTimeout(resolve, DRAIN_MS));
      }
      const wait = Atomics.waitAsync(this.control, WAKE, seen);
      if (wait.async) await wait.value;
    }
  }

  private async drainBusy(): Promise<void> {
    const busy = [...this.threads.values()].filter((thread) => thread.backlog > (thread.memory.ringMask + 1) >> 2);
    await this.drain.drainAll(busy);
    if (busy.length > 0) this.sampling.adjust(this.threads.values(), machineMs());
  }

  private tick(): void {
    void this.drain.drainAll(this.threads.values()).catch((error: Error) => this.fault('DRAIN', error.message));
    for (const thread of this.threads.values()) {
      thread.moveSlots(this.windows.current, this.windows.memory.totals);
      if (thread.isEnded && thread.backlog === 0 && thread.draining === null && thread.name !== 'main') this.retire(thread);
    }
    this.sampling.adjust(this.threads.values(), machineMs());
  }

  private retire(thread: DrainedThread): void {
    thread.moveSlots(this.windows.current, this.windows.memory.totals);
    thread.retire();
    this.threads.delete(thread.serial);
  }

  private async sample(): Promise<void> {
    this.session?.sample();
    if (this.sampler.hasTurned()) this.session?.armSignals();
    else this.session?.disarmSignals();
    await this.sampler.sample(machineMs(), wallMs());
  }

  private scheduleWindow(): void {
    const { startMachineMs } = this.windows.spanOf(this.windows.current);
    const dueMs = Math.max(10, startMachineMs + this.config.intervalMs - machineMs());
    clearTimeout(this.windowTimer);
    this.windowTimer = setTimeout(() => void this.closeWindow(), dueMs);
  }

  /** Closes the window at the end of its interval; tries again soon where that fails. */
  private async closeWindow(): Promise<void> {
    const { file } = await this.close('interval');
    if (this.ending) return;
    if (file !== null) this.scheduleWindow();
    else this.windowTimer = setTimeout(() => void this.closeWindow(), Math.min(this.config.intervalMs, RETRY_MS));
  }

  private async close(by: ClosedBy): Promise<CloseOutcome> {
    try {
      return await this.reporter.close(by);
    } catch (error) {
      this.fault('CLOSE', (error as Error).message);
      return { file: null, reason: (error as Error).message };
    }
  }

  private receive(message: HostMessage): void {
    if (message.kind === 'thread') this.adopt(message.sab, message.name);
    else if (message.kind === 'ended') {
      for (const thread of this.threads.values()) if (thread.threadId === message.threadId) thread.ended = true;
    } else if (message.kind === 'fault') {
      this.fault(message.code, message.message);
    } else if (message.kind === 'flush') {
      void this.flush(message.id);
    }
  }

  /** A request may come twice, when it was sent before this thread listened: it is answered once. */
  private async flush(id: string): Promise<void> {
    if (this.flushes.has(id)) return;
    this.flushes.add(id);
    const { file, reason } = await this.close('flush');
    this.channel.postMessage({ kind: 'flushed', id, file, reason } satisfies AgentMessage);
    if (file !== null && !this.ending) this.scheduleWindow();
    for (const oldest of this.flushes) {
      if (this.flushes.size <= FLUSHES_KEPT) break;
      this.flushes.delete(oldest);
    }
  }

  private adopt(sab: SharedArrayBuffer, name: string): void {
    const memory = viewThreadMemory(sab);
    if (memory === null) {
      this.fault('LAYOUT', `thread ${name} uses another version of pitot`);
      return;
    }
    const thread = new DrainedThread(memory, name, this.directory);
    if (this.threads.has(thread.serial) || thread.isRetired) return;
    if (this.threads.size < THREADS_MAX) this.threads.set(thread.serial, thread);
    else this.fault('THREADS_MAX', `more than ${THREADS_MAX} threads; ${name} is not measured`);
  }

  private get main(): DrainedThread | undefined {
    for (const thread of this.threads.values()) if (thread.name === 'main') return thread;
    return undefined;
  }

  /** The last thing the agent does: sessions let go first, since Node would wait for them. */
  private async finish(): Promise<void> {
    this.ending = true;
    for (const timer of this.timers) clearInterval(timer);
    clearTimeout(this.windowTimer);
    this.session?.disconnect();
    try {
      await this.reporter.close('exit');
      await this.reporter.settle();
    } catch (error) {
      this.fault('EXIT', (error as Error).message);
    }
    this.channel.postMessage({ kind: 'stopped' } satisfies AgentMessage);
    this.log.log('info', {}, 'agent ended');
    this.log.close();
    Atomics.store(this.control, EXIT_DONE, 1);
    Atomics.notify(this.control, EXIT_DONE);
  }

  private onReport(result: ReportResult, seq: number): void {
    this.log.log('debug', { seq, bytes: result.bytes }, 'report written');
    if (this.pool !== null && !this.ending) void this.pool.refreshIdentity().catch(() => {});
    if (Atomics.load(this.control, LISTENERS) > 0) {
      this.channel.postMessage({ kind: 'event', event: 'report', file: result.file } satisfies AgentMessage);
    }
  }

  private onPoolDeath(message: string): void {
    this.poolDeaths++;
    this.fault('POOL_WORKER', message);
  }

  private health(runtime: Omit<Runtime, 'gc'>): Omit<AgentHealth, 'pausesNsMax'> {
    const { heapTotal, external } = process.memoryUsage();
    const ownTids = this.ownTids();
    return {
      cpuRatio: runtime.threads.filter(({ id }) => ownTids.has(id)).reduce((sum, { cpuRatio }) => sum + cpuRatio, 0),
      rssBytes: heapTotal + external + (this.pool?.workers ?? []).reduce((sum, { heapBytes }) => sum + heapBytes, 0),
      restarts: this.restarts + this.poolDeaths,
      faults: this.faults.list(),
    };
  }

  private readonly ownTid = osThreadId();

  private ownTids(): Set<number> {
    return new Set([this.ownTid, ...(this.pool?.workers ?? []).map(({ tid }) => tid)]);
  }

  private threadName(tid: number): string | null {
    if (tid === this.ownTid) return 'pitot agent';
    if (this.pool?.workers.some((worker) => worker.tid === tid)) return 'pitot aggregate';
    for (const thread of this.threads.values()) if (thread.osTid === tid) return thread.name;
    return null;
  }

  private fault(code: string, message: string): void {
    this.faults.add(code, message, wallMs());
    this.log.log('warn', { code }, message);
  }

  private firstSeq(): number {
    try {
      return lastSeqIn(this.runDirectory) + 1;
    } catch {
      return 1;
    }
  }
}

/** Collections of a window so far, from its exact figures. */
function gcSoFar({ stats }: WindowMemory): { count: number; totalMs: number; pauseNsMax: number } {
  const gc = { count: 0, totalMs: 0, pauseNsMax: 0 };
  for (const { id, name } of RESERVED) {
    if (name !== 'pitot.gc') continue;
    gc.count += stats[id * STAT_FIELDS + S_TIMED];
    gc.totalMs += nsToMs(stats[id * STAT_FIELDS + S_SUM]);
    gc.pauseNsMax = Math.max(gc.pauseNsMax, stats[id * STAT_FIELDS + S_MAX]);
  }
  return gc;
}
