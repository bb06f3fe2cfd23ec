// Page script, part 9: memory. The classes stacked below the resident memory, full collections on the axis, limits within sight; and the trend of what grows.
export const memoryScript = `
const STACK_HEIGHT_PX = 240;
const GC_LANE_PX = 12;
const TREND_HEIGHT_PX = 120;
/** A limit is drawn where it is at most so many times what is used, or in a trend within so much of its axis above it: else it would flatten the rest. */
const LIMIT_RATIO_MAX = 2;

function buildMemory() {
  const mount = document.querySelector('#memory .charts');
  const points = data.timeline;
  if (points.length === 0) {
    mount.append(el('p', { class: 'empty' }, 'Memory was not sampled: the run ended before the first sample was due.'));
    return null;
  }
  return buildChartStack({
    mount, points, label: 'Memory', atRest: 'Highest of the run; point at a chart to read a moment.',
    charts: [buildMemoryStack(points), ...data.memory.trends.map((trend) => buildTrend(trend, points))],
  });
}

function buildMemoryStack(points) {
  const { classes, levels, heapLimitBytes } = data.memory;
  const sums = levels.map((ofPoint) => {
    let sum = 0;
    return ofPoint.map((bytes) => (sum += bytes));
  });
  const peak = Math.max(...points.map((point) => point.rssBytes), ...sums.map((ofPoint) => ofPoint[ofPoint.length - 1]), 0);
  const heapPeak = Math.max(...points.map((point) => point.heapTotalBytes), 0);
  const limits = [
    { name: 'memory limit', bytes: data.limitBytes, of: peak, by: ' by ' + data.limitSource },
    { name: 'heap limit', bytes: heapLimitBytes, of: heapPeak, by: '' },
  ].filter(({ bytes }) => bytes > 0);
  const within = limits.filter(({ bytes, of }) => bytes <= of * LIMIT_RATIO_MAX);
  const top = niceTop(Math.max(peak, ...within.map(({ bytes }) => bytes)), true);
  const about = limits.map((limit) => limit.name + ' ' + formatBytes(limit.bytes) + limit.by + (within.includes(limit) ? '' : ', far above'));

  const hasCollections = points.some((point) => point.fullGcCount !== undefined);
  const indexOf = new Map(points.map((point, i) => [point, i]));
  const rows = [
    { name: 'RSS', key: svg('path', { class: 'line ink', d: 'M0 4H16' }), at: (i) => points[i].rssBytes, format: formatBytes },
    ...classes.map((one, k) => ({ name: one.name, key: svg('rect', { class: 'class ' + one.id, x: 1, y: 0, width: 14, height: 8 }), at: (i) => levels[i][k], format: formatBytes })).reverse(),
    hasCollections && { name: 'full collections', key: svg('path', { class: 'full-gc', d: 'M8 0V8' }), at: (i) => points[i].fullGcCount || 0, total: true, format: formatCount },
  ].filter(Boolean);
  const atRest = rows.map((row) => points.reduce((value, _, i) => (row.total ? value + row.at(i) : Math.max(value, row.at(i))), 0));
  const readouts = rows.map(() => el('dd', {}));
  const plot = el('div', { class: 'plot' });
  const node = el('div', { class: 'chart memory-stack' }, el('div', { class: 'key-column' }, el('h3', {}, 'Classes'), about.length > 0 && el('p', {}, about.join('; ')), el('dl', {}, rows.map((row, i) => keyOf(row.key, row.name, readouts[i])))), plot);
  const label = 'Memory by class, highest: ' + rows.map((row, i) => row.name + ' ' + row.format(atRest[i])).join(', ');
  let cursor = null;

  function draw(widthPx, xOf, ticks) {
    const floorPx = STACK_HEIGHT_PX - GC_LANE_PX;
    const yOf = (value) => floorPx - 1 - (Math.min(value, top) / top) * (floorPx - 11);
    cursor = svg('path', { class: 'cursor', d: '' });
    plot.replaceChildren(svg('svg', { viewBox: '0 0 ' + widthPx + ' ' + STACK_HEIGHT_PX, role: 'img', 'aria-label': label },
      chartGrid(widthPx, floorPx, yOf, [0, top / 4, top / 2, (top * 3) / 4, top], formatBytes, ticks, xOf),
      classes.map((one, k) => svg('path', { class: 'class ' + one.id, d: layerOf(points, (i) => (k === 0 ? 0 : sums[i][k - 1]), (i) => sums[i][k], indexOf, xOf, yOf) })),
      drawSeries({ kind: 'line ink', of: (point) => point.rssBytes }, points, xOf, yOf),
      hasCollections && svg('path', { class: 'full-gc', d: points.filter((point) => point.fullGcCount > 0).map((point) => 'M' + xOf(point.atMs - point.spanMs / 2).toFixed(1) + ' ' + (floorPx + 2) + 'v' + (GC_LANE_PX - 4)).join('') }),
      within.map((limit) => limitLine(yOf(limit.bytes), widthPx, limit.name)), cursor));
  }

  function read(index, x) {
    cursor.setAttribute('d', cursorPath(index, x, STACK_HEIGHT_PX));
    readouts.forEach((readout, i) => readout.replaceChildren(...[figure(rows[i].format(index === null ? atRest[i] : rows[i].at(index)))].flat()));
  }

  return { node, plot, draw, read };
}

/** The area between two levels; a hole in the samples is a hole. */
function layerOf(points, low, high, indexOf, xOf, yOf) {
  let d = '';
  for (const run of runsOf(points)) {
    const spots = run.length === 1
      ? [run[0].atMs - run[0].spanMs, run[0].atMs].map((ms) => [xOf(ms), indexOf.get(run[0])])
      : run.map((point) => [xOf(point.atMs - point.spanMs / 2), indexOf.get(point)]);
    const edge = (of, list) => list.map(([x, i]) => x.toFixed(1) + ' ' + yOf(of(i)).toFixed(1)).join('L');
    d += 'M' + edge(high, spots) + 'L' + edge(low, spots.slice().reverse()) + 'Z';
  }
  return d;
}

function buildTrend(trend, points) {
  const format = trend.isCount ? (value) => significant(value) : formatBytes;
  const known = points.map((point, i) => ({ atMs: point.atMs, spanMs: point.spanMs, level: trend.levels[i] })).filter(({ level }) => level !== null);
  const drawn = [...known.map(({ level }) => level), ...trend.line.map(([, level]) => level), ...trend.band.map(([, level]) => level)];
  const lowest = Math.max(0, Math.min(...drawn));
  const highest = Math.max(...drawn, lowest + 1);
  const limitInRange = trend.limitBytes > 0 && trend.limitBytes <= highest + (highest - lowest) * LIMIT_RATIO_MAX;
  const axis = niceAxis(lowest, limitInRange ? trend.limitBytes : highest, !trend.isCount);
  const lineAt = (ms) => {
    if (trend.line.length === 0 || ms < trend.line[0][0] || ms > trend.line[1][0]) return null;
    const [[fromMs, from], [toMs, to]] = trend.line;
    return toMs === fromMs ? to : from + ((to - from) * (ms - fromMs)) / (toMs - fromMs);
  };
  const rows = [
    { name: trend.title.toLowerCase(), key: svg('path', { class: 'line accent', d: 'M0 4H16' }), at: (i) => trend.levels[i], rest: known.length === 0 ? null : known[known.length - 1].level },
    trend.line.length > 0 && { name: 'trend', key: svg('path', { class: 'trend', d: 'M0 4H16' }), at: (i) => lineAt(points[i].atMs), rest: trend.line[1][1] },
    trend.band.length > 0 && { name: '99 % bounds of the slope', key: svg('path', { class: 'band', d: 'M0 1L16 0V7L0 8Z' }) },
  ].filter(Boolean);
  const readouts = rows.map(() => el('dd', {}));
  const plot = el('div', { class: 'plot' });
  const node = el('div', { class: 'chart trend ' + (trend.verdict === 'leak' ? 'bad' : 'warn') }, el('div', { class: 'key-column' }, el('h3', {}, trend.title), el('p', {}, trend.about), el('dl', {}, rows.map((row, i) => keyOf(row.key, row.name, readouts[i])))), plot);
  const label = trend.title + ' ' + trend.about + (known.length === 0 ? '' : ', from ' + format(known[0].level) + ' to ' + format(known[known.length - 1].level));
  let cursor = null;

  function draw(widthPx, xOf, ticks) {
    const yOf = (value) => TREND_HEIGHT_PX - 1 - ((Math.min(Math.max(value, axis.from), axis.to) - axis.from) / (axis.to - axis.from)) * (TREND_HEIGHT_PX - 11);
    const path = (spots) => spots.map(([ms, level], i) => (i === 0 ? 'M' : 'L') + xOf(ms).toFixed(1) + ' ' + yOf(level).toFixed(1)).join('');
    cursor = svg('path', { class: 'cursor', d: '' });
    plot.replaceChildren(svg('svg', { viewBox: '0 0 ' + widthPx + ' ' + TREND_HEIGHT_PX, role: 'img', 'aria-label': label },
      chartGrid(widthPx, TREND_HEIGHT_PX, yOf, axis.levels, format, ticks, xOf),
      trend.band.length > 0 && svg('path', { class: 'band', d: path(trend.band) + 'Z' }),
      known.length > 0 && drawSeries({ kind: 'line accent', of: (point) => point.level }, known, xOf, yOf),
      trend.line.length > 0 && svg('path', { class: 'trend', d: path(trend.line) }),
      limitInRange && limitLine(yOf(trend.limitBytes), widthPx, 'heap limit'), cursor));
  }

  function read(index, x) {
    cursor.setAttribute('d', cursorPath(index, x, TREND_HEIGHT_PX));
    readouts.forEach((readout, i) => {
      const row = rows[i];
      const value = row.at === undefined ? undefined : index === null ? row.rest : row.at(index);
      readout.replaceChildren(...(value === undefined ? [] : value === null ? ['–'] : [figure(format(value))].flat()));
    });
  }

  return { node, plot, draw, read };
}

/** Round levels around what is drawn; the axis need not begin at 0. */
function niceAxis(low, high, bytes) {
  const unit = bytes ? 1024 ** Math.max(0, Math.floor(Math.log2(Math.max(1, high - low)) / 10)) : 1;
  const rough = Math.max((high - low) / unit / 3, 1e-9);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(bytes ? 0 : 1, unit * power * [1, 2, 5, 10].find((factor) => factor * power >= rough - 1e-12));
  const from = Math.floor(low / step) * step;
  const levels = [from];
  while (levels[levels.length - 1] < high) levels.push(levels[levels.length - 1] + step);
  return { from, to: levels[levels.length - 1], levels };
}
`;
