// The top of the picture: whose run it is, when, of which processes, and what must be known before its figures are trusted.

import { fitText, oneLine } from '../../flame/draw/canvas/fit-text.js';
import { formatCount, formatRatio, formatSpan, formatTime } from '../../flame/draw/page/figures.js';
import type { RunSummary } from '../report-types.js';
import { type Measure, NOTE, type Shape, TITLE, text } from './scene.js';

/** Processes named one by one. */
const PROCESSES_NAMED = 2;
const TITLE_LINE_PX = 40;
const LINE_PX = 21;
const MARK = 'pitot';

/** Shapes from `top` down, and where they end. */
export function layHeader(run: RunSummary, leftX: number, rightX: number, top: number, measure: Measure): { shapes: Shape[]; bottom: number } {
  const widthPx = rightX - leftX;
  const markPx = measure(MARK, NOTE);
  const shapes: Shape[] = [
    text(leftX, top + 28, fitText(oneLine(run.service), widthPx - markPx - 24, TITLE, measure), TITLE, 'ink'),
    text(rightX, top + 28, MARK, NOTE, 'soft', 'right'),
  ];
  let y = top + TITLE_LINE_PX + 12;
  const line = (content: string, ink: 'soft' | 'warn'): void => {
    shapes.push(text(leftX, y, fitText(content, widthPx, NOTE, measure), NOTE, ink));
    y += LINE_PX;
  };
  line(`${formatTime(run.startAt)} – ${endOf(run)} UTC · ${formatSpan(run.durationMs)} · ${sizeOf(run)}`, 'soft');
  line(processesOf(run), 'soft');
  const warnings = warningsOf(run);
  if (warnings.length > 0) line(warnings.join(' · '), 'warn');
  return { shapes, bottom: y - LINE_PX + 8 };
}

/** The time of day alone where the run ended on the day it started. */
function endOf(run: RunSummary): string {
  const [start, end] = [formatTime(run.startAt), formatTime(run.endAt)];
  return end.slice(0, 10) === start.slice(0, 10) ? end.slice(11) : end;
}

function sizeOf({ processes }: RunSummary): string {
  const windows = processes.reduce((sum, process) => sum + process.windows, 0);
  return `${many(processes.length, 'process', 'processes')} · ${many(windows, 'window', 'windows')}`;
}

function processesOf({ processes }: RunSummary): string {
  const named = processes.slice(0, PROCESSES_NAMED).map(({ pid, host, node }) => `pid ${pid} on ${oneLine(host)}, Node ${oneLine(node)}`);
  if (processes.length > PROCESSES_NAMED) named.push(`and ${processes.length - PROCESSES_NAMED} more`);
  return named.join(' · ');
}

/** The page's notes that are no matter of course, in as few words as a line takes. Sampling is said where it was done: below the path's count. */
function warningsOf({ alerts, stalls, records, agent }: RunSummary): string[] {
  const warnings: string[] = [];
  const firing = alerts.filter(({ state }) => state === 'firing').length;
  if (firing > 0) warnings.push(many(firing, 'alert fires', 'alerts fire'));
  if (stalls.length > 0) warnings.push(many(stalls.length, 'stall', 'stalls'));
  if (records.dropped > 0)
    warnings.push(`${many(records.dropped, 'call', 'calls')} dropped (${formatRatio(records.dropped / Math.max(1, records.recorded))})`);
  if (records.rejected > 0) warnings.push(`${many(records.rejected, 'duration', 'durations')} rejected`);
  if (agent.faults.length > 0) warnings.push(`pitot met ${many(agent.faults.length, 'kind', 'kinds')} of fault`);
  return warnings;
}

const many = (count: number, one: string, more: string): string => `${formatCount(count)} ${count === 1 ? one : more}`;
