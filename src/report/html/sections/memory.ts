// Memory over the run: the frame of its charts, which the page's script draws; the same as a table; and what is counted by name.
import { formatBytes } from '../../../core/units.js';
import { formatCount, formatTime } from '../../../flame/draw/page/figures.js';
import { html, type Markup } from '../../../flame/draw/page/markup.js';
import type { RunSummary, TimelinePoint } from '../../report-types.js';
import { handleCounts } from '../handle-counts.js';
import { CLASS_MEANINGS, CLASS_NAMES, MEMORY_CLASSES, memoryLevels, restName } from '../memory-levels.js';
import { noLeaks } from './leaks.js';
import { type StaticColumn, staticTable } from './static-table.js';

/** Moments in the table: enough to see a trend, few enough to be read out. */
const MOMENTS = 12;

export function memorySection(run: RunSummary): Markup {
  const timeline = [...run.timeline].sort((a, b) => a.atMs - b.atMs);
  const leaks = run.leaks.some(({ verdict }) => verdict !== 'none');
  return html`<section id="memory"><h2>Memory <small>${run.processes.length > 1 ? 'of all processes together, ' : ''}times in UTC</small></h2>
${leaks ? null : noLeaks(run)}
<div class="charts"></div>
${timeline.length > 0 && asTable(timeline)}
${handles(timeline)}</section>`;
}

function asTable(timeline: readonly TimelinePoint[]): Markup {
  const names = { ...CLASS_NAMES, rest: restName(timeline) };
  const rows = moments(timeline);
  const columns: StaticColumn<Moment>[] = [
    { name: 'Time', cell: ({ point: { atMs } }) => (Number.isFinite(atMs) ? formatTime(new Date(atMs).toISOString()) : '–') },
    ...MEMORY_CLASSES.map(
      (id): StaticColumn<Moment> => ({ name: names[id], figure: true, cell: ({ point }) => formatBytes(memoryLevels(point)[id]) }),
    ),
    { name: 'RSS', figure: true, cell: ({ point }) => formatBytes(point.rssBytes) },
    { name: 'full collections', figure: true, cell: ({ collections }) => (collections === null ? '–' : formatCount(collections)) },
  ];
  return html`<details class="fold"><summary>As a table, and what the classes are</summary>
${staticTable('Memory by class over the run', columns, rows)}
<dl class="meanings">${MEMORY_CLASSES.map((id) => html`<div><dt>${names[id]}</dt><dd>${CLASS_MEANINGS[id]}</dd></div>`)}</dl></details>`;
}

interface Moment {
  point: TimelinePoint;
  /** Full collections since the moment before; null: not counted. */
  collections: number | null;
}

/** The last point of each twelfth of the run. */
function moments(timeline: readonly TimelinePoint[]): Moment[] {
  const found: Moment[] = [];
  const count = Math.min(MOMENTS, timeline.length);
  let next = 0;
  for (let i = 1; i <= count; i++) {
    const until = Math.round((timeline.length * i) / count);
    const part = timeline.slice(next, until);
    const counted = part.filter(({ fullGcCount }) => fullGcCount !== undefined);
    found.push({
      point: part[part.length - 1],
      collections: counted.length === 0 ? null : counted.reduce((sum, { fullGcCount = 0 }) => sum + fullGcCount, 0),
    });
    next = until;
  }
  return found;
}

function handles(timeline: readonly TimelinePoint[]): Markup | null {
  const counts = handleCounts(timeline);
  if (counts.length === 0) return null;
  return html`<h3 class="handles">Handles <small>what the process keeps open, what grew most first</small></h3>
${staticTable(
  'Handles by name',
  [
    { name: 'Name', cell: ({ name }) => name },
    { name: 'At start', figure: true, cell: ({ first }) => formatCount(first) },
    { name: 'Lowest', figure: true, cell: ({ least }) => formatCount(least) },
    { name: 'Highest', figure: true, cell: ({ most }) => formatCount(most) },
    { name: 'Now', figure: true, cell: ({ now }) => html`<b>${formatCount(now)}</b>` },
  ],
  counts,
)}`;
}
