// Rotations come sooner when they hand over a large call tree, and never oftener than every two seconds.
import test from 'ava';
import { RotationPace } from '../../../src/agent/profiler/rotation-pace.js';

/** Lengths after stretches of so many ms with so many nodes. */
function lengths(...stretches: [lastedMs: number, nodes: number][]): number[] {
  const pace = new RotationPace(1000);
  let nowMs = 1000;
  return stretches.map(([lastedMs, nodes]) => {
    nowMs += lastedMs;
    pace.rotated(nowMs);
    pace.received(nodes);
    return pace.lengthMs;
  });
}

test('should rotate every ten seconds when the call tree stays small', (t) => {
  t.deepEqual([new RotationPace(0).lengthMs, ...lengths([10_000, 1], [10_000, 500])], [10_000, 10_000, 10_000]);
});

test('should rotate after the time in which 500 nodes come when the call tree grows faster', (t) => {
  // 1 000 in 10 s: 500 in 5 s. 625 in those 5 s, as trees grow fast at first: 500 in 4 s.
  t.deepEqual(lengths([10_000, 1000], [5000, 625]), [5000, 4000]);
});

test('should rotate no oftener than every two seconds when the call tree is huge', (t) => {
  t.deepEqual(lengths([10_000, 100_000], [2000, 5000]), [2000, 2000]);
});

test('should come back to ten seconds when the call tree has become small', (t) => {
  t.deepEqual(lengths([10_000, 5000], [2000, 100], [10_000, 100]), [2000, 10_000, 10_000]);
});

test('should keep its pace when an incident cuts a stretch short', (t) => {
  t.deepEqual(lengths([10_000, 1000], [999, 400]), [5000, 5000]);
});

test('should keep its pace when a bridge is handed over after the stretch', (t) => {
  const pace = new RotationPace(0);
  pace.rotated(10_000);
  pace.received(1000);
  pace.received(8);
  t.is(pace.lengthMs, 5000);
});
