// A slice of a ring turned into counts: known records in, exact counts out.
import test from 'ava';
import { SLICE_FIELDS, SliceAggregator } from '../../src/aggregate/aggregate-slice.js';
import { FLAG_NO_TIME, HEAD, SHIFT_OFFSET, TAIL } from '../../src/memory/thread-memory.js';
import { testRing } from '../support/ring.js';

test('should count records by path and bucket, weighted by their shift', (t) => {
  const { memory, writer } = testRing();
  writer.write(9, 1, 100);
  writer.write(9, 2, 100);
  writer.write(9 | (3 << SHIFT_OFFSET), 3, 5000);
  writer.write(10 | FLAG_NO_TIME, 0, 7);
  const counts = new SliceAggregator(1024).aggregate(memory, 0, 4);
  t.is(counts.records, 4);
  t.deepEqual([...counts.keys], [(9 << 16) | 100, (9 << 16) | (3072 + 226), (10 << 16) | 7]);
  t.deepEqual([...counts.counts], [2, 8, 1]);
  t.deepEqual([...counts.stats.subarray(0, SLICE_FIELDS)], [9, 3, 0, 100 + 100 + 8 * 5000, 100, 5000, 10]);
  t.deepEqual([...counts.stats.subarray(SLICE_FIELDS)], [10, 1, 1, 7, 7, 7, 1]);
});

test('should count -0 as 0, on its own path', (t) => {
  const { memory, instruments } = testRing();
  instruments.path('a').record(-0);
  instruments.path('a').record(0);
  const counts = new SliceAggregator(1024).aggregate(memory, 0, 2);
  t.deepEqual([...counts.keys], [8 << 16]);
  t.deepEqual([...counts.counts], [2]);
});

test('should give the same arrays when the same slice is counted again', (t) => {
  const { memory, writer } = testRing();
  for (let i = 0; i < 500; i++) writer.write(8 + (i % 7), i, (i * 7919) % 100_000);
  const aggregator = new SliceAggregator(1024);
  t.deepEqual(aggregator.aggregate(memory, 0, 500), aggregator.aggregate(memory, 0, 500));
});

test('should read across the end of the ring and of 32-bit positions', (t) => {
  const { memory, writer, control } = testRing();
  const start = 0x7fffffff - 3;
  memory.words[HEAD] = start;
  memory.words[TAIL] = start;
  writer.attach(memory, control);
  for (let i = 0; i < 8; i++) writer.write(8, i, 1000 + i);
  t.is(memory.words[HEAD], (start + 8) | 0);
  const counts = new SliceAggregator(1024).aggregate(memory, start, memory.words[HEAD]);
  t.is(counts.records, 8);
  t.deepEqual(
    [...counts.keys].map((key) => key & 0xffff),
    [1000, 1001, 1002, 1003, 1004, 1005, 1006, 1007],
  );
});
