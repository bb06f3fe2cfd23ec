// The forecast's simulation: exact where there is nothing to chance, and the same for the same seed.
import test from 'ava';
import { simulateTurnover } from '../../examples/ledger/forecast.js';

test('should tell the sum of 200 amounts when all are the same', (t) => {
  const { medianCents, p95Cents, runs } = simulateTurnover([15_000], 0.01);
  t.deepEqual([medianCents, p95Cents], [3_000_000, 3_000_000]);
  t.is(runs % 20, 0);
});

test('should lie between the extremes when amounts differ', (t) => {
  const { medianCents, p95Cents } = simulateTurnover([0, 100_000], 0.05);
  // 200 draws of 0 or 100 000: mean 10 million, standard deviation 707 000.
  t.true(medianCents > 9_500_000 && medianCents < 10_500_000, `${medianCents}`);
  t.true(p95Cents > medianCents && p95Cents < 12_500_000, `${p95Cents}`);
});

test('should be nothing when there are no amounts', (t) => {
  const { medianCents, p95Cents } = simulateTurnover([], 0.01);
  t.deepEqual([medianCents, p95Cents], [0, 0]);
});
