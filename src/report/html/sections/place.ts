// A function and where it stands in the source.
import { html, type Markup } from '../../../flame/draw/page/markup.js';

export function place({ function: name, file, line }: { function: string; file: string; line: number }): Markup {
  return html`<code>${name}</code>${file !== '' && html` <small>${file}${line > 0 && `:${line}`}</small>`}`;
}
