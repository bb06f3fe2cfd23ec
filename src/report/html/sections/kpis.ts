// The KPIs: the worst first, each against its target and its alert threshold; those without data fold away.
import { significant } from '../../../flame/draw/page/figures.js';
import { html, type Markup } from '../../../flame/draw/page/markup.js';
import { kpisInOrder, targetSign } from '../../finding-order.js';
import type { Kpi } from '../../report-types.js';
import { staticTable } from './static-table.js';
import { tag } from './tag.js';
import { unbroken } from './unbroken.js';

const TONES = { ok: 'calm', warn: 'warn', breach: 'bad', 'no-data': 'calm' } as const;

export function kpisSection(kpis: readonly Kpi[]): Markup {
  const inOrder = kpisInOrder(kpis);
  const withData = inOrder.filter((kpi) => kpi.status !== 'no-data');
  const without = inOrder.filter((kpi) => kpi.status === 'no-data');
  return html`<section id="kpis"><h2>KPIs <small>of the newest window</small></h2>
${withData.length > 0 && table('KPIs', withData)}
${without.length > 0 && html`<details class="fold"><summary>${without.length} without data</summary>${table('KPIs without data', without)}</details>`}</section>`;
}

function table(caption: string, rows: readonly Kpi[]): Markup {
  return staticTable<Kpi>(
    caption,
    [
      { name: 'Status', cell: (kpi) => tag(kpi.status, TONES[kpi.status]) },
      {
        name: 'KPI',
        cell: (kpi) =>
          html`<b>${kpi.name}</b>${kpi.of !== undefined && html` <small>${kpi.of}</small>`}${kpi.note !== undefined && html`<div class="note-line">${unbroken(kpi.note)}</div>`}`,
      },
      {
        name: 'Value',
        figure: true,
        cell: (kpi) =>
          kpi.value === null || kpi.status === 'no-data' ? '–' : html`<b>${significant(kpi.value)}</b> <span class="unit">${kpi.unit}</span>`,
      },
      { name: 'Target', figure: true, cell: (kpi) => `${targetSign(kpi)} ${significant(kpi.target)}` },
      { name: 'Alert', figure: true, cell: (kpi) => `${kpi.direction === 'higher' ? '<' : '>'} ${significant(kpi.alert)}` },
    ],
    rows,
  );
}
