// A profiler is made anew when memory outside all heaps has grown, at a quiet moment, and less often where that did not help.
import test from 'ava';
import { ProfileGrowth } from '../../../src/agent/profiler/profile-growth.js';

const MIB = 1024 * 1024;
const quiet = { ageMs: 600_000, heapBytes: 10 * MIB, foreignMs: 0, isQuiet: true };
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

test('should ask for a longer pause only when more has grown', (t) => {
  const growth = new ProfileGrowth();
  // 100 MiB of heap are a pause of 157 ms: worth it from 3.14 times the 8 MiB on.
  const large = { heapBytes: 100 * MIB };
  t.deepEqual([due(growth, 100, large), due(growth, 125, large), due(growth, 125.2, large)], [false, false, true]);
});

test('should not count what grew in the first minute, and ask no sooner than ten minutes after the start', (t) => {
  const growth = new ProfileGrowth();
  const at = (ageMs: number, nativeMib: number): boolean => due(growth, nativeMib, { ageMs });
  t.deepEqual(
    [at(1000, 100), at(59_999, 150), at(60_000, 160), at(599_999, 170), at(600_000, 168), at(600_000, 168.1)],
    [false, false, false, false, false, true],
  );
});

test('should count from the next look on when threads have come or gone', (t) => {
  const growth = new ProfileGrowth();
  t.false(due(growth, 100));
  growth.forgetBase();
  t.deepEqual([due(growth, 120), due(growth, 128), due(growth, 128.1)], [false, false, true]);
});

test('should ask when a profile of the host has run for more than ten minutes', (t) => {
  const growth = new ProfileGrowth();
  t.deepEqual([due(growth, 100, { foreignMs: 600_000 }), due(growth, 100, { foreignMs: 600_001 })], [false, true]);
});

test('should ask however young the profiler is when a profile of the host is as old, and later in a large heap', (t) => {
  const growth = new ProfileGrowth();
  const large = { ageMs: 0, heapBytes: 100 * MIB };
  t.deepEqual([due(growth, 100, { ...large, foreignMs: 1_880_000 }), due(growth, 100, { ...large, foreignMs: 1_890_000 })], [false, true]);
});
