// The functions that used the CPU; a click on one finds it in the flame graph.
import { formatCount, formatRatio } from '../../../flame/draw/page/figures.js';
import { html, type Markup } from '../../../flame/draw/page/markup.js';
import type { RunCpuProfile } from '../../report-types.js';

/** Rows that are shown before the rest is asked for. */
const ROWS_SHOWN = 10;

export function topFunctions({ top, flame }: RunCpuProfile): Markup {
  if (top.length === 0) return html`<h3>Functions</h3><p class="empty">Every sample found the threads idle.</p>`;
  const rows = top.map((row) => {
    const place = `${row.file}${row.file !== '' && row.line > 0 ? `:${row.line}` : ''}`;
    const name = flame
      ? html`<button type="button" class="find" data-find="${row.function} ${row.file}" title="Find it in the flame graph">${row.function}</button>`
      : html`<code>${row.function}</code>`;
    return html`<tr><td class="figure">${formatRatio(row.selfRatio)}</td><td class="spread">${bar(row.selfRatio, row.totalRatio)}</td><td class="figure">${formatRatio(row.totalRatio)}</td><th scope="row">${name}</th><td class="place">${place}</td></tr>`;
  });
  return html`<h3>Functions <small>by their own share of the CPU time; total is with all they called. ${flame !== null && 'A click finds one in the graph.'}</small></h3>
<div class="scroll" tabindex="0" role="region" aria-label="Functions by CPU time"><table class="plain functions"><caption>Functions by CPU time</caption>
<thead><tr><th scope="col" class="figure">Self</th><th scope="col" class="spread"></th><th scope="col" class="figure">Total</th><th scope="col">Function</th><th scope="col">Place</th></tr></thead>
<tbody>${rows.slice(0, ROWS_SHOWN)}</tbody>${rows.length > ROWS_SHOWN && html`<tbody class="rest">${rows.slice(ROWS_SHOWN)}</tbody>`}</table></div>
${rows.length > ROWS_SHOWN && html`<button type="button" class="more" data-shows="functions" hidden>Show all ${formatCount(rows.length)} functions</button>`}`;
}

/** Self time as a part of total time. */
function bar(selfRatio: number, totalRatio: number): Markup {
  const width = (ratio: number): string => (Math.min(1, ratio) * 100).toFixed(2);
  return html`<svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true"><rect class="of" width="${width(totalRatio)}" height="4"/><rect width="${width(selfRatio)}" height="4"/></svg>`;
}
