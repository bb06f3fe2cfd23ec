// Flame script, part 3: one graph: draws, zooms, walks by keyboard, searches. Frames are SVG elements: text that can be read out, colours that follow the theme.
export const graphScript = String.raw`
function buildGraph(host) {
  const data = JSON.parse(host.querySelector('.flame-data').textContent);
  const graph = prepare(data);
  const view = host.querySelector('.flame-view');
  const panel = host.querySelector('.flame-panel');
  const input = host.querySelector('input');
  const whole = host.querySelector('.flame-whole');
  const found = host.querySelector('.flame-found');
  const state = { zoomed: 0, cursor: 0, widthPx: 0, hits: null, order: [], at: -1 };
  let blocks = [];
  let elements = [];
  let pen = null;

  const idOf = (block) => host.id + '-' + (block.node < 0 ? 's' + block.parent : block.node);
  const blockOf = (node) => blocks.findIndex((block) => block.node === node);
  const blockAt = (target) => {
    const element = target.closest && target.closest('g');
    return element === null || element === undefined ? -1 : Number(element.dataset.at);
  };

  function textWidthPx(text) {
    if (pen === null) {
      pen = document.createElement('canvas').getContext('2d');
      const probe = svg('text', {});
      view.append(svg('svg', {}, probe));
      const { fontSize, fontFamily } = getComputedStyle(probe);
      pen.font = fontSize + ' ' + fontFamily;
      pen.advancePx = pen.measureText('0'.repeat(50)).width / 50;
    }
    return /^[\x20-\x7e]*$/.test(text) ? text.length * pen.advancePx : pen.measureText(text).width;
  }

  function fit(text, widthPx) {
    if (textWidthPx(text) <= widthPx) return text;
    const letters = Array.from(text.slice(0, 400));
    let fits = 0;
    for (let low = 1, high = letters.length; low <= high; ) {
      const middle = (low + high) >> 1;
      if (textWidthPx(letters.slice(0, middle).join('') + '…') <= widthPx) {
        fits = middle;
        low = middle + 1;
      } else high = middle - 1;
    }
    return fits === 0 ? '' : letters.slice(0, fits).join('').trimEnd() + '…';
  }

  function draw() {
    const widthPx = view.clientWidth;
    if (widthPx === 0) return;
    state.widthPx = widthPx;
    blocks = layout(graph, data, state.zoomed, widthPx);
    const rows = blocks.reduce((most, block) => Math.max(most, block.row + 1), 1);
    elements = blocks.map((block, at) => elementOf(block, at));
    view.replaceChildren(svg('svg', { width: widthPx, height: rows * ROW_PX, role: 'presentation' }, elements));
    whole.hidden = state.zoomed === 0;
    markHits();
    moveCursor(blockOf(state.cursor) < 0 ? state.zoomed : state.cursor, false);
  }

  function elementOf(block, at) {
    const fromX = Math.round(block.x * 10) / 10;
    const gapPx = block.width > 4 ? 1 : block.width > 1.5 ? 0.4 : 0;
    const y = block.row * ROW_PX;
    const ink = block.node < 0 ? 'none' : data.inks[data.ink[block.node]];
    const label = block.width < 28 ? '' : fit(labelOf(data, block), block.width - 9);
    return svg('g', { id: idOf(block), 'data-at': at, role: 'treeitem', 'aria-level': block.row + 1, 'aria-label': spoken(data, block), class: block.above ? 'above' : null },
      svg('rect', { class: 'ink-' + ink, x: fromX, y, width: Math.max(0.5, Math.round((block.x + block.width - fromX - gapPx) * 10) / 10), height: ROW_PX - 1 }),
      label !== '' && label !== '…' && svg('text', { x: fromX + 4, y: y + 12.5 }, label));
  }

  function moveCursor(node, scrolls) {
    const before = view.querySelector('.cursor');
    if (before) {
      before.classList.remove('cursor');
      before.removeAttribute('aria-selected');
    }
    state.cursor = node;
    const at = blockOf(node);
    if (at < 0) return;
    const element = elements[at];
    element.classList.toggle('cursor', document.activeElement === view || node !== state.zoomed);
    element.setAttribute('aria-selected', 'true');
    view.setAttribute('aria-activedescendant', element.id);
    showPanel(panel, data, blocks[at]);
    if (!scrolls) return;
    const top = blocks[at].row * ROW_PX;
    if (top < view.scrollTop) view.scrollTop = top - ROW_PX;
    if (top + 2 * ROW_PX > view.scrollTop + view.clientHeight) view.scrollTop = top + 2 * ROW_PX - view.clientHeight;
  }

  function zoom(node) {
    state.zoomed = node;
    state.cursor = node;
    draw();
    moveCursor(node, true);
  }

  /** The nearest block beside another on its row. */
  function beside(at, direction) {
    const { row, x } = blocks[at];
    let best = -1;
    for (let i = 0; i < blocks.length; i++) {
      const block = blocks[i];
      if (block.row !== row || block.node < 0 || i === at || (direction < 0 ? block.x >= x : block.x <= x)) continue;
      if (best < 0 || Math.abs(block.x - x) < Math.abs(blocks[best].x - x)) best = i;
    }
    return best;
  }

  function widestBelow(node) {
    let best = -1;
    for (let i = 0; i < blocks.length; i++) if (blocks[i].parent === node && blocks[i].node >= 0 && (best < 0 || blocks[i].width > blocks[best].width)) best = i;
    return best;
  }

  const walks = {
    ArrowUp: () => blockOf(data.parents[state.cursor]),
    ArrowDown: () => widestBelow(state.cursor),
    ArrowLeft: () => beside(blockOf(state.cursor), -1),
    ArrowRight: () => beside(blockOf(state.cursor), 1),
    Home: () => blockOf(0),
  };

  function search(text) {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    state.hits = null;
    state.order = [];
    state.at = -1;
    found.textContent = '';
    if (words.length > 0) {
      const frameHits = data.frames.map((frame) => {
        const haystack = (frame.function + ' ' + frame.file + ' ' + frame.package).toLowerCase();
        return frame.kind !== 'none' && words.every((word) => haystack.includes(word));
      });
      state.hits = data.nodes.map((frame, node) => data.blocks[node] === 0 && frameHits[frame]);
      countHits(frameHits);
    }
    markHits();
  }

  /** Time of a match that is called by another match counts once. */
  function countHits(frameHits) {
    const within = new Uint8Array(data.nodes.length);
    let us = 0;
    for (let i = 0; i < within.length; i++) {
      const parent = data.parents[i];
      within[i] = parent >= 0 && (within[parent] || state.hits[parent]) ? 1 : 0;
      if (!state.hits[i]) continue;
      state.order.push(i);
      if (!within[i]) us += data.totalUs[i];
    }
    state.order.sort((a, b) => graph.weights[b] - graph.weights[a] || a - b);
    const functions = frameHits.filter(Boolean).length;
    found.textContent = functions === 0 ? 'nothing found'
      : formatCount(functions) + (functions === 1 ? ' function, ' : ' functions, ') + formatCount(state.order.length) + (state.order.length === 1 ? ' frame: ' : ' frames: ') +
        formatUs(us) + ', ' + formatRatio(data.totalUs[0] > 0 ? us / data.totalUs[0] : 0);
  }

  function markHits() {
    view.classList.toggle('searching', state.hits !== null);
    blocks.forEach((block, at) => {
      const hit = state.hits !== null && (block.node < 0 ? block.nodes.some((node) => state.hits[node]) : state.hits[block.node]);
      elements[at].classList.toggle('hit', hit);
    });
  }

  /** The next match, heaviest first; where it has no room, the graph zooms to its caller. */
  function nextHit() {
    if (state.order.length === 0) return;
    state.at = (state.at + 1) % state.order.length;
    const node = state.order[state.at];
    if (blockOf(node) < 0) zoom(Math.max(0, data.parents[node]));
    moveCursor(node, true);
  }

  function clearSearch() {
    input.value = '';
    search('');
  }

  const toSearch = (event) => {
    event.preventDefault();
    input.focus();
    input.select();
  };

  view.addEventListener('click', (event) => {
    const at = blockAt(event.target);
    if (at < 0) return;
    const block = blocks[at];
    zoom(block.node < 0 ? block.parent : block.node);
  });
  view.addEventListener('pointerover', (event) => {
    const at = blockAt(event.target);
    if (at >= 0) showPanel(panel, data, blocks[at]);
  });
  view.addEventListener('pointerleave', () => moveCursor(state.cursor, false));
  view.addEventListener('focus', () => moveCursor(state.cursor, false));
  view.addEventListener('blur', () => moveCursor(state.cursor, false));
  view.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (Object.hasOwn(walks, event.key)) {
      const at = walks[event.key]();
      if (at >= 0) moveCursor(blocks[at].node, true);
    } else if (event.key === 'Enter' || event.key === ' ') zoom(state.cursor);
    else if (event.key === 'Backspace') zoom(Math.max(0, data.parents[state.zoomed]));
    else if (event.key === 'Escape' && state.zoomed !== 0) zoom(0);
    else if (event.key === 'Escape') clearSearch();
    else return;
    event.preventDefault();
  });
  input.addEventListener('input', () => search(input.value));
  input.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') nextHit();
    if (event.key !== 'Escape') return;
    event.preventDefault();
    clearSearch();
    view.focus();
  });
  whole.addEventListener('click', () => {
    zoom(0);
    view.focus();
  });
  host.addEventListener('keydown', (event) => {
    // A second Ctrl+F, in the field, is the browser's own.
    if (event.target !== input && isFind(event)) toSearch(event);
  });
  host.addEventListener('flame-search', (event) => {
    input.value = String(event.detail);
    search(input.value);
    nextHit();
  });
  new ResizeObserver(() => view.clientWidth !== state.widthPx && draw()).observe(view);
  draw();
  return { host, toSearch };
}
`;
