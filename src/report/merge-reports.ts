// Windows of one process, or of several, as one run: what `pitot report` and report.html show.
import { PitotError } from '../core/errors.js';
import type { Fault } from '../core/fault-log.js';
import { EXEMPLARS_MAX, FAULTS_MAX, TIMELINE_POINTS_MAX } from '../core/limits.js';
import type { LoggedLeak } from './leaks-log.js';
import { CpuMerger, unionMs } from './merge-cpu.js';
import { currentWindows, mergeAdvice, mergeKpis, mergeLeaks, mergeRules, ownedAlerts } from './merge-findings.js';
import { GcMerger, mergeRuntimes, RuntimeMerger } from './merge-runtime.js';
import { mergeTimelines, thinTimeline } from './merge-timelines.js';
import { CounterMerger, DistributionMerger, GaugeMerger, PathMerger } from './merge-values.js';
import type { Alert, Exemplar, Labels, Leak, RecordCounts, Report, RunStall, RunSummary, Stall, TimelinePoint } from './report-types.js';

/** Stalls and alerts that are kept, a process and a run; beyond it the longest stalls and the newest alerts. A longer list says no more. */
const EVENTS_MAX = 200;

/** One process: its run directory and its reports, read one at a time. */
export interface ReportGroup {
  directory: string;
  reports: Iterable<Report>;
  /** Stalls as stalls.ndjson tells them: the process may have ended before a report could. Default: none. */
  stalls?: readonly Stall[];
  /** Leaks as leaks.ndjson tells them. Default: none. */
  leaks?: readonly LoggedLeak[];
}

/**
 * Merges all windows of all groups; a group is one process. The order of groups and of reports makes no difference.
 * `agent.cpuRatio` is over the whole run and summed over processes; `config` and `service` are those of the newest window
 * (several services are named with commas between). KPIs, rules and advice are of the newest window of each process that still runs: the worst stands. Duration is the time that windows cover, without gaps between processes.
 * @throws PitotError INPUT_FILE when there is not one report.
 */
export function mergeReports(groups: readonly ReportGroup[]): RunSummary {
  const unreadable: Fault[] = [];
  const onUnreadable = (name: string, message: string): void => addFault(unreadable, `Histogram of ${name} cannot be read: ${message}`);
  const paths = new PathMerger(onUnreadable);
  const distributions = new DistributionMerger(onUnreadable);
  const counters = new CounterMerger();
  const gauges = new GaugeMerger();
  const gc = new GcMerger();
  const cpu = new CpuMerger();
  const records = { recorded: 0, aggregated: 0, dropped: 0, sampledOut: 0, rejected: 0, clamped: 0, overflowed: 0 };
  const processes: ProcessMerger[] = [];
  for (const group of groups) {
    const index = processes.length;
    const process = new ProcessMerger(group.directory, new RuntimeMerger(gc));
    for (const report of group.reports) {
      for (const path of report.paths) paths.add(path);
      for (const distribution of report.distributions) distributions.add(distribution);
      for (const counter of report.counters) counters.add(counter, index, report.seq);
      for (const gauge of report.gauges) gauges.add(gauge, index, report.seq);
      for (const key of Object.keys(records) as (keyof RecordCounts)[]) records[key] += report.records[key];
      cpu.add(report);
      process.add(report);
    }
    for (const stall of group.stalls ?? []) process.addLogged(stall);
    for (const leak of group.leaks ?? []) process.addLoggedLeak(leak);
    if (process.windows > 0) processes.push(process);
  }
  if (processes.length === 0) {
    const remedy = 'Name a run directory, a report file, or the directory that holds the runs.';
    throw new PitotError('INPUT_FILE', { option: 'reports', allowed: 'at least one report', received: 'none', remedy });
  }

  const newest = processes.reduce((a, b) => (b.newestEndMs >= a.newestEndMs ? b : a));
  const manyHosts = new Set(processes.map((process) => process.newest.host)).size > 1;
  const labelsOf = (group: number): Labels => {
    const { pid, host } = processes[group].newest;
    return processes.length === 1 ? {} : manyHosts ? { host, pid: String(pid) } : { pid: String(pid) };
  };
  const current = currentWindows(processes.map(({ newest: report }, index) => ({ report, labels: labelsOf(index) })));
  const runtimes = processes.map((process) => process.runtime.take()).filter((runtime) => runtime !== undefined);
  return {
    service: [...new Set(processes.map((process) => process.newest.service))].sort().join(', '),
    processes: processes.map(({ newest: { pid, host, node }, directory, windows }) => ({ pid, host, node, directory, windows })),
    startAt: new Date(Math.min(...processes.map((process) => process.startMs))).toISOString(),
    endAt: new Date(Math.max(...processes.map((process) => process.newestEndMs))).toISOString(),
    durationMs: coveredMs(processes),
    paths: paths.take(),
    distributions: distributions.take(),
    counters: counters.take(),
    gauges: gauges.take(labelsOf),
    records,
    runtime: mergeRuntimes(runtimes, gc.take()),
    timeline: mergeTimelines(processes.map((process) => process.takeTimeline())),
    agent: {
      cpuRatio: sum(processes, (process) => process.agentCpuMs / Math.max(1, process.durationMs)),
      rssBytes: sum(processes, (process) => process.newest.agent.rssBytes),
      pausesNsMax: Math.max(...processes.map((process) => process.pausesNsMax)),
      restarts: sum(processes, (process) => process.newest.agent.restarts),
      faults: mergeFaults([...processes.map((process) => [...process.faults.values()]), unreadable]),
    },
    cpu: cpu.take(),
    alerts: heaviest(
      processes.flatMap((process, index) => ownedAlerts(process.alerts.values(), labelsOf(index))),
      (alert) => Date.parse(alert.since),
    ),
    stalls: heaviest(
      processes.flatMap((process, index) =>
        process.takeStalls().map((stall): RunStall => (processes.length === 1 ? stall : { ...stall, process: index })),
      ),
      (stall) => stall.durationMs,
    ),
    leaks: mergeLeaks(processes.map((process) => [...process.leaks.values()])).slice(0, EVENTS_MAX),
    kpis: mergeKpis(current),
    rules: mergeRules(current),
    advice: mergeAdvice(current),
    exemplars: slowest(processes.flatMap((process) => process.exemplars)),
    config: newest.newest.config,
  };
}

/** What is kept of one process while its windows go by. */
class ProcessMerger {
  readonly directory: string;
  readonly runtime: RuntimeMerger;
  newest!: Report;
  newestEndMs = Number.NEGATIVE_INFINITY;
  startMs = Number.POSITIVE_INFINITY;
  windows = 0;
  /** Of all windows, by the monotonic clock. */
  durationMs = 0;
  agentCpuMs = 0;
  pausesNsMax = 0;
  /** Counted from the start of the process; after a restart of the agent thread from there, so the highest count stands. */
  readonly faults = new Map<string, Fault>();
  readonly alerts = new Map<string, Alert>();
  /** By thread and start: two threads may stall in the same millisecond. A later report knows more of a stall than an earlier one. */
  private readonly stalls = new Map<string, { stall: Stall; seq: number }>();
  readonly leaks = new Map<string, Leak>();
  exemplars: Exemplar[] = [];
  private timeline: TimelinePoint[] = [];

  constructor(directory: string, runtime: RuntimeMerger) {
    this.directory = directory;
    this.runtime = runtime;
  }

  add(report: Report): void {
    const { window, agent } = report;
    this.windows++;
    this.runtime.add(report);
    this.durationMs += window.durationMs;
    this.agentCpuMs += agent.cpuRatio * window.durationMs;
    this.pausesNsMax = Math.max(this.pausesNsMax, agent.pausesNsMax);
    this.startMs = Math.min(this.startMs, Date.parse(window.startAt));
    for (const fault of agent.faults) {
      if (fault.count >= (this.faults.get(fault.code)?.count ?? 0)) this.faults.set(fault.code, { ...fault });
    }
    const isNewest = this.newest === undefined || report.seq >= this.newest.seq;
    for (const alert of report.alerts) keep(this.alerts, alert.id ?? `${alert.rule} ${alert.since}`, alert, isNewest);
    for (const stall of report.stalls) {
      const key = `${stall.thread} ${stall.startAt}`;
      const before = this.stalls.get(key);
      keep(this.stalls, key, { stall, seq: report.seq }, before === undefined || isLater(before, report.seq, stall));
    }
    for (const leak of report.leaks) keep(this.leaks, leak.kind, leak, isNewest);
    bound(this.alerts, sinceMs);
    bound(this.stalls, stallMs);
    this.exemplars = slowest([...this.exemplars, ...(report.exemplars ?? [])]);
    this.timeline.push(...timelineOf(report));
    if (this.timeline.length > 4 * TIMELINE_POINTS_MAX) this.timeline = thinTimeline(this.takeTimeline());
    if (isNewest) this.newest = report;
    this.newestEndMs = Math.max(this.newestEndMs, Date.parse(window.endAt));
  }

  /** What no report tells, or tells only as going on. A report's own has the flame graph. */
  addLogged(stall: Stall): void {
    const key = `${stall.thread} ${stall.startAt}`;
    const before = this.stalls.get(key);
    if (before !== undefined && (stall.ongoing || !before.stall.ongoing)) return;
    this.stalls.set(key, { stall: { ...before?.stall, ...stall }, seq: before?.seq ?? 0 });
    bound(this.stalls, stallMs);
  }

  /** A line that is newer than the newest report: the process may have ended before another. */
  addLoggedLeak({ at, ...leak }: LoggedLeak): void {
    if (Date.parse(at) > this.newestEndMs || !this.leaks.has(leak.kind)) this.leaks.set(leak.kind, leak);
  }

  takeStalls(): Stall[] {
    return Array.from(this.stalls.values(), ({ stall }) => stall);
  }

  takeTimeline(): TimelinePoint[] {
    return this.timeline.sort((a, b) => a.atMs - b.atMs);
  }
}

/** A report's own finer timeline, or its window as one point. */
function timelineOf(report: Report & { timeline?: TimelinePoint[] }): TimelinePoint[] {
  if (report.timeline !== undefined && report.timeline.length > 0) return report.timeline;
  const { cpu, memory, gc, eventLoop } = report.runtime;
  return [
    {
      atMs: Date.parse(report.window.endAt),
      spanMs: report.window.durationMs,
      cpuRatio: cpu.cpuRatio,
      rssBytes: memory.rssBytes,
      heapUsedBytes: memory.heapUsedBytes,
      heapTotalBytes: memory.heapTotalBytes,
      externalBytes: memory.externalBytes,
      loopDelayNsP99: eventLoop.delayNsP99,
      loopDelayNsMax: eventLoop.delayNsMax,
      loopUtilization: eventLoop.utilization,
      gcCount: gc.count,
      gcTotalMs: gc.totalMs,
      gcPauseNsMax: gc.pauseNsMax,
    },
  ];
}

function mergeFaults(lists: readonly (readonly Fault[])[]): Fault[] {
  const faults = new Map<string, Fault>();
  for (const fault of lists.flat()) {
    const before = faults.get(fault.code);
    const newer = before === undefined || fault.lastAt >= before.lastAt ? fault : before;
    faults.set(fault.code, { ...newer, count: fault.count + (before?.count ?? 0) });
  }
  return [...faults.values()].sort((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1)).slice(0, FAULTS_MAX);
}

/** One fault for all histograms that cannot be read: found now, not when they were written. */
function addFault(faults: Fault[], message: string): void {
  const count = (faults[0]?.count ?? 0) + 1;
  faults[0] = { code: 'HISTOGRAM_UNREADABLE', count, lastAt: faults[0]?.lastAt ?? '', message: faults[0]?.message ?? message };
}

/** The first EVENTS_MAX by weight, highest first. */
function heaviest<T>(events: T[], weight: (event: T) => number): T[] {
  return events.sort((a, b) => weight(b) - weight(a)).slice(0, EVENTS_MAX);
}

/** Cuts a map that has grown to twice the limit. */
function bound<T>(map: Map<string, T>, weight: (event: T) => number): void {
  if (map.size < 2 * EVENTS_MAX) return;
  const least = heaviest([...map.values()], weight)
    .map(weight)
    .at(-1) as number;
  for (const [key, event] of map) if (weight(event) < least || map.size > 2 * EVENTS_MAX) map.delete(key);
}

/** Reports of before there were exemplars have none. */
const slowest = (exemplars: Exemplar[]): Exemplar[] => exemplars.sort((a, b) => b.durationMs - a.durationMs).slice(0, EXEMPLARS_MAX);
const sinceMs = (alert: Alert): number => Date.parse(alert.since);
const stallMs = ({ stall }: { stall: Stall }): number => stall.durationMs;
const isLater = (before: { stall: Stall; seq: number }, seq: number, stall: Stall): boolean =>
  seq > before.seq || (seq === before.seq && stall.durationMs >= before.stall.durationMs);

function keep<T>(map: Map<string, T>, key: string, value: T, better: boolean): void {
  if (better || !map.has(key)) map.set(key, value);
}

function sum<T>(list: readonly T[], pick: (item: T) => number): number {
  return list.reduce((total, item) => total + pick(item), 0);
}

/** Length of the union of the processes' times. */
function coveredMs(processes: readonly ProcessMerger[]): number {
  return unionMs(processes.map(({ startMs, durationMs }) => ({ startMs, endMs: startMs + durationMs })));
}
