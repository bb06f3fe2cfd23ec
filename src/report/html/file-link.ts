// Links from the page to files of the run directory. The names come from a report, so only plain ones become links.
import { html, type Markup } from '../../flame/draw/page/markup.js';

/** A file under flame/ or heap/, named as pitot names them. */
const RUN_FILE = /^(?:flame|heap)\/[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** The same among other words. Its suffix ends it, and no full stop does. */
const IN_TEXT = /(?<![^\s:(])((?:flame|heap)\/[A-Za-z0-9][A-Za-z0-9._-]*[A-Za-z0-9])(?=$|[\s,;.)])(.*)$/s;

/** From the page to the run directory of a process, ending in a slash; empty where the page is in it; null: not known, files are named only. */
export type ToDirectory = (process: number) => string | null;

/** A text with the first file that it names as a link: `heap-snapshot: heap/Heap….heapsnapshot (48.7 MiB, …)`. */
export function linkedText(text: string, to: string | null): Markup | string {
  const [before, file = '', after = ''] = text.split(IN_TEXT);
  return file === '' ? text : html`${before}${fileLink(file, to)}${after}`;
}

export function fileLink(file: string, to: string | null, text: string = file): Markup {
  const isPlain = RUN_FILE.test(file) && to !== null;
  return isPlain ? html`<a href="${to.split('/').map(encodeURIComponent).join('/')}${file}">${text}</a>` : html`<code>${file}</code>`;
}
