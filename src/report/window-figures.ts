// What rules, KPIs and advice are judged by, from a closed window: without histograms to travel. Thread: pool worker, before the window's report.
import { StatsBuilder } from '../aggregate/path-stats.js';
import { nsToMs } from '../core/units.js';
import type { CounterFigures, DistributionFigures, PathFigures } from '../diagnose/figures.js';
import type { Definition } from '../memory/definition-log.js';
import { END_MONOTONIC_MS, END_WALL_MS, START_MONOTONIC_MS, viewAgentMemory } from '../memory/window-memory.js';
import { counterValues, windowFigures } from './build-report.js';

export interface FiguresTask {
  kind: 'figures';
  memory: SharedArrayBuffer;
  window: 0 | 1;
  totals: Float64Array;
  paths: Definition[];
  counters: Definition[];
  hdrDigits: 2 | 3;
  /** The moment to which an open window is judged; a closed one has its own end. */
  until?: { wallMs: number; machineMs: number };
}

export interface CountedFigures {
  atMs: number;
  machineMs: number;
  spanMs: number;
  paths: PathFigures[];
  distributions: DistributionFigures[];
  counters: CounterFigures[];
  gcCount: number;
  gcTotalMs: number;
  gcPauseMaxMs: number;
}

export function countedFigures(task: FiguresTask): CountedFigures {
  const window = viewAgentMemory(task.memory).windows[task.window];
  const { header } = window;
  const machineMs = task.until?.machineMs ?? header[END_MONOTONIC_MS];
  const { paths, distributions, gc } = windowFigures(window, task.paths, new StatsBuilder(task.hdrDigits), 0);
  return {
    atMs: task.until?.wallMs ?? header[END_WALL_MS],
    machineMs,
    spanMs: machineMs - header[START_MONOTONIC_MS],
    paths: paths.map(({ name, labels, count, errors, meanNs, p50Ns, p95Ns, p99Ns, maxNs }) => ({
      name,
      labels,
      count,
      errors,
      meanMs: nsToMs(meanNs),
      p50Ms: nsToMs(p50Ns),
      p95Ms: nsToMs(p95Ns),
      p99Ms: nsToMs(p99Ns),
      maxMs: nsToMs(maxNs),
    })),
    distributions: distributions.map(({ name, labels, count, mean, p50, p95, p99, max }) => ({ name, labels, count, mean, p50, p95, p99, max })),
    counters: counterValues(window, task.totals, task.counters),
    gcCount: gc.count,
    gcTotalMs: gc.totalMs,
    gcPauseMaxMs: nsToMs(gc.pauseNsMax),
  };
}
