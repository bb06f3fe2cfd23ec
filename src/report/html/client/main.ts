// Page script, part 11: fragment and resizing; starts everything. The parts make one script, in this order.
import { domScript } from '../../../flame/draw/page/dom-script.js';
import { formatScript } from '../../../flame/draw/page/format-script.js';
import { themeScript } from '../../../flame/draw/page/theme-script.js';
import { chartStackScript } from './chart-stack.js';
import { flamesScript } from './flames.js';
import { memoryScript } from './memory.js';
import { pathTablesScript } from './path-tables.js';
import { shapesScript } from './shapes.js';
import { stallMarksScript } from './stall-marks.js';
import { tableScript } from './table.js';
import { timelinesScript } from './timelines.js';

const mainScript = `
function onlyOpen(table, row) {
  for (const other of tables) if (other !== table) other.open(null);
  table.open(row);
}

/** Opens the stall or the row that the fragment names; any other fragment is the browser's. */
function followHash() {
  if (stallOfHash() !== null && openStall(stallOfHash())) return;
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
const chartStacks = [buildTimelines(), buildMemory()].filter(Boolean);
let widthPx = innerWidth;
const redraw = () => {
  for (const stack of chartStacks) stack.draw();
  for (const table of tables) table.redrawDetail();
};
addEventListener('resize', () => {
  if (innerWidth !== widthPx) redraw();
  widthPx = innerWidth;
});
listenForFlames();
addEventListener('hashchange', followHash);
followHash();
`;

/** The page's one script; `data` is what pageData made. */
export const pageScript = `'use strict';
{
const data = JSON.parse(document.getElementById('pitot-data').textContent);
${[domScript, formatScript, themeScript, shapesScript, tableScript, pathTablesScript, chartStackScript, stallMarksScript, timelinesScript, memoryScript, flamesScript, mainScript].join('')}
}
`;
