// How late the agent thread's own polls are, from written times.
import test from 'ava';
import { PollClock } from '../../../src/diagnose/stalls/poll-clock.js';

const clockAt = (nowMs: number) => new PollClock({ nowMs, activeMs: 7 });

test('should count nothing when polls come at their period, jitter included', (t) => {
  const clock = clockAt(1000);
  t.is(clock.poll(1050, 7, 50), 0);
  t.is(clock.poll(1104.9, 7, 50), 0);
  t.is(clock.poll(1150, 7, 50), 0);
  t.is(clock.lateMs, 0);
});

test('should count what is beyond the period when a poll is late, and sum it up', (t) => {
  const clock = clockAt(1000);
  t.is(clock.poll(1055, 7, 50), 5);
  t.is(clock.poll(3105, 7, 50), 2000);
  t.is(clock.poll(3155, 7, 50), 0);
  t.is(clock.lateMs, 2005);
});

test('should leave out the agent thread’s own work when it is what makes a poll late', (t) => {
  const clock = clockAt(1000);
  // 300 ms of rendering a report, then nothing of its own in a gap as long.
  t.is(clock.poll(1350, 307, 50), 0);
  t.is(clock.poll(1700, 307, 50), 300);
  t.is(clock.lateMs, 300);
});
