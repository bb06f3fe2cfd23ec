// The live size of a heap whose collections the test asks for, told by the loop as to the host.
import { performance } from 'node:perf_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import test from 'ava';
import { monotonicMs } from '../../src/core/clock.js';
import { observeGc } from '../../src/host/gc-observer.js';
import { LiveSize } from '../../src/host/live-size.js';
import { RingWriter } from '../../src/host/ring-writer.js';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as (options?: { type: 'minor' }) => void;
const MIB = 1024 * 1024;

/** Watches until the test ends. */
function watch(t: { teardown(end: () => void): void }): { live: LiveSize; collect(): Promise<void> } {
  const live = new LiveSize();
  let told = 0;
  t.teardown(
    observeGc(new RingWriter(), new Float64Array(64), (batch) => {
      told += batch.full;
      live.read(batch, monotonicMs());
    }),
  );
  const collect = async (): Promise<void> => {
    const before = told;
    gc();
    while (told === before) await turn();
  };
  return { live, collect };
}

test.serial('should tell what a full collection left when there was one', async (t) => {
  const { live, collect } = watch(t);
  t.deepEqual([live.liveBytes, live.fullCollections], [0, 0], 'none yet');
  await collect();
  await collect();
  const before = live.liveBytes;
  t.true(before > MIB);
  const full = live.fullCollections;
  const kept: number[][] = [];
  // 64 arrays of 256 KiB: too large for the young space.
  for (let i = 0; i < 64; i++) kept.push(Array.from({ length: 32_768 }, () => i + 0.5));
  gc({ type: 'minor' });
  await turn();
  t.is(live.liveBytes, before, 'no full collection, no new figure');
  await collect();
  t.true(live.fullCollections > full);
  const grownMib = (live.liveBytes - before) / MIB;
  t.true(grownMib > 15.5 && grownMib < 18, `${grownMib} MiB of 16`);
  kept.length = 0;
  await collect();
  t.true(Math.abs(live.liveBytes - before) < MIB, `${live.liveBytes - before} bytes of nothing`);
});

test.serial('should tell what arrays hold outside of the heap', async (t) => {
  const { live, collect } = watch(t);
  await collect();
  const before = live.liveExternalBytes;
  const kept = Buffer.allocUnsafeSlow(4 * MIB);
  await collect();
  const grownBytes = live.liveExternalBytes - before - kept.byteLength;
  t.true(Math.abs(grownBytes) < 65_536, `${grownBytes} bytes beside`);
});

const spaces = (oldMib: number) => [
  { space_name: 'old_space', space_used_size: oldMib * MIB, space_available_size: 0 },
  { space_name: 'new_space', space_used_size: 16 * MIB, space_available_size: 0 },
];
const young = (endMs: number) => ({ young: 1, full: 0, youngEndMs: endMs, fullEndMs: 0 });
const full = (endMs: number, count = 1) => ({ young: 0, full: count, youngEndMs: 0, fullEndMs: endMs });

test('should keep the live size when young collections alone are told', (t) => {
  const live = new LiveSize();
  live.read(full(1000), 1000, spaces(50));
  live.read(young(2000), 2000, spaces(60));
  t.deepEqual([live.liveBytes / MIB, live.fullCollections], [50, 1]);
});

test('should take the first look after a full collection, and count each once, when the loop stood', (t) => {
  const live = new LiveSize();
  live.read(full(1000), 1000, spaces(50));
  // Seconds of a loop that stands: it keeps what it makes, and garbage is promoted with it.
  for (const [second, oldMib] of [60, 70, 66, 80, 90].entries()) live.look(2000 + second * 1000, spaces(oldMib));
  t.deepEqual([live.liveBytes / MIB, live.fullCollections], [50, 1], 'not told yet');
  live.read(full(3996, 2), 6500, spaces(95));
  t.deepEqual([live.liveBytes / MIB, live.fullCollections], [66, 3]);
  live.look(7000, spaces(53));
  live.read(young(7100), 7100, spaces(55));
  live.look(8004, spaces(51));
  live.read(full(8000), 8200, spaces(59));
  t.deepEqual([live.liveBytes / MIB, live.fullCollections], [51, 4], 'a look before it is none, one right after it is');
});

test('should hold a level back when it was told late, until one is exact', (t) => {
  const live = new LiveSize();
  live.read(full(1000), 1000, spaces(50));
  live.read(full(2000), 2040, spaces(94));
  live.read(full(3000, 2), 3040, spaces(90));
  t.deepEqual([live.liveBytes / MIB, live.fullCollections], [50, 1]);
  live.read(full(4000), 4005, spaces(55));
  t.deepEqual([live.liveBytes / MIB, live.fullCollections], [55, 5]);
  live.read(full(5000), 5040, spaces(52));
  t.deepEqual([live.liveBytes / MIB, live.fullCollections], [52, 6], 'it is 52 at most');
});

test('should take the least of a minute, or of eight, when none is exact', (t) => {
  const live = new LiveSize();
  live.read(full(1000), 1000, spaces(50));
  live.read(full(10_000), 10_040, spaces(94));
  live.read(full(40_000), 40_040, spaces(80));
  t.is(live.fullCollections, 1);
  live.read(full(71_000), 71_040, spaces(90));
  t.deepEqual([live.liveBytes / MIB, live.fullCollections], [80, 4]);
  for (let i = 0; i < 7; i++) live.read(full(72_000 + i), 72_040, spaces(95 - i));
  t.is(live.fullCollections, 4);
  live.read(full(73_000), 73_040, spaces(99));
  t.deepEqual([live.liveBytes / MIB, live.fullCollections], [89, 12]);
});

test('should begin with what there is when the first collection of all was told late', (t) => {
  const live = new LiveSize();
  live.read(full(1000), 1040, spaces(94));
  t.deepEqual([live.liveBytes / MIB, live.fullCollections], [94, 1]);
});

// What was registered with V8 for each reading, and lay there until a full collection, made each collection 30 µs longer: 12 ms after these.
test.serial('should make no collection longer when collections have been read a thousand times', async (t) => {
  const { live, collect } = watch(t);
  const medianMs = async (): Promise<number> => {
    const took: number[] = [];
    for (let i = 0; i < 50; i++) {
      const beganMs = performance.now();
      gc({ type: 'minor' });
      took.push(performance.now() - beganMs);
      await turn();
    }
    return took.sort((a, b) => a - b)[25];
  };
  await collect();
  await medianMs();
  const before = await medianMs();
  for (let i = 0; i < 1000; i++) {
    gc({ type: 'minor' });
    if (i % 2 === 0) await turn();
  }
  const after = await medianMs();
  t.true(after < 10 * before, `${before} ms, then ${after} ms`);
  t.true(live.fullCollections >= 1);
});
