// The stalls: one row each, that opens its reason, who is to blame, its flame graph and its file.
import { formatNs } from '../../../core/units.js';
import { flameSection } from '../../../flame/draw/html/flame-section.js';
import { formatCount, formatRatio, formatTime } from '../../../flame/draw/page/figures.js';
import { html, type Markup } from '../../../flame/draw/page/markup.js';
import type { RunSummary, Stall } from '../../report-types.js';
import { fileLink, type ToDirectory } from '../file-link.js';
import { pageFlame, STALL_NODES_MAX } from '../page-flame.js';
import { VERDICT_MEANINGS, VERDICTS, verdictMark } from '../stall-marks.js';
import { type StallRow, stallRows } from '../stall-rows.js';
import { place } from './place.js';

/** Rows that are shown before the rest folds away. */
const ROWS_SHOWN = 10;

export function stallsSection(run: RunSummary, toDirectory: ToDirectory): Markup {
  const rows = stallRows(run.stalls);
  const items = rows.map((row) => item(run, row, toDirectory));
  const rest = items.slice(ROWS_SHOWN);
  return html`<section id="stalls"><h2>Stalls <small>${formatCount(rows.length)} ${rows.length === 1 ? 'time' : 'times'} an event loop did not turn, ${
    rows.length === 1 ? '' : 'the longest first, '
  }times in UTC</small></h2>
${legend(run.stalls)}
<div class="list stalls"><div class="head" aria-hidden="true"><span>Verdict</span><span>Duration</span><span>Start, UTC</span><span>Thread</span><span>Function</span></div>
${items.slice(0, ROWS_SHOWN)}
${rest.length > 0 && html`<details class="rest"><summary>${formatCount(rest.length)} more</summary>${rest}</details>`}</div></section>`;
}

function legend(stalls: readonly Stall[]): Markup {
  const present = VERDICTS.filter((verdict) => stalls.some((stall) => stall.verdict === verdict));
  return html`<p class="verdicts">${present.map((verdict) => html`<span>${verdictMark(verdict)} <b>${verdict}</b> ${VERDICT_MEANINGS[verdict]}</span> `)}</p>`;
}

function item(run: RunSummary, row: StallRow, toDirectory: ToDirectory): Markup {
  const { stall, id } = row;
  const [top] = stall.top;
  const thread = stall.process === undefined ? stall.thread : `${run.processes[stall.process]?.pid} ${stall.thread}`;
  return html`<details class="item" id="${id}"><summary>
<span class="verdict-cell">${verdictMark(stall.verdict)} ${stall.verdict}</span>
<span class="figure">${formatNs(stall.durationMs * 1e6)}</span>
<time>${formatTime(stall.startAt)}</time>
<span class="thread">${thread}</span>
<span class="where">${top === undefined ? html`<i>no sample</i>` : place(top)}</span>
<span class="reason">${stall.ongoing && html`<span class="tag bad">going on</span> `}${stall.reason}</span>
</summary><div class="body">${body(row, toDirectory(stall.process ?? 0))}</div></details>`;
}

function body({ stall, id, hasFlame }: StallRow, to: string | null): Markup {
  return html`${blame(stall)}
${stall.file !== '' && html`<p class="files">${hasFlame ? 'Profile' : 'Its flame graph is not in this page; profile'} of exactly this interval: ${fileLink(stall.file, to)}</p>`}
${stall.file === '' && stall.ongoing && html`<p class="empty">Its profile is still being read.</p>`}
${hasFlame && stall.flame && flameSection(`flame-${id}`, pageFlame(stall.flame, STALL_NODES_MAX), { label: `Flame graph of the stall of ${stall.thread} at ${formatTime(stall.startAt)}` })}`;
}

function blame({ top, cpuMs, durationMs }: Stall): Markup {
  const cpu = html`<p>CPU time of the thread: <b>${formatNs(cpuMs * 1e6)}</b>${durationMs > 0 && html`, ${formatRatio(cpuMs / durationMs)} of the stall`}.</p>`;
  if (top.length === 0) return html`${cpu}<p class="empty">No sample of the thread fell into the stall, so no function is named.</p>`;
  return html`${cpu}<ol class="blame">${top.map((frame) => html`<li><span class="figure">${formatRatio(frame.ratio)}</span> ${place(frame)}</li>`)}</ol>`;
}
