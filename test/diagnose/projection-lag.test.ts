// Projections that have stopped: their gauge says what it said last.
import test from 'ava';
import { PROJECTION_LAG_MS, PROJECTION_POSITION, STORE_HEAD } from '../../src/core/instrument-names.js';
import type { GaugeFigures } from '../../src/diagnose/figures.js';
import { ProjectionLag } from '../../src/diagnose/projection-lag.js';

const labels = { projection: 'balances' };
const gauges = (head: number | null, position: number, lagMs: number | null): GaugeFigures[] => [
  ...(head === null ? [] : [{ name: STORE_HEAD, labels: {}, value: head }]),
  { name: PROJECTION_POSITION, labels, value: position },
  ...(lagMs === null ? [] : [{ name: PROJECTION_LAG_MS, labels, value: lagMs }]),
];
const lagOf = (figures: GaugeFigures[]): number | undefined => figures.find(({ name }) => name === PROJECTION_LAG_MS)?.value;

test('should grow with time when events wait and the position stands', (t) => {
  const lag = new ProjectionLag();
  t.is(lagOf(lag.correct(gauges(100, 100, 40), 1000)), 0);
  // The first look that finds events waiting: since when is not known.
  t.is(lagOf(lag.correct(gauges(150, 100, 40), 11_000)), 40);
  t.is(lagOf(lag.correct(gauges(180, 100, 40), 21_000)), 10_000);
  t.is(lagOf(lag.correct(gauges(180, 100, 40), 311_000)), 300_000);
  // It goes on: what it says of itself stands.
  t.is(lagOf(lag.correct(gauges(180, 150, 290_000), 321_000)), 290_000);
  t.is(lagOf(lag.correct(gauges(180, 180, 290_000), 331_000)), 0);
});

test('should be what the projection tells when the head of the store is not known', (t) => {
  const lag = new ProjectionLag();
  t.is(lagOf(lag.correct(gauges(null, 100, 40), 1000)), 40);
  t.is(lagOf(lag.correct(gauges(null, 100, 40), 900_000)), 40);
});

test('should add a lag when the projection tells its position alone', (t) => {
  const lag = new ProjectionLag();
  lag.correct(gauges(10, 5, null), 1000);
  t.is(lagOf(lag.correct(gauges(10, 5, null), 61_000)), 60_000);
});

test('should tell projections apart when one stands and one goes on', (t) => {
  const lag = new ProjectionLag();
  const both = (other: number): GaugeFigures[] => [
    ...gauges(100, 50, 10),
    { name: PROJECTION_POSITION, labels: { projection: 'totals' }, value: other },
    { name: PROJECTION_LAG_MS, labels: { projection: 'totals' }, value: 3 },
  ];
  lag.correct(both(60), 1000);
  const later = lag.correct(both(70), 31_000).filter(({ name }) => name === PROJECTION_LAG_MS);
  t.deepEqual(
    later.map(({ labels: { projection }, value }) => [projection, value]),
    [
      ['balances', 30_000],
      ['totals', 3],
    ],
  );
});
