// How text stands on a canvas: size and weight, its width, and the font that ships.
import type { SKRSContext2D } from '@napi-rs/canvas';
import { FONT_FAMILY } from './fonts.js';

export interface TextStyle {
  sizePx: number;
  bold?: boolean;
}

/** Width of a text in CSS pixels. */
export type Measure = (text: string, style: TextStyle) => number;

/** Widths as this context draws them. */
export function measureOn(context: SKRSContext2D): Measure {
  return (content, style) => {
    setFont(context, style);
    return context.measureText(content).width;
  };
}

export function setFont(context: SKRSContext2D, { sizePx, bold = false }: TextStyle): void {
  context.font = `${bold ? 700 : 400} ${sizePx}px "${FONT_FAMILY}"`;
  // The font joins `->` and `!=` into one sign; a name is shown as it is written.
  context.fontVariantLigatures = 'none';
}
