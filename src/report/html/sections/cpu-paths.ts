// Which work burned the CPU: a row a path, that opens the path's own flame graph; what no path can be told for stands last.
import { formatNs, msToNs } from '../../../core/units.js';
import { UNATTRIBUTED_NAME } from '../../../flame/attribution/cpu-by-path.js';
import { flameSection } from '../../../flame/draw/html/flame-section.js';
import { formatCount, formatRatio } from '../../../flame/draw/page/figures.js';
import { html, type Markup } from '../../../flame/draw/page/markup.js';
import type { CpuByPath, RunCpuProfile } from '../../report-types.js';
import { PATH_NODES_MAX, pageFlame } from '../page-flame.js';
import { labelChips } from './label-chips.js';

/** Rows that are shown before the rest folds away. */
const ROWS_SHOWN = 20;
/** A call tree with less of the path's time than this is said to be a part. */
const WHOLE_RATIO = 0.98;

export function cpuPaths({ byPath, busyMs }: RunCpuProfile): Markup {
  if (byPath.length === 0) return html``;
  const named = byPath.filter((path) => !isRest(path));
  const rest = byPath.filter(isRest);
  const items = named.map((path, i) => item(path, `flame-path-${i + 1}`));
  const folded = items.slice(ROWS_SHOWN);
  return html`<h3>Which work burned the CPU <small>a sample is a path’s where it fell inside a synchronous span of it (exact), or while it alone was active on the thread; any other is nobody’s</small></h3>
<div class="list cpu-paths"><div class="head" aria-hidden="true"><span>Path</span><span class="figure">CPU time</span><span class="figure">Share</span><span></span><span class="figure">Samples</span><span class="figure">Exact</span></div>
${items.slice(0, ROWS_SHOWN)}
${folded.length > 0 && html`<details class="rest"><summary>${formatCount(folded.length)} more paths, ${formatNs(msToNs(sumMs(named.slice(ROWS_SHOWN))))}</summary>${folded}</details>`}
${rest.map((path) => item(path, 'flame-path-0'))}
<div class="sum line"><span>Sum</span><span class="figure">${formatNs(msToNs(sumMs(byPath)))}</span><span class="figure">${formatRatio(busyMs > 0 ? sumMs(byPath) / busyMs : 0)}</span><span class="share"></span><span class="figure"><i>Samples </i>${formatCount(sum(byPath, (path) => path.samples))}</span><span class="figure"><i>Exact </i>${formatCount(sum(byPath, (path) => path.syncSamples))}</span></div>
</div>`;
}

function item(path: CpuByPath, id: string): Markup {
  const line = html`<span class="name">${isRest(path) ? html`<i>${path.name}</i>` : html`<b>${path.name}</b>`}${labelChips(path.labels)}</span>
<span class="figure">${formatNs(msToNs(path.cpuMs))}</span>
<span class="figure">${formatRatio(path.ratio)}</span>
<span class="share"><svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true"><rect width="${(Math.min(1, path.ratio) * 100).toFixed(2)}" height="4"/></svg></span>
<span class="figure"><i>Samples </i>${formatCount(path.samples)}</span>
<span class="figure"><i>Exact </i>${isRest(path) ? '–' : formatCount(path.syncSamples)}</span>`;
  if (!path.flame) return html`<div class="item line">${line}</div>`;
  const shownMs = path.flame.totalUs[0] / 1000;
  const part = path.cpuMs > 0 && shownMs < WHOLE_RATIO * path.cpuMs;
  return html`<details class="item"><summary>${line}</summary><div class="body">${
    part &&
    html`<p class="files">The graph holds ${formatNs(msToNs(shownMs))} of it: the windows in which the path was one of those with most CPU time.</p>`
  }${flameSection(id, pageFlame(path.flame, PATH_NODES_MAX), { label: `Flame graph of ${path.name}` })}</div></details>`;
}

const isRest = (path: CpuByPath): boolean => path.name === UNATTRIBUTED_NAME && Object.keys(path.labels).length === 0;
const sum = (paths: readonly CpuByPath[], of: (path: CpuByPath) => number): number => paths.reduce((total, path) => total + of(path), 0);
const sumMs = (paths: readonly CpuByPath[]): number => sum(paths, (path) => path.cpuMs);
