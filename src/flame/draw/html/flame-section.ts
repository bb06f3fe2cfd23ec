// The markup of one interactive flame graph: a page may hold several, with FLAME_STYLE and FLAME_CLIENT once.
import type { FlameTree } from '../../../report/report-types.js';
import type { CallNode } from '../../call-tree.js';
import { fromFlameTree } from '../../flame-tree.js';
import type { DiffNode } from '../diff-node.js';
import { drawnTree } from '../drawn-tree.js';
import { legendOf, notesOf } from '../legend.js';
import { mergeSmall, weightThatKeeps } from '../merge-small.js';
import { html, jsonForScript, Markup } from '../page/markup.js';
import { graphData } from './graph-data.js';

/** Frames in a page at the most: a megabyte. The lightest are put together first. */
export const GRAPH_NODES_MAX = 20_000;

export interface SectionOptions {
  /** Named for screen readers. Default `Flame graph`. */
  label?: string;
  /** Keeps idle time. Default false. */
  idle?: boolean;
  /** Ctrl+F anywhere on the page goes to this graph's search: for pages that show nothing else. Default false: only from inside the graph. */
  takesFind?: boolean;
}

/**
 * A flame graph, root on top: `data` is a call tree, a difference, or the columns of a report. The id is the element's, unique in the page.
 * The script draws it as soon as it has a width, listens to `flame-search` (a CustomEvent at the element, its detail the text to look for),
 * and needs no network, no style attribute and no inline handler: a content security policy may admit it by hash.
 */
export function flameSection(
  id: string,
  data: CallNode | DiffNode | FlameTree,
  { label = 'Flame graph', idle, takesFind = false }: SectionOptions = {},
): Markup {
  const tree = drawnTree('parents' in data ? fromFlameTree(data) : data, { idle });
  const shown = mergeSmall(tree, weightThatKeeps(tree, GRAPH_NODES_MAX));
  if (!(shown.root.weightUs > 0)) return html`<div class="flame" id="${id}"><p class="empty">No sample fell into this profile.</p></div>`;
  const notes = notesOf(tree, shown);
  return html`<div class="flame" id="${id}" data-flame${takesFind && new Markup(' data-takes-find')}>
<ul class="flame-legend">${legendOf(tree).map(
    ({ inks, text }) =>
      html`<li>${inks.map((ink) => html`<svg class="flame-swatch" viewBox="0 0 1 1" aria-hidden="true"><rect class="ink-${ink}" width="1" height="1"/></svg>`)}${text}</li>`,
  )}</ul>
<p class="flame-notes">${notes.join(' · ')}</p>
<div class="flame-tools"><input type="search" placeholder="Search functions, files, packages" aria-label="Search the flame graph" autocomplete="off" spellcheck="false">
<button type="button" class="flame-whole" hidden>Whole graph</button><span class="flame-found" role="status"></span>
<span class="flame-keys">Click or <kbd>Enter</kbd> zooms, <kbd>Esc</kbd> goes back, arrows walk, <kbd>/</kbd> searches</span></div>
<div class="flame-panel"></div>
<div class="flame-view" tabindex="0" role="tree" aria-label="${label}"></div>
<script type="application/json" class="flame-data">${new Markup(jsonForScript(graphData(shown)))}</script>
<noscript><p class="empty">The graph is drawn by this page’s script, which is switched off.</p></noscript>
</div>`;
}
