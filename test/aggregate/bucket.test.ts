// Buckets are an HDR histogram's buckets: compared with hdr-histogram-js itself.
import test from 'ava';
import fc from 'fast-check';
import * as hdr from 'hdr-histogram-js';
import { BUCKETS, bucketOf, lowestOf } from '../../src/aggregate/bucket.js';

const DOUBLE = new Float64Array(1);
const WORDS = new Uint32Array(DOUBLE.buffer);

function bucket(value: number): number {
  DOUBLE[0] = value;
  return bucketOf(value, WORDS[1]);
}

test('should give each whole number below 2048 its own bucket', (t) => {
  for (let value = 0; value < 2048; value++) t.is(lowestOf(bucket(value)), value);
  t.is(bucket(0.5), 0);
  t.is(bucket(2047.99), 2047);
});

test('should give known buckets at the edges', (t) => {
  t.is(bucket(2048), 2048);
  t.is(bucket(2049), 2048);
  t.is(bucket(2050), 2049);
  t.is(bucket(4095), 3071);
  t.is(bucket(4096), 3072);
  t.is(lowestOf(3072), 4096);
  t.is(lowestOf(3073), 4100);
  t.is(bucket(3_600_000_000_000) < BUCKETS, true);
  t.is(bucket(2 ** 42 - 1), BUCKETS - 1);
});

test('should agree with the lowest equivalent value of an HDR histogram when values are any in range', (t) => {
  const histogram = hdr.build({ highestTrackableValue: 3_600_000_000_000, numberOfSignificantValueDigits: 3, bitBucketSize: 64 }) as unknown as {
    lowestEquivalentValue(value: number): number;
  };
  fc.assert(
    fc.property(fc.double({ min: 0, max: 41, noNaN: true }), (exponent) => {
      const value = Math.floor(Math.min(2 ** exponent, 3_600_000_000_000));
      t.is(lowestOf(bucket(value)), histogram.lowestEquivalentValue(value));
    }),
    { numRuns: 2000 },
  );
});
