// The table of the paths that took the most time in all: name and labels, distribution, total, count, percentiles.
import { formatNs } from '../../core/units.js';
import { fitText, oneLine } from '../../flame/draw/canvas/fit-text.js';
import { formatCount } from '../../flame/draw/page/figures.js';
import { type DistributionShape, distributionShape } from '../distribution-shape.js';
import { totalNsOf } from '../html/page-data.js';
import type { PathStats, RunSummary } from '../report-types.js';
import { BINS_PER_OCTAVE, decadeAxis, layDecades, layDistribution } from './distribution-layout.js';
import { layFigure, layRuns, type TextRun } from './runs-of-text.js';
import { FIGURE, HEADING, horizontal, type Ink, LABEL, type Measure, NAME, NOTE, type Shape, type TextShape, text } from './scene.js';

/** Paths that are shown: as many as a glance takes in. */
export const ROWS_MAX = 10;
const ROW_PX = 46;
const PICTURE_PX = 160;
const GAP_PX = 24;
/** No column of figures is narrower, so that short figures do not crowd. */
const FIGURE_PX_MIN = 58;

interface FigureColumn {
  title: string;
  figure(path: PathStats): string;
  /** A word below the figure, where there is something to say. */
  note?(path: PathStats): { text: string; ink: Ink } | null;
}

/** Shapes from `top` down, and where they end. */
export function layTable(run: RunSummary, leftX: number, rightX: number, top: number, measure: Measure): { shapes: Shape[]; bottom: number } {
  const rows = [...run.paths].sort((a, b) => totalNsOf(b) - totalNsOf(a)).slice(0, ROWS_MAX);
  const shapes: Shape[] = [text(leftX, top + 16, 'Paths', HEADING, 'ink')];
  if (rows.length === 0) {
    shapes.push(text(leftX, top + 46, 'No path was recorded.', NOTE, 'soft'));
    return { shapes, bottom: top + 56 };
  }
  const about = `${rows.length === run.paths.length ? rows.length : `${rows.length} of ${formatCount(run.paths.length)}`}, by total time · thin line p50, bold line p99`;
  const aboutX = leftX + measure('Paths', HEADING) + 16;
  shapes.push(text(aboutX, top + 16, fitText(about, rightX - aboutX, NOTE, measure), NOTE, 'soft'));

  const columns = columnsOf(run.paths);
  const widths = columns.map((column) =>
    Math.max(
      FIGURE_PX_MIN,
      measure(column.title, LABEL),
      ...rows.flatMap((path) => [measure(column.figure(path), FIGURE), measure(column.note?.(path)?.text ?? '', LABEL)]),
    ),
  );
  const rights: number[] = [];
  for (let i = columns.length - 1, x = rightX; i >= 0; x -= widths[i] + GAP_PX, i--) rights[i] = x;
  const pictureX = rights[0] - widths[0] - GAP_PX - PICTURE_PX;
  const namePx = pictureX - GAP_PX - leftX;
  const pictures = rows.map(({ hdr }) => shapeOf(hdr));
  const axis = decadeAxis(pictures);

  const headY = top + 48;
  const boxAt = (y: number) => ({ x: pictureX, widthPx: PICTURE_PX, top: y + 7, bottom: y + ROW_PX - 7 });
  shapes.push(text(leftX, headY, 'Path', LABEL, 'soft'), ...columns.map(({ title }, i) => text(rights[i], headY, title, LABEL, 'soft', 'right')));
  if (axis !== null) shapes.push(...layDecades(axis, boxAt(0), headY));

  let y = headY + 10;
  shapes.push(horizontal(leftX, rightX, y, 'line'));
  for (const [i, path] of rows.entries()) {
    shapes.push(...layName(path, leftX, y, namePx, measure), ...layFigures(path, columns, rights, y, measure));
    const picture = pictures[i];
    if (picture !== null && axis !== null) shapes.push(...layDistribution(picture, axis, boxAt(y), path.p50Ns, path.p99Ns));
    y += ROW_PX;
    shapes.push(horizontal(leftX, rightX, y, 'faint'));
  }
  return { shapes, bottom: y };
}

function columnsOf(all: readonly PathStats[]): FigureColumn[] {
  const sumNs = all.reduce((sum, path) => sum + totalNsOf(path), 0);
  return [
    {
      title: 'Total time',
      figure: (path) => formatNs(totalNsOf(path)),
      note: (path) => ({ text: shareOf(sumNs > 0 ? totalNsOf(path) / sumNs : 0), ink: 'soft' }),
    },
    { title: 'Count', figure: (path) => formatCount(path.count), note: countNote },
    { title: 'p50', figure: (path) => formatNs(path.p50Ns) },
    { title: 'p99', figure: (path) => formatNs(path.p99Ns) },
    { title: 'Max', figure: (path) => formatNs(path.maxNs) },
  ];
}

/** Failures come before how many calls were timed: one line has room for one of them. */
function countNote({ errors, sampled }: PathStats): { text: string; ink: Ink } | null {
  if (errors > 0) return { text: `${formatCount(errors)} failed`, ink: 'bad' };
  return sampled > 1 ? { text: `1 in ${formatCount(sampled)} timed`, ink: 'soft' } : null;
}

function layName({ name, labels }: PathStats, x: number, y: number, widthPx: number, measure: Measure): TextShape[] {
  const runs = Object.entries(labels).flatMap(([key, value], i): TextRun[] => [
    { text: `${i > 0 ? '  ' : ''}${oneLine(key)} `, ink: 'soft' },
    { text: oneLine(value), ink: 'ink' },
  ]);
  return [text(x, y + 20, fitText(oneLine(name), widthPx, NAME, measure), NAME, 'ink'), ...layRuns(runs, x, y + 38, widthPx, LABEL, measure)];
}

function layFigures(path: PathStats, columns: readonly FigureColumn[], rights: readonly number[], y: number, measure: Measure): TextShape[] {
  return columns.flatMap((column, i) => {
    const note = column.note?.(path) ?? null;
    const figure = layFigure(column.figure(path), rights[i], y + 20, FIGURE, measure);
    return note === null ? figure : [...figure, text(rights[i], y + 38, note.text, LABEL, note.ink, 'right')];
  });
}

/** One decimal always, so that shares line up. */
const shareOf = (ratio: number): string => (ratio > 0 && ratio < 0.0005 ? '< 0.1 %' : `${(ratio * 100).toFixed(1)} %`);

/** A histogram that cannot be read costs its picture, never the whole. */
function shapeOf(hdr: string): DistributionShape | null {
  try {
    const shape = distributionShape(hdr, BINS_PER_OCTAVE);
    return shape.counts.length === 0 ? null : shape;
  } catch {
    return null;
  }
}
