// Page script, part 7: theme, fragment and resizing; starts everything. The parts make one script, in this order.
import { domScript } from './dom.js';
import { formatScript } from './format.js';
import { pathTablesScript } from './path-tables.js';
import { shapesScript } from './shapes.js';
import { tableScript } from './table.js';
import { timelinesScript } from './timelines.js';

const mainScript = `
function themeToggle() {
  const root = document.documentElement;
  const button = document.getElementById('theme');
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const isDark = () => (root.dataset.theme ? root.dataset.theme === 'dark' : dark.matches);
  const remember = (theme) => {
    // Storage may be closed to pages from disk; the choice then lasts as long as the page.
    try {
      if (theme !== undefined) localStorage.setItem('pitot-theme', theme);
      return localStorage.getItem('pitot-theme');
    } catch {
      return null;
    }
  };
  const show = () => {
    button.textContent = isDark() ? 'Light' : 'Dark';
    button.setAttribute('aria-label', isDark() ? 'Switch to light colours' : 'Switch to dark colours');
  };
  const kept = remember();
  if (kept === 'dark' || kept === 'light') root.dataset.theme = kept;
  button.hidden = false;
  button.addEventListener('click', () => {
    root.dataset.theme = isDark() ? 'light' : 'dark';
    remember(root.dataset.theme);
    show();
  });
  dark.addEventListener('change', show);
  show();
}

function onlyOpen(table, row) {
  for (const other of tables) if (other !== table) other.open(null);
  table.open(row);
}

/** Opens the row that the fragment names; any other fragment is the browser's. */
function followHash() {
  for (const table of tables) {
    const row = location.hash.startsWith('#' + table.kind + '/') && table.rows.find((candidate) => hashOf(table.kind, candidate) === location.hash);
    if (!row) continue;
    onlyOpen(table, row);
    table.reveal(row);
    return;
  }
}

themeToggle();
const tables = [pathTable(), distributionTable()].filter(Boolean);
counterTable();
gaugeTable();
const timelines = buildTimelines();
let widthPx = innerWidth;
const redraw = () => {
  if (timelines) timelines.draw();
  for (const table of tables) table.redrawDetail();
};
addEventListener('resize', () => {
  if (innerWidth !== widthPx) redraw();
  widthPx = innerWidth;
});
addEventListener('hashchange', followHash);
followHash();
`;

/** The page's one script; `data` is what pageData made. */
export const pageScript = `'use strict';
{
const data = JSON.parse(document.getElementById('pitot-data').textContent);
${[domScript, formatScript, shapesScript, tableScript, pathTablesScript, timelinesScript, mainScript].join('')}
}
`;
