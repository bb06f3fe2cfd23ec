// CPU profiles of many windows and processes as one: times are added, shares are taken from the sums.
import { CPU_PATH_FLAMES_MAX, MERGED_FUNCTIONS_KEPT_MAX } from '../core/limits.js';
import { UNATTRIBUTED_NAME } from '../flame/attribution/cpu-by-path.js';
import { FLAME_NODES_MAX, fromFlameTree } from '../flame/flame-tree.js';
import { topFunctions } from '../flame/top-functions.js';
import { FlameMerger } from './merge-flame.js';
import type { CpuByPath, CpuProfileSummary, Report, RunCpuProfile } from './report-types.js';

/** Functions in the table, and nodes of a path's tree: as in a window's own. */
const TOP_FUNCTIONS = 30;
const PATH_FLAME_NODES = 150;

interface FunctionTime {
  function: string;
  file: string;
  line: number;
  selfMs: number;
  totalMs: number;
}

interface PathTime extends Omit<CpuByPath, 'ratio' | 'flame'> {
  flame: FlameMerger;
}

/**
 * Sums CPU profiles. Samples, times, paths and call trees add up exactly. A function's time is exact from the windows that list it among their 30, and
 * from the others what their call tree still shows of it: never more than it used. A path's call tree holds the windows in which the path was among those with one.
 */
export class CpuMerger {
  private samples = 0;
  private durationMs = 0;
  private busyMs = 0;
  private gcMs = 0;
  private programMs = 0;
  private readonly functions = new Map<string, FunctionTime>();
  private readonly paths = new Map<string, PathTime>();
  private readonly flame = new FlameMerger();
  private readonly windows: { startMs: number; endMs: number }[] = [];
  private newest: { endMs: number; cpu: CpuProfileSummary } | null = null;

  add({ cpu, window }: Pick<Report, 'cpu' | 'window'>): void {
    if (!(cpu.samples > 0)) return;
    const { busyMs } = cpu;
    this.samples += cpu.samples;
    this.durationMs += cpu.durationMs;
    this.busyMs += busyMs;
    this.gcMs += cpu.gcRatio * busyMs;
    this.programMs += cpu.programRatio * busyMs;
    this.addFunctions(cpu);
    for (const path of cpu.byPath) this.addPath(path);
    if (cpu.flame !== null) this.flame.add(cpu.flame);
    const startMs = Date.parse(window.startAt);
    const endMs = Date.parse(window.endAt);
    this.windows.push({ startMs, endMs: startMs + window.durationMs });
    if (this.newest === null || endMs >= this.newest.endMs) this.newest = { endMs, cpu };
  }

  /** null: no window had a profile. `files` and `intervalUs` are those of the newest window. */
  take(): RunCpuProfile | null {
    if (this.newest === null) return null;
    const { busyMs, newest } = this;
    const ratio = (ms: number): number => (busyMs > 0 ? ms / busyMs : 0);
    const functions = [...this.functions.values()].sort((a, b) => b.selfMs - a.selfMs || b.totalMs - a.totalMs || compare(keyOf(a), keyOf(b)));
    return {
      samples: this.samples,
      durationMs: this.durationMs,
      busyMs,
      intervalUs: newest.cpu.intervalUs,
      gcRatio: ratio(this.gcMs),
      programRatio: ratio(this.programMs),
      top: functions
        .slice(0, TOP_FUNCTIONS)
        .map(({ selfMs, totalMs, ...place }) => ({ ...place, selfRatio: ratio(selfMs), totalRatio: ratio(totalMs) })),
      byPath: this.takePaths(ratio),
      flame: this.flame.take(FLAME_NODES_MAX),
      files: newest.cpu.files,
      covers: {
        startAt: new Date(Math.min(...this.windows.map(({ startMs }) => startMs))).toISOString(),
        endAt: new Date(newest.endMs).toISOString(),
        durationMs: unionMs(this.windows),
        windows: this.windows.length,
      },
    };
  }

  private addFunctions({ top, flame, busyMs }: CpuProfileSummary): void {
    const listed = new Set(top.map(keyOf));
    for (const { selfRatio, totalRatio, ...place } of top) this.addFunction(place, selfRatio * busyMs, totalRatio * busyMs);
    if (flame === null) return;
    for (const { frame, selfUs, totalUs } of topFunctions(fromFlameTree(flame), Number.POSITIVE_INFINITY)) {
      const place = { function: frame.function, file: frame.file, line: frame.line };
      if (!listed.has(keyOf(place))) this.addFunction(place, selfUs / 1000, totalUs / 1000);
    }
    if (this.functions.size > MERGED_FUNCTIONS_KEPT_MAX) this.forgetFunctions();
  }

  private addFunction(place: Pick<FunctionTime, 'function' | 'file' | 'line'>, selfMs: number, totalMs: number): void {
    const key = keyOf(place);
    const time = this.functions.get(key) ?? { ...place, selfMs: 0, totalMs: 0 };
    this.functions.set(key, time);
    time.selfMs += selfMs;
    time.totalMs += totalMs;
  }

  private forgetFunctions(): void {
    const least = [...this.functions].sort(([, a], [, b]) => a.selfMs - b.selfMs).slice(0, MERGED_FUNCTIONS_KEPT_MAX / 2);
    for (const [key] of least) this.functions.delete(key);
  }

  private addPath({ name, labels, cpuMs, samples, syncSamples, flame }: CpuByPath): void {
    const key = JSON.stringify([name, Object.entries(labels).sort(([a], [b]) => compare(a, b))]);
    const time = this.paths.get(key) ?? { name, labels, cpuMs: 0, samples: 0, syncSamples: 0, flame: new FlameMerger() };
    this.paths.set(key, time);
    time.cpuMs += cpuMs;
    time.samples += samples;
    time.syncSamples += syncSamples;
    if (flame !== null) time.flame.add(flame);
  }

  private takePaths(ratio: (ms: number) => number): CpuByPath[] {
    const isRest = (path: Pick<PathTime, 'name' | 'labels'>): boolean => path.name === UNATTRIBUTED_NAME && Object.keys(path.labels).length === 0;
    const paths = [...this.paths].sort(
      ([keyA, a], [keyB, b]) => Number(isRest(a)) - Number(isRest(b)) || b.cpuMs - a.cpuMs || compare(a.name, b.name) || compare(keyA, keyB),
    );
    return paths.map(([, { flame, ...path }], row) => ({
      ...path,
      ratio: ratio(path.cpuMs),
      flame: row < CPU_PATH_FLAMES_MAX || isRest(path) ? flame.take(PATH_FLAME_NODES) : null,
    }));
  }
}

/** Length of the union of spans. Sorts them. */
export function unionMs(spans: { startMs: number; endMs: number }[]): number {
  let totalMs = 0;
  let reachedMs = Number.NEGATIVE_INFINITY;
  for (const { startMs, endMs } of spans.sort((a, b) => a.startMs - b.startMs)) {
    totalMs += Math.max(0, endMs - Math.max(startMs, reachedMs));
    reachedMs = Math.max(reachedMs, endMs);
  }
  return totalMs;
}

const keyOf = ({ function: name, file, line }: Pick<FunctionTime, 'function' | 'file' | 'line'>): string => `${name}\n${line}\n${file}`;
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
