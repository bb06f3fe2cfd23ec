// The picture of a distribution: every count in the bin of its value, none lost.
import test from 'ava';
import * as hdr from 'hdr-histogram-js';
import { PitotError } from '../../src/core/errors.js';
import { distributionShape } from '../../src/report/distribution-shape.js';

function encoded(counts: [value: number, count: number][], digits: 2 | 3 = 3): string {
  const histogram = hdr.build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: 3.6e12,
    numberOfSignificantValueDigits: digits,
    bitBucketSize: 64,
    useWebAssembly: false,
  });
  for (const [value, count] of counts) histogram.recordValueWithCount(value, count);
  return hdr.encodeIntoCompressedBase64(histogram);
}

test('should put each count in the bin of its octave when there is one bin an octave', (t) => {
  const shape = distributionShape(
    encoded([
      [1, 5],
      [2, 3],
      [3, 4],
      [8, 7],
      [1024, 2],
    ]),
    1,
  );
  t.deepEqual(shape, { firstBin: 0, counts: [5, 7, 0, 7, 0, 0, 0, 0, 0, 0, 2] });
});

test('should start at the first bin in use when values are large', (t) => {
  const value = 2 ** 30;
  t.deepEqual(distributionShape(encoded([[value, 9]])), { firstBin: 240, counts: [9] });
  t.deepEqual(
    distributionShape(
      encoded([
        [value, 9],
        [2 * value, 1],
      ]),
    ),
    { firstBin: 240, counts: [9, 0, 0, 0, 0, 0, 0, 0, 1] },
  );
});

test('should split an octave into bins of equal ratio when it has eight', (t) => {
  // 1024 × 2^(1/8) = 1116.7: 1116 is the last whole number of the first bin, 1117 the first of the second.
  t.deepEqual(
    distributionShape(
      encoded([
        [1024, 1],
        [1116, 1],
        [1117, 1],
      ]),
    ),
    { firstBin: 80, counts: [2, 1] },
  );
});

test('should count zeros as ones when a histogram holds zeros', (t) => {
  t.deepEqual(
    distributionShape(
      encoded([
        [0, 4],
        [1, 2],
        [2, 1],
      ]),
      1,
    ),
    { firstBin: 0, counts: [6, 1] },
  );
  t.deepEqual(distributionShape(encoded([[0, 4]]), 1), { firstBin: 0, counts: [4] });
});

test('should keep the sum of counts when values spread over twelve decades, at 2 and 3 digits', (t) => {
  for (const digits of [2, 3] as const) {
    const counts = Array.from({ length: 500 }, (_, i): [number, number] => [Math.floor(10 ** (i / 40)), 1 + (i % 13)]);
    const shape = distributionShape(encoded(counts, digits));
    t.is(
      shape.counts.reduce((sum, count) => sum + count, 0),
      counts.reduce((sum, [, count]) => sum + count, 0),
    );
    t.is(shape.firstBin, 0);
    t.true(shape.counts[shape.counts.length - 1] > 0);
  }
});

test('should be empty when the histogram or the text is', (t) => {
  t.deepEqual(distributionShape(''), { firstBin: 0, counts: [] });
  t.deepEqual(distributionShape(encoded([])), { firstBin: 0, counts: [] });
});

test('should name the input at fault when the text is no histogram', (t) => {
  const error = t.throws(() => distributionShape('bm90IGEgaGlzdG9ncmFt'), { instanceOf: PitotError });
  t.is(error.code, 'INPUT_FILE');
  t.is(error.detail.option, 'hdr');
  t.is(error.detail.received, '"bm90IGEgaGlzdG9ncmFt"');
});
