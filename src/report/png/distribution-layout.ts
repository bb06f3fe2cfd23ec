// Small pictures of distributions that share one logarithmic axis. Heights are square roots of counts, so that a thin tail can be seen.
import { formatNs } from '../../core/units.js';
import type { DistributionShape } from '../distribution-shape.js';
import { trimmed } from './axes.js';
import { LABEL, type PathShape, type Point, type Shape, text, vertical } from './scene.js';

export const BINS_PER_OCTAVE = 8;
const BINS_PER_DECADE = Math.log2(10) * BINS_PER_OCTAVE;
/** Decades that get a line and have room for a name. */
const DECADES_NAMED_MAX = 3;

/** Part of the logarithmic axis, in decades of nanoseconds: 6 is 1 ms. At least one decade long, so that a decade's mark is on it. */
export interface DecadeAxis {
  low: number;
  high: number;
}

export interface DistributionBox {
  x: number;
  widthPx: number;
  top: number;
  bottom: number;
}

/** The axis that holds every shape; null where there is none. */
export function decadeAxis(shapes: readonly (DistributionShape | null)[]): DecadeAxis | null {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const shape of shapes) {
    if (shape === null) continue;
    low = Math.min(low, shape.firstBin / BINS_PER_DECADE);
    high = Math.max(high, (shape.firstBin + shape.counts.length) / BINS_PER_DECADE);
  }
  if (high < low) return null;
  const lacking = Math.max(0, 1 - (high - low));
  low = Math.max(0, low - lacking / 2);
  return { low, high: Math.max(high + lacking / 2, low + 1) };
}

/** Names of decades, for the heading above the pictures. */
export function layDecades(axis: DecadeAxis, box: DistributionBox, baselineY: number): Shape[] {
  return decadesOf(axis).map((decade) =>
    text(xOf(decade * BINS_PER_DECADE, axis, box), baselineY, trimmed(formatNs(10 ** decade)), LABEL, 'soft', 'center'),
  );
}

/** The distribution of one path, its median as a thin line, its p99 as a bold one. */
export function layDistribution(shape: DistributionShape, axis: DecadeAxis, box: DistributionBox, p50Ns: number, p99Ns: number): Shape[] {
  const mark = (valueNs: number, widthPx: number): Shape =>
    vertical(xOf(Math.log2(Math.max(1, valueNs)) * BINS_PER_OCTAVE, axis, box), box.top, box.bottom, 'accent', widthPx);
  return [
    ...decadesOf(axis).map((decade) => vertical(xOf(decade * BINS_PER_DECADE, axis, box), box.top, box.bottom, 'line')),
    ...outlines(shape, axis, box),
    mark(p50Ns, 1),
    mark(p99Ns, 2.5),
  ];
}

function decadesOf({ low, high }: DecadeAxis): number[] {
  const step = Math.max(1, Math.ceil((high - low) / DECADES_NAMED_MAX));
  const decades: number[] = [];
  for (let decade = Math.ceil(low / step) * step; decade <= high; decade += step) decades.push(decade);
  return decades;
}

const xOf = (bin: number, { low, high }: DecadeAxis, { x, widthPx }: DistributionBox): number =>
  x + Math.min(1, Math.max(0, (bin / BINS_PER_DECADE - low) / (high - low))) * widthPx;

/** One polygon for each stretch of bins that are not empty. */
function outlines({ firstBin, counts }: DistributionShape, axis: DecadeAxis, box: DistributionBox): PathShape[] {
  const most = counts.reduce((max, count) => Math.max(max, count), 0);
  const heightPx = box.bottom - box.top - 2;
  const polygons: PathShape[] = [];
  let points: Point[] = [];
  for (let i = 0; i <= counts.length; i++) {
    const count = counts[i] ?? 0;
    const x = xOf(firstBin + i, axis, box);
    if (count === 0) {
      if (points.length > 0) polygons.push({ kind: 'fill', points: [...points, [x, box.bottom]], ink: 'accentFill' });
      points = [];
      continue;
    }
    const y = box.bottom - Math.max(1.5, Math.sqrt(count / most) * heightPx);
    if (points.length === 0) points.push([x, box.bottom]);
    points.push([x, y], [xOf(firstBin + i + 1, axis, box), y]);
  }
  return polygons;
}
