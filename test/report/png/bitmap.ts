// A PNG taken apart for tests: its size by its header, its pixels, and how much of a box is inked.
import { createCanvas, loadImage } from '@napi-rs/canvas';
import { type Measure, NAME, type TextShape } from '../../../src/report/png/scene.js';

/** Height of the letters above their line and below it, as parts of their size: of the box that a test looks into. */
const ASCENT = 0.75;
const DESCENT = 0.15;

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Bitmap {
  width: number;
  height: number;
  /** Share of the box's pixels that differ from the paper, which is the first pixel of the picture. Boxes are in CSS pixels. */
  inkRatio(box: Box): number;
}

/** Width and height by the IHDR chunk, which comes first in every PNG. */
export const pngSize = (png: Buffer): [width: number, height: number] => [png.readUInt32BE(16), png.readUInt32BE(20)];

export async function readBitmap(png: Buffer, scale: number): Promise<Bitmap> {
  const image = await loadImage(png);
  const context = createCanvas(image.width, image.height).getContext('2d');
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, image.width, image.height);
  const pixel = (x: number, y: number): string => data.subarray((y * image.width + x) * 4, (y * image.width + x) * 4 + 3).join();
  const paper = pixel(0, 0);
  return {
    width: image.width,
    height: image.height,
    inkRatio(box) {
      let inked = 0;
      let all = 0;
      for (let y = Math.floor(box.y * scale); y < (box.y + box.height) * scale; y++) {
        for (let x = Math.floor(box.x * scale); x < (box.x + box.width) * scale; x++, all++) if (pixel(x, y) !== paper) inked++;
      }
      return inked / all;
    },
  };
}

/** Letters of 0.6 em, as in JetBrains Mono. */
export const monoMeasure: Measure = (text, { sizePx }) => Array.from(text).length * 0.6 * sizePx;

export const widthOfName = (text: string): number => monoMeasure(text, NAME);

/** Where a text stands. */
export function boxOf(shape: TextShape): Box {
  const width = monoMeasure(shape.text, shape.style);
  const left = { left: shape.x, center: shape.x - width / 2, right: shape.x - width }[shape.align];
  return { x: left, y: shape.baselineY - ASCENT * shape.style.sizePx, width, height: (ASCENT + DESCENT) * shape.style.sizePx };
}
