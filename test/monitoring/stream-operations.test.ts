// Operations by stream: the sum is exact, the busiest are named, memory is bounded.
import test from 'ava';
import fc from 'fast-check';
import { STORE_OPERATIONS } from '../../src/core/instrument-names.js';
import { STREAM_PROMOTION_OPERATIONS, STREAMS_NAMED_MAX } from '../../src/core/limits.js';
import { SpaceSaving } from '../../src/monitoring/space-saving.js';
import { StreamOperations } from '../../src/monitoring/stream-operations.js';
import { seeded } from '../support/random.js';
import { recorded } from './recorded.js';

const sum = (values: Record<string, number>): number => Object.values(values).reduce((a, b) => a + b, 0);

test('should name a stream from its 32nd operation on when it is the only one', (t) => {
  const seen = recorded();
  const operations = new StreamOperations(seen.ring.instruments);
  for (let i = 1; i < STREAM_PROMOTION_OPERATIONS; i++) operations.add('a');
  t.deepEqual(seen.counters(STORE_OPERATIONS, 'stream'), { '(other)': 31 });
  for (let i = 0; i < 10; i++) operations.add('a');
  t.deepEqual(seen.counters(STORE_OPERATIONS, 'stream'), { '(other)': 31, a: 10 });
});

test('should count each stream by itself when they alternate, repeat and go without a name', (t) => {
  const seen = recorded();
  const operations = new StreamOperations(seen.ring.instruments);
  operations.add('');
  operations.add(undefined);
  for (const stream of ['a', 'b']) for (let i = 1; i < STREAM_PROMOTION_OPERATIONS; i++) operations.add(stream);
  t.deepEqual(seen.counters(STORE_OPERATIONS, 'stream'), { '(other)': 64 });
  // Names made anew are equal, not the same; what comes between must not count on the stream before.
  for (let i = 0; i < 100; i++) {
    for (const stream of ['a', 'ab'.slice(0, 1), 'b', undefined, 'b', `rare-${i}`]) operations.add(stream);
  }
  t.deepEqual(seen.counters(STORE_OPERATIONS, 'stream'), { '(other)': 264, a: 200, b: 200 });
});

test('should name the busy streams alone when they are hidden among 100 000 others', (t) => {
  const seen = recorded();
  const operations = new StreamOperations(seen.ring.instruments);
  const random = seeded(7);
  const N = 200_000;
  for (let i = 0; i < N; i++) {
    // Five streams of 4 % each; the rest is spread evenly.
    const busy = random() < 0.2;
    operations.add(busy ? `busy-${Math.floor(random() * 5)}` : `quiet-${Math.floor(random() * 100_000)}`);
  }
  const counted = seen.counters(STORE_OPERATIONS, 'stream');
  t.is(sum(counted), N);
  t.deepEqual(Object.keys(counted).sort(), ['(other)', 'busy-0', 'busy-1', 'busy-2', 'busy-3', 'busy-4']);
  for (let i = 0; i < 5; i++) t.true(counted[`busy-${i}`] > 0.035 * N, `${counted[`busy-${i}`]}`);
});

test('should name no more than 20 streams when all are equally busy', (t) => {
  const seen = recorded();
  const operations = new StreamOperations(seen.ring.instruments);
  for (let i = 0; i < 20_000; i++) operations.add(`stream-${i % 40}`);
  const counted = seen.counters(STORE_OPERATIONS, 'stream');
  t.is(sum(counted), 20_000);
  t.is(Object.keys(counted).length, STREAMS_NAMED_MAX + 1);
});

test('should name a stream that becomes busy late when a million operations lie before it', (t) => {
  const seen = recorded();
  const operations = new StreamOperations(seen.ring.instruments);
  for (let i = 0; i < 1_000_000; i++) operations.add(`quiet-${i % 5000}`);
  for (let i = 0; i < 5_000; i++) operations.add('late');
  const counted = seen.counters(STORE_OPERATIONS, 'stream');
  t.deepEqual(Object.keys(counted), ['(other)', 'late']);
  t.true(counted.late > 3_000, `${counted.late}`);
  t.is(sum(counted), 1_005_000);
});

test('should never claim more than was seen, and hold all that are frequent, when any keys are counted', (t) => {
  const capacity = 8;
  const result = fc.check(
    fc.property(fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 400 }), (keys) => {
      const sketch = new SpaceSaving(capacity);
      const exact = new Map<string, number>();
      const least = new Map<string, number>();
      for (const key of keys.map(String)) {
        exact.set(key, (exact.get(key) ?? 0) + 1);
        least.set(key, sketch.add(key));
        if (least.get(key)! > exact.get(key)!) return false;
      }
      // A key with more than 1/8 of all is held: its count can be no lower than the exact one less the error bound.
      for (const [key, count] of exact) {
        if (count > keys.length / capacity && sketch.add(key) < count + 1 - (keys.length + exact.size) / capacity) return false;
      }
      return true;
    }),
    { seed: 1, numRuns: 300 },
  );
  t.false(result.failed, result.failed ? fc.defaultReportMessage(result) : '');
});
