// A flame graph as a picture of boxes and texts: title, legend, notes, rows. SVG and PNG are two ways to write it down.
import type { CallNode } from '../call-tree.js';
import { fitText, oneLine } from './canvas/fit-text.js';
import type { TextStyle } from './canvas/text-style.js';
import type { DiffNode } from './diff-node.js';
import { drawnTree } from './drawn-tree.js';
import { labelOf, tooltipOf } from './frame-text.js';
import { inkOfChange, inkOfFrame } from './inks.js';
import { layoutTree, type Rect } from './layout-flame.js';
import { type LegendItem, legendOf, notesOf } from './legend.js';
import { measureMonospace as measure } from './monospace.js';

export interface PictureOptions {
  /** Whose profile it is. */
  title: string;
  /** When, which window, how many samples. */
  subtitle?: string;
  /** CSS pixels, 300..4000. Default 1200. */
  widthPx?: number;
  /** Light on dark. Default false. */
  dark?: boolean;
  /** Keeps idle time. Default false. */
  idle?: boolean;
  /** The root's place. Default `top`: an icicle. */
  rootAt?: 'top' | 'bottom';
}

export interface PictureBox {
  kind: 'box';
  x: number;
  y: number;
  widthPx: number;
  heightPx: number;
  /** Of inkTable. */
  ink: string;
  /** Lines of a tooltip; none on swatches. */
  tooltip: string[];
}

export interface PictureText {
  kind: 'text';
  text: string;
  x: number;
  baselineY: number;
  style: TextStyle;
  align: 'left' | 'right';
  /** A box's ink, of which it takes the text's colour, or one of the palette's. */
  ink: { on: string } | 'ink' | 'soft';
}

export interface Picture {
  title: string;
  widthPx: number;
  heightPx: number;
  shapes: (PictureBox | PictureText)[];
}

const MARGIN_PX = 16;
export const ROW_PX = 18;
const TITLE: TextStyle = { sizePx: 17, bold: true };
const NOTE: TextStyle = { sizePx: 12 };
export const LABEL: TextStyle = { sizePx: 11.5 };
const LINE_PX = 18;
const SWATCH_PX = 11;
/** Between a box's left edge and its label. */
const PADDING_PX = 4;
/** Narrower boxes have no label: fewer than three letters say nothing. */
const LABEL_WIDTH_PX_MIN = 28;
/** Narrower boxes would not be seen, and would make the file larger. */
const BOX_WIDTH_PX_MIN = 0.4;
const MARK = 'pitot';

export function flamePicture(root: CallNode | DiffNode, options: PictureOptions): Picture {
  const { widthPx = 1200, idle, rootAt = 'top' } = options;
  const leftX = MARGIN_PX;
  const rightX = widthPx - MARGIN_PX;
  const tree = drawnTree(root, { idle });
  const { rects, tree: shown } = layoutTree(tree, { widthPx: rightX - leftX });
  const title = oneLine(options.title);
  const shapes: Picture['shapes'] = [
    text(fitText(title, rightX - leftX - measure(MARK, NOTE) - 16, TITLE, measure), leftX, MARGIN_PX + 14, TITLE),
    { ...text(MARK, rightX, MARGIN_PX + 14, NOTE, 'soft'), align: 'right' },
  ];
  let y = MARGIN_PX + 36;
  for (const line of wrap([oneLine(options.subtitle ?? '')], rightX - leftX)) {
    shapes.push(text(line, leftX, y, NOTE, 'soft'));
    y += LINE_PX;
  }
  if (rects.length === 0) {
    shapes.push(text(fitText('No sample fell into this profile.', rightX - leftX, NOTE, measure), leftX, y + 6, NOTE));
    return { title, widthPx, heightPx: y + 6 + MARGIN_PX, shapes };
  }
  const legend = layLegend(legendOf(tree), leftX, rightX, y);
  shapes.push(...legend.shapes);
  y = legend.bottomY;
  for (const line of wrap(notesOf(tree, shown), rightX - leftX)) {
    shapes.push(text(line, leftX, y, NOTE, 'soft'));
    y += LINE_PX;
  }
  y -= LINE_PX - 12;
  for (const rect of rects) {
    const row = rootAt === 'top' ? rect.row : shown.rows - 1 - rect.row;
    shapes.push(...layRect(rect, leftX, y + row * ROW_PX, shown.root.weightUs, tree.isDiff));
  }
  return { title, widthPx, heightPx: y + shown.rows * ROW_PX + MARGIN_PX, shapes };
}

/** A box and, where there is room, its label. Edges are rounded, not widths, so that neighbours meet. */
function layRect({ node, x, widthPx }: Rect, leftX: number, y: number, wholeUs: number, isDiff: boolean): (PictureBox | PictureText)[] {
  if (widthPx < BOX_WIDTH_PX_MIN) return [];
  const fromX = tenth(leftX + x);
  const wholePx = tenth(leftX + x + widthPx) - fromX;
  const gapPx = widthPx > 4 ? 1 : widthPx > 1.5 ? 0.4 : 0;
  const ink = node.kind !== 'frame' ? 'none' : isDiff ? inkOfChange(node) : inkOfFrame(node.frame);
  const box: PictureBox = {
    kind: 'box',
    x: fromX,
    y,
    widthPx: tenth(wholePx - gapPx),
    heightPx: ROW_PX - 1,
    ink,
    tooltip: tooltipOf(node, isDiff ? 0 : wholeUs, isDiff),
  };
  if (widthPx < LABEL_WIDTH_PX_MIN) return [box];
  const label = fitText(labelOf(node), widthPx - 2 * PADDING_PX, LABEL, measure);
  return label === '' || label === '…' ? [box] : [box, text(label, tenth(fromX + PADDING_PX), y + 12.5, LABEL, { on: ink })];
}

/** Swatches with their words, in as many lines as it takes. */
function layLegend(items: LegendItem[], leftX: number, rightX: number, top: number): { shapes: Picture['shapes']; bottomY: number } {
  const shapes: Picture['shapes'] = [];
  let x = leftX;
  let y = top;
  for (const { inks, text: words } of items) {
    const swatchesPx = inks.length === 0 ? 0 : inks.length * SWATCH_PX + 6;
    const label = fitText(words, rightX - leftX - swatchesPx, NOTE, measure);
    const itemPx = swatchesPx + measure(label, NOTE);
    if (x > leftX && x + itemPx > rightX) {
      x = leftX;
      y += LINE_PX;
    }
    for (const [index, ink] of inks.entries()) {
      shapes.push({ kind: 'box', x: tenth(x + index * SWATCH_PX), y: y - 9.5, widthPx: SWATCH_PX, heightPx: SWATCH_PX, ink, tooltip: [] });
    }
    shapes.push(text(label, tenth(x + swatchesPx), y, NOTE));
    x += itemPx + 18;
  }
  return { shapes, bottomY: items.length === 0 ? top : y + LINE_PX };
}

/** Phrases on lines, a dot between them; a phrase that is longer than a line is cut. */
function wrap(phrases: string[], widthPx: number): string[] {
  const lines: string[] = [];
  for (const phrase of phrases) {
    if (phrase === '') continue;
    const joined = lines.length === 0 ? phrase : `${lines[lines.length - 1]} · ${phrase}`;
    if (lines.length > 0 && measure(joined, NOTE) <= widthPx) lines[lines.length - 1] = joined;
    else lines.push(fitText(phrase, widthPx, NOTE, measure));
  }
  return lines;
}

function text(content: string, x: number, baselineY: number, style: TextStyle, ink: PictureText['ink'] = 'ink'): PictureText {
  return { kind: 'text', text: content, x, baselineY, style, align: 'left', ink };
}

const tenth = (px: number): number => Math.round(px * 10) / 10;
