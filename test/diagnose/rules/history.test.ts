// Histories: medians as they come and go, and points that are saved and come back as they were.
import test from 'ava';
import fc from 'fast-check';
import { History } from '../../../src/diagnose/rules/history.js';
import { median } from '../../../src/diagnose/rules/median.js';
import { packPoints } from '../../../src/diagnose/rules/packed-points.js';

const MINUTE_MS = 60_000;

test('should know the median of exactly its values when values come, go and are thinned', (t) => {
  const values = fc.array(fc.oneof(fc.integer({ min: -3, max: 3 }), fc.float({ noNaN: true, noDefaultInfinity: true })), { maxLength: 120 });
  const { failed, counterexample } = fc.check(
    fc.property(values, fc.integer({ min: 2, max: 40 }), fc.integer({ min: 1, max: 60 }), (all, pointsMax, keptMinutes) => {
      const history = new History(pointsMax);
      return all.every((value, i) => {
        history.dropBefore((i - keptMinutes) * MINUTE_MS, 2);
        history.add(i * MINUTE_MS, MINUTE_MS, value);
        return Object.is(history.median() + 0, median(Float64Array.from(history.values)) + 0);
      });
    }),
    { seed: 4, numRuns: 300 },
  );
  t.false(failed, JSON.stringify(counterexample));
});

test('should come back as it was when it is saved as text', (t) => {
  const history = new History(120);
  for (let i = 0; i < 500; i++) history.add(1e12 + i * MINUTE_MS, MINUTE_MS, Math.fround(10 * Math.sin(i)));
  const saved = history.save('a=b\n');
  t.deepEqual([saved.key, saved.length, saved.stride, saved.coveredMs], ['a=b\n', history.length, 8, 500 * MINUTE_MS]);
  const restored = History.restore(JSON.parse(JSON.stringify(saved)), 120)!;
  t.deepEqual([...restored.values], [...history.values]);
  t.deepEqual(restored.save('a=b\n'), saved);
  t.is(restored.median(), history.median());
});

test('should pack points as little-endian floats, times before values', (t) => {
  const bytes = Buffer.from(packPoints(Float32Array.of(0, 60, 7), Float32Array.of(1.5, -2, 7), 2), 'base64');
  t.deepEqual(
    [0, 4, 8, 12].map((at) => bytes.readFloatLE(at)),
    [0, 60, 1.5, -2],
  );
});

test('should restore nothing when what was saved is cut, too long, or no number', (t) => {
  const history = new History(120);
  for (let i = 0; i < 20; i++) history.add(i * MINUTE_MS, MINUTE_MS, i);
  const saved = history.save('');
  t.is(History.restore(saved, 120)?.length, 20);
  const nan = packPoints(Float32Array.of(0, 60), Float32Array.of(1, Number.NaN), 2);
  const broken = [
    { points: saved.points.slice(0, -8) },
    { points: 7 },
    { length: 19 },
    { length: -1 },
    { length: 2, points: nan },
    { stride: 3 },
    { seenMs: null },
  ];
  for (const fields of broken) t.is(History.restore({ ...saved, ...fields } as typeof saved, 120), undefined, JSON.stringify(fields));
  t.is(History.restore(saved, 10), undefined);
});
