// A profiler is made anew when memory outside all heaps has grown, at a quiet moment, and less often where that did not help.
import test from 'ava';
import { ProfileGrowth } from '../../../src/agent/profiler/profile-growth.js';

const MIB = 1024 * 1024;
const quiet = { heapBytes: 10 * MIB, foreignMs: 0, isQuiet: true };
const due = (growth: ProfileGrowth, nativeMib: number, more = {}): boolean => growth.isDue({ ...quiet, nativeBytes: nativeMib * MIB, ...more });

test('should ask for a new profiler when native memory has grown by more than 8 MiB and the thread idles', (t) => {
  const growth = new ProfileGrowth();
  t.deepEqual([due(growth, 100), due(growth, 108), due(growth, 108.1, { isQuiet: false }), due(growth, 108.1)], [false, false, false, true]);
});

test('should count growth from the lowest point when memory was given back', (t) => {
  const growth = new ProfileGrowth();
  t.deepEqual([due(growth, 100), due(growth, 90), due(growth, 98), due(growth, 98.1)], [false, false, false, true]);
});

test('should wait for twice the growth when a new profiler gave nothing back', (t) => {
  const growth = new ProfileGrowth();
  t.deepEqual([due(growth, 100), due(growth, 109)], [false, true]);
  // The first look after the restart is the new base: 109, of 109. From here 16 MiB are needed.
  t.deepEqual([due(growth, 109), due(growth, 125), due(growth, 125.1)], [false, false, true]);
});

test('should ask again at the same growth when the new profiler gave memory back', (t) => {
  const growth = new ProfileGrowth();
  t.deepEqual([due(growth, 100), due(growth, 109)], [false, true]);
  t.deepEqual([due(growth, 101), due(growth, 109), due(growth, 109.1)], [false, false, true]);
});

test('should not ask when the heap is so large that a start would take long', (t) => {
  const growth = new ProfileGrowth();
  t.deepEqual([due(growth, 100), due(growth, 200, { heapBytes: 100 * MIB })], [false, false]);
});

test('should ask when a profile of the host has run for more than ten minutes', (t) => {
  const growth = new ProfileGrowth();
  t.deepEqual([due(growth, 100, { foreignMs: 600_000 }), due(growth, 100, { foreignMs: 600_001 })], [false, true]);
});
