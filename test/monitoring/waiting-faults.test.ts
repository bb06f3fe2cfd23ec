// Faults of the monitoring API: none is lost from the counts, however many come.
import test from 'ava';
import { WaitingFaults } from '../../src/monitoring/waiting-faults.js';

test('should count every fault when more come than are told in a minute, and let no code take the place of another for good', (t) => {
  const faults = new WaitingFaults(3, 60_000);
  const told: [string, number][] = [];
  const tell = (nowMs: number): void => {
    for (const { code, count } of faults.take(nowMs)) told.push([code, count]);
  };
  for (let i = 0; i < 10; i++) {
    faults.add('TRACER', `${i}`);
    tell(1000 + i);
  }
  faults.add('HEALTH_CHECK', 'db');
  tell(60_999);
  t.deepEqual(told, [
    ['TRACER', 1],
    ['TRACER', 1],
    ['TRACER', 1],
  ]);
  t.is(faults.size, 2);
  t.deepEqual(faults.take(61_000), [
    { code: 'TRACER', message: '9', count: 7 },
    { code: 'HEALTH_CHECK', message: 'db', count: 1 },
  ]);
  t.is(faults.size, 0);
});
