// Page script, part 3: pictures of distributions. Logarithmic across; heights are square roots of counts, so that a thin tail can be seen.
export const shapesScript = `
const SMALL_WIDTH_PX = 168;
const SMALL_HEIGHT_PX = 26;
const binOf = (value) => Math.log2(Math.max(1, value)) * data.binsPerOctave;

/** Whole decades that hold every picture of a table: rows share one axis and can be compared by eye. */
function axisOf(rows) {
  let low = Infinity;
  let high = -Infinity;
  for (const { shape } of rows) {
    if (!shape) continue;
    low = Math.min(low, shape.firstBin);
    high = Math.max(high, shape.firstBin + shape.counts.length);
  }
  if (high < low) return null;
  const binsPerDecade = Math.log2(10) * data.binsPerOctave;
  const first = Math.floor(low / binsPerDecade + 1e-9);
  const last = Math.max(first + 1, Math.ceil(high / binsPerDecade - 1e-9));
  return { first, last, low: first * binsPerDecade, high: last * binsPerDecade };
}

/** Decades that get a line and have room for a name: at most three. */
function decadesOf(axis) {
  const step = Math.max(1, Math.ceil((axis.last - axis.first) / 4));
  const decades = [];
  for (let decade = axis.first + 1; decade < axis.last; decade++) if (decade % step === 0) decades.push(decade);
  return decades;
}

function outline(shape, xOf, baseY, height) {
  const most = Math.max(...shape.counts);
  let path = '';
  let open = false;
  shape.counts.forEach((count, i) => {
    if (count === 0) {
      if (open) path += 'V' + baseY;
      open = false;
      return;
    }
    const y = (baseY - Math.max(1, Math.sqrt(count / most) * height)).toFixed(1);
    const left = xOf(shape.firstBin + i).toFixed(1);
    path += (open ? 'V' + y : 'M' + left + ' ' + baseY + 'V' + y) + 'H' + xOf(shape.firstBin + i + 1).toFixed(1);
    open = true;
  });
  return path + (open ? 'V' + baseY : '') + 'Z';
}

function smallPicture(shape, axis, p50, p99, label) {
  const xOf = (bin) => ((bin - axis.low) / (axis.high - axis.low)) * SMALL_WIDTH_PX;
  const line = (kind, value) => {
    const x = xOf(binOf(value)).toFixed(1);
    return svg('path', { class: kind, d: 'M' + x + ' 0V' + SMALL_HEIGHT_PX });
  };
  return svg(
    'svg',
    { class: 'shape', viewBox: '0 0 ' + SMALL_WIDTH_PX + ' ' + SMALL_HEIGHT_PX, preserveAspectRatio: 'none', role: 'img', 'aria-label': label },
    decadesOf(axis).map((decade) => line('grid', 10 ** decade)),
    svg('path', { class: 'fill', d: outline(shape, xOf, SMALL_HEIGHT_PX, SMALL_HEIGHT_PX - 3) }),
    line('p50', p50),
    line('p99', p99),
  );
}

/** The scale that the small pictures share, for the heading above them. */
function smallScale(axis, format) {
  const xOf = (decade) => (((decade - axis.first) / (axis.last - axis.first)) * 100).toFixed(1) + '%';
  const marks = decadesOf(axis).map((decade) => svg('text', { x: xOf(decade), y: 10, 'text-anchor': 'middle' }, trimmed(format(10 ** decade))));
  return svg('svg', { class: 'scale', 'aria-hidden': 'true' }, marks);
}

const CHAR_PX = 6.6;
const LANE_PX = 15;

/** The large picture: every percentile marked and named; a bin's range and count under the pointer. */
function largePicture(row, marks, format, width) {
  const { shape } = row;
  const pad = data.binsPerOctave / 2;
  const low = Math.min(shape.firstBin, binOf(marks[0].value)) - pad;
  const high = Math.max(shape.firstBin + shape.counts.length, binOf(marks[marks.length - 1].value)) + pad;
  const xOf = (bin) => ((bin - low) / (high - low)) * width;
  const lanes = [];
  const placed = marks.map((mark) => {
    const text = mark.name + ' ' + format(mark.value);
    const x = xOf(binOf(mark.value));
    const textPx = text.length * CHAR_PX + 8;
    const leftwards = x + textPx > width;
    const from = leftwards ? x - textPx : x;
    let lane = lanes.findIndex((end) => end < from);
    if (lane < 0) lane = lanes.length;
    lanes[lane] = from + textPx;
    return { text, x, lane, leftwards };
  });
  const top = lanes.length * LANE_PX + 6;
  const base = top + 130;
  const valueAt = (bin) => 2 ** (bin / data.binsPerOctave);
  const columns = shape.counts.map((count, i) => {
    if (count === 0) return null;
    const bin = shape.firstBin + i;
    const x = xOf(bin);
    const title = format(valueAt(bin)) + ' – ' + format(valueAt(bin + 1)) + ': ' + formatCount(count);
    return svg('rect', { class: 'hit', x, y: top, width: xOf(bin + 1) - x, height: base - top }, svg('title', {}, title));
  });
  return svg(
    'svg',
    { class: 'large', viewBox: '0 0 ' + width + ' ' + (base + 24), role: 'img', 'aria-label': placed.map((mark) => mark.text).join(', ') },
    axisTicks(low, high).map((value) => {
      const x = xOf(binOf(value));
      const anchor = x < 20 ? 'start' : x > width - 20 ? 'end' : 'middle';
      return [
        svg('path', { class: 'grid', d: 'M' + x.toFixed(1) + ' ' + top + 'V' + (base + 4) }),
        svg('text', { class: 'tick', x: x.toFixed(1), y: base + 17, 'text-anchor': anchor }, trimmed(format(value))),
      ];
    }),
    svg('path', { class: 'fill', d: outline(shape, xOf, base, base - top - 4) }),
    svg('path', { class: 'base', d: 'M0 ' + base + 'H' + width }),
    placed.map(({ text, x, lane, leftwards }) => [
      svg('path', { class: 'mark', d: 'M' + x.toFixed(1) + ' ' + (lane * LANE_PX + 3) + 'V' + base }),
      svg('text', { class: 'mark', x: (leftwards ? x - 4 : x + 4).toFixed(1), y: lane * LANE_PX + 12, 'text-anchor': leftwards ? 'end' : 'start' }, text),
    ]),
    columns,
  );
}

/** 1, 2 and 5 of each decade where the axis is short, else whole decades. */
function axisTicks(low, high) {
  const binsPerDecade = Math.log2(10) * data.binsPerOctave;
  const steps = (high - low) / binsPerDecade < 2.5 ? [1, 2, 5] : [1];
  const ticks = [];
  for (let decade = Math.floor(low / binsPerDecade); decade <= high / binsPerDecade; decade++) {
    for (const step of steps) {
      const value = step * 10 ** decade;
      const bin = Math.log2(value) * data.binsPerOctave;
      if (value >= 1 && bin >= low && bin <= high) ticks.push(value);
    }
  }
  return ticks;
}
`;
