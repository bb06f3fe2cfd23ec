// KPIs, rules, advice and alerts of several processes as one list each: the worst stands, and says whose it is.
import { leaksInOrder } from './finding-order.js';
import type { Alert, Finding, Kpi, Labels, Leak, Report, RuleStatus, RunLeak } from './report-types.js';

/** What the newest window of a process says, and how the process is told from the others; labels are empty where there is one only. */
export interface NewestWindow {
  report: Report;
  labels: Labels;
}

const KPI_RANKS: Record<Kpi['status'], number> = { 'no-data': 0, ok: 1, warn: 2, breach: 3 };
const RULE_RANKS: Record<RuleStatus['state'], number> = { off: 0, inactive: 1, 'no-data': 2, learning: 3, invalid: 4, pending: 5, firing: 6 };

/** Windows that ended about when the newest did. What a process that has ended since last said is history, and not how the service is. */
export function currentWindows(newest: readonly NewestWindow[]): NewestWindow[] {
  const endMs = ({ report }: NewestWindow): number => Date.parse(report.window.endAt);
  const last = newest.reduce((a, b) => (endMs(b) >= endMs(a) ? b : a));
  const fromMs = endMs(last) - 2 * last.report.window.durationMs;
  return newest.filter((it) => it === last || endMs(it) > fromMs);
}

/** Of each KPI that of the process with the worst status, then the worst value. Values of several processes are not put together: they may be percentiles. */
export function mergeKpis(windows: readonly NewestWindow[]): Kpi[] {
  const merged = new Map<string, Kpi>();
  for (const { report, labels } of windows) {
    for (const kpi of report.kpis) {
      const before = merged.get(kpi.name);
      if (before === undefined || isWorse(kpi, before)) merged.set(kpi.name, kpi.value === null ? kpi : owned(kpi, labels));
    }
  }
  return [...merged.values()];
}

/** Of each rule its most serious state. */
export function mergeRules(windows: readonly NewestWindow[]): RuleStatus[] {
  const merged = new Map<string, RuleStatus>();
  for (const { report, labels } of windows) {
    for (const rule of report.rules ?? []) {
      const before = merged.get(rule.rule);
      const process = ownerOf(labels);
      if (before === undefined || RULE_RANKS[rule.state] > RULE_RANKS[before.state])
        merged.set(rule.rule, process === '' ? rule : { ...rule, why: `${rule.why} (${process})` });
    }
  }
  return [...merged.values()];
}

/** One finding of each name: that of the process named first, with the number of others that have it, too. */
export function mergeAdvice(windows: readonly NewestWindow[]): Finding[] {
  const merged = new Map<string, { finding: Finding; others: number }>();
  for (const { report, labels } of windows) {
    for (const finding of report.advice ?? []) {
      const before = merged.get(finding.name);
      const process = ownerOf(labels);
      if (before !== undefined) before.others++;
      else merged.set(finding.name, { finding: process === '' ? finding : { ...finding, figures: `${process}: ${finding.figures}` }, others: 0 });
    }
  }
  return Array.from(merged.values(), ({ finding, others }) => {
    if (others === 0) return finding;
    return { ...finding, figures: `${finding.figures} ${others === 1 ? 'Another process has' : `${others} other processes have`} it, too.` };
  });
}

/**
 * What leaks or may leak in any process, the worst first: two processes may leak different things, so none hides another. A kind that leaks in none
 * stands once, as the first process tells it. leaks: of each process, by its index.
 */
export function mergeLeaks(leaks: readonly (readonly Leak[])[]): RunLeak[] {
  if (leaks.length === 1) return leaksInOrder(leaks[0]);
  const all = leaksInOrder(leaks.flatMap((ofOne, process) => ofOne.map((leak): RunLeak => ({ ...leak, process }))));
  return all.filter((leak, index) => leak.verdict !== 'none' || all.findIndex(({ kind }) => kind === leak.kind) === index);
}

/** Alerts with the labels of their process, where there are several. */
export const ownedAlerts = (alerts: Iterable<Alert>, labels: Labels): Alert[] =>
  Array.from(alerts, (alert) => (ownerOf(labels) === '' ? alert : { ...alert, labels: { ...alert.labels, ...labels } }));

function isWorse(a: Kpi, b: Kpi): boolean {
  if (a.status !== b.status) return KPI_RANKS[a.status] > KPI_RANKS[b.status];
  if (a.value === null || b.value === null) return false;
  return a.direction === 'higher' ? a.value < b.value : a.value > b.value;
}

function owned(kpi: Kpi, labels: Labels): Kpi {
  const process = ownerOf(labels);
  return process === '' ? kpi : { ...kpi, of: kpi.of === undefined ? process : `${kpi.of}, ${process}` };
}

/** `pid 42`, `pid 42 on box`. */
const ownerOf = ({ pid, host }: Labels): string => (pid === undefined ? '' : host === undefined ? `pid ${pid}` : `pid ${pid} on ${host}`);
