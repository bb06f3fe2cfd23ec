// pitot about itself: where every record went, its own cost, its faults, its configuration.
import { formatBytes, formatNs } from '../../../core/units.js';
import { formatCount, formatRatio, formatTime } from '../../../flame/draw/page/figures.js';
import { html, type Markup } from '../../../flame/draw/page/markup.js';
import type { RunSummary } from '../../report-types.js';
import { staticTable } from './static-table.js';

export function agentSection(run: RunSummary): Markup {
  return html`<section id="agent"><h2>pitot itself</h2>
${records(run)}
<p>It used ${formatRatio(run.agent.cpuRatio)} of a core and ${formatBytes(run.agent.rssBytes)}; the longest pause it caused was ${formatNs(run.agent.pausesNsMax)}; ${
    run.agent.restarts === 0
      ? 'none of its threads died'
      : html`<b>${formatCount(run.agent.restarts)} of its threads died and ${run.agent.restarts === 1 ? 'was' : 'were'} replaced</b>`
  }.</p>
${faults(run)}
${configuration(run)}
</section>`;
}

/** Conservation, as an equation: a reader can add it up. */
function records({ records: { recorded, aggregated, dropped, sampledOut } }: RunSummary): Markup {
  const lost = recorded - aggregated - dropped - sampledOut;
  return html`<p class="records">${formatCount(recorded)} recorded = ${formatCount(aggregated)} aggregated + ${formatCount(dropped)} dropped + ${formatCount(sampledOut)} sampled out${
    lost !== 0 && html` <span class="tag bad">does not add up: ${formatCount(lost)} unaccounted for</span>`
  }</p>`;
}

function faults({ agent }: RunSummary): Markup {
  if (agent.faults.length === 0) return html`<p class="empty">No fault of pitot’s own was met.</p>`;
  return staticTable(
    'Faults of pitot',
    [
      { name: 'Code', cell: (fault) => html`<code>${fault.code}</code>` },
      { name: 'Count', figure: true, cell: (fault) => formatCount(fault.count) },
      { name: 'Last, UTC', cell: (fault) => html`<time>${formatTime(fault.lastAt)}</time>` },
      { name: 'Message', cell: (fault) => fault.message },
    ],
    agent.faults,
  );
}

function configuration({ config }: RunSummary): Markup {
  const options = Object.entries(config);
  if (options.length === 0) return html`<p class="empty">The configuration is not in the report.</p>`;
  return html`<details class="config"><summary>Configuration, ${formatCount(options.length)} options</summary><dl>${options.map(
    ([name, value]) => html`<div><dt>${name}</dt><dd>${value === null ? html`<i>not set</i>` : String(value)}</dd></div>`,
  )}</dl></details>`;
}
