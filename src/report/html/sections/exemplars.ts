// The slowest commands, with the traces they belong to.
import { formatNs } from '../../../core/units.js';
import { formatTime } from '../../../flame/draw/page/figures.js';
import { html, type Markup } from '../../../flame/draw/page/markup.js';
import type { Exemplar } from '../../report-types.js';
import { labelChips } from './label-chips.js';
import { staticTable } from './static-table.js';
import { tag } from './tag.js';

/** Commands that are shown before the rest folds away. */
const EXEMPLARS_SHOWN = 5;

export function exemplarsSection(exemplars: readonly Exemplar[]): Markup {
  const rest = exemplars.slice(EXEMPLARS_SHOWN);
  return html`<section id="exemplars"><h2>Slowest commands <small>with their traces, times in UTC</small></h2>
${exemplarTable('Slowest commands', exemplars.slice(0, EXEMPLARS_SHOWN))}
${rest.length > 0 && html`<details class="fold"><summary>${rest.length} more</summary>${exemplarTable('More slow commands', rest)}</details>`}</section>`;
}

function exemplarTable(caption: string, rows: readonly Exemplar[]): Markup {
  return staticTable<Exemplar>(
    caption,
    [
      { name: 'Duration', figure: true, cell: ({ durationMs }) => html`<b>${formatNs(durationMs * 1e6)}</b>` },
      { name: 'Path', cell: ({ path, labels, ok }) => html`${path}${labelChips(labels)}${!ok && html` ${tag('failed', 'bad')}`}` },
      { name: 'Ended, UTC', cell: ({ at }) => html`<time>${formatTime(at)}</time>` },
      { name: 'Trace', cell: ({ traceId }) => html`<code>${traceId}</code>` },
    ],
    rows,
  );
}
