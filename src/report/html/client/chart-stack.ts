// Page script, part 6: charts over one time axis with one cursor: the pointer or the arrow keys read all of them at the same moment.
export const chartStackScript = `
const GUTTER_PX = 64;
/** A hole in the samples of more than this many spans is drawn as a hole. */
const GAP_SPANS = 2.5;

const timesOf = (points) => [points[0].atMs - points[0].spanMs, Math.max(points[points.length - 1].atMs, points[0].atMs - points[0].spanMs + 1)];

/** A chart has a node, a plot, draw(widthPx, xOf, ticks, marks) and read(index, x). marksOf, markAt, tell and onEnter are about marks that lie across the charts. */
function buildChartStack({ mount, points, charts, label, atRest, lane = null, marksOf = () => null, markAt = () => undefined, tell = () => [], onEnter = () => {} }) {
  const [fromMs, toMs] = timesOf(points);
  const moment = el('p', { class: 'moment' });
  const node = el('div', { class: 'stack', tabindex: 0, role: 'group', 'aria-label': label + '; arrow keys move the cursor' });
  if (lane !== null) node.append(lane.node);
  node.append(...charts.map((chart) => chart.node), el('div', { class: 'chart axis' }, el('div'), el('div', { class: 'times' })));
  mount.append(moment, node);
  let at = null;
  let xOf = null;

  function draw() {
    const widthPx = charts[0].plot.clientWidth || 700;
    xOf = (ms) => GUTTER_PX + ((ms - fromMs) / (toMs - fromMs)) * (widthPx - GUTTER_PX - 1);
    const ticks = timeTicks(fromMs, toMs, Math.max(2, Math.floor(widthPx / 110)));
    for (const chart of charts) chart.draw(widthPx, xOf, ticks, marksOf(xOf));
    if (lane !== null) lane.draw(widthPx, xOf);
    const labels = ticks.map((ms) => svg('text', { class: 'tick', x: xOf(ms).toFixed(1), y: 12, 'text-anchor': anchorOf(xOf(ms), widthPx) }, formatClock(ms)));
    node.querySelector('.times').replaceChildren(svg('svg', { viewBox: '0 0 ' + widthPx + ' 18', 'aria-hidden': 'true' }, labels));
    move(at);
  }

  function move(index, mark) {
    at = index;
    const point = index === null ? null : points[index];
    moment.replaceChildren(point === null ? atRest : formatClock(point.atMs) + ' UTC, over ' + formatNs(point.spanMs * 1e6), ...tell(point, mark));
    for (const chart of charts) chart.read(index, point === null ? 0 : xOf(point.atMs - point.spanMs / 2));
  }

  node.onpointermove = (event) => {
    const box = charts[0].plot.getBoundingClientRect();
    const px = event.clientX - box.left;
    const ms = fromMs + ((px - GUTTER_PX) / (box.width - GUTTER_PX - 1)) * (toMs - fromMs);
    move(px < GUTTER_PX - 8 ? null : nearest(points, ms), markAt(event.target));
  };
  node.onpointerleave = () => move(null);
  node.onkeydown = (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (event.key === 'Escape') move(null);
    // On a mark, Enter is the link's own.
    if (event.key === 'Enter' && event.target === node && at !== null) onEnter(points[at]);
    if (step === undefined) return;
    event.preventDefault();
    move(at === null ? (step > 0 ? 0 : points.length - 1) : Math.min(points.length - 1, Math.max(0, at + step)));
  };
  draw();
  return { node, draw, move };
}

/** Levels with their names, and the times of the axis below. */
function chartGrid(widthPx, heightPx, yOf, levels, format, ticks, xOf) {
  return [
    levels.map((level, i) => [
      svg('path', { class: i === 0 ? 'base' : 'grid', d: 'M' + GUTTER_PX + ' ' + yOf(level).toFixed(1) + 'H' + widthPx }),
      svg('text', { class: 'tick', x: GUTTER_PX - 6, y: (yOf(level) + (i === 0 ? 0 : 4)).toFixed(1), 'text-anchor': 'end' }, level === 0 ? '0' : trimmed(format(level))),
    ]),
    ticks.map((ms) => svg('path', { class: 'grid', d: 'M' + xOf(ms).toFixed(1) + ' ' + yOf(levels[levels.length - 1]).toFixed(1) + 'V' + heightPx })),
  ];
}

const cursorPath = (index, x, heightPx) => (index === null ? '' : 'M' + x.toFixed(1) + ' 0V' + heightPx);

/** A limit, its name at the right end. */
const limitLine = (y, widthPx, name) => [
  svg('path', { class: 'limit', d: 'M' + GUTTER_PX + ' ' + y.toFixed(1) + 'H' + widthPx }),
  svg('text', { class: 'limit', x: widthPx - 4, y: (y - 4).toFixed(1), 'text-anchor': 'end' }, name),
];

const keyOf = (sign, name, readout) => el('div', {}, el('dt', {}, svg('svg', { class: 'key', viewBox: '0 0 16 8', 'aria-hidden': 'true' }, sign), name), readout);

function runsOf(points) {
  const runs = [];
  let last = null;
  for (const point of points) {
    if (last === null || point.atMs - last.atMs > GAP_SPANS * Math.max(point.spanMs, last.spanMs)) runs.push([]);
    runs[runs.length - 1].push(point);
    last = point;
  }
  return runs;
}

const anchorOf = (x, widthPx) => (x > widthPx - 28 ? 'end' : 'middle');

function nearest(points, ms) {
  let best = 0;
  for (let i = 1; i < points.length; i++) {
    if (Math.abs(points[i].atMs - points[i].spanMs / 2 - ms) < Math.abs(points[best].atMs - points[best].spanMs / 2 - ms)) best = i;
  }
  return best;
}

/** The next round figure above: 1, 2, 4, 6 or 8 of a power of ten; of bytes, of a power of 1024. */
function niceTop(value, bytes) {
  if (!(value > 0)) return 1;
  const unit = bytes ? 1024 ** Math.floor(Math.log2(value) / 10) : 1;
  const power = 10 ** Math.floor(Math.log10(value / unit));
  return unit * power * ([1, 2, 4, 6, 8, 10].find((step) => step * power * unit >= value) || 10);
}

/** Round times of day. */
function timeTicks(fromMs, toMs, most) {
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400].map((s) => s * 1000);
  const step = steps.find((ms) => (toMs - fromMs) / ms <= most) || Math.ceil((toMs - fromMs) / most / 86400000) * 86400000;
  const ticks = [];
  for (let ms = Math.ceil(fromMs / step) * step; ms <= toMs; ms += step) ticks.push(ms);
  return ticks;
}
`;
