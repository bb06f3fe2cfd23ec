// The loop's delay from its histogram: known histograms, and a real loop that is held up.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import test from 'ava';
import { type DelayHistogram, readLoopDelay } from '../../../src/agent/samplers/loop-delay.js';

const histogram = (values: { count: number; max: number; p50: number; p99: number }): DelayHistogram => ({
  count: values.count,
  max: values.max,
  percentile: (percent) => (percent === 50 ? values.p50 : percent === 99 ? values.p99 : Number.NaN),
});

test("should take the timer's period off", (t) => {
  t.deepEqual(readLoopDelay(histogram({ count: 100, max: 120_000_000, p50: 20_100_000, p99: 45_000_000 }), 20), {
    delayNsP50: 100_000,
    delayNsP99: 25_000_000,
    delayNsMax: 100_000_000,
  });
});

test('should tell no delay below 0 when the timer fired early', (t) => {
  t.deepEqual(readLoopDelay(histogram({ count: 3, max: 20_500_000, p50: 19_900_000, p99: 19_999_999 }), 20), {
    delayNsP50: 0,
    delayNsP99: 0,
    delayNsMax: 500_000,
  });
});

test('should tell no percentile above the maximum', (t) => {
  t.deepEqual(readLoopDelay(histogram({ count: 1, max: 30_000_000, p50: 30_015_487, p99: 30_015_487 }), 20), {
    delayNsP50: 10_000_000,
    delayNsP99: 10_000_000,
    delayNsMax: 10_000_000,
  });
});

test('should tell zeros when there is nothing yet', (t) => {
  const zeros = { delayNsP50: 0, delayNsP99: 0, delayNsMax: 0 };
  t.deepEqual(readLoopDelay(null, 20), zeros);
  const empty = monitorEventLoopDelay({ resolution: 20 });
  t.deepEqual(readLoopDelay(empty, 20), zeros);
});

test('should see a loop that is held up', async (t) => {
  const real = monitorEventLoopDelay({ resolution: 10 });
  real.enable();
  // Intervals are measured between two firings: one before the hold-up, one after.
  const fired = async (count: number) => {
    while (real.count < count) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  await fired(1);
  const end = performance.now() + 80;
  while (performance.now() < end);
  await fired(real.count + 1);
  real.disable();
  const { delayNsP50, delayNsMax } = readLoopDelay(real, 10);
  // 80 ms, less the part of a period that had passed when it began.
  t.true(delayNsMax >= 70e6, `${delayNsMax} ns`);
  t.true(delayNsP50 <= delayNsMax);
});
