// The process's own figures for rules and KPIs: CPU and memory against what may be used. Thread: agent, each step.
import { availableParallelism } from 'node:os';
import { nsToMs, usToMs } from '../../core/units.js';
import { bindingMemory } from '../../diagnose/binding-memory.js';
import type { RuntimeFigures } from '../../diagnose/figures.js';
import type { MemoryUse } from '../../report/report-types.js';
import { readCgroupCpu } from '../samplers/cgroup-cpu.js';
import type { ProcessMemory } from '../samplers/process-memory.js';
import { ThreadTimesReader } from '../samplers/thread-times.js';

/** What the agent's other samplers know at this moment. */
export interface RuntimeSources {
  memory(): Pick<MemoryUse, 'rssBytes' | 'heapUsedBytes' | 'heapLimitBytes'>;
  /** Of the main thread's heap, after its newest full collection; 0: there was none. */
  liveBytes(): number;
  processMemory(): ProcessMemory;
  /** What of that heap snapshots of pitot's own left behind: no alarm is to come of it. */
  snapshotBytes(): number;
  /** Whether a leak detector looks at the memory. */
  isWatched(): boolean;
  gcSoFar(): { count: number; totalMs: number; pauseNsMax: number };
  loopDelayP99Ms(): number;
  /** How long main's loop has not turned, and how much of that is a heap snapshot of pitot's, ms. */
  stalledMain(): { stalledMs: number; ownMs: number };
}

/** Readings of CPU time; a difference belongs to the time between. */
interface CpuReading {
  atMs: number;
  processMs: number;
  mainMs: number;
}

/** Makes the figures of a stretch: from the last call to this one. One a kind of stretch, since each has its own last call. */
export class RuntimeFigureReader {
  private readonly sources: RuntimeSources;
  private readonly mainTimes: ThreadTimesReader;
  private readonly cores: number;
  private before: CpuReading;
  private gcBefore = { count: 0, totalMs: 0 };

  /** mainTid: the kernel's number of the main thread. cores: what the process may use; default: CPUs it may run on, or its cgroup's quota where that is less. */
  constructor(mainTid: number, nowMs: number, sources: RuntimeSources, cores = availableCores()) {
    this.sources = sources;
    this.mainTimes = new ThreadTimesReader(mainTid);
    this.cores = cores;
    this.before = this.readCpu(nowMs);
  }

  read(nowMs: number): RuntimeFigures {
    const cpu = this.readCpu(nowMs);
    const spanMs = Math.max(1, cpu.atMs - this.before.atMs);
    const cpuRatio = (cpu.processMs - this.before.processMs) / spanMs;
    const mainRatio = Number.isNaN(cpu.mainMs) ? 0 : (cpu.mainMs - this.before.mainMs) / spanMs;
    this.before = cpu;
    const { isWatched, memory, gcSoFar, loopDelayP99Ms, stalledMain } = this.sources;
    const { rssBytes, heapUsedBytes, heapLimitBytes } = memory();
    const { limitBytes: memoryLimitBytes, usedBytes } = this.sources.processMemory();
    const memoryBytes = Math.max(0, usedBytes - this.sources.snapshotBytes());
    const liveBytes = this.sources.liveBytes() || Number.NaN;
    const gc = gcSoFar();
    // A count that has fallen belongs to a new window.
    const from = gc.count >= this.gcBefore.count ? this.gcBefore : { count: 0, totalMs: 0 };
    const gcCount = gc.count - from.count;
    const gcTotalMs = gc.totalMs - from.totalMs;
    this.gcBefore = { count: gc.count, totalMs: gc.totalMs };
    const { stalledMs, ownMs } = stalledMain();
    return {
      cpuRatio,
      cpuUsage: Math.min(1, Math.max(cpuRatio / this.cores, mainRatio)),
      rssBytes,
      memoryRatio: bindingMemory({ memoryBytes, memoryLimitBytes, liveBytes, heapLimitBytes })?.ratio ?? Number.NaN,
      memoryLimitBytes,
      memoryBytes,
      liveBytes,
      heapLimitBytes,
      unwatchedMemoryBytes: isWatched() ? Number.NaN : memoryBytes,
      heapUsedBytes,
      gcPauseMeanMs: gcCount > 0 ? gcTotalMs / gcCount : Number.NaN,
      gcPauseMaxMs: gcCount > 0 ? nsToMs(gc.pauseNsMax) : Number.NaN,
      gcCount,
      loopDelayP99Ms: loopDelayP99Ms(),
      loopStalledMs: Math.max(0, stalledMs - ownMs),
      ownStandstillMs: ownMs,
    };
  }

  close(): void {
    this.mainTimes.close();
  }

  private readCpu(nowMs: number): CpuReading {
    const { user, system } = process.cpuUsage();
    const times = this.mainTimes.read();
    return { atMs: nowMs, processMs: usToMs(user + system), mainMs: times === null ? Number.NaN : nsToMs(times.cpuNs) };
  }
}

function availableCores(): number {
  const quota = readCgroupCpu()?.quotaRatio ?? null;
  return Math.max(0.01, Math.min(availableParallelism(), quota ?? Number.POSITIVE_INFINITY));
}
