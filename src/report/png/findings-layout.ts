// What is wrong, above the paths: alerts that fire, what leaks or may, KPIs that breach, stalls. The worst of each; nothing where there is none.
import { formatNs, msToNs } from '../../core/units.js';
import { fitText, oneLine } from '../../flame/draw/canvas/fit-text.js';
import { formatCount, formatTime, significant } from '../../flame/draw/page/figures.js';
import { alertsInOrder, leaksInOrder } from '../finding-order.js';
import { stallRows } from '../html/stall-rows.js';
import { leakAmount, leakKind, leaksInWords, timeToLimit } from '../leak-words.js';
import type { Alert, Kpi, RunLeak, RunStall, RunSummary } from '../report-types.js';
import { layFigure, layRuns, type TextRun } from './runs-of-text.js';
import { FIGURE, HEADING, horizontal, type Ink, type Measure, NOTE, type Shape, text } from './scene.js';

/** Lines of each kind: the picture is to be taken in at a glance, and the page has all. */
export const FINDINGS_MAX = 5;
const LINE_PX = 28;
const GAP_PX = 20;
const LIST_GAP_PX = 26;
/** Marks and figures are no wider, whatever a report of somebody else's says. */
const MARK_PX_MAX = 90;
const FIGURE_PX_MAX = 150;

interface Line {
  /** How bad it is, in a word. */
  mark: { text: string; ink: Ink };
  figure: string;
  /** What it is about, and what is said of it. */
  runs: TextRun[];
}

interface List {
  title: string;
  count: number;
  /** What the lines are of, behind their count. */
  about: string;
  lines: Line[];
}

/** Shapes from `top` down, and where they end: at `top` where nothing is wrong. */
export function layFindings(run: RunSummary, leftX: number, rightX: number, top: number, measure: Measure): { shapes: Shape[]; bottom: number } {
  const shapes: Shape[] = [];
  let y = top;
  for (const list of [alertsOf(run), leaksOf(run), kpisOf(run), stallsOf(run)].filter(({ count }) => count > 0)) {
    if (y > top) y += LIST_GAP_PX;
    shapes.push(...layTitle(list, leftX, rightX, y, measure));
    y += LINE_PX;
    const lines = list.lines.map(({ mark, figure, runs }) => ({
      mark: { ...mark, text: fitText(oneLine(mark.text), MARK_PX_MAX, NOTE, measure) },
      figure: fitText(oneLine(figure), FIGURE_PX_MAX, FIGURE, measure),
      runs,
    }));
    const figureX =
      leftX + widest(lines.map(({ mark }) => measure(mark.text, NOTE))) + GAP_PX + widest(lines.map(({ figure }) => measure(figure, FIGURE)));
    const runsX = figureX + GAP_PX;
    for (const { mark, figure, runs } of lines) {
      shapes.push(horizontal(leftX, rightX, y, 'faint'), text(leftX, y + 19, mark.text, NOTE, mark.ink));
      shapes.push(...layFigure(figure, figureX, y + 19, FIGURE, measure), ...layRuns(runs, runsX, y + 19, rightX - runsX, NOTE, measure));
      y += LINE_PX;
    }
  }
  return { shapes, bottom: y };
}

function layTitle({ title, count, about, lines }: List, leftX: number, rightX: number, y: number, measure: Measure): Shape[] {
  const aboutX = leftX + measure(title, HEADING) + 16;
  const counted = lines.length === count ? formatCount(count) : `${lines.length} of ${formatCount(count)}`;
  return [
    text(leftX, y + 16, title, HEADING, 'ink'),
    text(aboutX, y + 16, fitText(`${counted}${about}`, rightX - aboutX, NOTE, measure), NOTE, 'soft'),
  ];
}

function alertsOf({ alerts }: RunSummary): List {
  const firing = alertsInOrder(alerts.filter(({ state }) => state === 'firing'));
  return { title: 'Alerts that fire', count: firing.length, about: ', times UTC', lines: firing.slice(0, FINDINGS_MAX).map(alertLine) };
}

const SEVERITY_INKS: Readonly<Record<Alert['severity'], Ink>> = { critical: 'bad', warning: 'warn', info: 'soft' };

function alertLine({ severity, since, rule, labels, message }: Alert): Line {
  return {
    mark: { text: severity, ink: SEVERITY_INKS[severity] ?? 'soft' },
    figure: timeOfDay(since),
    runs: [
      { text: oneLine(rule), ink: 'ink' },
      ...Object.entries(labels ?? {}).map(([key, value]): TextRun => ({ text: `  ${oneLine(key)} ${oneLine(value)}`, ink: 'soft' })),
      { text: `   ${oneLine(message)}`, ink: 'ink' },
    ],
  };
}

function leaksOf(run: RunSummary): List {
  const leaking = leaksInOrder(run.leaks.filter(({ verdict }) => verdict !== 'none'));
  return {
    title: 'Leaks',
    count: leaking.length,
    about: `, ${leaksInWords(leaking)}`,
    lines: leaking.slice(0, FINDINGS_MAX).map((leak) => leakLine(leak, run)),
  };
}

function leakLine(leak: RunLeak, run: RunSummary): Line {
  const { verdict, process, culprit } = leak;
  const limit = timeToLimit(leak);
  return {
    mark: { text: verdict, ink: verdict === 'leak' ? 'bad' : 'warn' },
    figure: leakAmount(leak),
    runs: [
      { text: leakKind(leak), ink: 'ink' },
      ...(process === undefined ? [] : [{ text: `  pid ${run.processes[process]?.pid}`, ink: 'soft' } as const]),
      ...(limit === '' ? [] : [{ text: `  ${limit}`, ink: 'soft' } as const]),
      { text: `   ${oneLine(culprit?.sentence ?? leak.message)}`, ink: 'ink' },
    ],
  };
}

function kpisOf({ kpis }: RunSummary): List {
  const breached = kpis.filter(({ status }) => status === 'breach').sort((a, b) => excessOf(b) - excessOf(a));
  return { title: 'KPIs that breach', count: breached.length, about: ', in the newest window', lines: breached.slice(0, FINDINGS_MAX).map(kpiLine) };
}

/** How many times the alert threshold, so that KPIs of different units compare. */
function excessOf({ value, alert, direction }: Kpi): number {
  if (value === null) return 0;
  return direction === 'lower' ? value / alert : alert / value;
}

function kpiLine({ name, of, value, unit, direction, alert, note }: Kpi): Line {
  const limit = `${direction === 'higher' ? '<' : '>'} ${significant(alert)}`;
  return {
    mark: { text: 'breach', ink: 'bad' },
    figure: value === null ? '–' : `${significant(value)} ${unit}`,
    runs: [
      { text: limit, ink: 'soft' },
      { text: `   ${oneLine(name)}`, ink: 'ink' },
      ...(of === undefined ? [] : [{ text: `  ${oneLine(of)}`, ink: 'soft' } as const]),
      ...(note === undefined ? [] : [{ text: `   ${oneLine(note)}`, ink: 'ink' } as const]),
    ],
  };
}

function stallsOf(run: RunSummary): List {
  const rows = stallRows(run.stalls);
  const about = rows.length === 1 ? ', start UTC' : ', the longest first, starts UTC';
  return {
    title: 'Stalls',
    count: rows.length,
    about,
    lines: rows.slice(0, FINDINGS_MAX).map(({ stall }) => stallLine(stall, run)),
  };
}

function stallLine({ verdict, durationMs, ongoing, startAt, thread, process, top: [top] }: RunStall, run: RunSummary): Line {
  const of = process === undefined ? thread : `${run.processes[process]?.pid} ${thread}`;
  return {
    mark: { text: verdict, ink: verdict === 'executing' || verdict === 'gc' ? 'bad' : 'warn' },
    figure: formatNs(msToNs(durationMs)),
    runs: [
      ...(ongoing ? [{ text: 'going on   ', ink: 'bad' } as const] : []),
      { text: `${timeOfDay(startAt)}  ${oneLine(of)}   `, ink: 'soft' },
      ...(top === undefined
        ? [{ text: 'no sample', ink: 'soft' } as const]
        : [{ text: oneLine(top.function), ink: 'ink' } as const, { text: placeOf(top), ink: 'soft' } as const]),
    ],
  };
}

function placeOf({ file, line }: RunStall['top'][number]): string {
  return file === '' ? '' : `  ${oneLine(file)}${line > 0 ? `:${line}` : ''}`;
}

/** The text itself, at most as long, where it is no time. */
const timeOfDay = (iso: string): string =>
  oneLine(formatTime(iso))
    .replace(/^\d{4}-\d\d-\d\d /, '')
    .slice(0, 8);

const widest = (widthsPx: readonly number[]): number => Math.max(0, ...widthsPx);
