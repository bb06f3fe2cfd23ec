// A run as a picture, for chats and incident notes. Never on an application thread: it loads a native library and takes about 100 ms.
import { PitotError, show } from '../../core/errors.js';
import { registerFonts } from '../../flame/draw/canvas/fonts.js';
import { loadCanvas } from '../../flame/draw/canvas/load-canvas.js';
import { DARK, LIGHT } from '../../flame/draw/canvas/palette.js';
import { measureOn } from '../../flame/draw/canvas/text-style.js';
import type { RunSummary } from '../report-types.js';
import { layoutRun } from './layout-run.js';
import { paint } from './paint.js';

/** Narrower, names have no room beside the figures; wider or finer, the bitmap takes more than 100 MB. */
const WIDTH_PX = { min: 1000, max: 3200 };
const SCALE = { min: 1, max: 4 };

export interface PictureOptions {
  /** CSS pixels, 1000..3200; the height follows from the run. Default 1200. */
  width?: number;
  /** Pixels of the file a CSS pixel, 1..4. Default 2. */
  scale?: number;
  /** Light on dark. Default false. */
  dark?: boolean;
}

/**
 * A PNG of `width * scale` pixels across: service, span, processes, what fires, breaches or stalled, the ten paths with the most total time,
 * four timelines.
 * @throws PitotError API_MISUSE for an option out of range, CLI_USAGE where @napi-rs/canvas cannot be loaded, INPUT_FILE where pitot's font cannot.
 */
export async function renderRunPng(run: RunSummary, { width = 1200, scale = 2, dark = false }: PictureOptions = {}): Promise<Buffer> {
  mustBeWithin('width', width, WIDTH_PX);
  mustBeWithin('scale', scale, SCALE);
  const library = await loadCanvas();
  registerFonts(library);
  const scene = layoutRun(run, width, measureOn(library.createCanvas(1, 1).getContext('2d')));
  const canvas = library.createCanvas(Math.round(scene.widthPx * scale), Math.round(scene.heightPx * scale));
  paint(canvas.getContext('2d'), scene, dark ? DARK : LIGHT, scale);
  return canvas.encode('png');
}

function mustBeWithin(option: string, value: number, { min, max }: { min: number; max: number }): void {
  if (value >= min && value <= max) return;
  throw new PitotError('API_MISUSE', { option, allowed: `a number ${min}..${max}`, received: show(value), remedy: 'Leave it out, or choose one.' });
}
