// The agent thread: holds the windows, drains the rings, samples the process, writes the reports, answers the end of the process.
import { hostname } from 'node:os';
import { join } from 'node:path';
import { BroadcastChannel, type MessagePort, threadId } from 'node:worker_threads';
import { setTooEarly } from '../config/not-yet.js';
import { printableConfig, type ResolvedConfig } from '../config/resolve.js';
import { machineMs, wallMs } from '../core/clock.js';
import { FaultLog } from '../core/fault-log.js';
import { DRAIN_MS, HANDLES_MS, SAMPLE_MS } from '../core/limits.js';
import { VERSION } from '../core/version.js';
import { REQUEST_PATH } from '../flame/attribution/attribute.js';
import { AGENT_READY, AGENT_STATE, EXIT_DONE, EXIT_REQUESTED, LISTENERS, WAKE, WINDOWS_CLOSED } from '../memory/control-memory.js';
import type { AgentData, AgentMessage, AgentPortMessage, EventName, HostMessage, MainPortMessage } from '../memory/messages.js';
import { createAgentMemory, viewAgentMemory } from '../memory/window-memory.js';
import { nextSeqIn } from '../report/files.js';
import type { AgentHealth, Runtime } from '../report/report-types.js';
import type { ReportResult } from '../report/write-report.js';
import { AgentLog } from './agent-log.js';
import type { Alerts } from './alerts/alerts.js';
import { ApplicationThreads } from './application-threads.js';
import { CpuWatch } from './cpu-watch.js';
import { Directory } from './directory.js';
import { Drain } from './drain.js';
import type { DrainedThread } from './drained-thread.js';
import { snapshotOf } from './evidence/snapshot-of.js';
import { Exemplars } from './exemplars.js';
import type { Heartbeat } from './heartbeat.js';
import { HeavyPool } from './heavy-pool.js';
import { MemorySignals } from './leaks/memory-signals.js';
import { connectToMain, type MainSession } from './main-session.js';
import { OwnThreads } from './own-threads.js';
import { placeOfRun } from './place-of-run.js';
import { Pool } from './pool.js';
import { nodeProfiling } from './profiler/node-profiling.js';
import type { ThreadLoad } from './profiler/profiler.js';
import { Pulse } from './pulse.js';
import { type CloseOutcome, Reporter } from './reporter.js';
import { RuntimeSampler } from './runtime-sampler.js';
import { gcSoFar } from './samplers/gc-so-far.js';
import { SamplingControl } from './sampling-control.js';
import { SeenIds } from './seen-ids.js';
import { readStallSamples } from './stalls/read-stall-samples.js';
import { StallMonitor } from './stalls/stall-monitor.js';
import { WindowSchedule } from './window-schedule.js';
import { type ClosedBy, Windows } from './windows.js';

export class Agent {
  private readonly control: Int32Array;
  readonly config: ResolvedConfig;
  private readonly faults = new FaultLog();
  readonly log = new AgentLog();
  readonly threads: ApplicationThreads;
  private readonly own: OwnThreads;
  readonly cpu: CpuWatch;
  readonly stalls: StallMonitor;
  readonly directory: Directory;
  private readonly heavy: HeavyPool;
  readonly windows: Windows;
  private readonly drain: Drain;
  private readonly reporter: Reporter;
  readonly sampler: RuntimeSampler;
  readonly signals: MemorySignals;
  private readonly channel: BroadcastChannel;
  readonly runDirectory: string;
  readonly service: string;
  readonly cwd: string;
  private readonly restarts: number;
  readonly mayInspect: boolean;
  private readonly pulse: Pulse;
  private readonly asked = new SeenIds();
  private pool: Pool | null = null;
  private poolDeaths = 0;
  private session: MainSession | null = null;
  private readonly sampling: SamplingControl;
  private readonly schedule: WindowSchedule;
  private alerts: Alerts | null = null;
  /** Closes the window, so that its report is on disk before anything heavy is done. */
  readonly reportFirst = (): Promise<unknown> => this.schedule.closeNow();
  private readonly exemplars = new Exemplars();
  ending = false;
  private mainHeartbeat: Heartbeat | null = null;
  /** Worker threads of pitot's: this one, and all that are made by it. */
  private readonly ownThreadIds = new Set([threadId]);

  constructor(data: AgentData, port: MessagePort) {
    this.control = new Int32Array(data.control);
    this.config = data.config as unknown as ResolvedConfig;
    this.restarts = data.restarts;
    this.mayInspect = data.mayInspect;
    const memory = data.memory === null ? createAgentMemory() : viewAgentMemory(data.memory);
    if (data.memory === null) port.postMessage({ kind: 'memory', sab: memory.sab } satisfies AgentPortMessage);
    ({ cwd: this.cwd, service: this.service, directory: this.runDirectory } = placeOfRun(data, this.config));
    this.directory = new Directory(memory);
    const onFault = (code: string, message: string): void => this.fault(code, message);
    const other = nodeProfiling(data.execArgv, data.nodeOptions, process.env.NODE_V8_COVERAGE);
    const cpuIntervalUs = other === null ? this.config.cpuIntervalUs : 0;
    if (cpuIntervalUs !== this.config.cpuIntervalUs)
      onFault('NO_CPU_PROFILE', `Node.js itself profiles this process (${other}): no CPU profile of pitot's`);
    this.own = new OwnThreads(cpuIntervalUs > 0);
    this.heavy = new HeavyPool(this.config.flameFormats.includes('png'), this.own, onFault);
    this.threads = new ApplicationThreads(this.directory, data.heartbeatMs, {
      onAdopted: (thread) => cpuIntervalUs > 0 && thread.spans.switchOn(),
      onHeartbeat: (thread, heartbeat) => this.onHeartbeat(thread, heartbeat),
      onRetiring: (thread) => {
        this.cpu.retire(thread);
        this.stalls.remove(thread);
      },
      onFault,
    });
    const { cwd, service } = this;
    const formats = this.config.flameFormats === 'none' ? [] : this.config.flameFormats.split(',');
    this.cpu = new CpuWatch(
      {
        intervalUs: cpuIntervalUs,
        mayInspect: data.mayInspect,
        isOwn: (id) => this.ownThreadIds.has(id),
        cwd,
        formats,
        keep: this.config.flameKeep,
      },
      {
        threads: this.threads,
        isRequest: (path) => this.directory.isNamed(path, REQUEST_PATH),
        isBlocked: (thread) => this.stalls.isStalled(thread),
        onSegment: (segment) => this.stalls.addSegment(segment),
        onStart: (thread, intervalUs, tookMs) => this.log.log('info', { thread, intervalUs, tookMs }, 'CPU sampler started'),
        onFault,
      },
    );
    this.stalls = new StallMonitor(
      {
        stallMs: this.config.stallMs,
        directory: this.runDirectory,
        service,
        cwd,
        formats,
        keep: this.config.flameKeep,
        agentTid: this.own.agentTid,
        isSuccessor: this.restarts > 0,
      },
      {
        rotate: (thread) => this.cpu.rotate(thread),
        segments: (thread, startUs) => this.cpu.segments(thread, startUs),
        readSamples: (task) => readStallSamples(this.pool, this.heavy, task),
        onStall: (line) => this.tell('stall', { payload: line }),
        onFault,
      },
    );
    for (const { sab, name, loopDelay } of data.threads) this.threads.adopt(sab, name, loopDelay);
    this.windows = new Windows(memory, { wallMs: wallMs(), machineMs: machineMs() }, nextSeqIn(this.runDirectory));
    this.drain = new Drain(this.windows, { onFault, onWindowFull: () => this.reporter.closeFull() });
    this.drain.recover(this.threads);
    this.stalls.recover(this.windows.spanOf(this.windows.current).startWallMs);
    this.signals = new MemorySignals({ threads: this.threads, own: this.own, session: () => this.session });
    this.sampler = new RuntimeSampler(
      {
        heartbeat: this.mainHeartbeat,
        execArgv: data.execArgv,
        nodeOptions: data.nodeOptions,
        readMain: () => this.threads.main?.readSample() ?? null,
        signals: this.signals,
        readGc: () => gcSoFar(this.windows.current),
        nameOf: (tid: number) => this.own.nameOf(tid) ?? this.threads.nameOf(tid),
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
        threads: () => this.threads,
        onClosing: () => this.alerts?.closeWindow(),
        closeRuntime: (nowMachineMs, nowWallMs) => this.sampler.close(nowMachineMs, nowWallMs),
        rotateCpu: () => this.cpu.rotateAll(),
        closeCpu: (by) => this.cpu.closeWindow(by),
        closeStalls: () => this.stalls.closeWindow(),
        stallsOfRun: () => this.stalls.stallsOfRun,
        judge: (counted) => ({ ...this.alerts?.judge(counted), exemplars: this.exemplars.closeWindow() }),
        judgeOpen: (counted) => this.alerts?.judgeOpen(counted),
        alertsOfRun: () => this.alerts?.alertsOfRun ?? [],
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
          config: { ...printableConfig(this.config) },
        },
        hdrDigits: this.config.hdrDigits,
        retention: { bytes: this.config.retainBytes, runs: this.config.retainRuns },
      },
    );
    this.schedule = new WindowSchedule(this.config.intervalMs, {
      openedAtMs: () => this.windows.spanOf(this.windows.current).startMachineMs,
      close: (by) => this.close(by),
    });
    this.sampling = new SamplingControl(this.config.overheadBudget, machineMs());
    this.pulse = new Pulse(() => {
      this.stalls.poll();
      return this.stalls.nextPollMs;
    });
    this.pulse.every(DRAIN_MS, () => this.tick());
    this.channel = new BroadcastChannel(data.channel);
    this.channel.onmessage = (event: unknown) => this.receive((event as { data: HostMessage }).data);
    port.on('message', ({ sab, name, loopDelay }: MainPortMessage) => this.threads.adopt(sab, name, loopDelay));
    for (const env of setTooEarly(this.config)) this.fault('NOT_IN_THIS_VERSION', `${env} is accepted and has no effect yet`);
    process.on('worker', (worker) => this.ownThreadIds.add(worker.threadId));
    process.on('uncaughtException', (error) => this.fault('AGENT_EXCEPTION', error.stack ?? error.message));
    process.on('unhandledRejection', (error) => this.fault('AGENT_REJECTION', String((error as Error)?.stack ?? error)));
  }

  /** Ready as soon as it can drain and report; what is heavy to load comes after. */
  start(): void {
    Atomics.store(this.control, AGENT_STATE, AGENT_READY);
    this.channel.postMessage({ kind: 'ready', restarts: this.restarts } satisfies AgentMessage);
    this.pulse.start();
    this.schedule.start();
    void this.watchWake();
    void this.loadRest();
  }

  private async loadRest(): Promise<void> {
    if (this.ending || Atomics.load(this.control, EXIT_REQUESTED) !== 0) return;
    this.log.log('info', { config: printableConfig(this.config), restarts: this.restarts, version: VERSION }, 'agent started');
    if (this.restarts > 0) this.fault('AGENT_RESTART', 'the agent thread died and was started again: CPU samples since the report before are lost');
    // Before anything that takes long to load: what blocks the start-up is to be sampled.
    this.session = this.mayInspect ? await connectToMain(() => this.ending) : null;
    if (this.session === null && !this.ending) this.fault('NO_INSPECTOR', 'heap and loop of main are sampled only when it collects garbage');
    await (this.ending ? this.session?.disconnect() : this.cpu.start());
    await this.log.open(join(this.runDirectory, 'agent.log'), this.config.logLevel, { pid: process.pid });
    if (this.ending) return;
    await Promise.all([this.sample(), this.signals.refresh()]);
    this.pulse.every(HANDLES_MS, () => void this.signals.refresh());
    this.pulse.every(SAMPLE_MS, () => void this.sample().catch((error: Error) => this.fault('SAMPLE', error.message)));
    try {
      this.pool = await Pool.start({ onDeath: (message) => this.onPoolDeath(message) });
      this.own.pool = this.pool;
      this.drain.pool = this.pool;
      this.reporter.pool = this.pool;
      this.log.log('debug', {}, 'pool started');
    } catch (error) {
      this.fault('POOL_START', (error as Error).message);
    }
    if (!this.ending) await this.startAlerts();
  }

  private async startAlerts(): Promise<void> {
    try {
      const { startAlerts } = await import('./alerts/start-alerts.js');
      this.alerts = await startAlerts(this, {
        onAlert: (line) => this.tell('alert', { payload: line }),
        onLeak: (line) => this.tell('leak', { payload: line }),
        onFault: (code, message) => this.fault(code, message),
      });
      for (const { everyMs, poll } of this.alerts.polls) this.pulse.every(everyMs, poll);
      // What was begun here must not outlive the exit's last word.
      if (this.ending) await this.alerts.end();
    } catch (error) {
      this.fault('ALERTS_START', (error as Error).message);
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
    const busy = [...this.threads].filter((thread) => thread.backlog > (thread.memory.ringMask + 1) >> 2);
    await this.drain.drainAll(busy);
    if (busy.length > 0) this.sampling.adjust(this.threads, machineMs());
  }

  private tick(): void {
    void this.drain.drainAll(this.threads).catch((error: Error) => this.fault('DRAIN', error.message));
    this.threads.moveSlots(this.windows.current, this.windows.memory.totals);
    this.sampling.adjust(this.threads, machineMs());
  }

  private async sample(): Promise<void> {
    this.session?.sample();
    if (this.sampler.hasTurned()) this.session?.armSignals();
    else this.session?.disarmSignals();
    await this.sampler.sample(machineMs(), wallMs());
    this.cpu.tick((name) => this.loadOf(name), this.signals.nativeBytes());
  }

  private loadOf(name: string): ThreadLoad | null {
    const thread = this.threads.named(name);
    return thread === undefined ? null : { ...this.stalls.loadOf(name), heapBytes: thread.readSample()?.heapTotalBytes ?? 0 };
  }

  private async close(by: ClosedBy): Promise<CloseOutcome> {
    Atomics.add(this.control, WINDOWS_CLOSED, 1);
    try {
      return await this.reporter.close(by);
    } catch (error) {
      this.fault('CLOSE', (error as Error).message);
      return { file: null, reason: (error as Error).message };
    }
  }

  private receive(message: HostMessage): void {
    if (message.kind === 'thread') this.threads.adopt(message.sab, message.name, null);
    else if (message.kind === 'ended') this.threads.markEnded(message.threadId);
    else if (message.kind === 'fault') this.fault(message.code, message.message, message.count);
    else if (message.kind === 'flush' || message.kind === 'heap-snapshot') void this.answer(message);
    else if (message.kind === 'exemplar') this.exemplars.add(message.exemplar);
  }

  private async answer({ kind, id }: { kind: 'flush' | 'heap-snapshot'; id: string }): Promise<void> {
    if (!this.asked.isNew(id)) return;
    const begin = (): void => this.channel.postMessage({ kind: 'begun', id, restarts: this.restarts } satisfies AgentMessage);
    const { file, reason } = kind === 'flush' ? await this.schedule.closeNow() : await snapshotOf(() => this.alerts?.snapshots, begin);
    this.channel.postMessage({ kind: 'flushed', id, file, reason } satisfies AgentMessage);
  }

  private onHeartbeat(thread: DrainedThread, heartbeat: Heartbeat): void {
    if (thread.name === 'main') this.mainHeartbeat = heartbeat;
    const isFirstAgent = this.restarts === 0 && thread.name === 'main';
    this.stalls.add(thread, heartbeat, machineMs() - (isFirstAgent ? process.uptime() * 1000 : 0), isFirstAgent);
  }

  /** The last thing the agent does: sessions let go first, since Node would wait for them. */
  private async finish(): Promise<void> {
    this.ending = true;
    this.alerts?.beginEnd(this.config.exitWaitMs);
    this.pulse.stop();
    this.schedule.end();
    // The last samples first: a stall that the process ends with is named by them.
    await this.cpu.rotateAll();
    this.stalls.end();
    this.cpu.end();
    this.session?.disconnect();
    try {
      await this.stalls.settle();
      await this.reporter.close('exit');
      await this.reporter.settle();
      await this.alerts?.end();
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
    if (result.drawing !== null && !this.ending) this.heavy.draw(result.drawing);
    if (this.pool !== null && !this.ending) void this.pool.refreshIdentity().catch(() => {});
    this.tell('report', { file: result.file });
  }

  private tell(event: EventName, what: { file: string } | { payload: unknown }): void {
    if (Atomics.load(this.control, LISTENERS) > 0) this.channel.postMessage({ kind: 'event', event, ...what } satisfies AgentMessage);
  }

  private onPoolDeath(message: string): void {
    this.poolDeaths++;
    this.fault('POOL_WORKER', message);
  }

  private health({ threads }: Omit<Runtime, 'gc'>): Omit<AgentHealth, 'pausesNsMax'> {
    return {
      cpuRatio: this.own.cpuRatio(threads),
      rssBytes: this.own.heapBytes() + this.signals.snapshotBytes(),
      restarts: this.restarts + this.poolDeaths,
      faults: this.faults.list(),
    };
  }

  private fault(code: string, message: string, count?: number): void {
    this.faults.add(code, message, wallMs(), count);
    this.log.log('warn', { code }, message);
  }
}
