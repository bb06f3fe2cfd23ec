// What KPIs, rules and advice are judged by: the figures of one stretch of time. Plain data; times are arguments.
import type { Labels } from '../core/labels.js';

/** Calls of one path within the stretch. Percentiles are of a window's histogram: NaN at a step, which lies within one. */
export interface PathFigures {
  name: string;
  labels: Labels;
  count: number;
  errors: number;
  meanMs: number;
  p50Ms: number;
  p95Ms: number;
  p99Ms: number;
  maxMs: number;
}

/** Values of one distribution within the stretch, in its own unit; only in a window's figures. */
export interface DistributionFigures {
  name: string;
  labels: Labels;
  count: number;
  mean: number;
  p50: number;
  p95: number;
  p99: number;
  max: number;
}

export interface CounterFigures {
  name: string;
  labels: Labels;
  /** Since the process started. */
  value: number;
  /** Within the stretch. */
  delta: number;
}

export interface GaugeFigures {
  name: string;
  labels: Labels;
  value: number;
}

/** The process itself, as the agent sampled it. */
export interface RuntimeFigures {
  /** Cores used: 1 is one core busy all the time. */
  cpuRatio: number;
  /** Of what may be used, 0..1: the larger of the process's share of its CPUs (affinity, cgroup quota) and the main thread's share of one core. */
  cpuUsage: number;
  rssBytes: number;
  /** Of the nearer limit, 0..1: the larger of memoryBytes / memoryLimitBytes and liveBytes / heapLimitBytes. NaN: neither is known. */
  memoryRatio: number;
  /** Limit of the whole process, by its cgroup or the machine, bytes; 0: none. */
  memoryLimitBytes: number;
  /** What counts against that limit, bytes: the working set of the cgroup, of the machine's memory the resident set; without what pitot's own snapshots left. */
  memoryBytes: number;
  /** What the newest full collection left of the main thread's heap, bytes; NaN: there was none, so that nothing of it is known. */
  liveBytes: number;
  /** V8's limit of that heap, bytes, by --max-old-space-size or of its own choice; 0: not known. */
  heapLimitBytes: number;
  /** memoryBytes where no leak detector looks at it; NaN where one does, whose figures are gauges. */
  unwatchedMemoryBytes: number;
  heapUsedBytes: number;
  gcPauseMeanMs: number;
  gcPauseMaxMs: number;
  gcCount: number;
  loopDelayP99Ms: number;
  /** How long main's loop has not turned by now, but for ownStandstillMs; 0: it turns. */
  loopStalledMs: number;
  /** How much of the time in which it has not turned was a heap snapshot of pitot's. Default: 0. */
  ownStandstillMs?: number;
}

/** Figures of a window, or of a step within one: steps are short, and know counts, gauges and the runtime only. */
export interface Figures {
  kind: 'window' | 'step';
  /** Wall clock at its end, ms since the epoch. */
  atMs: number;
  /** The machine's monotonic clock at its end, ms: durations are taken by it. undefined: not known, atMs is taken for it. */
  machineMs?: number;
  /** Its length, by the monotonic clock. */
  spanMs: number;
  paths: readonly PathFigures[];
  distributions: readonly DistributionFigures[];
  counters: readonly CounterFigures[];
  gauges: readonly GaugeFigures[];
  /** Ids of the application threads that live; undefined: not known. A worker thread's gauges carry its own as the label `thread`. */
  threads?: readonly string[];
  /** What the leak detector says of memory that leaks, in sentences. */
  leaks?: readonly string[];
  runtime: RuntimeFigures;
}
