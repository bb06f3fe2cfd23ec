// Page script, part 8: the run's timelines.
export const timelinesScript = `
const PLOT_HEIGHT_PX = 92;

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
  const [fromMs, toMs] = timesOf(points);
  const stalls = stallsWithin(fromMs, toMs);
  /** Those of a moment, the longest first. */
  const stallsAt = (point) => stalls.filter((stall) => stall.fromMs <= point.atMs && stall.fromMs + stall.durationMs >= point.atMs - point.spanMs).sort((a, b) => b.durationMs - a.durationMs);
  const stallOf = (target) => {
    const link = target.closest('[data-stall]');
    return link === null ? undefined : stalls.find((stall) => stall.id === link.dataset.stall);
  };
  const lane = stalls.length > 0 ? buildStallLane(stalls, fromMs, toMs) : null;

  const stack = buildChartStack({
    mount, points, lane, label: 'Timelines',
    atRest: 'Highest of the run; point at a chart to read a moment.',
    charts: CHARTS.map((chart) => buildChart(chart, points)),
    marksOf: (xOf) => stallSpans(stalls, fromMs, toMs, xOf, PLOT_HEIGHT_PX),
    markAt: stallOf,
    /** stall: the one that is pointed at. */
    tell: (point, stall) => {
      const met = point === null ? [] : stallsAt(point);
      const told = stall || met[0];
      const more = met.filter((other) => other !== told).length;
      return told === undefined ? [] : [el('span', { class: 'told' }, stallShape(told.verdict), ' ' + stallText(told) + (more > 0 ? ', and ' + formatCount(more) + ' more' : ''), el('small', {}, ' click or Enter opens it'))];
    },
    onEnter: (point) => {
      if (stallsAt(point).length > 0) location.hash = stallsAt(point)[0].id;
    },
  });
  stack.node.addEventListener('focusin', (event) => {
    const stall = stallOf(event.target);
    if (stall !== undefined) stack.move(nearest(points, stall.fromMs + stall.durationMs / 2), stall);
  });
  return stack;
}

function buildChart(chart, points) {
  const limit = chart.bytes && data.limitBytes > 0 ? data.limitBytes : 0;
  const highest = chart.series.map((line) => Math.max(...points.map(line.of)));
  const peak = Math.max(...highest, 0);
  // A limit far above would flatten every line: it is drawn where it is within reach, and written in any case.
  const limitInRange = limit > 0 && limit <= peak * 2;
  const top = chart.full || niceTop(Math.max(peak, limitInRange ? limit : 0), chart.bytes);
  const readouts = chart.series.map((line) => el('dd', {}));
  const keys = chart.series.map((line, i) => keyOf(svg('path', { class: keyClass(line.kind), d: keyPath(line.kind) }), line.name, readouts[i]));
  const about = limit > 0 ? 'limit ' + formatBytes(limit) + ' by ' + data.limitSource + (limitInRange ? '' : ', far above') : chart.about;
  const plot = el('div', { class: 'plot' });
  const node = el('div', { class: 'chart' }, el('div', { class: 'key-column' }, el('h3', {}, chart.title), about && el('p', {}, about), el('dl', {}, keys)), plot);
  const label = chart.title + ', highest: ' + chart.series.map((line, i) => line.name + ' ' + chart.format(highest[i])).join(', ');
  let cursor = null;

  function draw(widthPx, xOf, ticks, marks) {
    const yOf = (value) => PLOT_HEIGHT_PX - 1 - (Math.min(value, top) / top) * (PLOT_HEIGHT_PX - 10);
    const levels = [0, top / 2, top];
    cursor = svg('path', { class: 'cursor', d: '' });
    plot.replaceChildren(svg('svg', { viewBox: '0 0 ' + widthPx + ' ' + PLOT_HEIGHT_PX, role: 'img', 'aria-label': label },
      chartGrid(widthPx, PLOT_HEIGHT_PX, yOf, levels, chart.format, ticks, xOf),
      chart.series.map((line) => drawSeries(line, points, xOf, yOf)),
      limitInRange && limitLine(yOf(limit), widthPx, 'limit'),
      cursor, marks));
  }

  function read(index, x) {
    cursor.setAttribute('d', cursorPath(index, x, PLOT_HEIGHT_PX));
    readouts.forEach((readout, i) => readout.replaceChildren(...[figure(chart.format(index === null ? highest[i] : chart.series[i].of(points[index])))].flat()));
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

const keyClass = (kind) => (kind === 'area' ? 'line accent' : kind);
const keyPath = (kind) => (kind === 'bars' ? 'M2 8V2H6V8ZM9 8V0H13V8Z' : 'M0 4H16');
`;
