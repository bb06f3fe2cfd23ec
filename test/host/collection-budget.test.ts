// When collections are left alone, with a clock of the test's own.
import test from 'ava';
import { CollectionBudget } from '../../src/host/collection-budget.js';

test('should never rest when 40 collections a second are looked at, or 400 at once', (t) => {
  const steady = new CollectionBudget(0);
  for (let second = 1; second <= 600; second++) t.is(steady.spend(40, second * 1000), 0);
  const burst = new CollectionBudget(0);
  t.is(burst.spend(400, 0), 0);
  t.is(burst.spend(1, 0), 25, 'a collection of 50 µs is 0.2 % of 25 ms');
});

test('should rest until the cost is 0.2 % again when there are thousands a second, and a minute at most', (t) => {
  const budget = new CollectionBudget(0);
  let nowMs = 0;
  let looks = 0;
  for (let collections = 0; nowMs < 3_600_000; ) {
    nowMs += 10;
    collections = 20;
    looks += collections;
    nowMs += budget.spend(collections, nowMs);
  }
  // An hour's 0.2 % and the burst are 7.22 s of 50 µs.
  t.true(Math.abs(looks - 144_400) <= 40, `${looks}`);
  t.is(new CollectionBudget(0).spend(1_000_000, 0), 60_000);
});

test('should forgive what a minute does not earn back when very many came at once', (t) => {
  const budget = new CollectionBudget(0);
  t.is(budget.spend(1_000_000, 0), 60_000);
  t.is(budget.spend(0, 60_000), 0);
  t.is(budget.spend(0, 65_000), 0);
  t.is(Math.round(budget.spend(300, 65_000)), 2500, 'five seconds have earned 10 ms of 15');
});
