// Runs of text of different ink on one line: cut where the line ends, and figures whose unit steps back.
import { fitText } from '../../flame/draw/canvas/fit-text.js';
import { type Ink, type Measure, type TextShape, type TextStyle, text } from './scene.js';

export interface TextRun {
  text: string;
  ink: Ink;
}

/** Runs one after the other from `x`, in at most `widthPx`; the run that does not fit is cut, those behind it are left out. */
export function layRuns(runs: readonly TextRun[], x: number, baselineY: number, widthPx: number, style: TextStyle, measure: Measure): TextShape[] {
  const shapes: TextShape[] = [];
  const ellipsisPx = measure('…', style);
  let atX = x;
  for (const [index, run] of runs.entries()) {
    const leftPx = x + widthPx - atX;
    const runPx = measure(run.text, style);
    // Room is kept for the ellipsis, so that what is left out is seen to be left out.
    const fits = runPx <= (index === runs.length - 1 ? leftPx : leftPx - ellipsisPx);
    const shown = fits ? run.text : fitText(`${run.text}…`, leftPx, style, measure);
    if (shown.trim() !== '') shapes.push(text(atX, baselineY, shown, style, run.ink));
    if (!fits) break;
    atX += runPx;
  }
  return shapes;
}

/** A figure set right at `rightX`; its unit, after the last space, is soft. */
export function layFigure(figure: string, rightX: number, baselineY: number, style: TextStyle, measure: Measure): TextShape[] {
  const space = figure.lastIndexOf(' ');
  if (space < 0) return [text(rightX, baselineY, figure, style, 'ink', 'right')];
  const unit = figure.slice(space + 1);
  const valueX = rightX - measure(` ${unit}`, style);
  return [text(valueX, baselineY, figure.slice(0, space), style, 'ink', 'right'), text(rightX, baselineY, unit, style, 'soft', 'right')];
}
