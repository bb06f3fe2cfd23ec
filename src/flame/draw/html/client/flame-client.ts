// FLAME_CLIENT: the one script of a page with flame graphs. It draws each that it finds, and shares no name with the page.

import { ROW_PX } from '../../flame-picture.js';
import { domScript } from '../../page/dom-script.js';
import { formatScript } from '../../page/format-script.js';
import { graphScript } from './graph-script.js';
import { layoutScript } from './layout-script.js';
import { panelScript } from './panel-script.js';

const startScript = `
const isFind = (event) => (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === 'f';
const graphs = [...document.querySelectorAll('[data-flame]')].map(buildGraph);

/** The graph that is on the screen, else the first. */
function nearestGraph() {
  return graphs.find(({ host }) => host.getBoundingClientRect().bottom > 0 && host.getBoundingClientRect().top < innerHeight) || graphs[0];
}

document.addEventListener('keydown', (event) => {
  if (graphs.length === 0 || event.defaultPrevented || event.target.closest('input, select, textarea, [contenteditable]')) return;
  const finder = graphs.find(({ host }) => 'takesFind' in host.dataset);
  if (event.key === '/' && !event.ctrlKey && !event.metaKey && !event.altKey) (graphs.find(({ host }) => host.contains(event.target)) || nearestGraph()).toSearch(event);
  else if (finder && isFind(event)) finder.toSearch(event);
});
`;

/** Runs on its own, once a page, after the markup of all flame graphs. */
export const FLAME_CLIENT = `(() => {
'use strict';
const ROW_PX = ${ROW_PX};
${[domScript, formatScript, layoutScript, panelScript, graphScript, startScript].join('')}
})();
`;
