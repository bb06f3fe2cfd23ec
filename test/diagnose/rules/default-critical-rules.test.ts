// The four critical rules that are on by default, with a fake clock: they fire when the words say, not a window earlier or later, resolve, and do not flap.
import test from 'ava';
import { MINUTE_MS, Simulation } from './simulation.js';

const between = (atMs: number, fromMin: number, toMin: number): boolean => atMs > fromMin * MINUTE_MS && atMs <= toMin * MINUTE_MS;

test('should fire service down a minute after the first step that shows a failing check when it goes on failing', (t) => {
  const sim = new Simulation((atMs) => ({ gauges: [{ name: 'health', labels: { check: 'db' }, value: between(atMs, 10, 15) ? 0 : 1 }] }));
  sim.runTo(10.5 * MINUTE_MS);
  t.is(sim.why('service down'), 'pending: health check db fails, for 20 s of 1 min');
  sim.runTo(20 * MINUTE_MS);
  t.deepEqual(sim.of('service down'), ['10.17 inactive > pending', '11.17 pending > firing', '15.67 firing > resolved']);
});

test('should not fire service down when a check fails for 50 s', (t) => {
  const sim = new Simulation((atMs) => ({ gauges: [{ name: 'health', labels: { check: 'db' }, value: between(atMs, 10, 11) ? 0 : 1 }] }));
  t.deepEqual(sim.runTo(20 * MINUTE_MS).of('service down'), ['10.17 inactive > pending', '11.17 pending > inactive']);
});

test('should fire command failure spike at the third window that shows it when a fifth of commands fail', (t) => {
  const sim = new Simulation((atMs) => ({ paths: [{ name: 'commands', count: 100, errors: between(atMs, 10, 20) ? 20 : 1 }] }));
  sim.runTo(10 * MINUTE_MS);
  t.is(sim.why('command failure spike'), 'inactive: error rate of commands is 1 %, fires above 10 % held for 2 min');
  sim.runTo(30 * MINUTE_MS);
  t.deepEqual(sim.of('command failure spike'), ['11 inactive > pending', '13 pending > firing', '22 firing > resolved']);
});
