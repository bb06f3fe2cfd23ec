// Which paths are timed 1 in N: known rates in, known shifts out.
import test from 'ava';
import fc from 'fast-check';
import { chooseShifts } from '../../src/agent/sampling-budget.js';
import { RECORD_COST_NS, SPAN_COST_NS } from '../../src/core/limits.js';

const rate = (callsPerS: number, shift = 0, untimedShare = 0) => ({ callsPerS, shift, untimedShare });

test('should time every call when all of it fits the budget', (t) => {
  // 0.005 of a core is 5 ms a second: 50 000 spans of 100 ns.
  t.is(SPAN_COST_NS, 100);
  t.deepEqual(chooseShifts([rate(20_000), rate(20_000), rate(9_000)], 0.005), [0, 0, 0]);
});

test('should sample only the path above the water level', (t) => {
  // 49 000 calls fit beside 1 000; ten million have 49 000 left: 1 in 256 is the first power of two below that.
  t.deepEqual(chooseShifts([rate(1_000), rate(10_000_000)], 0.005), [0, 8]);
});

test('should share the budget evenly among equally hot paths', (t) => {
  t.deepEqual(chooseShifts([rate(1_000_000), rate(1_000_000)], 0.005), [6, 6]);
});

test('should weigh records without clock reads by their own cost', (t) => {
  t.is(RECORD_COST_NS, 15);
  t.deepEqual(chooseShifts([rate(300_000, 0, 1)], 0.005), [0]);
  t.deepEqual(chooseShifts([rate(300_000, 0, 0)], 0.005), [3]);
});

test('should come down one step at a time, and only when the level is cleared by half', (t) => {
  t.deepEqual(chooseShifts([rate(10_000, 5)], 0.005), [4]);
  t.deepEqual(chooseShifts([rate(800_000, 4)], 0.005), [4]);
});

test('should sample nothing when the budget is a whole core', (t) => {
  t.deepEqual(chooseShifts([rate(50_000_000, 3)], 1), [0]);
});

test('should keep the timed cost within the budget when shifts rise', (t) => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1e7, noNaN: true }), { maxLength: 300 }), (calls) => {
      const shifts = chooseShifts(
        calls.map((callsPerS) => rate(callsPerS)),
        0.005,
      );
      const cost = calls.reduce((sum, callsPerS, i) => sum + (callsPerS * SPAN_COST_NS) / 2 ** shifts[i], 0);
      t.true(cost <= 0.005 * 1e9 * (1 + 1e-9), String(cost));
    }),
  );
});
