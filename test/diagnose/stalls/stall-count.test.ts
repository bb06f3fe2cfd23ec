// Stalls are numbered, and bounded a window and a run.
import test from 'ava';
import { STALLS_WINDOW_MAX } from '../../../src/core/limits.js';
import { StallCount } from '../../../src/diagnose/stalls/stall-count.js';

test('should number stalls from 1 and refuse those beyond the limit when a window is full', (t) => {
  const count = new StallCount();
  const ids = Array.from({ length: STALLS_WINDOW_MAX + 3 }, () => count.admit());
  t.deepEqual(
    ids,
    ids.map((_, i) => (i < STALLS_WINDOW_MAX ? i + 1 : null)),
  );
  t.is(count.closeWindow(), 3);
  t.is(count.admit(), STALLS_WINDOW_MAX + 1);
  t.is(count.closeWindow(), 0);
});

test('should go on after the last number when another agent told stalls before', (t) => {
  const count = new StallCount(41);
  t.deepEqual([count.admit(), count.admit()], [42, 43]);
});

test('should have room for another, under a new number, when one was given back', (t) => {
  const count = new StallCount();
  for (let i = 0; i < STALLS_WINDOW_MAX; i++) count.admit();
  t.is(count.admit(), null);
  count.giveBack();
  t.is(count.admit(), STALLS_WINDOW_MAX + 1);
  t.is(count.admit(), null);
});
