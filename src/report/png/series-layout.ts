// One series of a timeline as lines, areas or bars. A hole in the samples is drawn as a hole.
import type { TimelinePoint } from '../report-types.js';
import type { Point, Shape } from './scene.js';
import type { Series } from './timeline-charts.js';

/** A hole is longer than this many spans of its neighbours. */
const GAP_SPANS = 2.5;

export interface Scales {
  xOf(atMs: number): number;
  yOf(value: number): number;
}

export function laySeries(series: Series, points: readonly TimelinePoint[], { xOf, yOf }: Scales): Shape[] {
  const baseY = yOf(0);
  if (series.kind === 'bars') {
    return points
      .filter((point) => series.of(point) > 0)
      .map((point): Shape => {
        const x = xOf(point.atMs - point.spanMs);
        const y = yOf(series.of(point));
        // A gap between bars where there is room for one.
        const spanPx = xOf(point.atMs) - x;
        return { kind: 'box', x, y, width: spanPx > 3 ? spanPx - 1 : Math.max(1, spanPx), height: baseY - y, ink: 'accentFill' };
      });
  }
  return stretchesOf(points).flatMap((stretch): Shape[] => {
    const line = spotsOf(series, stretch, { xOf, yOf });
    if (series.kind === 'line') return [{ kind: 'line', points: line, ink: 'soft', widthPx: 1.5 }];
    return [
      { kind: 'fill', points: [[line[0][0], baseY], ...line, [line[line.length - 1][0], baseY]], ink: 'accent', opacity: 0.14 },
      { kind: 'line', points: line, ink: 'accent', widthPx: 1.75 },
    ];
  });
}

/** The middle of each sample's span; a lone sample as a level over its span, so that it is seen. */
function spotsOf(series: Series, stretch: readonly TimelinePoint[], { xOf, yOf }: Scales): Point[] {
  if (stretch.length === 1) {
    const [point] = stretch;
    const y = yOf(series.of(point));
    return [
      [xOf(point.atMs - point.spanMs), y],
      [xOf(point.atMs), y],
    ];
  }
  return stretch.map((point): Point => [xOf(point.atMs - point.spanMs / 2), yOf(series.of(point))]);
}

function stretchesOf(points: readonly TimelinePoint[]): TimelinePoint[][] {
  const stretches: TimelinePoint[][] = [];
  let last: TimelinePoint | null = null;
  for (const point of points) {
    if (last === null || point.atMs - last.atMs > GAP_SPANS * Math.max(point.spanMs, last.spanMs)) stretches.push([]);
    stretches[stretches.length - 1].push(point);
    last = point;
  }
  return stretches;
}
