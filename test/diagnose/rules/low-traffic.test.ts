// Event store unavailable where an operation comes once in a while: silence between two failures says neither that the store answers nor that it does not.
import test from 'ava';
import fc from 'fast-check';
import { HOUR_MS } from '../../../src/diagnose/rules/durations.js';
import type { Transition } from '../../../src/diagnose/rules/rule.js';
import { RuleEngine } from '../../../src/diagnose/rules/rule-engine.js';
import { defaultRule, figures, type Load, Simulation, START_MS, STEP_MS, WINDOW_MS } from './simulation.js';

const RULE = defaultRule('event store unavailable');
/** Until then the store is well, s. */
const WELL_S = 600;

/** What the only operation of a step does; waits: it is under way at the step's end. */
type Operation = 'fails' | 'succeeds' | 'waits' | undefined;
/** By seconds since the store was well for sure. */
type Course = (s: number) => Operation;

const idle: Course = () => undefined;
const at =
  (operations: Record<number, Operation>): Course =>
  (s) =>
    operations[s];
const failsEvery =
  (periodS: number): Course =>
  (s) =>
    s % periodS === 0 ? 'fails' : undefined;

function load(read: Operation, write: Operation): Load {
  const path = (name: string, operation: Operation): Load['paths'] & {} =>
    operation === undefined || operation === 'waits' ? [] : [{ name, count: 1, errors: Number(operation === 'fails') }];
  return {
    paths: [...path('event_store.read', read), ...path('event_store.write', write)],
    gauges: [{ name: 'event_store.concurrent', value: Number(read === 'waits') + Number(write === 'waits') }],
  };
}

const simulate = (read: Course, write: Course): Simulation =>
  new Simulation(
    (atMs) => {
      const s = atMs / 1000 - WELL_S;
      return s <= 0 ? load('succeeds', 'succeeds') : load(read(s), write(s));
    },
    [RULE],
  );
const told = ({ changes }: Simulation): string[] => changes.map(([atMs, , , to]) => `${atMs / 1000 - WELL_S} ${to}`);
const changes = (read: Course, write = idle, forS = 900): string[] => told(simulate(read, write).runTo((WELL_S + forS) * 1000));

test('should fire at the first failure 30 s after the first when an operation fails every 10, 20 or 40 s, or every four minutes', (t) => {
  t.deepEqual(changes(failsEvery(10)), ['10 pending', '40 firing']);
  t.deepEqual(changes(failsEvery(20)), ['20 pending', '60 firing']);
  t.deepEqual(changes(failsEvery(40)), ['40 pending', '80 firing']);
  t.deepEqual(changes(failsEvery(240)), ['240 pending', '480 firing']);
  t.deepEqual(changes(at({ 10: 'fails' }), at({ 30: 'fails', 60: 'fails' })), ['10 pending', '60 firing']);
});

test('should stay pending in silence for less than five minutes, and never fire in it', (t) => {
  t.deepEqual(changes(at({ 10: 'fails' })), ['10 pending', '310 inactive']);
  t.deepEqual(changes(at({ 10: 'fails', 310: 'fails' })), ['10 pending', '310 firing']);
  t.deepEqual(changes(at({ 10: 'fails', 320: 'fails' }), idle, 330), ['10 pending', '310 inactive', '320 pending']);
  const hourly: Course = (s) => (s % (HOUR_MS / 1000) === 10 ? 'fails' : undefined);
  t.deepEqual(
    changes(hourly, idle, 12 * 3600).filter((change) => change.endsWith('firing')),
    [],
  );
});

test('should say how long it has failed and what it waits for when nobody calls', (t) => {
  const sim = simulate(at({ 10: 'fails', 20: 'fails' }), idle).runTo((WELL_S + 200) * 1000);
  t.is(sim.why(RULE.name), 'pending: error rate of event_store.read is 100 %, above 50 %, for 10 s of 30 s; waits for calls: 0 of 1 so far');
});

test('should end pending when an operation succeeds after silence', (t) => {
  t.deepEqual(changes(at({ 10: 'fails', 100: 'succeeds', 110: 'fails' }), idle, 120), ['10 pending', '100 inactive', '110 pending']);
  // It takes its time, and succeeds: it confirmed nothing.
  t.deepEqual(changes(at({ 10: 'fails', 200: 'waits', 210: 'succeeds' })), ['10 pending', '210 inactive']);
});

test('should count silence before an operation that waited once it has failed', (t) => {
  t.deepEqual(changes(at({ 10: 'fails', 100: 'waits', 110: 'fails' })), ['10 pending', '110 firing']);
  t.deepEqual(changes(at({ 10: 'waits', 20: 'fails', 60: 'waits', 70: 'fails' })), ['10 pending', '70 firing']);
});

test('should not count silence, nor wait longer than 30 s for the next, when operations of the other kind succeed', (t) => {
  t.deepEqual(changes(at({ 10: 'fails', 30: 'fails', 50: 'fails' }), at({ 20: 'succeeds', 40: 'succeeds' }), 50), ['10 pending']);
  t.deepEqual(changes(at({ 10: 'fails', 50: 'fails' }), at({ 20: 'succeeds' }), 50), ['10 pending', '40 inactive', '50 pending']);
});

test('should count silence but not the time away when the process restarts in it', (t) => {
  const sim = simulate(at({ 10: 'fails', 60: 'fails', 70: 'fails' }), idle).runTo((WELL_S + 20) * 1000);
  t.deepEqual(told(sim.restart(30_000).runTo((WELL_S + 80) * 1000)), ['10 pending', '70 firing']);
});

test('should wait for ten times as long as it must hold, and divide by the time scale', (t) => {
  const silentUntil = (forMs: number, timeScale: number): number => {
    const engine = new RuleEngine([{ ...RULE, forMs }], { timeScale, windowMs: WINDOW_MS / timeScale, stepMs: STEP_MS / timeScale });
    for (let step = 0; step < 200; step++) {
      const given = figures('step', START_MS + (step * STEP_MS) / timeScale, STEP_MS / timeScale, load(step === 0 ? 'fails' : undefined, undefined));
      if (engine.evaluate(given)[0]?.to === 'inactive') return (step * STEP_MS) / timeScale;
    }
    return Number.NaN;
  };
  t.is(silentUntil(10_000, 1), 300_000);
  t.is(silentUntil(60_000, 1), 600_000);
  t.is(silentUntil(60_000, 10), 60_000);
});

test('should fire exactly when a failure comes 30 s after the first, without success or five silent minutes between, whatever the traffic', (t) => {
  let fired = 0;
  const operation = fc.oneof(
    { weight: 8, arbitrary: fc.constant(undefined) },
    { weight: 4, arbitrary: fc.constant<Operation>('fails') },
    { weight: 1, arbitrary: fc.constant<Operation>('succeeds') },
    { weight: 1, arbitrary: fc.constant<'silence'>('silence') },
  );
  fc.assert(
    fc.property(fc.array(operation, { minLength: 10, maxLength: 60 }), (given) => {
      const operations = given.flatMap((one): Operation[] => (one === 'silence' ? Array(29).fill(undefined) : [one]));
      const engine = new RuleEngine([{ ...RULE, keepFiringForMs: 0 }], { timeScale: 1, windowMs: WINDOW_MS, stepMs: STEP_MS });
      let since: number | undefined;
      let failed = 0;
      let firing = false;
      for (const [step, operation] of operations.entries()) {
        let expected: Transition['to'] | undefined;
        if (operation === 'succeeds') {
          expected = firing ? 'resolved' : since === undefined ? undefined : 'inactive';
          since = undefined;
          firing = false;
        } else if (operation === 'fails') {
          if (since === undefined) expected = 'pending';
          since ??= step;
          failed = step;
          if (!firing && step - since >= 3) expected = 'firing';
          firing ||= expected === 'firing';
        } else if (since !== undefined && !firing && step - failed >= 30) {
          expected = 'inactive';
          since = undefined;
        }
        if (expected === 'firing') fired++;
        const [change] = engine.evaluate(figures('step', START_MS + step * STEP_MS, STEP_MS, load(operation, undefined)));
        if (change?.to !== expected) return false;
      }
      return true;
    }),
    { seed: 7, numRuns: 300 },
  );
  t.true(fired > 50, `it fired ${fired} times: the property was not empty`);
});
