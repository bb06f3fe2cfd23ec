// The timelines of the run, one below the other on one time axis, each with its key and the highest value at its left.
import type { RunSummary, TimelinePoint } from '../report-types.js';
import { niceTop, type TimeTick, timeTicks, trimmed } from './axes.js';
import { layFigure } from './runs-of-text.js';
import { HEADING, horizontal, type Ink, LABEL, type Measure, NAME, NOTE, type Shape, text, vertical } from './scene.js';
import { laySeries, type Scales } from './series-layout.js';
import { type Chart, type Series, timelineCharts } from './timeline-charts.js';

const CHART_PX = 88;
/** Room above the top of the axis, for half of its label. */
const CHART_PAD_PX = 12;
const KEY_PX = 220;
const TICKS_PX = 84;
const TIME_LABEL_PX = 110;

interface Plot {
  leftX: number;
  rightX: number;
  top: number;
  bottom: number;
}

/** Shapes from `top` down, and where they end. */
export function layTimelines(run: RunSummary, leftX: number, rightX: number, top: number, measure: Measure): { shapes: Shape[]; bottom: number } {
  const shapes: Shape[] = [text(leftX, top + 16, 'Timelines', HEADING, 'ink')];
  const points = [...run.timeline].sort((a, b) => a.atMs - b.atMs);
  if (points.length === 0) {
    shapes.push(text(leftX, top + 46, 'No runtime sample was taken: the run ended before the first was due.', NOTE, 'soft'));
    return { shapes, bottom: top + 56 };
  }
  shapes.push(text(leftX + measure('Timelines', HEADING) + 16, top + 16, 'highest of the run · times UTC', NOTE, 'soft'));
  const fromMs = points[0].atMs - points[0].spanMs;
  const toMs = Math.max(points[points.length - 1].atMs, fromMs + 1);
  const plotX = leftX + KEY_PX + TICKS_PX;
  const xOf = (atMs: number): number => plotX + ((atMs - fromMs) / (toMs - fromMs)) * (rightX - plotX);
  const ticks = timeTicks(fromMs, toMs, Math.max(2, Math.floor((rightX - plotX) / TIME_LABEL_PX)));

  let y = top + 30;
  for (const chart of timelineCharts(run)) {
    const plot = { leftX: plotX, rightX, top: y + CHART_PAD_PX, bottom: y + CHART_PX };
    shapes.push(...layKey(chart, points, leftX, y, measure), ...layChart(chart, points, ticks, xOf, plot));
    y += CHART_PX + CHART_PAD_PX;
  }
  const half = (tick: TimeTick): number => measure(tick.text, LABEL) / 2;
  for (const tick of ticks) {
    // A name that would stand out at the edge is moved in.
    const x = Math.min(xOf(tick.atMs), rightX - half(tick));
    shapes.push(text(x, y + 8, tick.text, LABEL, 'soft', 'center'));
  }
  return { shapes, bottom: y + 12 };
}

function layChart(chart: Chart, points: readonly TimelinePoint[], ticks: readonly TimeTick[], xOf: Scales['xOf'], plot: Plot): Shape[] {
  const peak = peakOf(chart, points);
  const limitInReach = isInReach(chart, points);
  const top = niceTop(limitInReach ? Math.max(peak, chart.limit) : peak, chart.isBytes);
  const yOf = (value: number): number => plot.bottom - (Math.min(Math.max(0, value), top) / top) * (plot.bottom - plot.top);
  const shapes: Shape[] = [];
  for (const level of [top / 2, top]) {
    shapes.push(horizontal(plot.leftX, plot.rightX, yOf(level), 'faint'));
    shapes.push(text(plot.leftX - 8, yOf(level) + 4.5, trimmed(chart.format(level)), LABEL, 'soft', 'right'));
  }
  shapes.push(...ticks.map(({ atMs }) => vertical(xOf(atMs), plot.top, plot.bottom, 'faint')));
  shapes.push(text(plot.leftX - 8, plot.bottom + 1, '0', LABEL, 'soft', 'right'), horizontal(plot.leftX, plot.rightX, plot.bottom, 'line'));
  shapes.push(...chart.series.flatMap((series) => laySeries(series, points, { xOf, yOf })));
  if (limitInReach) {
    const y = yOf(chart.limit);
    shapes.push({
      kind: 'line',
      points: [
        [plot.leftX, y],
        [plot.rightX, y],
      ],
      ink: 'bad',
      widthPx: 1,
      dashPx: [6, 4],
    });
  }
  return shapes;
}

/** The chart's name, and of each series its sign, name and highest value. */
function layKey(chart: Chart, points: readonly TimelinePoint[], leftX: number, y: number, measure: Measure): Shape[] {
  const rightX = leftX + KEY_PX - 16;
  const shapes: Shape[] = [text(leftX, y + CHART_PAD_PX + 8, chart.title, NAME, 'ink')];
  let baselineY = y + CHART_PAD_PX + 30;
  const entry = (name: string, figure: string, sign: Shape | null): void => {
    if (sign !== null) shapes.push(sign);
    shapes.push(text(leftX + 26, baselineY, name, LABEL, 'soft'), ...layFigure(figure, rightX, baselineY, LABEL, measure));
    baselineY += 19;
  };
  for (const series of chart.series) entry(series.name, chart.format(highest(series, points)), signOf(series, leftX, baselineY - 4.5));
  if (chart.limit > 0) entry('limit', chart.limitText, isInReach(chart, points) ? line(leftX, baselineY - 4.5, 'bad', [5, 3]) : null);
  return shapes;
}

function signOf({ kind }: Series, x: number, y: number): Shape {
  if (kind === 'bars') return { kind: 'box', x: x + 3, y: y - 4, width: 12, height: 8, ink: 'accentFill' };
  return line(x, y, kind === 'area' ? 'accent' : 'soft');
}

const line = (x: number, y: number, ink: Ink, dashPx?: readonly number[]): Shape => ({
  kind: 'line',
  points: [
    [x, y],
    [x + 18, y],
  ],
  ink,
  widthPx: 2,
  dashPx,
});

const highest = (series: Series, points: readonly TimelinePoint[]): number => points.reduce((most, point) => Math.max(most, series.of(point)), 0);

const peakOf = ({ series }: Chart, points: readonly TimelinePoint[]): number => Math.max(...series.map((one) => highest(one, points)));

/** A limit far above the values is not drawn: it would flatten every line. */
const isInReach = (chart: Chart, points: readonly TimelinePoint[]): boolean => chart.limit > 0 && chart.limit <= peakOf(chart, points) * 2;
