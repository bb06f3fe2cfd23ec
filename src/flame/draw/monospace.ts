// Widths of text in a monospace font that is not at hand: an SVG is written without knowing with which font it will be shown.
import type { Measure } from './canvas/text-style.js';

/** Advance of a letter, em: DejaVu Sans Mono, Menlo and Liberation Mono have 0.602 and 0.6; JetBrains Mono, which ships, 0.6; Consolas 0.55. */
export const ADVANCE_EM = 0.602;

/** Fonts of about that advance, in order of liking. */
export const MONOSPACE_FONTS = "ui-monospace,'JetBrains Mono','SF Mono',Menlo,'DejaVu Sans Mono','Liberation Mono',Consolas,monospace";

/** Letters that take two columns: Hangul, CJK, kana, full width forms, most pictographs. Unicode Standard Annex #11, without its small blocks. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
/** Marks that stand on the letter before them, joiners and variation selectors. */
const NO_WIDTH = /\p{Mn}|\p{Me}|[\u200b-\u200d]/u;

export const measureMonospace: Measure = (text, { sizePx }) => {
  let columns = 0;
  for (const character of text) columns += character < '\u0300' ? 1 : NO_WIDTH.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  return columns * ADVANCE_EM * sizePx;
};
