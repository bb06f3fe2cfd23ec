// The log of spans between drains and rotations: what is handed out, what stays, what is forgotten and how that is told.
import test from 'ava';
import { SpanLog } from '../../src/agent/span-log.js';
import type { SliceSpans } from '../../src/aggregate/slice-spans.js';
import { PATH_SLOTS, SPAN_FLOOR_NS, SPAN_FLOOR_NS_MAX, SPAN_LOST_MAX, SPANS_PER_S_MAX } from '../../src/core/limits.js';
import type { SpanTable } from '../../src/flame/attribution/span-table.js';

/** A thread's path id i is the process's i + 100. */
const IDS = Uint16Array.from({ length: PATH_SLOTS }, (_, id) => id + 100);
const NOW_US = 10_000_000;

type Row = readonly [path: number, startUs: number, endUs: number, sync?: 1];

const slice = (rows: readonly Row[], more: Partial<SliceSpans> = {}): SliceSpans => ({
  paths: Uint16Array.from(rows, ([path]) => path),
  startUs: Float64Array.from(rows, ([, startUs]) => startUs),
  endUs: Float64Array.from(rows, ([, , endUs]) => endUs),
  sync: Uint8Array.from(rows, ([, , , sync]) => sync ?? 0),
  lost: null,
  shortUs: 0,
  ...more,
});

const rowsOf = ({ paths, startUs, endUs, sync }: SpanTable) => Array.from(paths, (path, i) => [path, startUs[i], endUs[i], sync[i]]);

function logOf(rows: readonly Row[], spansMax = 1024): SpanLog {
  const log = new SpanLog(spansMax);
  log.switchOn();
  log.add(slice(rows), IDS, NOW_US);
  return log;
}

test('should ask for nothing and keep nothing while it is switched off', (t) => {
  const log = new SpanLog(1024);
  t.is(log.minSpanNs, Number.POSITIVE_INFINITY);
  t.false(log.isOn);
  log.add(slice([[8, 0, 10]]), IDS, NOW_US);
  t.deepEqual(rowsOf(log.take(100)), []);
  log.switchOn();
  t.is(log.minSpanNs, SPAN_FLOOR_NS);
  log.add(slice([[8, 0, 10]]), IDS, NOW_US);
  log.switchOff();
  t.deepEqual(rowsOf(log.take(100)), []);
  t.is(log.take(100).minSpanNs, Number.POSITIVE_INFINITY);
});

test("should hand out each span once, under the process's path ids, when it lies within the time", (t) => {
  const log = logOf([
    [8, 0, 50, 1],
    [9, 20, 90],
  ]);
  const table = log.take(100);
  t.deepEqual(rowsOf(table), [
    [108, 0, 50, 1],
    [109, 20, 90, 0],
  ]);
  t.deepEqual([table.lost, table.minSpanNs, table.shortUs], [[], SPAN_FLOOR_NS, 0]);
  t.deepEqual(rowsOf(log.take(200)), []);
});

test('should hand out a span for both windows when it crosses their border, and keep the order of the ends', (t) => {
  //   window 1         | window 2
  //      [8----]       |
  //   [9---------------|--]
  //                    [10--]
  //              [11---]
  const log = logOf([
    [8, 30, 60],
    [11, 70, 100],
    [9, 0, 120],
    [10, 100, 140],
  ]);
  t.deepEqual(
    rowsOf(log.take(100)).map(([path]) => path),
    [108, 111, 109],
  );
  log.add(slice([[12, 110, 150]]), IDS, NOW_US);
  t.deepEqual(
    rowsOf(log.take(200)).map(([path]) => path),
    [109, 110, 112],
  );
  t.is(log.fillRatio, 0);
});

test('should survive cloning to another thread with every value when a table travels', (t) => {
  const log = logOf([[8, 0.25, 50, 1]]);
  log.add(slice([], { lost: [60, 70] }), IDS, NOW_US);
  const table = log.take(100);
  t.deepEqual(structuredClone(table), table);
  t.deepEqual(structuredClone(table).lost, [[60, 70]]);
});

test('should double the floor when more spans come than the limit, up to the highest, and halve it when far fewer do', (t) => {
  const log = logOf([], 1 << 20);
  const many = (spans: number, nowUs: number): void => {
    for (let left = spans; left >= 0; left -= 10_000) {
      log.add(slice(Array.from({ length: Math.min(left, 10_000) }, () => [8, 0, 100] as const)), IDS, nowUs);
    }
    log.take(1e9);
  };
  many(SPANS_PER_S_MAX, NOW_US + 500_000);
  t.is(log.minSpanNs, SPAN_FLOOR_NS);
  many(1, NOW_US + 600_000);
  t.is(log.minSpanNs, SPAN_FLOOR_NS * 2);
  for (let i = 0; i < 10; i++) many(SPANS_PER_S_MAX + 1, NOW_US + 600_000);
  t.is(log.minSpanNs, SPAN_FLOOR_NS_MAX);
  // An eighth a second is not yet far fewer.
  many(SPANS_PER_S_MAX / 8, NOW_US + 1_600_000);
  t.is(log.minSpanNs, SPAN_FLOOR_NS_MAX);
  many(SPANS_PER_S_MAX / 8 - 1, NOW_US + 2_600_000);
  t.is(log.minSpanNs, SPAN_FLOOR_NS_MAX / 2);
  for (let i = 4; i < 20; i++) many(0, NOW_US + i * 1_000_000);
  t.is(log.minSpanNs, SPAN_FLOOR_NS);
});

test('should give a table the highest floor of its time, and the next one that of the moment', (t) => {
  const log = logOf([], 1 << 20);
  const rows = Array.from({ length: SPANS_PER_S_MAX + 1 }, () => [8, 0, 100] as const);
  log.add(slice(rows), IDS, NOW_US);
  t.is(log.minSpanNs, SPAN_FLOOR_NS * 2);
  log.add(slice([]), IDS, NOW_US + 1_000_000);
  log.add(slice([]), IDS, NOW_US + 2_000_000);
  t.is(log.minSpanNs, SPAN_FLOOR_NS);
  t.is(log.take(1000).minSpanNs, SPAN_FLOOR_NS * 2);
  t.is(log.take(1000).minSpanNs, SPAN_FLOOR_NS);
});

test('should forget the shortest spans first when it is full, and tell how much of them was synchronous', (t) => {
  const log = logOf(
    [
      [1, 0, 2.5, 1],
      [2, 3, 6.5],
      [3, 7, 11.5],
      [4, 12, 112],
    ],
    4,
  );
  log.add(slice([[5, 200, 300]], { shortUs: 1.25 }), IDS, NOW_US);
  const table = log.take(1000);
  t.deepEqual(
    rowsOf(table).map(([path]) => path - 100),
    [3, 4, 5],
  );
  t.is(table.minSpanNs, 4000);
  t.is(table.shortUs, 3.75);
  t.deepEqual(table.lost, []);
  t.is(log.take(1000).shortUs, 0);
});

test('should forget the older half and say so when it is full of spans that are not short', (t) => {
  const log = logOf(
    [
      [1, 0, 100],
      [2, 100, 200],
      [3, 150, 300],
      [4, 300, 400],
    ],
    4,
  );
  log.add(slice([[5, 400, 500]]), IDS, NOW_US);
  const table = log.take(1000);
  t.deepEqual(
    rowsOf(table).map(([path]) => path - 100),
    [3, 4, 5],
  );
  t.deepEqual(table.lost, [[0, 200]]);
  t.is(table.minSpanNs, SPAN_FLOOR_NS_MAX);
});

test('should keep a long span when the older half goes', (t) => {
  const rows: Row[] = Array.from({ length: 16 }, (_, i) => [i, 1_000_000 + i * 100, 1_000_100 + i * 100]);
  rows[3] = [77, 0, 1_000_350];
  const log = logOf(rows, 16);
  log.add(slice([[16, 1_001_600, 1_001_700]]), IDS, NOW_US);
  const table = log.take(2_000_000);
  t.deepEqual(
    rowsOf(table).map(([path]) => path - 100),
    [77, 8, 9, 10, 11, 12, 13, 14, 15, 16],
  );
  t.deepEqual(table.lost, [[1_000_000, 1_000_800]]);
});

test('should never hold more than its limit when spans of any length keep coming', (t) => {
  const log = logOf([], 64);
  for (let i = 0; i < 200; i++) {
    log.add(slice(Array.from({ length: 1 + (i % 50) }, (_, k) => [k, i * 1000, i * 1000 + 1 + ((i * k) % 300_000)] as const)), IDS, NOW_US + i);
    t.true(log.fillRatio <= 1);
  }
  t.true(log.take(1e9).paths.length <= 64);
});

test('should hand out lost stretches for the windows they lie in, joined where they meet', (t) => {
  const log = logOf([]);
  for (const lost of [
    [10, 20],
    [40, 60],
    [15, 30],
    [90, 150],
    [300, 310],
  ] as [number, number][]) {
    log.add(slice([], { lost }), IDS, NOW_US);
  }
  t.deepEqual(log.take(100).lost, [
    [10, 30],
    [40, 60],
    [90, 150],
  ]);
  t.deepEqual(log.take(200).lost, [[90, 150]]);
  t.deepEqual(log.take(400).lost, [[300, 310]]);
  t.deepEqual(log.take(500).lost, []);
});

test('should join the two nearest stretches when there are too many', (t) => {
  const log = logOf([]);
  for (let i = 0; i <= SPAN_LOST_MAX; i++) {
    const startUs = i < 7 ? i * 100 : i * 100 - 50;
    log.add(slice([], { lost: [startUs, startUs + 10] }), IDS, NOW_US);
  }
  const { lost } = log.take(1e9);
  t.is(lost.length, SPAN_LOST_MAX);
  t.deepEqual(lost[6], [600, 660]);
});

test('should count the time since the last look as lost when records were dropped', (t) => {
  const log = logOf([]);
  log.noteDrops(0, 1000);
  log.noteDrops(0, 2000);
  log.noteDrops(3, 3000);
  log.noteDrops(3, 4000);
  t.deepEqual(log.take(1e9).lost, [[2000, 3000]]);
});
