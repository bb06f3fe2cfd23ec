// A word with a colour: red and amber only where something is wrong.
import { html, type Markup } from '../../../flame/draw/page/markup.js';

export const tag = (text: string, tone: 'bad' | 'warn' | 'calm'): Markup => html`<span class="tag ${tone}">${text}</span>`;
