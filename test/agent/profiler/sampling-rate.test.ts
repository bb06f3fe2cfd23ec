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

test('should lengthen the period after 15 s of idling and shorten it after 2 s of work when the heap is small', (t) => {
  // Idle from second 0: due at 15. Busy from second 100: due at 102.
  t.deepEqual(run(new SamplingRate(10_000, 0), 10_000, [...seconds(100, 0.01), ...seconds(20, 0.9)]), [
    [15, 50_000],
    [102, 10_000],
  ]);
});

test('should change no more than once a minute when the load comes and goes', (t) => {
  const ratios = Array.from({ length: 200 }, (_, second) => (Math.floor(second / 20) % 2 === 0 ? 0 : 0.9));
  // Idle in seconds 0..19, 40..59, …: due at 15; work from 60 on is 45 s after, so the change waits for second 75, in work again.
  t.deepEqual(run(new SamplingRate(10_000, 0), 10_000, ratios), [
    [15, 50_000],
    [75, 10_000],
    [135, 50_000],
    [195, 10_000],
  ]);
});

test('should keep the period when the restart would take longer than 50 ms', (t) => {
  t.is(predictRestartMs(100 * MIB), 98);
  t.deepEqual(run(new SamplingRate(10_000, 0), 10_000, seconds(100, 0), 100 * MIB), []);
});

test('should keep the period when the thread does neither idle nor work much', (t) => {
  t.deepEqual(run(new SamplingRate(10_000, 0), 10_000, seconds(100, 0.1)), []);
});

test('should keep the configured period when it is longer than the idle one', (t) => {
  t.deepEqual(run(new SamplingRate(100_000, 0), 100_000, seconds(100, 0)), []);
});
