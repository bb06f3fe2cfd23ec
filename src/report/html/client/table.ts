// Page script, part 4: a table that sorts, filters, draws its first rows and the others on demand, and opens one row by the page's fragment.
export const tableScript = String.raw`
const ROWS_FIRST = 100;

/**
 * spec: mount, kind (of the fragment, where rows open), noun, rows, columns, sort (column id), empty, detail(row, widthPx).
 * column: id, name, value(row) to sort by, cell(row), text (sorts as text, ascending first), plain (does not sort), heading (what stands under its name).
 */
function buildTable(spec) {
  const mount = document.getElementById(spec.mount);
  if (spec.rows.length === 0) {
    mount.append(el('p', { class: 'empty' }, spec.empty));
    return null;
  }
  const { columns } = spec;
  const haystacks = new Map(spec.rows.map((row) => [row, searchText(row)]));
  const state = { column: columns.find((column) => column.id === spec.sort), descending: true, words: [], all: false, open: null };
  // A row is made once and moved from then on: sorting 2 000 rows costs their layout only.
  const made = new Map();
  let drawn = new Set();
  let detailRow = null;

  const status = el('span', { class: 'status', role: 'status' });
  const filter = el('input', { type: 'search', placeholder: 'Filter by name or label', 'aria-label': 'Filter ' + spec.noun[1], input: () => {
    state.words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    draw();
  } });
  const select = el('select', { 'aria-label': 'Sort by', change: () => sortBy(columns.find((column) => column.id === select.value)) },
    columns.filter((column) => !column.plain).map((column) => el('option', { value: column.id }, column.name)));
  const flip = el('button', { type: 'button', class: 'flip', click: () => sortBy(state.column) });
  const heads = columns.map((column) => el('th', { scope: 'col', role: 'columnheader', class: column.id + (column.text ? '' : ' figure') },
    column.plain ? column.name : el('button', { type: 'button', click: () => sortBy(column) }, column.name), column.heading));
  const body = el('tbody', { role: 'rowgroup' });
  const more = el('button', { type: 'button', class: 'more', click: () => {
    state.all = true;
    draw();
  } });
  const scroll = el('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': spec.noun[1] },
    el('table', { class: 'rows ' + spec.mount, role: 'table' }, el('caption', {}, spec.caption), el('thead', { role: 'rowgroup' }, el('tr', { role: 'row' }, heads)), body));
  const few = spec.rows.length <= 8;
  mount.append(el('div', { class: 'tools' + (few ? ' few' : '') }, filter, el('span', { class: 'sorter' }, 'Sort by ', select, flip), status, spec.legend && el('span', { class: 'legend' }, spec.legend)), scroll, more);

  function sortBy(column) {
    if (column === state.column) state.descending = !state.descending;
    else state.descending = !column.text;
    state.column = column;
    draw();
  }

  function ordered() {
    const { value } = state.column;
    const sign = state.descending ? -1 : 1;
    const compare = state.column.text ? (a, b) => value(a).localeCompare(value(b), 'en') : (a, b) => value(a) - value(b);
    return spec.rows.filter((row) => state.words.every((word) => haystacks.get(row).includes(word))).sort((a, b) => sign * compare(a, b));
  }

  function draw() {
    const rows = ordered();
    const openAt = state.open === null ? -1 : rows.indexOf(state.open);
    const shown = state.all ? rows : rows.slice(0, Math.max(ROWS_FIRST, openAt + 1));
    drawn = new Set(shown);
    detailRow = null;
    const fragment = document.createDocumentFragment();
    for (const row of shown) fragment.append(lineOf(row));
    if (rows.length === 0) fragment.append(el('tr', { role: 'row', class: 'none' }, el('td', { role: 'cell', colspan: columns.length }, 'No ' + spec.noun[0] + ' matches the filter.')));
    body.replaceChildren(fragment);
    columns.forEach((column, i) => {
      if (column === state.column) heads[i].setAttribute('aria-sort', state.descending ? 'descending' : 'ascending');
      else heads[i].removeAttribute('aria-sort');
    });
    select.value = state.column.id;
    flip.textContent = state.descending ? '↓' : '↑';
    flip.setAttribute('aria-label', state.descending ? 'Descending; sort ascending' : 'Ascending; sort descending');
    const hidden = rows.length - shown.length;
    more.hidden = hidden <= 0;
    more.textContent = 'Show all ' + formatCount(rows.length) + ' ' + spec.noun[1];
    status.textContent = (rows.length === spec.rows.length ? '' : formatCount(rows.length) + ' of ') + formatCount(spec.rows.length) + ' ' + spec.noun[spec.rows.length === 1 ? 0 : 1] +
      (hidden > 0 ? ', first ' + formatCount(shown.length) + ' shown' : '');
    if (state.open !== null) showDetail();
  }

  function lineOf(row) {
    const line = made.get(row) || drawRow(row);
    made.set(row, line);
    return line;
  }

  function drawRow(row) {
    const cells = columns.map((column, i) => {
      const figureCell = !column.text && !column.plain;
      const content = column.cell(row);
      if (i > 0) return el('td', { role: 'cell', class: column.id + (figureCell ? ' figure' : ''), 'data-name': column.name }, content);
      const label = spec.detail ? el('a', { class: 'name', href: hashOf(spec.kind, row), 'aria-expanded': 'false' }, content) : content;
      return el('th', { scope: 'row', role: 'rowheader', class: column.id }, label, spec.notes ? spec.notes(row) : null);
    });
    return el('tr', { role: 'row', click: spec.detail && ((event) => clicked(event, row)) }, cells);
  }

  function clicked(event, row) {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    if (!event.target.closest('a') && String(getSelection()) !== '') return;
    event.preventDefault();
    const next = state.open === row ? null : row;
    setHash(next === null ? '#' + spec.mount : hashOf(spec.kind, row));
    onlyOpen(table, next);
  }

  function open(row) {
    if (detailRow !== null) detailRow.remove();
    detailRow = null;
    if (state.open !== null) mark(lineOf(state.open), false);
    state.open = row;
    if (row !== null) showDetail();
  }

  function showDetail() {
    const line = lineOf(state.open);
    mark(line, true);
    if (!drawn.has(state.open)) return;
    const widthPx = Math.max(280, Math.min(scroll.clientWidth, 1400) - 32);
    detailRow = el('tr', { role: 'row', class: 'detail' }, el('td', { role: 'cell', colspan: columns.length }, spec.detail(state.open, widthPx)));
    line.after(detailRow);
  }

  function mark(line, isOpen) {
    line.classList.toggle('open', isOpen);
    line.querySelector('a.name').setAttribute('aria-expanded', String(isOpen));
  }

  /** Brings a row to light whatever hides it: the filter, or the first rows' limit. */
  function reveal(row) {
    if (!state.words.every((word) => haystacks.get(row).includes(word))) {
      filter.value = '';
      state.words = [];
    }
    open(row);
    if (!drawn.has(row)) draw();
    lineOf(row).scrollIntoView({ block: 'center' });
  }

  const table = { kind: spec.kind, rows: spec.rows, open, reveal, redrawDetail: () => state.open !== null && open(state.open) };
  draw();
  return table;
}

const searchText = (row) => [row.name].concat(Object.entries(row.labels).flat()).join(' ').toLowerCase();

function hashOf(kind, row) {
  const pairs = Object.entries(row.labels).map(([key, value]) => key + '=' + value);
  const key = (row.name + '{' + pairs.join(',') + '}').replace(/\p{Surrogate}/gu, '\ufffd');
  return '#' + kind + '/' + encodeURIComponent(key);
}

function setHash(hash) {
  try {
    history.replaceState(null, '', hash);
  } catch {
    location.hash = hash;
  }
}
`;
