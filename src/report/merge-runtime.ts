// Runtime figures of many windows and processes as one: the newest window of each process, collections of all windows.
import { HdrSum } from './hdr-sum.js';
import type { EventLoopStats, GcStats, MemoryUse, Report, Runtime } from './report-types.js';

/** Runtime of one process: its newest window, with the collections and the highest memory of all its windows. */
export class RuntimeMerger {
  private newest: { seq: number; endMs: number; pid: number; host: string; runtime: Runtime } | undefined;
  private rssBytesMax = 0;
  /** Shared by all processes, so that pauses add up over them. */
  private readonly gc: GcMerger;

  constructor(gc: GcMerger) {
    this.gc = gc;
  }

  add(report: Report): void {
    const { runtime, seq, pid, host } = report;
    this.gc.add(runtime.gc, Date.parse(report.window.endAt));
    this.rssBytesMax = Math.max(this.rssBytesMax, runtime.memory.rssBytesMax);
    if (this.newest === undefined || seq >= this.newest.seq) this.newest = { seq, endMs: Date.parse(report.window.endAt), pid, host, runtime };
  }

  take(): ProcessRuntime | undefined {
    if (this.newest === undefined) return undefined;
    const { runtime, pid, host } = this.newest;
    return { pid, host, runtime: { ...runtime, memory: { ...runtime.memory, rssBytesMax: this.rssBytesMax } } };
  }
}

export interface ProcessRuntime {
  pid: number;
  host: string;
  runtime: Runtime;
}

/**
 * One runtime for all processes. CPU, bytes and heap spaces are added (so `rssBytesMax` is an upper bound: the processes may have peaked at
 * different times); threads are listed with their process; the event loop is that of the process with the highest p99, with the highest delay of any,
 * because percentiles without histograms do not merge.
 */
export function mergeRuntimes(processes: readonly ProcessRuntime[], gc: GcStats): Runtime {
  const runtimes = processes.map((process) => process.runtime);
  const total = (pick: (runtime: Runtime) => number): number => runtimes.reduce((sum, runtime) => sum + pick(runtime), 0);
  return {
    cpu: { userMs: total((r) => r.cpu.userMs), systemMs: total((r) => r.cpu.systemMs), cpuRatio: total((r) => r.cpu.cpuRatio) },
    memory: {
      rssBytes: total((r) => r.memory.rssBytes),
      rssBytesMax: total((r) => r.memory.rssBytesMax),
      heapUsedBytes: total((r) => r.memory.heapUsedBytes),
      heapTotalBytes: total((r) => r.memory.heapTotalBytes),
      externalBytes: total((r) => r.memory.externalBytes),
      arrayBuffersBytes: total((r) => r.memory.arrayBuffersBytes),
      ...mergeLimits(processes),
      heapLimitBytes: total((r) => r.memory.heapLimitBytes),
      spaces: mergeSpaces(runtimes),
    },
    gc,
    eventLoop: worstLoop(runtimes.map((runtime) => runtime.eventLoop)),
    threads:
      processes.length === 1
        ? runtimes[0].threads
        : processes.flatMap(({ pid, runtime }) => runtime.threads.map((thread) => ({ ...thread, name: `${pid} ${thread.name}` }))),
  };
}

/**
 * What bounds the sum of the processes' memory: limits of a container or machine are shared by the processes on it and count once,
 * limits of a heap count for each. Where they differ in kind the source is that of the lowest. One process without a limit: none.
 */
function mergeLimits(processes: readonly ProcessRuntime[]): Pick<MemoryUse, 'limitBytes' | 'limitSource'> {
  const shared = new Set<string>();
  let limitBytes = 0;
  let lowest: MemoryUse | undefined;
  for (const { host, runtime } of processes) {
    const { memory } = runtime;
    if (memory.limitSource === 'none' || memory.limitBytes <= 0) return { limitBytes: 0, limitSource: 'none' };
    if (lowest === undefined || memory.limitBytes < lowest.limitBytes) lowest = memory;
    const key = `${host} ${memory.limitSource} ${memory.limitBytes}`;
    if (memory.limitSource !== 'max-old-space-size' && shared.has(key)) continue;
    shared.add(key);
    limitBytes += memory.limitBytes;
  }
  return { limitBytes, limitSource: lowest?.limitSource ?? 'none' };
}

function mergeSpaces(runtimes: readonly Runtime[]): MemoryUse['spaces'] {
  const spaces = new Map<string, MemoryUse['spaces'][number]>();
  for (const space of runtimes.flatMap((runtime) => runtime.memory.spaces)) {
    const sum = spaces.get(space.name) ?? { name: space.name, usedBytes: 0, sizeBytes: 0 };
    sum.usedBytes += space.usedBytes;
    sum.sizeBytes += space.sizeBytes;
    spaces.set(space.name, sum);
  }
  return [...spaces.values()];
}

function worstLoop(loops: readonly EventLoopStats[]): EventLoopStats {
  let worst = loops[0];
  for (const loop of loops) if (loop.delayNsP99 > worst.delayNsP99) worst = loop;
  return { ...worst, delayNsMax: Math.max(...loops.map((loop) => loop.delayNsMax)) };
}

/**
 * Collections of all windows: counts and times added, the longest pause kept. Percentiles come from the windows' histograms (`gc.hdr`) where every
 * window with a collection has one; else they are those of the newest window with a collection, as percentiles alone do not merge.
 */
export class GcMerger {
  private count = 0;
  private totalMs = 0;
  private pauseNsMax = 0;
  private readonly byKind: GcStats['byKind'] = {};
  private hdr: HdrSum | undefined = new HdrSum();
  private newest: { endMs: number; p50: number; p99: number } = { endMs: Number.NEGATIVE_INFINITY, p50: 0, p99: 0 };

  add(gc: GcStats & { hdr?: string }, endMs: number): void {
    if (gc.count === 0) return;
    this.count += gc.count;
    this.totalMs += gc.totalMs;
    this.pauseNsMax = Math.max(this.pauseNsMax, gc.pauseNsMax);
    for (const [name, kind] of Object.entries(gc.byKind)) {
      const sum = Object.hasOwn(this.byKind, name) ? this.byKind[name] : { count: 0, totalMs: 0, pauseNsMax: 0 };
      const pauseNsMax = Math.max(sum.pauseNsMax, kind.pauseNsMax);
      this.byKind[name] = { count: sum.count + kind.count, totalMs: sum.totalMs + kind.totalMs, pauseNsMax };
    }
    if (endMs >= this.newest.endMs) this.newest = { endMs, p50: gc.pauseNsP50, p99: gc.pauseNsP99 };
    try {
      if (gc.hdr) this.hdr?.add(gc.hdr);
      else this.hdr = undefined;
    } catch {
      this.hdr = undefined;
    }
  }

  take(): GcStats & { hdr?: string } {
    const { count, totalMs, pauseNsMax, byKind, hdr, newest } = this;
    const merged = hdr !== undefined && hdr.count > 0 ? hdr.stats(0, pauseNsMax) : undefined;
    return {
      count,
      pauseNsP50: merged?.p50 ?? newest.p50,
      pauseNsP99: merged?.p99 ?? newest.p99,
      pauseNsMax,
      totalMs,
      byKind,
      ...(merged === undefined ? {} : { hdr: merged.hdr }),
    };
  }
}
