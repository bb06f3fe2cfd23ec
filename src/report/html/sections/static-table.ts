// A plain table of the page's static part: a caption for screen readers, headings, rows; it scrolls inside itself where the screen is narrow.
import { html, Markup } from '../../../flame/draw/page/markup.js';

export interface StaticColumn<Row> {
  name: string;
  /** Figures are set right, with figures of equal width. */
  figure?: boolean;
  cell: (row: Row) => Markup | string | number;
}

export function staticTable<Row>(caption: string, columns: readonly StaticColumn<Row>[], rows: readonly Row[]): Markup {
  const kind = (column: StaticColumn<Row>): Markup | false => column.figure === true && new Markup(' class="figure"');
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table class="plain"><caption>${caption}</caption>
<thead><tr>${columns.map((column) => html`<th scope="col"${kind(column)}>${column.name}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${columns.map((column) => html`<td${kind(column)}>${column.cell(row)}</td>`)}</tr>`)}</tbody></table></div>`;
}
