// No false alarm: days and nights of load with noise, a warm-up after each deployment, and all default rules.
import test from 'ava';
import { DAY_MS, HOUR_MS } from '../../../src/diagnose/rules/durations.js';
import { serviceOf } from './day-and-night.js';
import { MINUTE_MS, Simulation } from './simulation.js';

for (const seed of [1, 2, 3]) {
  test(`should fire nothing when a day and night of load with noise begins with a deployment, seed ${seed}`, (t) => {
    const sim = new Simulation(serviceOf(seed, [0])).runTo(DAY_MS);
    t.deepEqual(sim.fired(), []);
    t.true(sim.changes.length > 0, 'the noise reaches the rules: something was pending');
  });
}

test('should fire nothing when two days have a deployment at noon and one at night, with all state kept', (t) => {
  const deployedAtMs = [0, 12 * HOUR_MS, 27 * HOUR_MS];
  const sim = new Simulation(serviceOf(4, deployedAtMs));
  for (const at of deployedAtMs.slice(1)) sim.runTo(at - MINUTE_MS).restart(MINUTE_MS);
  t.deepEqual(sim.runTo(2 * DAY_MS).fired(), []);
});

test('should fire in the same load when it has each of the faults that the rules are for', (t) => {
  const quiet = serviceOf(5, [0]);
  const sim = new Simulation((atMs, spanMs) => {
    const load = quiet(atMs, spanMs);
    const minute = (atMs - 20 * HOUR_MS) / MINUTE_MS;
    if (minute <= 0 || minute > 30) return load;
    return { ...load, paths: load.paths!.map((one) => ({ ...one, p95Ms: one.p95Ms! * 3, errors: Math.round(one.count! * 0.2) })) };
  });
  sim.runTo(21 * HOUR_MS);
  t.deepEqual([...new Set(sim.fired().map((text) => text.replace(/^\S+ /, '')))].sort(), [
    'command failure spike',
    'error-rate increase',
    'high latency',
  ]);
});
