// The whole picture of a run: header, findings, table, timelines, one below the other. Its height follows from what there is to show.
import type { RunSummary } from '../report-types.js';
import { layFindings } from './findings-layout.js';
import { layHeader } from './header-layout.js';
import type { Measure, Scene } from './scene.js';
import { layTable } from './table-layout.js';
import { layTimelines } from './timelines-layout.js';

const MARGIN_PX = 28;
const SECTION_GAP_PX = 30;

export function layoutRun(run: RunSummary, widthPx: number, measure: Measure): Scene {
  const leftX = MARGIN_PX;
  const rightX = widthPx - MARGIN_PX;
  const header = layHeader(run, leftX, rightX, MARGIN_PX, measure);
  const findingsTop = header.bottom + SECTION_GAP_PX - 8;
  const findings = layFindings(run, leftX, rightX, findingsTop, measure);
  const tableTop = findings.bottom === findingsTop ? findingsTop : findings.bottom + SECTION_GAP_PX;
  const table = layTable(run, leftX, rightX, tableTop, measure);
  const timelines = layTimelines(run, leftX, rightX, table.bottom + SECTION_GAP_PX, measure);
  return {
    widthPx,
    heightPx: Math.ceil(timelines.bottom + MARGIN_PX),
    shapes: [...header.shapes, ...findings.shapes, ...table.shapes, ...timelines.shapes],
  };
}
