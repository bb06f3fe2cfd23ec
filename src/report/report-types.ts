// The report as users read it: pitot.report/1. The JSON Schema that ships is generated from these types.

import type { Alert, Exemplar, Finding, Kpi, RuleStatus } from '../core/alert-types.js';
import type { Fault } from '../core/fault-log.js';
import type { Labels } from '../core/labels.js';
import type { Leak, RunLeak } from '../core/leak-types.js';

export type { Alert, Exemplar, Finding, Kpi, RuleStatus } from '../core/alert-types.js';
export type { Labels } from '../core/labels.js';
export type { Leak, LeakAllocation, LeakFile, LeakSuspect, RunLeak } from '../core/leak-types.js';

/** The resolved configuration, by option. */
export interface ConfigValues {
  [option: string]: string | number | boolean | null;
}

/** One window of one process. */
export interface Report {
  schema: 'pitot.report/1';
  /** Version of pitot that wrote the report. */
  version: string;
  service: string;
  pid: number;
  host: string;
  /** Node.js version, as `v20.20.2`. */
  node: string;
  /** Number of the window in this run, from 1. */
  seq: number;
  /** Why the window was closed. */
  closedBy: 'interval' | 'flush' | 'exit' | 'full' | 'stop';
  window: ReportWindow;
  paths: PathStats[];
  distributions: DistributionStats[];
  counters: CounterValue[];
  gauges: GaugeValue[];
  records: RecordCounts;
  runtime: Runtime;
  /** The runtime within the window, at most 60 points. */
  timeline?: TimelinePoint[];
  cpu: CpuProfileSummary;
  stalls: Stall[];
  leaks: Leak[];
  kpis: Kpi[];
  /** Pending and firing at the end of the window, and those that were resolved in it. */
  alerts: Alert[];
  rules: RuleStatus[];
  advice: Finding[];
  exemplars: Exemplar[];
  agent: AgentHealth;
  /** The resolved configuration, as printed by `pitot check-config`. */
  config: ConfigValues;
}

export interface ReportWindow {
  /** ISO 8601 wall clock. */
  startAt: string;
  endAt: string;
  /** Monotonic length of the window. */
  durationMs: number;
}

/** Durations of one path in one window, merged across threads. Percentiles are of the timed calls, weighted where calls were sampled. */
export interface PathStats {
  name: string;
  labels: Labels;
  /** Calls that ended in this window: exact. */
  count: number;
  /** Of these, calls that failed: exact. */
  errors: number;
  /** Calls lost because a ring was full: counted, not timed. */
  dropped: number;
  /** 1: every call was timed. N: one call in N on average. */
  sampled: number;
  minNs: number;
  p50Ns: number;
  p90Ns: number;
  p95Ns: number;
  p99Ns: number;
  p999Ns: number;
  maxNs: number;
  meanNs: number;
  /** HDR histogram, V2 compressed, base64: mergeable, read by every HdrHistogram. */
  hdr: string;
}

/** Values of one distribution in one window, in its own unit. */
export interface DistributionStats {
  name: string;
  labels: Labels;
  unit: string;
  count: number;
  dropped: number;
  sampled: number;
  min: number;
  p50: number;
  p90: number;
  p95: number;
  p99: number;
  p999: number;
  max: number;
  mean: number;
  hdr: string;
}

export interface CounterValue {
  name: string;
  labels: Labels;
  /** Since the process started. */
  value: number;
  /** In this window. */
  delta: number;
}

export interface GaugeValue {
  name: string;
  /** A gauge set on a worker thread carries the label `thread`. */
  labels: Labels;
  value: number;
}

/** recorded = aggregated + dropped + sampledOut, always. */
export interface RecordCounts {
  recorded: number;
  aggregated: number;
  dropped: number;
  sampledOut: number;
  /** NaN, infinite or negative durations: not recorded. */
  rejected: number;
  /** Durations above one hour, recorded as one hour. */
  clamped: number;
  /** Calls on the overflow path, because the process has more distinct paths than the limit. Part of recorded. */
  overflowed: number;
}

export interface Runtime {
  cpu: { userMs: number; systemMs: number /** Cores used, over the window: 1 = one core busy all the time. */; cpuRatio: number };
  memory: MemoryUse;
  gc: GcStats;
  eventLoop: EventLoopStats;
  threads: ThreadUse[];
}

export interface MemoryUse {
  rssBytes: number;
  /** Highest of the 1 s samples of the window. */
  rssBytesMax: number;
  heapUsedBytes: number;
  heapTotalBytes: number;
  externalBytes: number;
  arrayBuffersBytes: number;
  /** The limit that binds first. 0: none is known. */
  limitBytes: number;
  limitSource: 'cgroup-v2' | 'cgroup-v1' | 'max-old-space-size' | 'host' | 'none';
  /** V8's heap limit of the main thread. */
  heapLimitBytes: number;
  /** V8 heap spaces of the main thread, as of the newest sample. */
  spaces: { name: string; usedBytes: number; sizeBytes: number }[];
}

export interface GcStats {
  count: number;
  /** Pauses of all kinds: HDR V2 compressed, base64. */
  hdr?: string;
  pauseNsP50: number;
  pauseNsP99: number;
  pauseNsMax: number;
  totalMs: number;
  byKind: { [kind: string]: { count: number; totalMs: number; pauseNsMax: number } };
}

/** How late the main thread's loop turned: 0 is on time. */
export interface EventLoopStats {
  delayNsP50: number;
  delayNsP99: number;
  delayNsMax: number;
  /** Share of the window in which the loop was not waiting for events, 0..1. */
  utilization: number;
}

export interface ThreadUse {
  /** Operating-system thread id where known, else the worker's threadId. */
  id: number;
  name: string;
  cpuRatio: number;
}

/** What the CPU sampler saw of the application's threads in the window. Ratios are of busyMs. */
export interface CpuProfileSummary {
  samples: number;
  /** Time the samples stand for, summed over threads, idle time included. */
  durationMs: number;
  /** The same without idle time: what the ratios refer to. */
  busyMs: number;
  /** Sampling period, as it was at the end of the window. 0: no CPU profile, for the reason in agent.faults. */
  intervalUs: number;
  /** Of busyMs: in the garbage collector, and in `(program)`, native code that no JavaScript frame accounts for. */
  gcRatio: number;
  programRatio: number;
  /** Functions by self time, at most 30. Time in builtins and Node's internals counts as self time of those, and in the total of their callers. */
  top: { function: string; file: string; line: number; selfRatio: number; totalRatio: number }[];
  /** CPU time by path, `(unattributed)` last: they add up to busyMs. */
  byPath: CpuByPath[];
  /** The call tree of the window, all threads, small frames merged; null without samples. */
  flame: FlameTree | null;
  /** Profiles written for the window, relative to the run directory. */
  files: string[];
}

/** CPU time of one path, from samples that fell into its spans. */
export interface CpuByPath {
  name: string;
  labels: Labels;
  cpuMs: number;
  /** Of busyMs. */
  ratio: number;
  samples: number;
  /** Of its samples, those inside a synchronous span of the path; the others fell while the path alone was active on the thread. */
  syncSamples: number;
  flame: FlameTree | null;
}

/** A call tree in columns; node 0 is the root. Children stand after their parents. */
export interface FlameTree {
  frames: { function: string; file: string; line: number; kind: string; package: string }[];
  /** Index of the parent node; -1 for the root. */
  parents: number[];
  /** Index into frames. */
  nodes: number[];
  selfUs: number[];
  totalUs: number[];
}

/** A thread whose event loop did not turn for longer than the limit. */
export interface Stall {
  /** Number of the stall in this run; its lines in stalls.ndjson share it. */
  id: number;
  /** `main`, `worker-3`. */
  thread: string;
  startAt: string;
  durationMs: number;
  ongoing: boolean;
  verdict: 'executing' | 'gc' | 'starved' | 'waiting';
  /** The verdict in words, with its figures. */
  reason: string;
  /** CPU time of the thread within the stall. */
  cpuMs: number;
  /** Functions by their share of the stall's samples: the nearest frame of the application or of a package first, then what it called. */
  top: { function: string; file: string; line: number; ratio: number }[];
  /** Flame file of exactly this interval, relative to the run directory; empty where there is none (yet). */
  file: string;
  /** The call tree of this interval, small; not in stalls.ndjson. */
  flame?: FlameTree | null;
}

/** What pitot itself cost and suffered. */
export interface AgentHealth {
  /** Cores used by pitot's own threads over the window; 0 with a fault CPU_UNKNOWN where the platform does not tell. */
  cpuRatio: number;
  /** Bytes of pitot's own isolates and shared memory that are resident, estimated from their heaps and used buffers, and what its heap snapshots left in malloc. */
  rssBytes: number;
  /** Longest pause pitot caused on an application thread in this window. */
  pausesNsMax: number;
  /** Agent thread and pool workers that died and were replaced, since the process started. */
  restarts: number;
  faults: Fault[];
}

/** One point of a run's timeline. */
export interface TimelinePoint {
  /** Wall clock at the end of the point, ms since the epoch. */
  atMs: number;
  /** Length the point stands for. */
  spanMs: number;
  cpuRatio: number;
  rssBytes: number;
  heapUsedBytes: number;
  heapTotalBytes: number;
  externalBytes: number;
  /** What the newest full collection left of the main thread's heap; 0: there was none yet. This and what follows: absent in reports before 0.2. */
  liveBytes?: number;
  /** Part of externalBytes. */
  arrayBuffersBytes?: number;
  /** Resident memory outside of all heaps and of what their objects hold, without pitot's own. */
  nativeBytes?: number;
  /** Full collections of the main thread's heap. */
  fullGcCount?: number;
  /** Counts by name: `descriptors`, `worker threads`, `native contexts`, `listener warnings`, `active TCPSocketWrap`. */
  handles?: { [name: string]: number };
  loopDelayNsP99: number;
  loopDelayNsMax: number;
  loopUtilization: number;
  gcCount: number;
  gcTotalMs: number;
  gcPauseNsMax: number;
}

/** A whole run, or several processes' runs, merged: what report.html and `pitot report` show. */
export interface RunSummary {
  service: string;
  /** One entry a process. */
  processes: { pid: number; host: string; node: string; directory: string; windows: number }[];
  startAt: string;
  endAt: string;
  durationMs: number;
  paths: PathStats[];
  distributions: DistributionStats[];
  counters: CounterValue[];
  gauges: GaugeValue[];
  records: RecordCounts;
  /** Runtime of the newest window; GC totals of the run. */
  runtime: Runtime;
  timeline: TimelinePoint[];
  agent: AgentHealth;
  /** In report.html that of the newest window with a CPU profile; where reports are merged, of all their windows with one. null: none has one. */
  cpu: RunCpuProfile | null;
  alerts: Alert[];
  stalls: RunStall[];
  /** Of each kind what leaks or may, of every process, the worst first; of a kind of which nothing does, one. */
  leaks: RunLeak[];
  kpis: Kpi[];
  rules: RuleStatus[];
  advice: Finding[];
  exemplars: Exemplar[];
  config: ConfigValues;
}

/** The CPU profile of a run, and what it is of. */
export interface RunCpuProfile extends CpuProfileSummary {
  covers?: CpuCoverage;
}

/** The windows that a CPU profile is of. */
export interface CpuCoverage {
  startAt: string;
  endAt: string;
  /** Time that the windows cover: without gaps between them, and once where several processes cover it. */
  durationMs: number;
  windows: number;
}

/** A stall, and whose it is. */
export interface RunStall extends Stall {
  /** Index into `processes`; absent: there is one process only. */
  process?: number;
}
