// The only module that reads time; everything else is handed it. Captured at load, so that fake timers of a test suite do not reach pitot.
import { performance } from 'node:perf_hooks';

/** Monotonic time in ms with ns resolution, counted from the start of the thread: the recorder's clock. */
export const monotonicMs: () => number = performance.now.bind(performance);

const captureDateNow = Date.now;

/** Wall clock, ms since the epoch. */
export const wallMs = (): number => captureDateNow();

const captureHrtime = process.hrtime.bigint;

/** Monotonic time of the machine, ms: the same on every thread of every process, so it outlives an agent thread. */
export const machineMs = (): number => Number(captureHrtime()) / 1e6;

/** Readings of which the tightest counts: one suffices unless the thread is interrupted between two calls. */
const ORIGIN_READINGS = 8;

/**
 * The machine's monotonic time, µs, at which this thread's monotonicMs was 0: adds up with it to times that all threads share.
 * Each reading of one clock stands between two of the other; of several the tightest is taken, which is off by half its width, under 1 µs.
 */
export function threadOriginUs(): number {
  let originUs = 0;
  let widthMs = Number.POSITIVE_INFINITY;
  for (let i = 0; i < ORIGIN_READINGS; i++) {
    const beforeMs = monotonicMs();
    const machineNs = Number(captureHrtime());
    const afterMs = monotonicMs();
    if (afterMs - beforeMs >= widthMs) continue;
    widthMs = afterMs - beforeMs;
    originUs = machineNs / 1000 - ((beforeMs + afterMs) / 2) * 1000;
  }
  return originUs;
}
