// How much of an interval pitot itself held the main thread up.
import test from 'ava';
import { OwnStandstills } from '../../../src/agent/stalls/own-standstills.js';

test('should be the part of the interval in which main stood still', (t) => {
  const own = new OwnStandstills();
  t.is(own.within(0, 1000), 0);
  own.begin(100);
  own.begin(150);
  t.is(own.within(0, 1000), 900);
  own.end(400);
  own.end(700);
  own.begin(800);
  own.end(850);
  t.is(own.within(0, 1000), 350);
  t.is(own.within(300, 820), 120);
  t.is(own.within(400, 800), 0);
});

test('should forget the oldest when there are many', (t) => {
  const own = new OwnStandstills();
  for (let i = 0; i < 20; i++) {
    own.begin(i * 100);
    own.end(i * 100 + 10);
  }
  t.is(own.within(0, 10_000), 80);
  t.is(own.within(1200, 10_000), 80);
});
