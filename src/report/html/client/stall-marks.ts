// Page script, part 7: stalls on the timelines: a lane of shapes that can be tabbed to, and a span across every chart. Each leads to the stall's row.
import { VERDICT_SHAPES } from '../stall-marks.js';

export const stallMarksScript = `
const VERDICT_SHAPES = ${JSON.stringify(VERDICT_SHAPES)};
const LANE_HEIGHT_PX = 24;
const SPAN_PX_MIN = 3;
/** A pointer needs more than a sliver to hit. */
const REACH_PX_MIN = 14;

/** Of the words in the lane, at their size; more than any. */
const LETTER_PX = 6.8;

/** Those that began before the timelines end, or ended after they begin. */
const stallsWithin = (fromMs, toMs) => data.stalls.filter((stall) => stall.fromMs <= toMs && stall.fromMs + stall.durationMs >= fromMs);

const stallText = (stall) => stall.thread + (stall.ongoing ? ' has not turned for ' : ' stalled ') + formatNs(stall.durationMs * 1e6) + ', ' + stall.verdict + (stall.where === '' ? '' : ', in ' + stall.where);

function stallBox(stall, fromMs, toMs, xOf) {
  const left = xOf(Math.max(fromMs, stall.fromMs));
  const right = xOf(Math.min(toMs, stall.fromMs + stall.durationMs));
  const width = Math.max(SPAN_PX_MIN, right - left);
  return { x: Math.max(GUTTER_PX, left - Math.max(0, (SPAN_PX_MIN - (right - left)) / 2)), width };
}

/** What leads to a stall's row; in the charts the pointer's alone, as the lane has one for the keyboard. */
function stallLink(stall, box, height, inLane, ...shapes) {
  const reachPx = Math.max(REACH_PX_MIN, box.width);
  return svg('a', { href: '#' + stall.id, class: 'stall ' + stall.verdict, 'aria-label': inLane ? stallText(stall) : null, 'aria-hidden': inLane ? null : 'true', tabindex: inLane ? null : -1, 'data-stall': stall.id },
    svg('title', {}, stallText(stall) + ': open it'),
    svg('rect', { class: 'reach', x: (box.x + box.width / 2 - reachPx / 2).toFixed(1), y: 0, width: reachPx.toFixed(1), height }), ...shapes);
}

function stallSpans(stalls, fromMs, toMs, xOf, height) {
  return stalls.map((stall) => {
    const box = stallBox(stall, fromMs, toMs, xOf);
    const right = box.x + box.width;
    return stallLink(stall, box, height, false,
      svg('rect', { class: 'span', x: box.x.toFixed(1), y: 0, width: box.width.toFixed(1), height }),
      svg('path', { class: 'edge', d: 'M' + box.x.toFixed(1) + ' 0V' + height + (stall.ongoing ? '' : 'M' + right.toFixed(1) + ' 0V' + height) }));
  });
}

/** The lane above the charts. A shape where there is room for one, words where there is room for them. */
function buildStallLane(stalls, fromMs, toMs) {
  const counts = {};
  for (const stall of stalls) counts[stall.verdict] = (counts[stall.verdict] || 0) + 1;
  const plot = el('div', { class: 'plot lane' });
  const keys = Object.keys(counts).map((verdict) => el('div', {}, el('dt', {}, stallShape(verdict), ' ' + verdict), el('dd', {}, formatCount(counts[verdict]))));
  const node = el('div', { class: 'chart stall-lane' }, el('div', { class: 'key-column' }, el('h3', {}, 'Stalls'), el('dl', {}, keys)), plot);

  function draw(widthPx, xOf) {
    let freePx = GUTTER_PX;
    const links = stalls.map((stall, i) => {
      const box = stallBox(stall, fromMs, toMs, xOf);
      const middle = Math.min(widthPx - 7, Math.max(GUTTER_PX + 6, box.x + box.width / 2));
      const next = stalls[i + 1];
      const words = formatNs(stall.durationMs * 1e6) + ' ' + stall.verdict;
      const wordsPx = words.length * LETTER_PX;
      const isFree = middle - 8 >= freePx;
      const toRight = isFree && (next === undefined ? widthPx : stallBox(next, fromMs, toMs, xOf).x - 12) - middle - 9 >= wordsPx;
      const toLeft = !toRight && middle - 9 - wordsPx >= freePx + 8;
      const text = (toRight || toLeft) && svg('text', { class: 'stall-words', x: (middle + (toRight ? 9 : -9)).toFixed(1), y: 13, 'text-anchor': toRight ? 'start' : 'end' }, words);
      freePx = Math.max(freePx, middle + 8 + (toRight ? wordsPx : 0));
      return stallLink(stall, box, LANE_HEIGHT_PX, true,
        svg('rect', { class: 'lane-bar', x: box.x.toFixed(1), y: 18, width: box.width.toFixed(1), height: 4 }),
        svg('path', { class: 'shape', transform: 'translate(' + (middle - 6).toFixed(1) + ' 2)', d: VERDICT_SHAPES[stall.verdict] || VERDICT_SHAPES.waiting }), text);
    });
    const focused = document.activeElement && plot.contains(document.activeElement) ? document.activeElement.dataset.stall : null;
    plot.replaceChildren(svg('svg', { viewBox: '0 0 ' + widthPx + ' ' + LANE_HEIGHT_PX }, links));
    if (focused !== null) plot.querySelector('[data-stall="' + CSS.escape(focused) + '"]').focus();
  }

  return { node, plot, draw };
}

const stallShape = (verdict) => svg('svg', { class: 'stall-mark ' + verdict, viewBox: '0 0 12 12', 'aria-hidden': 'true' }, svg('path', { d: VERDICT_SHAPES[verdict] || VERDICT_SHAPES.waiting }));
`;
