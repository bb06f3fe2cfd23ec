// The statistics under a diff, against values worked out by hand or known from tables.
import test from 'ava';
import { adjustForMany } from '../../../src/flame/diff/benjamini-hochberg.js';
import {
  type BlockRows,
  bootstrapVariance,
  difference,
  drawer,
  minimumEffectP,
  resample,
  sumRows,
  welch,
} from '../../../src/flame/diff/bootstrap.js';
import { seededRandom } from '../../../src/flame/diff/seeded-random.js';
import { normalQuantile, studentTail } from '../../../src/flame/diff/student.js';

const near = (value: number, expected: number, relative = 1e-9): boolean => Math.abs(value - expected) <= relative * Math.abs(expected);

test('should adjust by count over rank and never fall below a smaller rank when p values are given', (t) => {
  // Sorted 0.01 0.02 0.03 0.04: times 4/1 4/2 4/3 4/4 are all 0.04. With 0.5 fifth: 0.05 each, and 0.5.
  const adjusted = adjustForMany([0.04, 0.01, 0.5, 0.02, 0.03]);
  t.deepEqual(
    adjusted.map((q) => Number(q.toFixed(12))),
    [0.05, 0.05, 0.5, 0.05, 0.05],
  );
  // 0.001 × 3, 0.02 × 3/2, 0.9 × 1.
  t.deepEqual(
    adjustForMany([0.9, 0.001, 0.02]).map((q) => Number(q.toFixed(12))),
    [0.9, 0.003, 0.03],
  );
  t.deepEqual(adjustForMany([]), []);
  t.deepEqual(adjustForMany([1, 1]), [1, 1]);
});

test("should give the tables' values when a tail of Student's t is asked for", (t) => {
  // df 1: 1/2 - atan(t)/π; df 2: 1/2 - t / (2 √(2 + t²)).
  t.true(near(studentTail(1, 1), 0.25));
  t.true(near(studentTail(3, 2), 0.5 - 3 / (2 * Math.sqrt(11)), 1e-8));
  t.true(near(studentTail(1000, 2), 0.5 - 1000 / (2 * Math.sqrt(1_000_002)), 1e-3));
  t.true(near(studentTail(2.2281388519649385, 10), 0.025));
  t.true(near(studentTail(1.959963984540054, Number.POSITIVE_INFINITY), 0.025, 1e-5));
  t.true(near(studentTail(6, Number.POSITIVE_INFINITY), 9.865876450376946e-10, 1e-3));
  t.deepEqual([studentTail(0, 7), studentTail(Number.POSITIVE_INFINITY, 3)], [0.5, 0]);
  t.true(near(studentTail(-1, 1), 0.75));
  t.true(near(normalQuantile(0.025), 1.959963984540054, 1e-5));
});

test('should take a minimum effect off the change when it is given', (t) => {
  t.is(minimumEffectP(0.01, 0.01, 0.001, 10), 1);
  t.is(minimumEffectP(0.02, 0.01, 0, 10), 0);
  // Without a least effect: both tails of t.
  t.true(near(minimumEffectP(2.2281388519649385, 0, 1, 10), 0.05));
  t.true(near(minimumEffectP(3.2281388519649385, 1, 1, 10), 0.025 + studentTail(4.22813885196494, 10)));
});

test('should weigh degrees of freedom by variance when variances are added', (t) => {
  t.is(welch([1, 1], [9, 9]), 18);
  t.is(welch([1, 0], [9, 99]), 9);
  t.is(welch([0, 0], [9, 99]), 9);
});

test('should raise the variance of the replicates to that of samples when the blocks are few', (t) => {
  // Of 1 2 3 4: 5/3; four blocks: times 4/3.
  t.true(near(bootstrapVariance([1, 2, 3, 4], 4), (5 / 3) * (4 / 3)));
  t.is(bootstrapVariance([7, 7, 7], 64), 0);
});

test('should draw as many blocks as there are and none from another stratum when blocks are drawn', (t) => {
  const weights = new Float64Array(5);
  const draw = drawer(Uint32Array.of(0, 1, 0, 1, 1), seededRandom(7));
  const drawn = Array.from({ length: 200 }, () => {
    draw(weights);
    return [weights[0] + weights[2], weights[1] + weights[3] + weights[4]];
  });
  t.true(drawn.every(([first, second]) => first === 2 && second === 3));
});

test('should hand over the sums of the blocks drawn when rows are resampled', (t) => {
  const rows: BlockRows = {
    width: 3,
    strata: new Uint32Array(2),
    columns: [Uint32Array.of(0, 2), Uint32Array.of(1)],
    values: [Float64Array.of(5, 7), Float64Array.of(11)],
  };
  t.deepEqual([...sumRows(rows)], [5, 11, 7]);
  const seen = new Set<string>();
  resample(rows, 50, seededRandom(1), (sums) => seen.add([...sums].join(' ')));
  t.deepEqual([...seen].sort(), ['0 22 0', '10 0 14', '5 11 7']);
});

test('should agree with theory when the mean of independent values is bootstrapped', (t) => {
  const random = seededRandom(3);
  const values = Array.from({ length: 64 }, () => random());
  const mean = values.reduce((a, b) => a + b, 0) / 64;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 63 / 64;
  const rows: BlockRows = {
    width: 1,
    strata: new Uint32Array(64),
    columns: values.map(() => Uint32Array.of(0)),
    values: values.map((value) => Float64Array.of(value / 64)),
  };
  const replicates = new Float64Array(20_000);
  resample(rows, replicates.length, random, (sums, i) => (replicates[i] = sums[0]));
  t.true(near(bootstrapVariance(replicates, 64), variance, 0.05));
  const still = { value: 0, replicates: new Float64Array(20_000), blocks: 64, varianceMin: 0 };
  const { change, low, high } = difference(still, { value: mean, replicates, blocks: 64, varianceMin: 0 }, 0, 0.05);
  t.is(change, mean);
  t.true(near(high - low, 2 * 1.96 * Math.sqrt(variance), 0.05), `${low}…${high}`);
});
