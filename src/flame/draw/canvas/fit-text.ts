// Text that fits: what cannot be drawn is replaced, what is too wide is cut with an ellipsis, by measured width.
import type { Measure, TextStyle } from './text-style.js';

const ELLIPSIS = '…';
/** Cut before it is measured: no picture is this many characters wide, and measuring is not free. */
const CHARS_MAX = 600;

/** One line of application text: whitespace is one space; control characters, marks of direction and half surrogate pairs show as `?`. */
export function oneLine(raw: string): string {
  return raw
    .slice(0, CHARS_MAX)
    .replace(/[\s\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/\p{C}/gu, '?')
    .trim();
}

/** The longest beginning that fits with an ellipsis; the text itself where it fits; empty where not even the ellipsis does. */
export function fitText(content: string, widthPx: number, style: TextStyle, measure: Measure): string {
  if (measure(content, style) <= widthPx) return content;
  const characters = Array.from(content);
  let fits = 0;
  for (let low = 0, high = characters.length - 1; low <= high; ) {
    const middle = (low + high) >> 1;
    if (measure(cut(characters, middle), style) <= widthPx) {
      fits = middle;
      low = middle + 1;
    } else {
      high = middle - 1;
    }
  }
  if (fits === 0 && measure(ELLIPSIS, style) > widthPx) return '';
  return cut(characters, fits);
}

const cut = (characters: readonly string[], length: number): string => characters.slice(0, length).join('').trimEnd() + ELLIPSIS;
