// Which commands a thread hands over: the slowest of the window, within a bound.
import test from 'ava';
import { EXEMPLAR_POSTS_MAX, EXEMPLARS_HOST_MS, EXEMPLARS_MAX } from '../../src/core/limits.js';
import { ExemplarList } from '../../src/monitoring/exemplar-list.js';
import { seeded } from '../support/random.js';

function enters(list: ExemplarList, durationMs: number, nowMs: number, window: number): boolean {
  if (!list.admits(durationMs, nowMs, window)) return false;
  list.add(durationMs, `${durationMs}`);
  return true;
}

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);

test('should let in what is slower than the quickest kept when the list is full', (t) => {
  const list = new ExemplarList();
  for (const durationMs of upTo(EXEMPLARS_MAX)) t.true(enters(list, durationMs, 0, 0));
  t.false(enters(list, 1, 0, 0));
  t.true(enters(list, 1.5, 0, 0));
  t.false(enters(list, 1.5, 0, 0));
  t.false(enters(list, Number.NaN, 0, 0));
});

test('should begin anew when a window closed or a minute has passed', (t) => {
  const list = new ExemplarList();
  for (const durationMs of upTo(EXEMPLARS_MAX)) enters(list, 100 + durationMs, 0, 0);
  t.false(enters(list, 5, 1, 0));
  t.true(enters(list, 5, 1, 1));
  for (const durationMs of upTo(EXEMPLARS_MAX)) enters(list, 100 + durationMs, 1, 1);
  t.false(enters(list, 5, EXEMPLARS_HOST_MS, 1));
  t.true(enters(list, 5, EXEMPLARS_HOST_MS + 1, 1));
});

test('should hand over each of the slowest when durations come in random order', (t) => {
  const list = new ExemplarList();
  const random = seeded(7);
  const all = Array.from({ length: 20_000 }, () => random() * 1000);
  const entered = all.filter((durationMs) => enters(list, durationMs, 0, 0));
  const slowest = all.toSorted((a, b) => b - a).slice(0, EXEMPLARS_MAX);
  t.true(entered.length < EXEMPLAR_POSTS_MAX, `${entered.length}`);
  t.deepEqual(
    slowest.filter((durationMs) => !entered.includes(durationMs)),
    [],
  );
});

test('should bound what is handed over when each command is slower than the last', (t) => {
  const list = new ExemplarList();
  let entered = 0;
  for (let i = 1; i <= 100_000; i++) if (enters(list, 1000 + i * 0.1, 0, 0)) entered++;
  t.true(entered > EXEMPLAR_POSTS_MAX && entered < 3 * EXEMPLAR_POSTS_MAX + 20 * EXEMPLARS_MAX, `${entered}`);
});

test('should tell which commands are kept until they are pushed out or all are forgotten', (t) => {
  const list = new ExemplarList();
  t.is(list.floorMs, -1);
  for (const durationMs of upTo(EXEMPLARS_MAX)) enters(list, durationMs, 0, 0);
  t.is(list.floorMs, 1);
  t.true(list.holds('1'));
  t.true(enters(list, 1.5, 0, 0));
  t.deepEqual([list.floorMs, list.holds('1'), list.holds('1.5'), list.holds('20')], [1.5, false, true, true]);
  list.clear();
  t.true(enters(list, 1, 0, 0));
  t.deepEqual([list.floorMs, list.holds('1'), list.holds('20')], [-1, true, false]);
});
