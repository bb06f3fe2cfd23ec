// Labels as chips, in the static part of the page; the page's script draws the same in its tables.
import type { Labels } from '../../report-types.js';
import { html, type Markup } from '../markup.js';

export function labelChips(labels: Labels): Markup {
  return html`${Object.entries(labels).map(([key, value]) => html` <span class="chip"><i>${key}</i> ${value}</span>`)}`;
}
