// Advice, each with the figures that show it.
import { html, type Markup } from '../../../flame/draw/page/markup.js';
import type { Finding } from '../../report-types.js';
import { unbroken } from './unbroken.js';

export function adviceSection(advice: readonly Finding[]): Markup {
  return html`<section id="advice"><h2>Advice</h2>
<dl class="advice">${advice.map(({ title, figures, advice }) => html`<div><dt>${title}</dt><dd><p>${unbroken(figures)}</p><p class="do">${advice}</p></dd></div>`)}</dl></section>`;
}
