// The top of the page: whose run it is, which paths are slow in a sentence, the run's figures, and what a reader must know before trusting them.
import { formatBytes, formatNs } from '../../../core/units.js';
import { formatCount, formatRatio, formatSpan, formatTime, significant } from '../../../flame/draw/page/figures.js';
import { html, type Markup } from '../../../flame/draw/page/markup.js';
import type { PathStats, RunSummary } from '../../report-types.js';
import { residentLimit } from '../../resident-limit.js';
import { pathHash, totalNsOf } from '../page-data.js';
import { P99_COUNT_MIN, slowestPaths } from '../slowest-paths.js';
import { labelChips } from './label-chips.js';
import { readingNotes } from './reading-notes.js';

/** Processes that are listed before the rest folds away. */
const PROCESSES_SHOWN = 3;

export function summarySection(run: RunSummary): Markup {
  return html`<header class="summary">
<h1>${run.service}</h1>
<p class="run">${formatTime(run.startAt)} – ${timeOfDay(run)} UTC · ${formatSpan(run.durationMs)} · ${windows(run)}</p>
${processes(run)}
${verdict(run)}
${figures(run)}
${readingNotes(run)}
</header>`;
}

function verdict(run: RunSummary): Markup {
  const slowest = slowestPaths(run.paths);
  if (run.paths.length === 0) return html`<p class="verdict">No path was recorded, so there is none to call slow.</p>`;
  const sumNs = run.paths.reduce((sum, path) => sum + totalNsOf(path), 0);
  const [first, ...others] = slowest.byTotal;
  if (first === undefined) return html`<p class="verdict">Every recorded call took no measurable time.</p>`;
  const [slow, ...slower] = slowest.byP99;
  return html`<div class="verdict">
<p>The most time, <b>${formatNs(totalNsOf(first))}</b> or ${formatRatio(totalNsOf(first) / sumNs)} of all paths’, went to ${link(first)} in ${formatCount(first.count)} ${first.count === 1 ? 'call' : 'calls'}.
${others.length > 0 && html`<span class="then">Then ${listed(others.map((path) => html`${link(path)} ${formatNs(totalNsOf(path))}`))}.</span>`}</p>
${
  slow !== undefined &&
  html`<p>The slowest p99, <b>${formatNs(slow.p99Ns)}</b> against a p50 of ${formatNs(slow.p50Ns)}, is that of ${link(slow)}
<span class="then">${slower.length > 0 && html`Then ${listed(slower.map((path) => html`${link(path)} ${formatNs(path.p99Ns)}`))}. `}${
    slowest.fewCalls
      ? `No path has ${P99_COUNT_MIN} calls yet, so a p99 is little more than the slowest call.`
      : `Of the paths with ${P99_COUNT_MIN} calls or more.`
  }</span></p>`
}
</div>`;
}

function figures(run: RunSummary): Markup {
  const { runtime, timeline, agent } = run;
  const count = sumOf(run.paths, (path) => path.count);
  const errors = sumOf(run.paths, (path) => path.errors);
  const highest = (of: (point: RunSummary['timeline'][number]) => number, newest: number): number =>
    timeline.reduce((max, point) => Math.max(max, of(point)), newest);
  const spanMs = sumOf(timeline, (point) => point.spanMs);
  const mean = (of: (point: RunSummary['timeline'][number]) => number, newest: number): number =>
    spanMs > 0 ? sumOf(timeline, (point) => of(point) * point.spanMs) / spanMs : newest;
  const { memory, gc, eventLoop } = runtime;
  const rssMax = highest((point) => point.rssBytes, memory.rssBytesMax);
  const rows: [string, string, string][] = [
    ['Calls, all paths', formatCount(count), run.durationMs > 0 ? `${significant(count / (run.durationMs / 1000))} a second` : ''],
    ['Failed', formatCount(errors), count > 0 ? `${formatRatio(errors / count)} of calls` : ''],
    [
      'Loop delay, highest',
      formatNs(highest((point) => point.loopDelayNsMax, eventLoop.delayNsMax)),
      `p99 ${formatNs(eventLoop.delayNsP99)} in the newest window`,
    ],
    [
      'Loop utilisation',
      formatRatio(mean((point) => point.loopUtilization, eventLoop.utilization)),
      `highest ${formatRatio(highest((point) => point.loopUtilization, eventLoop.utilization))}`,
    ],
    [
      'Garbage collection',
      run.durationMs > 0 ? formatRatio(gc.totalMs / run.durationMs) : formatNs(gc.totalMs * 1e6),
      `${formatCount(gc.count)} pauses, longest ${formatNs(gc.pauseNsMax)}`,
    ],
    [
      'CPU, cores',
      significant(mean((point) => point.cpuRatio, runtime.cpu.cpuRatio)),
      `highest ${significant(highest((point) => point.cpuRatio, runtime.cpu.cpuRatio))}`,
    ],
    [
      'Memory, RSS',
      formatBytes(memory.rssBytes),
      residentLimit(memory) > 0
        ? `highest ${formatRatio(rssMax / residentLimit(memory))} of ${formatBytes(residentLimit(memory))}`
        : `highest ${formatBytes(rssMax)}${memory.limitSource === 'none' ? ', no limit known' : ''}`,
    ],
    ['pitot itself', formatRatio(agent.cpuRatio), `of a core, ${formatBytes(agent.rssBytes)}`],
  ];
  return html`<dl class="figures">${rows.map(([name, value, more]) => html`<div><dt>${name}</dt><dd>${value}<small>${more}</small></dd></div>`)}</dl>`;
}

function processes(run: RunSummary): Markup {
  const lines = run.processes.map(
    (p) =>
      html`<li>pid ${p.pid} on ${p.host}, Node ${p.node}, ${formatCount(p.windows)} ${p.windows === 1 ? 'window' : 'windows'}, <code>${p.directory}</code></li>`,
  );
  const [only] = run.processes;
  if (lines.length === 1) return html`<p class="run">pid ${only.pid} on ${only.host} · Node ${only.node} · <code>${only.directory}</code></p>`;
  if (lines.length <= PROCESSES_SHOWN) return html`<ul class="run">${lines}</ul>`;
  return html`<details class="run"><summary>${formatCount(lines.length)} processes</summary><ul>${lines}</ul></details>`;
}

function windows(run: RunSummary): string {
  const count = sumOf(run.processes, (process) => process.windows);
  const across = run.processes.length > 1 ? ` of ${formatCount(run.processes.length)} processes` : '';
  return `${formatCount(count)} ${count === 1 ? 'window' : 'windows'}${across}`;
}

/** The end's date only where it is another day's. */
function timeOfDay(run: RunSummary): string {
  const end = formatTime(run.endAt);
  return end.slice(0, 10) === formatTime(run.startAt).slice(0, 10) ? end.slice(11) : end;
}

const link = (path: PathStats): Markup =>
  html`<a class="path" href="${pathHash('path', path.name, path.labels)}"><u>${path.name}</u>${labelChips(path.labels)}</a>`;
const listed = (items: Markup[]): Markup => html`${items.map((item, i) => html`${i > 0 && (i === items.length - 1 ? ' and ' : ', ')}${item}`)}`;

function sumOf<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((sum, item) => sum + of(item), 0);
}
