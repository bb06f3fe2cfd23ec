// Colours of flame graphs, light and dark, by what a frame is: one table for SVG, PNG and page.
import type { Frame, FrameKind } from '../profile.js';
import type { DrawnNode } from './drawn-tree.js';

/** Hues that packages are spread over: more could not be told apart. */
export const PACKAGE_HUES = 12;
/** From blue to violet: the colours that no other kind has, and none that looks like an alarm. */
const PACKAGE_HUE_DEGREES = { from: 206, to: 320 };
/** Steps of a change's colour, each way. */
export const CHANGE_STEPS = 5;
/** A change is in step i where it is at least this part of the larger side. New and vanished frames are 1. */
const STEP_RATIOS = [0, 0.1, 0.25, 0.5, 0.8];

export interface Ink {
  fill: string;
  /** What a label on it is written in: contrast of 4.5 or more (a test measures it). */
  text: string;
}
export interface InkTable {
  [ink: string]: Ink;
}

const LIGHT_TEXT = '#1b1e22';
const DARK_TEXT = '#eef0f1';

/** Name of a frame's ink: its kind, or one of the packages' hues. */
export function inkOfFrame({ kind, package: name }: Pick<Frame, 'kind' | 'package'>): string {
  return kind === 'package' ? `package-${packageHue(name)}` : kind;
}

/** By name, so that a package has the same colour in every picture: FNV-1a over UTF-16. Then mixed: its low bits alone are alike for short names. */
export function packageHue(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 0;
  return ((hash ^ (hash >>> 12)) >>> 0) % PACKAGE_HUES;
}

/** Ink of a frame in a difference: `more-1` to `more-5`, `less-1` to `less-5`, by its change relative to its larger side; `noise` where that is none. */
export function inkOfChange({ kind, totalUs, beforeTotalUs, significant }: DrawnNode): string {
  const deltaUs = totalUs - beforeTotalUs;
  if (kind !== 'frame') return 'none';
  if (!significant || deltaUs === 0) return 'noise';
  const ratio = Math.abs(deltaUs) / Math.max(totalUs, beforeTotalUs);
  const step = STEP_RATIOS.findLastIndex((atLeast) => ratio >= atLeast) + 1;
  return `${deltaUs > 0 ? 'more' : 'less'}-${step}`;
}

/** Hue, saturation and lightness, light and dark. Red and amber only for what is seldom good: collections; and for what became slower. */
const KINDS: Record<Exclude<FrameKind, 'package'>, readonly [light: Hsl, dark: Hsl]> = {
  user: [
    [181, 46, 66],
    [184, 42, 30],
  ],
  core: [
    [80, 38, 74],
    [84, 24, 27],
  ],
  native: [
    [214, 16, 80],
    [214, 12, 35],
  ],
  wasm: [
    [40, 58, 76],
    [38, 36, 28],
  ],
  gc: [
    [14, 78, 74],
    [12, 50, 35],
  ],
  program: [
    [40, 10, 82],
    [40, 7, 29],
  ],
  idle: [
    [40, 10, 91],
    [210, 9, 17],
  ],
  none: [
    [40, 6, 86],
    [210, 7, 24],
  ],
};
type Hsl = readonly [hueDegrees: number, saturationPercent: number, lightnessPercent: number];

export function inkTable(dark: boolean): InkTable {
  const table: InkTable = {};
  const add = (name: string, [hue, saturation, lightness]: Hsl): void => {
    table[name] = { fill: hexOf(hue, saturation, lightness), text: dark ? DARK_TEXT : LIGHT_TEXT };
  };
  for (const [kind, pair] of Object.entries(KINDS)) add(kind, pair[dark ? 1 : 0]);
  for (let i = 0; i < PACKAGE_HUES; i++) {
    const { from, to } = PACKAGE_HUE_DEGREES;
    // Neighbouring hues differ in lightness as well.
    add(`package-${i}`, [from + ((to - from) * i) / (PACKAGE_HUES - 1), dark ? 32 : 58, (dark ? 33 : 79) + (i % 2) * 7]);
  }
  for (let step = 1; step <= CHANGE_STEPS; step++) {
    const part = step / CHANGE_STEPS;
    add(`more-${step}`, dark ? [6, 16 + 50 * part, 27 + 14 * part] : [6, 45 + 40 * part, 91 - 22 * part]);
    add(`less-${step}`, dark ? [214, 16 + 50 * part, 27 + 16 * part] : [214, 45 + 35 * part, 91 - 21 * part]);
  }
  add('noise', dark ? [210, 6, 26] : [40, 6, 85]);
  return table;
}

function hexOf(hueDegrees: number, saturationPercent: number, lightnessPercent: number): string {
  const lightness = lightnessPercent / 100;
  const amplitude = (saturationPercent / 100) * Math.min(lightness, 1 - lightness);
  const channel = (offset: number): string => {
    const k = (offset + hueDegrees / 30) % 12;
    const value = lightness - amplitude * Math.max(-1, Math.min(k - 3, 9 - k, 1));
    return Math.round(value * 255)
      .toString(16)
      .padStart(2, '0');
  };
  return `#${channel(0)}${channel(8)}${channel(4)}`;
}
