// Threads' CPU, garbage collections by kind and heap spaces: the runtime's tables below the timelines.
import { formatBytes, formatNs } from '../../../core/units.js';
import { formatCount, significant } from '../../../flame/draw/page/figures.js';
import { html, type Markup } from '../../../flame/draw/page/markup.js';
import type { RunSummary } from '../../report-types.js';
import { staticTable } from './static-table.js';

export function runtimeSection(run: RunSummary): Markup {
  return html`<section id="runtime"><h2>Threads, collections, heap</h2><div class="columns">
<div><h3>Threads’ CPU <small>newest window</small></h3>${threads(run)}</div>
<div><h3>Garbage collection <small>whole run</small></h3>${collections(run)}</div>
<div><h3>Heap spaces <small>main thread, newest sample</small></h3>${spaces(run)}</div>
</div></section>`;
}

function threads({ runtime }: RunSummary): Markup {
  if (runtime.threads.length === 0) return html`<p class="empty">No thread’s CPU is known: the platform does not tell, or no window was sampled.</p>`;
  const byUse = [...runtime.threads].sort((a, b) => b.cpuRatio - a.cpuRatio);
  return staticTable(
    'CPU of each thread',
    [
      { name: 'Thread', cell: (thread) => thread.name },
      { name: 'Id', figure: true, cell: (thread) => thread.id },
      { name: 'Cores', figure: true, cell: (thread) => significant(thread.cpuRatio) },
    ],
    byUse,
  );
}

function collections({ runtime }: RunSummary): Markup {
  const kinds = Object.entries(runtime.gc.byKind).sort(([, a], [, b]) => b.totalMs - a.totalMs);
  if (kinds.length === 0) return html`<p class="empty">No garbage was collected in this run.</p>`;
  return staticTable(
    'Garbage collections by kind',
    [
      { name: 'Kind', cell: ([kind]) => kind },
      { name: 'Count', figure: true, cell: ([, gc]) => formatCount(gc.count) },
      { name: 'Total', figure: true, cell: ([, gc]) => formatNs(gc.totalMs * 1e6) },
      { name: 'Longest pause', figure: true, cell: ([, gc]) => formatNs(gc.pauseNsMax) },
    ],
    kinds,
  );
}

function spaces({ runtime }: RunSummary): Markup {
  if (runtime.memory.spaces.length === 0) return html`<p class="empty">No heap space was sampled.</p>`;
  const bySize = [...runtime.memory.spaces].sort((a, b) => b.sizeBytes - a.sizeBytes);
  return staticTable(
    'V8 heap spaces',
    [
      { name: 'Space', cell: (space) => space.name },
      { name: 'Used', figure: true, cell: (space) => formatBytes(space.usedBytes) },
      { name: 'Size', figure: true, cell: (space) => formatBytes(space.sizeBytes) },
    ],
    bySize,
  );
}
