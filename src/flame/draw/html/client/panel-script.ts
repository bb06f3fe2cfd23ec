// Flame script, part 2: what is said about a block: its name, its place, its figures.
export const panelScript = String.raw`
const formatUs = (us) => (us === 0 ? '0 ms' : formatNs(us * 1e3));
const oneLine = (text) => text.replace(/[\s\p{Zl}\p{Zp}]+/gu, ' ').replace(/\p{C}/gu, '?').trim();

function nameOf(data, block) {
  if (block.node < 0) return '(' + formatCount(block.count) + ' small)';
  const { node } = block;
  const count = data.counts[node];
  if (data.blocks[node] > 0) return '(' + formatCount(count) + (data.blocks[node] === 1 ? ' small)' : ' deeper)');
  const name = oneLine(data.frames[data.nodes[node]].function);
  if (node === 0 && name === '(root)') return 'all';
  return count > 1 ? name + ' ×' + formatCount(count) : name;
}

function placeOf(data, block) {
  if (block.node < 0) return '';
  const { file, line } = data.frames[data.nodes[block.node]];
  return oneLine(file) + (line > 0 && file !== '' ? ':' + line : '');
}

function labelOf(data, block) {
  const name = nameOf(data, block);
  if (block.node === 0) return name + ' · ' + formatUs(data.totalUs[0]);
  const place = name.startsWith('(anonymous)') ? placeOf(data, block) : '';
  return place === '' ? name : name + ' ' + place.slice(place.lastIndexOf('/') + 1);
}

/** Sum of a column over what a block stands for. */
function sumOf(block, column) {
  if (column === undefined) return 0;
  return block.node >= 0 ? column[block.node] : block.nodes.reduce((sum, node) => sum + column[node], 0);
}

function changeOf(before, after) {
  if (before === after) return 'no change';
  if (before === 0) return 'new';
  if (after === 0) return 'gone';
  const sign = after > before ? '+' : '−';
  return sign + formatUs(Math.abs(after - before)) + ' (' + sign + formatRatio(Math.abs(after - before) / before) + ')';
}

/** Pairs of what a figure is and its text; the third says whether it is more or less. */
function figuresOf(data, block) {
  const total = sumOf(block, data.totalUs);
  const self = block.node < 0 ? total : data.selfUs[block.node];
  const share = (us) => formatUs(us) + ' (' + formatRatio(data.totalUs[0] > 0 ? us / data.totalUs[0] : 0) + ')';
  if (!data.beforeTotalUs) {
    const figures = [['total', share(total)], ['self', share(self)]];
    if (data.samples) figures.push(['samples', formatCount(sumOf(block, data.samples))]);
    return figures;
  }
  const change = (name, before, after) => [name, formatUs(before) + ' → ' + formatUs(after) + ', ' + changeOf(before, after), after > before ? 'more' : after < before ? 'less' : ''];
  const before = sumOf(block, data.beforeTotalUs);
  const figures = [change('total', before, total), change('self', block.node < 0 ? before : data.beforeSelfUs[block.node], self)];
  const known = block.node >= 0 && data.blocks[block.node] === 0;
  if (known && !data.significant[block.node]) return figures.map(([name, text]) => [name, text, '']).concat([['', 'no more than noise']]);
  return figures;
}

const spoken = (data, block) => [nameOf(data, block), placeOf(data, block)].concat(figuresOf(data, block).map(([name, text]) => name + ' ' + text)).filter(Boolean).join(', ');

function showPanel(panel, data, block) {
  const frame = block.node < 0 ? null : data.frames[data.nodes[block.node]];
  const place = placeOf(data, block);
  panel.replaceChildren(
    el('p', {}, el('b', { title: nameOf(data, block) }, nameOf(data, block)),
      frame && frame.package && el('span', { class: 'chip' }, oneLine(frame.package)),
      el('span', { class: 'place', title: place }, block.node < 0 || data.blocks[block.node] === 1 ? 'siblings too narrow to be drawn one by one' : place)),
    el('p', { class: 'figures-line' }, figuresOf(data, block).map(([name, text, direction]) => el('span', { class: direction || null }, name, name && ' ', el('i', { class: direction || null }, text)))),
  );
}
`;
