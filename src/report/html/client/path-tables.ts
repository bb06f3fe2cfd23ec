// Page script, part 5: the columns of paths, distributions, counters and gauges, and what a row shows when it is opened.
export const pathTablesScript = `
const column = (id, name, value, format) => ({ id, name, value, cell: (row) => figure(format(value(row))) });
const nameColumn = (name) => ({ id: 'name', name, text: true, value: searchText, cell: (row) => [row.name, chips(row.labels)] });

function pictureColumn(rows, format, percentiles) {
  const axis = axisOf(rows);
  return {
    id: 'picture',
    name: 'Distribution',
    plain: true,
    text: true,
    heading: axis && smallScale(axis, format),
    cell: (row) => {
      if (!row.shape) return el('span', { class: 'no-picture' }, 'no picture');
      const [p50, p99] = percentiles(row);
      return smallPicture(row.shape, axis, p50, p99, 'p50 ' + format(p50) + ', p99 ' + format(p99));
    },
  };
}

/** Losses that bear on a row's percentiles, plainly. */
function rowNotes(row) {
  return [
    row.sampled > 1 && [' ', el('span', { class: 'note' }, '1 in ' + significant(row.sampled) + ' timed')],
    row.dropped > 0 && [' ', el('span', { class: 'note warn' }, formatCount(row.dropped) + ' dropped')],
  ];
}

function detailOf(row, marks, format, facts, widthPx) {
  const figures = el('dl', {}, facts.map(([name, text]) => el('div', {}, el('dt', {}, name), el('dd', {}, figure(text)))));
  const picture = row.shape
    ? [largePicture(row, marks, format, widthPx), el('p', { class: 'legend' }, 'Logarithmic across; heights are square roots of counts, so that a thin tail can be seen.')]
    : el('p', { class: 'empty' }, row.count - row.dropped > 0
      ? 'No picture: pictures are drawn for the ' + formatCount(data.shapesMax) + ' largest only, and where the report holds the histogram.'
      : 'No picture: no call was timed.');
  const words = [];
  if (row.sampled > 1) words.push('One call in ' + significant(row.sampled) + ' was timed, to stay within the overhead budget; the count is exact, percentiles are of the timed calls, weighted.');
  if (row.dropped > 0) words.push(formatCount(row.dropped) + ' calls were dropped because a ring was full: counted, not timed.');
  return [picture, figures, words.length > 0 && el('p', { class: 'legend' }, words.join(' '))];
}

const pictureLegend = 'Pictures share one logarithmic scale; thin line p50, bold line p99. A row opens to a larger one.';
const pathPercentiles = [['p50', 'p50Ns'], ['p90', 'p90Ns'], ['p95', 'p95Ns'], ['p99', 'p99Ns'], ['p99.9', 'p999Ns'], ['max', 'maxNs']];

function pathTable() {
  const highest = Math.max(...data.paths.map((path) => path.totalNs), 1);
  return buildTable({
    mount: 'paths', kind: 'path', noun: ['path', 'paths'], rows: data.paths, sort: 'total', notes: rowNotes, legend: pictureLegend,
    caption: 'Paths: calls, failures and percentiles of their durations',
    empty: 'No path was recorded: no measured call ended in this run. path("name").time(fn) measures a function; requests of node:http are measured by themselves.',
    columns: [
      nameColumn('Path'),
      pictureColumn(data.paths, formatNs, (path) => [path.p50Ns, path.p99Ns]),
      {
        id: 'total', name: 'Total time', value: (path) => path.totalNs,
        cell: (path) => [figure(formatNs(path.totalNs)), ' ', el('span', { class: 'share' }, formatShare(path.totalRatio)), bar(path.totalNs / highest)],
      },
      column('count', 'Count', (path) => path.count, formatCount),
      column('rate', 'Rate/s', (path) => path.perS, significant),
      {
        id: 'errors', name: 'Errors', value: (path) => path.errors,
        cell: (path) => path.errors === 0 ? el('span', { class: 'nil' }, '0') : [formatCount(path.errors), ' ', el('span', { class: 'share bad' }, formatShare(path.errors / Math.max(1, path.count)))],
      },
      ...pathPercentiles.map(([name, key]) => column(key, name, (path) => path[key], formatNs)),
      column('mean', 'Mean', (path) => path.meanNs, formatNs),
    ],
    detail: (path, widthPx) => detailOf(path, pathPercentiles.map(([name, key]) => ({ name, value: path[key] })), formatNs, [
      ['calls', formatCount(path.count)], ['failed', formatCount(path.errors) + (path.count > 0 ? ' (' + formatRatio(path.errors / path.count) + ')' : '')], ['a second', significant(path.perS)],
      ['total', formatNs(path.totalNs)], ['share of all paths’ time', formatRatio(path.totalRatio)], ['mean', formatNs(path.meanNs)], ['min', formatNs(path.minNs)],
      ...pathPercentiles.map(([name, key]) => [name, formatNs(path[key])]),
    ], widthPx),
  });
}

const valuePercentiles = [['p50', 'p50'], ['p90', 'p90'], ['p95', 'p95'], ['p99', 'p99'], ['p99.9', 'p999'], ['max', 'max']];

function distributionTable() {
  const formats = new Map(data.distributions.map((row) => [row, formatterOf(row.unit)]));
  const own = (id, name, key) => ({ id, name, value: (row) => row[key], cell: (row) => figure(formats.get(row)(row[key])) });
  // One axis, so its scale says powers of ten without a unit unless all rows share one.
  const units = new Set(data.distributions.map((row) => row.unit));
  const scale = units.size === 1 ? formatterOf([...units][0]) : (value) => value >= 1e6 ? '10^' + Math.round(Math.log10(value)) : formatCount(value);
  return buildTable({
    mount: 'distributions', kind: 'distribution', noun: ['distribution', 'distributions'], rows: data.distributions, sort: 'count', notes: rowNotes, legend: pictureLegend,
    caption: 'Distributions of recorded values, each in its own unit',
    empty: 'No distribution was recorded. distribution("name", { unit }).record(value) records one.',
    columns: [
      nameColumn('Name'),
      pictureColumn(data.distributions, scale, (row) => [row.p50, row.p99]),
      { id: 'value-unit', name: 'Unit', text: true, value: (row) => row.unit, cell: (row) => row.unit },
      column('count', 'Count', (row) => row.count, formatCount),
      column('rate', 'Rate/s', (row) => row.perS, significant),
      ...valuePercentiles.map(([name, key]) => own(key, name, key)),
      own('mean', 'Mean', 'mean'),
    ],
    detail: (row, widthPx) => detailOf(row, valuePercentiles.map(([name, key]) => ({ name, value: row[key] })), formats.get(row), [
      ['unit', row.unit], ['values', formatCount(row.count)], ['a second', significant(row.perS)], ['mean', formats.get(row)(row.mean)], ['min', formats.get(row)(row.min)],
      ...valuePercentiles.map(([name, key]) => [name, formats.get(row)(row[key])]),
    ], widthPx),
  });
}

function counterTable() {
  return buildTable({
    mount: 'counters', noun: ['counter', 'counters'], rows: data.counters, sort: 'delta', caption: 'Counters',
    empty: 'No counter was counted. counter("name").add(n) counts.',
    columns: [
      nameColumn('Counter'),
      column('delta', 'In this run', (row) => row.delta, formatCount),
      column('rate', 'Rate/s', (row) => row.perS, significant),
      column('value', 'Since start', (row) => row.value, formatCount),
    ],
  });
}

function gaugeTable() {
  return buildTable({
    mount: 'gauges', noun: ['gauge', 'gauges'], rows: data.gauges, sort: 'value', caption: 'Gauges, newest values',
    empty: 'No gauge was set. gauge("name").set(value) sets one.',
    columns: [nameColumn('Gauge'), column('value', 'Value', (row) => row.value, significant)],
  });
}

function bar(ratio) {
  return svg('svg', { class: 'bar', viewBox: '0 0 100 4', preserveAspectRatio: 'none', 'aria-hidden': 'true' }, svg('rect', { width: (ratio * 100).toFixed(2), height: 4 }));
}
`;
