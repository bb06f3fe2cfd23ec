// The tasks that put a window, and the run so far, on disk. Thread: pool worker; the agent thread when a process ends before it has a pool.
import { StatsBuilder } from '../aggregate/path-stats.js';
import type { Definition } from '../memory/definition-log.js';
import {
  CLOSED_BY,
  CLOSED_BY_NAMES,
  END_MONOTONIC_MS,
  END_WALL_MS,
  START_MONOTONIC_MS,
  START_WALL_MS,
  viewAgentMemory,
  WINDOW_SEQ,
} from '../memory/window-memory.js';
import { counterValues, windowFigures } from './build-report.js';
import { type CpuTask, type FlameDrawing, summariseCpu, takeSourceMapFaults } from './cpu-summary.js';
import { pointLatestAt, reportName, writeAtomically } from './files.js';
import type { Judgement } from './judgement.js';
import type {
  AgentHealth,
  CpuProfileSummary,
  GaugeValue,
  GcStats,
  Report,
  RunCpuProfile,
  RunSummary,
  Runtime,
  Stall,
  TimelinePoint,
} from './report-types.js';

/** What a process's reports have in common. */
export interface ReportIdentity {
  version: string;
  service: string;
  pid: number;
  host: string;
  node: string;
  directory: string;
  config: Record<string, string | number | boolean | null>;
}

interface FigureTask {
  memory: SharedArrayBuffer;
  identity: ReportIdentity;
  /** Counters since the process started, by their id. */
  totals: Float64Array;
  paths: Definition[];
  counters: Definition[];
  gauges: GaugeValue[];
  runtime: Omit<Runtime, 'gc'>;
  agent: Omit<AgentHealth, 'pausesNsMax'>;
  hdrDigits: 2 | 3;
}

export interface ReportTask extends FigureTask {
  kind: 'report';
  window: 0 | 1;
  judgement: Judgement;
  timeline: TimelinePoint[];
  /** CPU profiles of the window; null: there are none. */
  cpu: CpuTask | null;
  stalls: Stall[];
}

export interface ReportResult {
  file: string;
  bytes: number;
  gc: GcStats;
  /** null: no samples. */
  cpu: RunCpuProfile | null;
  drawing: FlameDrawing | null;
  /** What went wrong without keeping the report from being written. */
  faults: { code: string; message: string }[];
}

/** Histograms that report.html can picture; the rest are rows of figures. */
const PAGE_HISTOGRAMS = 300;

export interface PageTask extends FigureTask {
  kind: 'page';
  windows: number;
  startWallMs: number;
  endWallMs: number;
  durationMs: number;
  timeline: TimelinePoint[];
  /** Of the newest window that has a CPU profile. */
  cpu: RunCpuProfile | null;
  stalls: Stall[];
  /** Of the newest window, with the alerts of the run. */
  judgement: Judgement;
}

/** Builds and writes one report; the rename is the moment at which the window counts as reported. */
export async function writeReport(task: ReportTask): Promise<ReportResult> {
  const memory = viewAgentMemory(task.memory);
  const window = memory.windows[task.window];
  const { header } = window;
  const { identity, runtime } = task;
  const figures = windowFigures(window, task.paths, new StatsBuilder(task.hdrDigits), Number.POSITIVE_INFINITY);
  const seq = header[WINDOW_SEQ];
  const { cpu, drawing, faults } = await cpuOf(task, seq, header[END_WALL_MS]);
  const report: Report = {
    schema: 'pitot.report/1',
    version: identity.version,
    service: identity.service,
    pid: identity.pid,
    host: identity.host,
    node: identity.node,
    seq,
    closedBy: CLOSED_BY_NAMES[header[CLOSED_BY]],
    window: {
      startAt: new Date(header[START_WALL_MS]).toISOString(),
      endAt: new Date(header[END_WALL_MS]).toISOString(),
      durationMs: header[END_MONOTONIC_MS] - header[START_MONOTONIC_MS],
    },
    paths: figures.paths,
    distributions: figures.distributions,
    counters: counterValues(window, task.totals, task.counters),
    gauges: task.gauges,
    records: figures.records,
    runtime: { ...runtime, gc: figures.gc },
    timeline: task.timeline,
    cpu,
    stalls: task.stalls,
    ...task.judgement,
    agent: { ...task.agent, pausesNsMax: figures.ownPauseNsMax },
    config: identity.config,
  };
  const text = JSON.stringify(report);
  const name = reportName(seq);
  writeAtomically(identity.directory, name, text);
  pointLatestAt(identity.directory, name);
  const runCpu: RunCpuProfile | null = cpu.samples > 0 ? { ...cpu, covers: { ...report.window, windows: 1 } } : null;
  return { file: `${identity.directory}/${name}`, bytes: text.length, gc: figures.gc, cpu: runCpu, drawing, faults };
}

/** Draws report.html from all windows that have been reported. */
export async function writePage(task: PageTask): Promise<number> {
  const { renderRunHtml } = await import('./html/render-run-html.js');
  const memory = viewAgentMemory(task.memory);
  const figures = windowFigures(memory.run, task.paths, new StatsBuilder(task.hdrDigits), PAGE_HISTOGRAMS);
  const { identity } = task;
  const run: RunSummary = {
    service: identity.service,
    processes: [{ pid: identity.pid, host: identity.host, node: identity.node, directory: identity.directory, windows: task.windows }],
    startAt: new Date(task.startWallMs).toISOString(),
    endAt: new Date(task.endWallMs).toISOString(),
    durationMs: task.durationMs,
    paths: figures.paths,
    distributions: figures.distributions,
    counters: counterValues(memory.run, task.totals, task.counters),
    gauges: task.gauges,
    records: figures.records,
    runtime: { ...task.runtime, gc: figures.gc },
    timeline: task.timeline,
    agent: { ...task.agent, pausesNsMax: figures.ownPauseNsMax },
    cpu: task.cpu,
    ...task.judgement,
    stalls: task.stalls,
    config: identity.config,
  };
  const html = renderRunHtml(run);
  writeAtomically(identity.directory, 'report.html', html);
  return html.length;
}

/** A profile that cannot be summed up costs its figures, not the report. */
async function cpuOf(
  { cpu, identity, paths }: ReportTask,
  seq: number,
  endWallMs: number,
): Promise<Pick<ReportResult, 'drawing' | 'faults'> & { cpu: CpuProfileSummary }> {
  if (cpu === null || cpu.threads.length === 0) return { cpu: { ...NO_CPU_PROFILE, intervalUs: cpu?.intervalUs ?? 0 }, drawing: null, faults: [] };
  try {
    const { directory, service, pid } = identity;
    const summary = await summariseCpu(cpu, { directory, service, pid, seq, endWallMs, paths });
    return { ...summary, faults: takeSourceMapFaults().map((message) => ({ code: 'SOURCE_MAP', message })) };
  } catch (error) {
    return { cpu: NO_CPU_PROFILE, drawing: null, faults: [{ code: 'CPU_SUMMARY', message: (error as Error).message }] };
  }
}

/** What a window without a CPU profile holds. */
export const NO_CPU_PROFILE: CpuProfileSummary = {
  samples: 0,
  durationMs: 0,
  busyMs: 0,
  intervalUs: 0,
  gcRatio: 0,
  programRatio: 0,
  top: [],
  byPath: [],
  flame: null,
  files: [],
};
