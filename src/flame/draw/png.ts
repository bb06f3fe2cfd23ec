// Flame graphs as PNG, for chats and incident notes. Never on an application thread: it loads a native library and takes about 100 ms.
import type { SKRSContext2D } from '@napi-rs/canvas';
import { PitotError, show } from '../../core/errors.js';
import type { CallNode } from '../call-tree.js';
import { registerFonts } from './canvas/fonts.js';
import { loadCanvas } from './canvas/load-canvas.js';
import { DARK, LIGHT, type Palette } from './canvas/palette.js';
import { setFont } from './canvas/text-style.js';
import type { DiffNode } from './diff-node.js';
import { flamePicture, type Picture, type PictureOptions } from './flame-picture.js';
import { type InkTable, inkTable } from './inks.js';
import { mustBeDrawable } from './picture-width.js';

const SCALE = { min: 1, max: 4 };
/** Longest side of the bitmap, pixels: 64 million of them are 256 MB at the most. */
const SIDE_PX_MAX = 8000;

export interface PngOptions extends PictureOptions {
  /** Pixels of the file a CSS pixel, 1..4. Default 1.25: with the default width of 1280, a file of 1600 pixels whose labels are read without zooming. */
  scale?: number;
}

/**
 * The picture of flameSvg or diffSvg, drawn with the font that ships: `widthPx * scale` pixels across, as high as its rows, at most 100.
 * @throws PitotError API_MISUSE for an option out of range, CLI_USAGE where @napi-rs/canvas cannot be loaded, INPUT_FILE where pitot's font cannot.
 */
export async function flamePng(root: CallNode | DiffNode, options: PngOptions): Promise<Uint8Array> {
  const { scale = 1.25, widthPx = 1280, dark = false } = options;
  mustBeDrawable(widthPx);
  if (!(scale >= SCALE.min && scale <= SCALE.max && widthPx * scale <= SIDE_PX_MAX)) {
    const allowed = `a number ${SCALE.min}..${SCALE.max}, and no more than ${SIDE_PX_MAX} pixels across`;
    throw new PitotError('API_MISUSE', { option: 'scale', allowed, received: show(scale), remedy: 'Leave it out, or choose one.' });
  }
  const library = await loadCanvas('take an .svg or an .html instead.');
  registerFonts(library);
  const picture = flamePicture(root, { ...options, widthPx });
  const canvas = library.createCanvas(Math.round(picture.widthPx * scale), Math.round(picture.heightPx * scale));
  paint(canvas.getContext('2d'), picture, scale, dark ? DARK : LIGHT, inkTable(dark));
  return canvas.encode('png');
}

function paint(context: SKRSContext2D, { widthPx, heightPx, shapes }: Picture, scale: number, palette: Palette, inks: InkTable): void {
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.fillStyle = palette.paper;
  context.fillRect(0, 0, widthPx, heightPx);
  for (const shape of shapes) {
    if (shape.kind === 'box') {
      context.fillStyle = inks[shape.ink].fill;
      context.fillRect(shape.x, shape.y, shape.widthPx, shape.heightPx);
      continue;
    }
    setFont(context, shape.style);
    context.fillStyle = typeof shape.ink === 'object' ? inks[shape.ink.on].text : palette[shape.ink];
    context.textAlign = shape.align;
    context.fillText(shape.text, shape.x, shape.baselineY);
  }
}
