// A run as text for people: where the time went, what the runtime did, and whether anything was lost.
import { formatBytes, formatNs, MS_PER_S, msToNs } from '../core/units.js';
import { nameOf } from './name-of.js';
import type { DistributionStats, PathStats, RunSummary } from './report-types.js';
import { residentLimit } from './resident-limit.js';
import { adviceLines, alertLines, alertsShown, kpiLines } from './text-alerts.js';
import { cpuLines, cpuPathLines, functionLines, stallLines, stallsShown } from './text-cpu.js';
import { leakLines } from './text-leaks.js';
import { type Column, cut, printable, textTable } from './text-table.js';

/** Rows a table shows. */
const PATHS_SHOWN = 25;
const VALUES_SHOWN = 15;

export interface TextOptions {
  /** Characters a line. */
  width: number;
  /** Whether to write ANSI colours. */
  colour: boolean;
}

/** Renders a run; ends with a line break. Lines are cut to the width where names are long. */
export function renderText(run: RunSummary, { width, colour }: TextOptions): string {
  const bold = (text: string): string => (colour ? `\u001b[1m${text}\u001b[22m` : text);
  const red = (text: string): string => (colour ? `\u001b[31m${text}\u001b[39m` : text);
  const lines: string[] = [];
  const section = (title: string, body: readonly string[], isBad = false): void => {
    if (body.length > 0) lines.push('', isBad ? red(bold(title)) : bold(title), ...body);
  };

  lines.push(...header(run, bold));
  section(
    `alerts${alertsShown(run.alerts.length)}`,
    alertLines(run, width),
    run.alerts.some((alert) => alert.state !== 'resolved'),
  );
  section(
    'leaks',
    leakLines(run, width),
    run.leaks.some(({ verdict }) => verdict === 'leak'),
  );
  section('KPIs', kpiLines(run, width));
  section('advice', adviceLines(run, width));
  section('runtime', runtimeLines(run));
  section(`paths by total time${shown(run.paths.length, PATHS_SHOWN)}`, pathLines(run, width));
  section('CPU profile', cpuLines(run));
  section('functions by CPU time', functionLines(run, width));
  section('CPU time by path', cpuPathLines(run, width));
  section(`distributions${shown(run.distributions.length, VALUES_SHOWN)}`, distributionLines(run, width));
  section(`counters${shown(run.counters.length, VALUES_SHOWN)}`, counterLines(run, width));
  section(`gauges${shown(run.gauges.length, VALUES_SHOWN)}`, gaugeLines(run, width));
  section('records', recordLines(run));
  section(`stalls${stallsShown(run.stalls.length)}`, stallLines(run, width), true);
  section("faults of pitot's own", faultLines(run, width), true);
  return `${lines.join('\n')}\n`;
}

function header(run: RunSummary, bold: (text: string) => string): string[] {
  const windows = run.processes.reduce((total, process) => total + process.windows, 0);
  const clock = (iso: string): string => iso.replace('T', ' ').replace(/\.\d+Z$/, '');
  const nodes = [...new Set(run.processes.map((process) => process.node))].join(', ');
  const scale = run.config.timeScale;
  return [
    `${bold(printable(run.service))}  ${plural(run.processes.length, 'process', 'processes')}, ${plural(windows, 'window')}, node ${printable(nodes)}`,
    `${clock(run.startAt)} to ${clock(run.endAt)} UTC, measured ${formatNs(msToNs(run.durationMs))}`,
    ...(typeof scale === 'number' && scale !== 1 ? [`time scale ${scale}: waits of diagnosis are divided by it`] : []),
    ...run.processes.map(({ pid, host, directory }) => `  pid ${pid} on ${printable(host)}  ${printable(directory)}`),
  ];
}

function runtimeLines(run: RunSummary): string[] {
  const { cpu, memory, gc, eventLoop } = run.runtime;
  const limit = residentLimit(memory) > 0 ? ` of ${formatBytes(residentLimit(memory))} (${memory.limitSource})` : '';
  const kinds = Object.entries(gc.byKind).map(([kind, { count, totalMs }]) => `${printable(kind)} ${grouped(count)} in ${formatNs(msToNs(totalMs))}`);
  const heapLimit = memory.heapLimitBytes > 0 ? `, limit ${formatBytes(memory.heapLimitBytes)}` : '';
  const pauses = `pause p50 ${formatNs(gc.pauseNsP50)}, p99 ${formatNs(gc.pauseNsP99)}, max ${formatNs(gc.pauseNsMax)}`;
  return [
    `  cpu         ${cpu.cpuRatio.toFixed(2)} cores (user ${formatNs(msToNs(cpu.userMs))}, system ${formatNs(msToNs(cpu.systemMs))} in the last window)`,
    `  event loop  delay p50 ${formatNs(eventLoop.delayNsP50)}, p99 ${formatNs(eventLoop.delayNsP99)}, max ${formatNs(eventLoop.delayNsMax)}; busy ${percent(eventLoop.utilization)}`,
    `  memory      rss ${formatBytes(memory.rssBytes)}${limit}, highest ${formatBytes(memory.rssBytesMax)}`,
    `  heap        ${formatBytes(memory.heapUsedBytes)} used of ${formatBytes(memory.heapTotalBytes)}${heapLimit}; external ${formatBytes(memory.externalBytes)}`,
    `  gc          ${plural(gc.count, 'collection')} in ${formatNs(msToNs(gc.totalMs))}${gc.count > 0 ? `; ${pauses}` : ''}`,
    ...(kinds.length > 0 ? [`              ${kinds.join(', ')}`] : []),
    `  pitot       ${percent(run.agent.cpuRatio)} of a core, ${formatBytes(run.agent.rssBytes)}, longest pause it caused ${formatNs(run.agent.pausesNsMax)}, ${plural(run.agent.restarts, 'restart')}`,
  ];
}

const PATH_COLUMNS: readonly Column[] = columns('path', 'calls', 'per s', 'errors', 'total', 'mean', 'p50', 'p99', 'max', 'timed');

function pathLines(run: RunSummary, width: number): string[] {
  const seconds = Math.max(1, run.durationMs) / MS_PER_S;
  const totalNs = (path: PathStats): number => path.meanNs * path.count;
  const rows = [...run.paths]
    .sort((a, b) => totalNs(b) - totalNs(a))
    .slice(0, PATHS_SHOWN)
    .map((path) => [
      nameOf(path.name, path.labels),
      grouped(path.count),
      rate(path.count / seconds),
      path.errors === 0 ? '' : grouped(path.errors),
      formatNs(totalNs(path)),
      formatNs(path.meanNs),
      formatNs(path.p50Ns),
      formatNs(path.p99Ns),
      formatNs(path.maxNs),
      path.sampled === 1 ? 'all' : `1 in ${Number(path.sampled.toFixed(1))}`,
    ]);
  return rows.length === 0 ? ['  none were called'] : [...textTable(PATH_COLUMNS, rows, width), ...more(run.paths.length, PATHS_SHOWN, 'path')];
}

const DISTRIBUTION_COLUMNS: readonly Column[] = columns('distribution', 'unit', 'values', 'min', 'mean', 'p50', 'p99', 'max');

function distributionLines(run: RunSummary, width: number): string[] {
  const row = (it: DistributionStats): string[] => [
    nameOf(it.name, it.labels),
    printable(it.unit),
    grouped(it.count),
    ...[it.min, it.mean, it.p50, it.p99, it.max].map(plain),
  ];
  const rows = [...run.distributions].sort((a, b) => b.count - a.count).slice(0, VALUES_SHOWN);
  return rows.length === 0
    ? []
    : [...textTable(DISTRIBUTION_COLUMNS, rows.map(row), width), ...more(run.distributions.length, VALUES_SHOWN, 'distribution')];
}

function counterLines(run: RunSummary, width: number): string[] {
  const rows = [...run.counters].sort((a, b) => b.delta - a.delta).slice(0, VALUES_SHOWN);
  const cells = rows.map((it) => [nameOf(it.name, it.labels), plain(it.value), plain(it.delta)]);
  return cells.length === 0
    ? []
    : [...textTable(columns('counter', 'value', 'in this run'), cells, width), ...more(run.counters.length, VALUES_SHOWN, 'counter')];
}

function gaugeLines(run: RunSummary, width: number): string[] {
  const cells = run.gauges.slice(0, VALUES_SHOWN).map((it) => [nameOf(it.name, it.labels), plain(it.value)]);
  return cells.length === 0 ? [] : [...textTable(columns('gauge', 'value'), cells, width), ...more(run.gauges.length, VALUES_SHOWN, 'gauge')];
}

function recordLines(run: RunSummary): string[] {
  const { recorded, aggregated, dropped, sampledOut, rejected, clamped, overflowed } = run.records;
  const extras = [
    rejected > 0 ? `${grouped(rejected)} rejected (not a duration)` : '',
    clamped > 0 ? `${grouped(clamped)} clamped to one hour` : '',
    overflowed > 0 ? `${grouped(overflowed)} on the overflow path (too many distinct paths)` : '',
  ].filter((extra) => extra !== '');
  return [
    `  ${grouped(recorded)} recorded = ${grouped(aggregated)} aggregated + ${grouped(dropped)} dropped + ${grouped(sampledOut)} sampled out`,
    ...(extras.length > 0 ? [`  ${extras.join(', ')}`] : []),
  ];
}

function faultLines(run: RunSummary, width: number): string[] {
  return run.agent.faults.map((fault) => cut(`  ${fault.code} × ${grouped(fault.count)}: ${printable(fault.message)}`, width));
}

function columns(first: string, ...rest: string[]): Column[] {
  return [{ title: first, align: 'left' }, ...rest.map((title): Column => ({ title, align: 'right' }))];
}

function more(count: number, limit: number, noun: string): string[] {
  return count > limit ? [`  … and ${plural(count - limit, `more ${noun}`)}`] : [];
}

/** 0 to 999 999 in full groups, without a locale. */
function grouped(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ' ');
}

function plain(value: number): string {
  return Number.isInteger(value) ? (value < 0 ? `-${grouped(-value)}` : grouped(value)) : String(Number(value.toPrecision(6)));
}

const shown = (count: number, limit: number): string => (count > limit ? ` (top ${limit} of ${grouped(count)})` : '');
const rate = (perSecond: number): string => (perSecond >= 100 ? grouped(perSecond) : String(Number(perSecond.toPrecision(3))));
const percent = (ratio: number): string => `${Number((ratio * 100).toPrecision(3))} %`;
const plural = (count: number, one: string, many = `${one}s`): string => `${grouped(count)} ${count === 1 ? one : many}`;
