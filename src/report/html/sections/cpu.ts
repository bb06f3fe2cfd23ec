// The CPU profile: its figures, the flame graph, the functions that used the time, and the work that they did it for.
import { formatNs, MS_PER_S, msToNs } from '../../../core/units.js';
import { flameSection } from '../../../flame/draw/html/flame-section.js';
import { formatCount, formatRatio, formatSpan, formatTime, significant } from '../../../flame/draw/page/figures.js';
import { html, type Markup } from '../../../flame/draw/page/markup.js';
import type { CpuCoverage, RunCpuProfile, RunSummary } from '../../report-types.js';
import { whyNoProfile } from '../../why-no-profile.js';
import { fileLink } from '../file-link.js';
import { pageFlame, WINDOW_NODES_MAX } from '../page-flame.js';
import { cpuPaths } from './cpu-paths.js';
import { topFunctions } from './top-functions.js';

/** Id of the window's flame graph, which the table of functions searches. */
export const WINDOW_FLAME_ID = 'flame-window';

export function cpuSection(run: RunSummary, to: string | null): Markup {
  const { cpu } = run;
  if (cpu === null || cpu.samples === 0)
    return html`<section id="cpu"><h2>CPU</h2><p class="empty">No CPU profile: ${whyNoProfile(run)}.</p></section>`;
  return html`<section id="cpu"><h2>CPU ${cpu.covers && html`<small>${coverage(cpu.covers, run.processes.length)}</small>`}</h2>
${figures(cpu)}
<h3>Flame graph <small>all threads; width is CPU time, callers above what they called</small></h3>
${cpu.flame ? flameSection(WINDOW_FLAME_ID, pageFlame(cpu.flame, WINDOW_NODES_MAX), { label: 'Flame graph of the CPU profile' }) : html`<p class="empty">The report holds no call tree.</p>`}
${files(cpu, to)}
${topFunctions(cpu)}
${cpuPaths(cpu)}
</section>`;
}

/** Which windows, in words; agent-written pages have the newest only. */
export function coverage({ startAt, endAt, durationMs, windows }: CpuCoverage, processes: number): string {
  const from = formatTime(startAt);
  if (windows === 1) return `window of ${from.slice(11)} UTC, ${formatSpan(durationMs)}`;
  const to = formatTime(endAt);
  const across = processes > 1 ? ` of ${formatCount(processes)} processes` : '';
  return `${formatCount(windows)} windows${across}, ${from} – ${to.slice(0, 10) === from.slice(0, 10) ? to.slice(11) : to} UTC`;
}

function figures(cpu: RunCpuProfile): Markup {
  const { covers, busyMs, durationMs, intervalUs } = cpu;
  const cores = covers && covers.durationMs > 0 ? busyMs / covers.durationMs : null;
  const rows: [string, string, string][] = [
    ['Busy time', formatNs(msToNs(busyMs)), durationMs > 0 ? `threads were not idle, ${formatRatio(busyMs / durationMs)} of their time` : ''],
    ['Share of a core', cores === null ? '–' : formatRatio(cores), covers && covers.windows === 1 ? 'over the window' : 'over the windows’ time'],
    ['Samples', formatCount(cpu.samples), 'idle ones included'],
    [
      'Sampling period',
      intervalUs > 0 ? formatNs(intervalUs * 1000) : '–',
      intervalUs > 0 ? `${significant((MS_PER_S * 1000) / intervalUs)} a second a thread` : '',
    ],
    ['Garbage collection', formatRatio(cpu.gcRatio), `of the busy time, ${formatNs(msToNs(cpu.gcRatio * busyMs))}`],
    ['Native code', formatRatio(cpu.programRatio), '(program): no JavaScript frame accounts for it'],
  ];
  return html`<dl class="figures six">${rows.map(([name, value, more]) => html`<div><dt>${name}</dt><dd>${value}<small>${more}</small></dd></div>`)}</dl>`;
}

/** `.svg`, or `.cpuprofile of thread 3`. */
function files({ files: names }: RunCpuProfile, to: string | null): Markup | false {
  if (names.length === 0) return false;
  return html`<p class="files">The same as a file: ${names.map((name, i) => html`${i > 0 && ' · '}${fileLink(name, to, shortName(name))}`)}</p>`;
}

function shortName(file: string): string {
  // CPU . day . time . pid . thread . sequence . ending
  const parts = file.split('.');
  if (parts.length < 7) return file;
  const ending = parts.slice(6).join('.');
  if (ending !== 'cpuprofile') return ending;
  return parts[4] === '0' ? 'cpuprofile of main' : `cpuprofile of thread ${parts[4]}`;
}
