// Labels as chips, in the static part of the page; the page's script draws the same in its tables.

import { html, type Markup } from '../../../flame/draw/page/markup.js';
import type { Labels } from '../../report-types.js';

export function labelChips(labels: Labels): Markup {
  return html`${Object.entries(labels).map(([key, value]) => html` <span class="chip"><i>${key}</i> ${value}</span>`)}`;
}
