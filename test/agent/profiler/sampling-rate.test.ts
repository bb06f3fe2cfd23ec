// The sampling period falls when a thread idles, rises when it works, and never at the price of a long pause.
import test from 'ava';
import { predictRestartMs, SamplingRate } from '../../../src/agent/profiler/sampling-rate.js';

const MIB = 1024 * 1024;

/** Feeds one ratio a second and tells the periods at which it changed. */
function run(rate: SamplingRate, startUs: number, ratios: number[], heapBytes = 10 * MIB): [second: number, periodUs: number][] {
  const changes: [number, number][] = [];
  let periodUs = startUs;
  ratios.forEach((busyRatio, second) => {
    const wantedUs = rate.decide(periodUs, { nowMs: second * 1000, busyRatio, heapBytes });
    if (wantedUs !== periodUs) changes.push([second, wantedUs]);
    periodUs = wantedUs;
  });
  return changes;
}

const seconds = (count: number, ratio: number): number[] => Array(count).fill(ratio);

test('should lengthen the period after 15 s of idling and shorten it after 10 s of work when the heap is tiny', (t) => {
  t.is(predictRestartMs(0), 12.8);
  t.deepEqual(run(new SamplingRate(10_000, 0), 10_000, [...seconds(100, 0.01), ...seconds(20, 0.9)], 0), [
    [15, 50_000],
    [110, 10_000],
  ]);
});

test('should wait for idling and work that are worth the pause of the restart when the heap is larger', (t) => {
  // 100 MiB: (8 + 0.9 * 100) * 1.6 = 156.8 ms, so 156.8 s of idling and 47.04 s of work.
  t.is(predictRestartMs(100 * MIB).toFixed(3), '156.800');
  t.deepEqual(run(new SamplingRate(10_000, 0), 10_000, [...seconds(200, 0), ...seconds(60, 0.9)], 100 * MIB), [
    [157, 50_000],
    [248, 10_000],
  ]);
});

test('should need twice the idling after each rise when the load comes and goes', (t) => {
  const ratios = Array.from({ length: 1000 }, (_, second) => (second % 200 < 100 ? 0 : 0.9));
  // Idle in 0..99, 200..299, …; 15 s needed at first, then 30, 60 and 120, which this load never gives.
  t.deepEqual(run(new SamplingRate(10_000, 0), 10_000, ratios, 0), [
    [15, 50_000],
    [110, 10_000],
    [230, 50_000],
    [310, 10_000],
    [460, 50_000],
    [520, 10_000],
  ]);
});

test('should change no more than once a minute', (t) => {
  t.deepEqual(run(new SamplingRate(10_000, 0), 10_000, [...seconds(20, 0), ...seconds(80, 0.9)], 0), [
    [15, 50_000],
    [75, 10_000],
  ]);
});

test('should keep the period when the restart would take longer than 240 ms', (t) => {
  t.deepEqual(run(new SamplingRate(10_000, 0), 10_000, seconds(1000, 0), 158 * MIB), []);
});

test('should keep the period when the thread does neither idle nor work much', (t) => {
  t.deepEqual(run(new SamplingRate(10_000, 0), 10_000, seconds(100, 0.1)), []);
});

test('should keep the configured period when it is longer than the idle one', (t) => {
  t.deepEqual(run(new SamplingRate(100_000, 0), 100_000, seconds(100, 0)), []);
});
