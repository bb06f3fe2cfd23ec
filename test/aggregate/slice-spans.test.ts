// Spans of a ring's slice: which records are spans, where they lie on the machine's clock, and what is said when there are too many.
import test from 'ava';
import { SliceAggregator } from '../../src/aggregate/aggregate-slice.js';
import { sliceSpans } from '../../src/aggregate/slice-spans.js';
import { SLICE_LONG_SPANS_MAX, SLICE_SPANS_MAX } from '../../src/core/limits.js';
import { FLAG_ERROR, FLAG_NO_TIME, FLAG_SYNC, SHIFT_OFFSET } from '../../src/memory/thread-memory.js';
import { testRing } from '../support/ring.js';

const ORIGIN_US = 5_000_000_000.25;
const WRAP_US = 2 ** 32;

/** A ring whose thread's clock stood at 0 at ORIGIN_US; rows are [meta, end after the origin, duration in ns]. */
function ringOf(rows: readonly (readonly [number, number, number])[], records = 1024) {
  const { memory, writer } = testRing(records);
  memory.originUs[0] = ORIGIN_US;
  for (const [meta, endUs, ns] of rows) writer.write(meta, endUs >>> 0, ns);
  return memory;
}

const rows = ({ paths, startUs, endUs, sync }: NonNullable<ReturnType<typeof sliceSpans>>) =>
  Array.from(paths, (path, i) => [path, startUs[i] - ORIGIN_US, endUs[i] - ORIGIN_US, sync[i]]);

test('should return path, start, end and kind of each span when a slice holds spans', (t) => {
  const memory = ringOf([
    [8 | FLAG_SYNC, 1000, 250_000],
    [9 | FLAG_ERROR | (3 << SHIFT_OFFSET), 1010, 5_500],
    [2047 | FLAG_SYNC | FLAG_ERROR, 1020, 1_000_000],
  ]);
  const spans = sliceSpans(memory, 0, 3, { minSpanNs: 2000, nowUs: ORIGIN_US + 2000 });
  t.deepEqual(rows(spans!), [
    [8, 750, 1000, 1],
    [9, 1004.5, 1010, 0],
    [2047, 20, 1020, 1],
  ]);
  t.is(spans!.lost, null);
  t.is(spans!.shortUs, 0);
});

test('should leave out durations without a time, collections, pauses and short spans, and keep the overflow path', (t) => {
  const memory = ringOf([
    [8 | FLAG_NO_TIME, 0, 9_000],
    [1, 100, 9_000],
    [7, 100, 9_000],
    [0, 100, 9_000],
    [8 | FLAG_SYNC, 110, 1_999],
    [8 | FLAG_SYNC, 120, 500],
    [8, 130, 1_999],
    [8, 140, 2_000],
  ]);
  const spans = sliceSpans(memory, 0, 8, { minSpanNs: 2000, nowUs: ORIGIN_US + 200 });
  t.deepEqual(rows(spans!), [
    [0, 91, 100, 0],
    [8, 138, 140, 0],
  ]);
  // Of the synchronous ones: the asynchronous one burned no CPU for sure.
  t.is(spans!.shortUs, 2.499);
});

test('should return no spans when none are asked for, and the same counts either way', (t) => {
  const memory = ringOf([
    [8 | FLAG_SYNC, 1000, 250_000],
    [9, 1010, 5_000],
  ]);
  const aggregator = new SliceAggregator(1024);
  const without = aggregator.aggregate(memory, 0, 2);
  t.is(without.spans, null);
  const { spans, ...counts } = aggregator.aggregate(memory, 0, 2, { minSpanNs: 2000, nowUs: ORIGIN_US + 2000 });
  t.is(spans?.paths.length, 2);
  t.deepEqual({ ...counts, spans: null }, without);
});

test('should place spans around the wrap of the 32-bit end when they ended just before and after it', (t) => {
  const ends = [WRAP_US - 2, WRAP_US - 1, WRAP_US, WRAP_US + 1];
  const memory = ringOf(ends.map((endUs) => [8, endUs, 4_000] as const));
  const spans = sliceSpans(memory, 0, 4, { minSpanNs: 0, nowUs: ORIGIN_US + WRAP_US + 1 });
  t.deepEqual(
    rows(spans!),
    ends.map((endUs) => [8, endUs - 4, endUs, 0]),
  );
});

test('should find the turn of the end from the moment of the count when a thread runs for days', (t) => {
  for (const turns of [0, 1, 2, 1000]) {
    for (const agoUs of [0, 1, 1_000_000, 60_000_000, WRAP_US - 2_000_000]) {
      const endUs = turns * WRAP_US + 123_456 + WRAP_US;
      const memory = ringOf([[8, endUs, 4_000]]);
      const spans = sliceSpans(memory, 0, 1, { minSpanNs: 0, nowUs: ORIGIN_US + endUs + agoUs });
      t.deepEqual(rows(spans!), [[8, endUs - 4, endUs, 0]], `${turns} turns, ${agoUs} µs ago`);
    }
  }
});

test('should take an end in the near future as such when the origins of the clocks disagree', (t) => {
  const memory = ringOf([[8, 5000, 4_000]]);
  t.deepEqual(rows(sliceSpans(memory, 0, 1, { minSpanNs: 0, nowUs: ORIGIN_US + 4990 })!), [[8, 4996, 5000, 0]]);
});

test('should read positions modulo 2^32 and records around the ring when the slice crosses both', (t) => {
  const { memory, writer, control } = testRing(1024);
  const start = 2 ** 31 - 3;
  memory.words[16] = start;
  memory.words[32] = start;
  writer.attach(memory, control);
  for (let i = 0; i < 6; i++) writer.write(8 + i, 100 + i, 3_000);
  const spans = sliceSpans(memory, start, memory.words[16], { minSpanNs: 0, nowUs: 1000 });
  t.deepEqual(Array.from(spans!.paths), [8, 9, 10, 11, 12, 13]);
});

test('should say which time lost spans when a slice holds too many, and keep room for long ones', (t) => {
  const records = 1 << 15;
  const { memory, writer } = testRing(records);
  // One short span a 10 µs, then two more, a long one, and another two.
  let endUs = 0;
  for (let i = 0; i < SLICE_SPANS_MAX; i++) writer.write(8, (endUs += 10), 5_000);
  writer.write(9, endUs + 10, 5_000);
  writer.write(9, endUs + 20, 15_000);
  writer.write(10, endUs + 30, 100_000_000);
  writer.write(9, endUs + 40, 5_000);
  writer.write(9, endUs + 50, 99_999_999);
  const to = memory.words[16];
  const query = { minSpanNs: 2000, nowUs: endUs + 1000 };
  const beforeLast = sliceSpans(memory, 0, to - 1, query)!;
  t.deepEqual(beforeLast.lost, [endUs + 5, endUs + 40]);
  t.is(beforeLast.paths.length, SLICE_SPANS_MAX + 1);
  t.is(beforeLast.paths.at(-1), 10);
  t.deepEqual(sliceSpans(memory, 0, to, query)!.lost, [endUs + 50 - 99_999.999, endUs + 50]);
});

test('should lose long spans too when there are too many of them', (t) => {
  const { memory, writer } = testRing(1 << 15);
  const spans = SLICE_SPANS_MAX + SLICE_LONG_SPANS_MAX + 1;
  for (let i = 0; i < spans; i++) writer.write(8, 200_000_000 + i, 100_000_000);
  const slice = sliceSpans(memory, 0, spans, { minSpanNs: 0, nowUs: 300_000_000 })!;
  t.is(slice.paths.length, spans - 1);
  t.deepEqual(slice.lost, [199_900_000 + spans - 1, 200_000_000 + spans - 1]);
});
