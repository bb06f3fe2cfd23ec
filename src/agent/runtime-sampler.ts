// Samples the process once a second from the agent thread, and sums the samples up a window.
import { totalmem } from 'node:os';
import v8 from 'node:v8';
import { PIDUSAGE_MS, THREADS_SAMPLE_MS } from '../core/limits.js';
import type { MemoryUse } from '../report/report-types.js';
import type { ThreadSample } from './drained-thread.js';
import type { Heartbeat } from './heartbeat.js';
import type { MemorySignals } from './leaks/memory-signals.js';
import type { WindowRuntime } from './reporter.js';
import { readLoopDelay } from './samplers/loop-delay.js';
import { findMemoryLimit, parseMaxOldSpaceSize } from './samplers/memory-limit.js';
import { ProcessSampler, type ProcessUse } from './samplers/process-sampler.js';
import { RuntimeWindow } from './samplers/runtime-window.js';
import { readThreadCpu, type ThreadCpu } from './samplers/thread-cpu.js';

export interface RuntimeSources {
  /** The main thread's native heartbeat; null where it could not be handed over. */
  heartbeat: Heartbeat | null;
  execArgv: string[];
  nodeOptions: string | undefined;
  readMain(): ThreadSample | null;
  signals: Pick<MemorySignals, 'nativeBytes' | 'snapshotBytes' | 'handles'>;
  /** Collections of the open window so far. */
  readGc(): { count: number; totalMs: number; pauseNsMax: number };
  /** Name of a thread of the application's or pitot's own; null for Node's. */
  nameOf(tid: number): string | null;
  onFault(code: string, message: string): void;
}

export class RuntimeSampler {
  private readonly sources: RuntimeSources;
  private readonly process: ProcessSampler;
  private readonly window: RuntimeWindow;
  private readonly spaceNames = v8.getHeapSpaceStatistics().map(({ space_name }) => space_name);
  private turns = -1;
  private threads: ThreadCpu[] = [];
  private threadsAtMs = Number.NEGATIVE_INFINITY;
  private pidusageAtMs = Number.NEGATIVE_INFINITY;

  /** startMs: when the process began, on the machine's clock; null for an agent that came later. */
  constructor(sources: RuntimeSources, windowMs: number, startMs: number | null) {
    this.sources = sources;
    this.process = new ProcessSampler({ onFault: sources.onFault });
    this.window = new RuntimeWindow({ windowMs, startMs });
    this.window.limit = findMemoryLimit({ maxOldSpaceSizeBytes: parseMaxOldSpaceSize(sources.execArgv, sources.nodeOptions), hostBytes: totalmem() });
  }

  /** Takes one sample. */
  async sample(machineMs: number, wallMs: number): Promise<void> {
    // pidusage reads by way of Node's own thread pool, which costs five wakes: now and then it is asked, as a second witness.
    const isDue = machineMs - this.pidusageAtMs >= PIDUSAGE_MS;
    if (isDue) this.pidusageAtMs = machineMs;
    this.add(isDue ? await this.process.sample() : this.process.sampleNow(), machineMs, wallMs);
  }

  /** Takes one sample without waiting for anything, the threads' CPU included. */
  private sampleNow(machineMs: number, wallMs: number): void {
    this.threadsAtMs = Number.NEGATIVE_INFINITY;
    this.add(this.process.sampleNow(), machineMs, wallMs);
  }

  /** True when the main thread's loop has turned since the last call. */
  hasTurned(): boolean {
    const { heartbeat } = this.sources;
    if (heartbeat === null) return true;
    const turns = heartbeat.beats;
    const turned = turns !== this.turns;
    this.turns = turns;
    return turned;
  }

  /** Memory as of the newest sample, and the limit that binds. */
  get memory(): MemoryUse {
    return this.window.newestMemory;
  }

  get loopDelayP99Ns(): number {
    const { heartbeat } = this.sources;
    return heartbeat === null ? 0 : readLoopDelay(heartbeat.histogram, heartbeat.periodMs).delayNsP99;
  }

  /** Sums the window up, to this very moment, and begins the next one. */
  close(machineMs: number, wallMs: number): WindowRuntime {
    this.sampleNow(machineMs, wallMs);
    const { timeline, ...runtime } = this.window.close();
    this.sources.heartbeat?.reset();
    return { runtime, timeline };
  }

  private add(use: ProcessUse, atMs: number, wallMs: number): void {
    const { heartbeat, nameOf, readGc, readMain, signals } = this.sources;
    const main = readMain();
    if (atMs - this.threadsAtMs >= THREADS_SAMPLE_MS) {
      this.threadsAtMs = atMs;
      this.threads = readThreadCpu().map(({ tid, name, cpuNs }) => ({ tid, name: nameOf(tid) ?? name, cpuNs }));
    }
    this.window.add({
      atMs,
      wallMs,
      ...use,
      nativeBytes: Math.max(0, signals.nativeBytes() - signals.snapshotBytes()),
      handles: signals.handles,
      main: main && { ...main, spaces: main.spaces.map((space, i) => ({ name: this.spaceNames[i] ?? `space ${i}`, ...space })) },
      threads: this.threads,
      loop: readLoopDelay(heartbeat?.histogram ?? null, heartbeat?.periodMs ?? 0),
      gc: readGc(),
    });
  }
}
