// Page script, part 7: the run's timelines. One time axis, one cursor: the pointer or the arrow keys read every chart at the same moment.
export const timelinesScript = `
const PLOT_HEIGHT_PX = 92;
const GUTTER_PX = 64;
/** A hole in the samples of more than this many spans is drawn as a hole. */
const GAP_SPANS = 2.5;

const CHARTS = [
  { title: 'Event-loop delay', about: 'how late the main loop turned', format: formatNs, series: [
    { name: 'max', kind: 'line quiet', of: (point) => point.loopDelayNsMax }, { name: 'p99', kind: 'area', of: (point) => point.loopDelayNsP99 }] },
  { title: 'Loop utilisation', about: 'share of time the loop was busy', format: formatRatio, full: 1, series: [
    { name: 'busy', kind: 'area', of: (point) => point.loopUtilization }] },
  { title: 'Garbage collection', about: 'time in collections per interval, and the longest pause', format: formatNs, series: [
    { name: 'total', kind: 'bars', of: (point) => point.gcTotalMs * 1e6 }, { name: 'longest', kind: 'line quiet', of: (point) => point.gcPauseNsMax }] },
  { title: 'CPU', about: 'cores used by the process', format: (value) => significant(value), series: [{ name: 'cores', kind: 'area', of: (point) => point.cpuRatio }] },
  { title: 'Memory', about: '', format: formatBytes, bytes: true, series: [
    { name: 'rss', kind: 'line ink', of: (point) => point.rssBytes }, { name: 'heap total', kind: 'line quiet', of: (point) => point.heapTotalBytes },
    { name: 'heap used', kind: 'area', of: (point) => point.heapUsedBytes }, { name: 'external', kind: 'line dotted', of: (point) => point.externalBytes }] },
];

function buildTimelines() {
  const mount = document.getElementById('timelines');
  const points = data.timeline;
  if (points.length === 0) {
    mount.append(el('p', { class: 'empty' }, 'No runtime sample was taken: the run ended before the first was due.'));
    return null;
  }
  const fromMs = points[0].atMs - points[0].spanMs;
  const toMs = Math.max(points[points.length - 1].atMs, fromMs + 1);
  const moment = el('p', { class: 'moment' });
  const stack = el('div', { class: 'stack', tabindex: 0, role: 'group', 'aria-label': 'Timelines; arrow keys move the cursor' });
  const charts = CHARTS.map((chart) => buildChart(chart, points));
  const stalls = stallsWithin(fromMs, toMs);
  const lane = stalls.length > 0 ? buildStallLane(stalls, fromMs, toMs) : null;
  if (lane !== null) stack.append(lane.node);
  stack.append(...charts.map((chart) => chart.node), el('div', { class: 'chart axis' }, el('div'), el('div', { class: 'times' })));
  mount.append(moment, stack);
  let at = null;
  let xNow = null;

  /** Those of a moment, the longest first. */
  const stallsAt = (point) => stalls.filter((stall) => stall.fromMs <= point.atMs && stall.fromMs + stall.durationMs >= point.atMs - point.spanMs).sort((a, b) => b.durationMs - a.durationMs);

  function draw() {
    const widthPx = charts[0].plot.clientWidth || 700;
    const xOf = (ms) => GUTTER_PX + ((ms - fromMs) / (toMs - fromMs)) * (widthPx - GUTTER_PX - 1);
    const ticks = timeTicks(fromMs, toMs, Math.max(2, Math.floor(widthPx / 110)));
    for (const chart of charts) chart.draw(widthPx, xOf, ticks, stallSpans(stalls, fromMs, toMs, xOf, PLOT_HEIGHT_PX));
    if (lane !== null) lane.draw(widthPx, xOf);
    const labels = ticks.map((ms) => svg('text', { class: 'tick', x: xOf(ms).toFixed(1), y: 12, 'text-anchor': anchorOf(xOf(ms), widthPx) }, formatClock(ms)));
    stack.querySelector('.times').replaceChildren(svg('svg', { viewBox: '0 0 ' + widthPx + ' 18', 'aria-hidden': 'true' }, labels));
    xNow = xOf;
    move(at, xOf);
    stack.onpointermove = (event) => {
      const box = charts[0].plot.getBoundingClientRect();
      const px = event.clientX - box.left;
      const ms = fromMs + ((px - GUTTER_PX) / (box.width - GUTTER_PX - 1)) * (toMs - fromMs);
      move(px < GUTTER_PX - 8 ? null : nearest(points, ms), xOf, stallOf(event.target));
    };
    stack.onpointerleave = () => move(null, xOf);
    stack.onkeydown = (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (event.key === 'Escape') move(null, xOf);
      // On a mark of the lane, Enter is the link's own.
      if (event.key === 'Enter' && event.target === stack && at !== null && stallsAt(points[at]).length > 0) location.hash = stallsAt(points[at])[0].id;
      if (step === undefined) return;
      event.preventDefault();
      move(at === null ? (step > 0 ? 0 : points.length - 1) : Math.min(points.length - 1, Math.max(0, at + step)), xOf);
    };
  }

  const stallOf = (target) => {
    const link = target.closest('[data-stall]');
    return link === null ? undefined : stalls.find((stall) => stall.id === link.dataset.stall);
  };

  /** stall: the one that is pointed at. */
  function move(index, xOf, stall) {
    at = index;
    const point = index === null ? null : points[index];
    const met = point === null ? [] : stallsAt(point);
    const told = stall || met[0];
    const more = met.filter((other) => other !== told).length;
    moment.replaceChildren(
      point === null ? 'Highest of the run; point at a chart to read a moment.' : formatClock(point.atMs) + ' UTC, over ' + formatNs(point.spanMs * 1e6),
      ...(told === undefined ? [] : [el('span', { class: 'told' }, stallShape(told.verdict), ' ' + stallText(told) + (more > 0 ? ', and ' + formatCount(more) + ' more' : ''), el('small', {}, ' click or Enter opens it'))]));
    for (const chart of charts) chart.read(point, point === null ? 0 : xOf(point.atMs - point.spanMs / 2));
  }

  draw();
  stack.addEventListener('focusin', (event) => {
    const stall = stallOf(event.target);
    if (stall !== undefined) move(nearest(points, stall.fromMs + stall.durationMs / 2), xNow, stall);
  });
  return { draw };
}

function buildChart(chart, points) {
  const limit = chart.bytes && data.limitBytes > 0 ? data.limitBytes : 0;
  const highest = chart.series.map((line) => Math.max(...points.map(line.of)));
  const peak = Math.max(...highest, 0);
  // A limit far above would flatten every line: it is drawn where it is within reach, and written in any case.
  const limitInRange = limit > 0 && limit <= peak * 2;
  const top = chart.full || niceTop(Math.max(peak, limitInRange ? limit : 0), chart.bytes);
  const readouts = chart.series.map((line) => el('dd', {}));
  const keys = chart.series.map((line, i) => el('div', {}, el('dt', {}, svg('svg', { class: 'key', viewBox: '0 0 16 8', 'aria-hidden': 'true' }, svg('path', { class: keyClass(line.kind), d: keyPath(line.kind) })), line.name), readouts[i]));
  const about = limit > 0 ? 'limit ' + formatBytes(limit) + ' by ' + data.limitSource + (limitInRange ? '' : ', far above') : chart.about;
  const plot = el('div', { class: 'plot' });
  const node = el('div', { class: 'chart' }, el('div', { class: 'key-column' }, el('h3', {}, chart.title), about && el('p', {}, about), el('dl', {}, keys)), plot);
  const label = chart.title + ', highest: ' + chart.series.map((line, i) => line.name + ' ' + chart.format(highest[i])).join(', ');
  let cursor = null;

  function draw(widthPx, xOf, ticks, spans) {
    const yOf = (value) => PLOT_HEIGHT_PX - 1 - (Math.min(value, top) / top) * (PLOT_HEIGHT_PX - 10);
    const levels = [0, top / 2, top];
    cursor = svg('path', { class: 'cursor', d: '' });
    plot.replaceChildren(svg('svg', { viewBox: '0 0 ' + widthPx + ' ' + PLOT_HEIGHT_PX, role: 'img', 'aria-label': label },
      levels.map((level) => [
        svg('path', { class: level === 0 ? 'base' : 'grid', d: 'M' + GUTTER_PX + ' ' + yOf(level).toFixed(1) + 'H' + widthPx }),
        svg('text', { class: 'tick', x: GUTTER_PX - 6, y: (yOf(level) + (level === 0 ? 0 : 4)).toFixed(1), 'text-anchor': 'end' }, level === 0 ? '0' : trimmed(chart.format(level))),
      ]),
      ticks.map((ms) => svg('path', { class: 'grid', d: 'M' + xOf(ms).toFixed(1) + ' ' + yOf(top).toFixed(1) + 'V' + PLOT_HEIGHT_PX })),
      chart.series.map((line) => drawSeries(line, points, xOf, yOf)),
      limitInRange && svg('path', { class: 'limit', d: 'M' + GUTTER_PX + ' ' + yOf(limit).toFixed(1) + 'H' + widthPx }),
      limitInRange && svg('text', { class: 'limit', x: widthPx - 4, y: (yOf(limit) - 4).toFixed(1), 'text-anchor': 'end' }, 'limit'),
      cursor, spans));
  }

  function read(point, x) {
    cursor.setAttribute('d', point === null ? '' : 'M' + x.toFixed(1) + ' 0V' + PLOT_HEIGHT_PX);
    readouts.forEach((readout, i) => readout.replaceChildren(...[figure(chart.format(point === null ? highest[i] : chart.series[i].of(point)))].flat()));
  }

  return { node, plot, draw, read };
}

function drawSeries(line, points, xOf, yOf) {
  const base = yOf(0).toFixed(1);
  if (line.kind === 'bars') {
    let d = '';
    for (const point of points) {
      if (line.of(point) <= 0) continue;
      const left = xOf(point.atMs - point.spanMs);
      const right = Math.max(left + 1, xOf(point.atMs) - 1);
      d += 'M' + left.toFixed(1) + ' ' + base + 'V' + yOf(line.of(point)).toFixed(1) + 'H' + right.toFixed(1) + 'V' + base + 'Z';
    }
    return svg('path', { class: 'bars', d });
  }
  let d = '';
  let area = '';
  for (const run of runsOf(points)) {
    const spots = run.map((point) => xOf(point.atMs - point.spanMs / 2).toFixed(1) + ' ' + yOf(line.of(point)).toFixed(1));
    // A lone sample still is to be seen: its span, as a level.
    if (run.length === 1) spots.splice(0, 1, ...[run[0].atMs - run[0].spanMs, run[0].atMs].map((ms) => xOf(ms).toFixed(1) + ' ' + yOf(line.of(run[0])).toFixed(1)));
    d += 'M' + spots.join('L');
    area += 'M' + spots[0].split(' ')[0] + ' ' + base + 'L' + spots.join('L') + 'V' + base + 'Z';
  }
  return line.kind === 'area' ? [svg('path', { class: 'area', d: area }), svg('path', { class: 'line accent', d })] : svg('path', { class: line.kind, d });
}

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

const keyClass = (kind) => (kind === 'area' ? 'line accent' : kind);
const keyPath = (kind) => (kind === 'bars' ? 'M2 8V2H6V8ZM9 8V0H13V8Z' : 'M0 4H16');
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
