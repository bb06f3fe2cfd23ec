// The live size of a heap whose collections the test asks for.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import test from 'ava';
import { LiveSize } from '../../src/host/live-size.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const minor = (): void => (collect as (options: { type: 'minor' }) => void)({ type: 'minor' });
const MIB = 1024 * 1024;

test('should tell what a full collection left when there was one', (t) => {
  const live = new LiveSize();
  live.start();
  live.read();
  t.deepEqual([live.liveBytes, live.fullCollections], [0, 0], 'none yet');
  collect();
  live.read();
  const before = live.liveBytes;
  t.true(before > MIB);
  const full = live.fullCollections;
  const allocated = live.allocatedBytes;
  const kept: number[][] = [];
  // 64 arrays of 128 KiB and a little, and as many that nobody keeps.
  for (let i = 0; i < 64; i++) {
    kept.push(new Array(16_384).fill(i));
    new Array(16_384).fill(i);
  }
  live.read();
  t.is(live.liveBytes, before, 'no full collection, no new figure');
  collect();
  live.read();
  t.true(live.fullCollections > full);
  const grownMib = (live.liveBytes - before) / MIB;
  t.true(grownMib > 7.5 && grownMib < 10, `${grownMib} MiB of 8`);
  const allocatedMib = (live.allocatedBytes - allocated) / MIB;
  t.true(allocatedMib > 15 && allocatedMib < 20, `${allocatedMib} MiB of 16`);
  kept.length = 0;
  collect();
  live.read();
  t.true(Math.abs(live.liveBytes - before) < MIB, `${live.liveBytes - before} bytes of nothing`);
  live.stop();
});

test('should tell what arrays hold outside of the heap', (t) => {
  const live = new LiveSize();
  live.start();
  collect();
  live.read();
  const before = live.liveExternalBytes;
  const kept = Buffer.allocUnsafeSlow(4 * MIB);
  collect();
  live.read();
  t.is(live.liveExternalBytes - before, kept.byteLength);
  live.stop();
});

test('should do nothing when it was stopped, or is in the middle of a read', (t) => {
  const live = new LiveSize();
  live.start();
  live.stop();
  live.stop();
  collect();
  live.read();
  t.is(live.fullCollections, 0);
});

test('should leave collections unseen when they are too many, know no total of what is allocated then, and see them again after a rest', (t) => {
  let nowMs = 0;
  const live = new LiveSize(() => nowMs);
  live.start();
  for (let i = 0; i < 400; i++) minor();
  live.read();
  t.true(Number.isFinite(live.allocatedBytes), 'a burst is paid for');
  // At 50 µs and 0.2 % each stands for 25 ms: the first hundred rest for 2.5 s.
  for (let i = 0; i < 100; i++) minor();
  live.read();
  t.is(live.allocatedBytes, Number.NaN);
  const { fullCollections, liveBytes } = live;
  collect();
  nowMs = 2000;
  live.read();
  t.deepEqual([live.fullCollections, live.liveBytes], [fullCollections, liveBytes], 'unseen');
  nowMs = 3000;
  live.read();
  t.is(live.fullCollections, fullCollections, 'what was not seen is not made up');
  collect();
  live.read();
  t.is(live.fullCollections, fullCollections + 1);
  t.is(live.allocatedBytes, Number.NaN, 'nor is a total of which a part is missing');
  live.stop();
});
