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
