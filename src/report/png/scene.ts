// The picture as plain data: what stands where, in CSS pixels from the top left. Layout makes it, paint draws it.
import type { Palette } from '../../flame/draw/canvas/palette.js';
import type { Measure, TextStyle } from '../../flame/draw/canvas/text-style.js';

export type Ink = keyof Palette;

export type { Measure, TextStyle };

export interface TextShape {
  kind: 'text';
  text: string;
  /** Left edge, right edge or middle, by `align`. */
  x: number;
  /** The line that the letters stand on. */
  baselineY: number;
  align: 'left' | 'right' | 'center';
  style: TextStyle;
  ink: Ink;
}

export interface BoxShape {
  kind: 'box';
  x: number;
  y: number;
  width: number;
  height: number;
  ink: Ink;
}

export type Point = readonly [x: number, y: number];

/** An open line, or a filled polygon. */
export interface PathShape {
  kind: 'line' | 'fill';
  points: readonly Point[];
  ink: Ink;
  widthPx?: number;
  dashPx?: readonly number[];
  opacity?: number;
}

export type Shape = TextShape | BoxShape | PathShape;

export interface Scene {
  widthPx: number;
  heightPx: number;
  shapes: Shape[];
}

/** Sizes of type, largest first. The smallest is still read when the picture is shown at half its width. */
export const TITLE: TextStyle = { sizePx: 30, bold: true };
export const HEADING: TextStyle = { sizePx: 18, bold: true };
export const NAME: TextStyle = { sizePx: 15, bold: true };
export const FIGURE: TextStyle = { sizePx: 15 };
export const NOTE: TextStyle = { sizePx: 13.5 };
export const LABEL: TextStyle = { sizePx: 13 };

export function text(x: number, baselineY: number, content: string, style: TextStyle, ink: Ink, align: TextShape['align'] = 'left'): TextShape {
  return { kind: 'text', text: content, x, baselineY, align, style, ink };
}

export function horizontal(fromX: number, toX: number, y: number, ink: Ink): BoxShape {
  return { kind: 'box', x: fromX, y, width: toX - fromX, height: 1, ink };
}

export function vertical(x: number, fromY: number, toY: number, ink: Ink, widthPx = 1): BoxShape {
  return { kind: 'box', x: x - widthPx / 2, y: fromY, width: widthPx, height: toY - fromY, ink };
}
