// Durations of rules are of observed time: suspended processes, late timers and wall clocks that are set.
import test from 'ava';
import fc from 'fast-check';
import { RULE_TIMER_SLACK_RATIO } from '../../../src/core/limits.js';
import type { Figures } from '../../../src/diagnose/figures.js';
import { HOUR_MS } from '../../../src/diagnose/rules/durations.js';
import type { Rule } from '../../../src/diagnose/rules/rule.js';
import { RuleEngine } from '../../../src/diagnose/rules/rule-engine.js';
import { defaultRule, figures, MINUTE_MS, START_MS, STEP_MS, WINDOW_MS } from './simulation.js';

const ruleOf = (forMs: number, keepFiringForMs: number): Rule => ({
  ...defaultRule('projection lag'),
  name: 'own',
  condition: { kind: 'threshold', metric: { gauge: 'queue' }, above: 5, clear: 4 },
  forMs,
  keepFiringForMs,
});

/** Figures one after the other on a machine whose wall clock is set now and then. */
class Machine {
  readonly engine: RuleEngine;
  readonly changes: string[] = [];
  #machineMs = 7 * HOUR_MS;
  #wallMs = START_MS;

  constructor(rule: Rule) {
    this.engine = new RuleEngine([rule], { timeScale: 1, windowMs: WINDOW_MS, stepMs: STEP_MS });
  }

  /** setMs: by how much the wall clock was set meanwhile. spanMs: of the figures; the time between is lost where it is longer. */
  give(kind: Figures['kind'], gapMs: number, value: number | undefined, { setMs = 0, spanMs = gapMs } = {}): string | undefined {
    this.#machineMs += gapMs;
    this.#wallMs += gapMs + setMs;
    const given = figures(kind, this.#wallMs, spanMs, { gauges: value === undefined ? [] : [{ name: 'queue', value }] });
    const [change] = this.engine.evaluate({ ...given, machineMs: this.#machineMs });
    if (change !== undefined) this.changes.push(`${(this.#machineMs - 7 * HOUR_MS) / MINUTE_MS} ${change.to}`);
    return change?.to;
  }
}

test('should fire and resolve at the same windows when the wall clock is set an hour forward or back', (t) => {
  for (const setMs of [0, HOUR_MS, -HOUR_MS]) {
    const machine = new Machine(ruleOf(5 * MINUTE_MS, 3 * MINUTE_MS));
    for (let minute = 1; minute <= 20; minute++) {
      machine.give('window', MINUTE_MS, minute > 2 && minute <= 10 ? 9 : 1, { setMs: minute === 5 || minute === 12 ? setMs : 0 });
    }
    t.deepEqual(machine.changes, ['3 pending', '8 firing', '14 resolved'], `${setMs}`);
  }
});

test('should count one window when the process was stopped for less than three, and begin anew when it was for longer', (t) => {
  const stopped = (minutes: number): string[] => {
    const machine = new Machine(ruleOf(5 * MINUTE_MS, 0));
    for (let window = 1; window <= 10; window++) machine.give('window', window === 3 ? minutes * MINUTE_MS : MINUTE_MS, 9);
    return machine.changes;
  };
  t.deepEqual(stopped(1), ['1 pending', '6 firing']);
  // Late, but watched all the time.
  t.deepEqual(stopped(1.5), ['1 pending', '6.5 firing']);
  // Two minutes nobody saw.
  t.deepEqual(stopped(3), ['1 pending', '8 firing']);
  t.deepEqual(stopped(60), ['1 pending', '67 firing']);
});

test('should not fire service down when a process that was stopped comes back for less than a minute', (t) => {
  const engine = new RuleEngine([defaultRule('service down')], { timeScale: 1, windowMs: WINDOW_MS, stepMs: STEP_MS });
  let atMs = 0;
  const step = (gapMs: number, loopStalledMs: number): string | undefined => {
    atMs += gapMs;
    return engine.evaluate({ ...figures('step', START_MS + atMs, gapMs, { runtime: { loopStalledMs } }), machineMs: atMs })[0]?.to;
  };
  t.deepEqual(
    [step(10_000, 0), step(10_000, 9000), step(120_000, 129_000), step(10_000, 139_000), step(10_000, 0)],
    [undefined, 'pending', undefined, undefined, 'inactive'],
  );
});

test('should count a window once when it is judged open and closed later', (t) => {
  const machine = new Machine(ruleOf(5 * MINUTE_MS, 0));
  // It cannot be written for three minutes: it is judged each minute from its beginning on, and 5 s after the last time it is closed.
  for (const [gapMs, spanMs] of [
    [60_000, 60_000],
    [60_000, 120_000],
    [60_000, 180_000],
    [5000, 185_000],
  ])
    machine.give('window', gapMs, 9, { spanMs });
  for (let i = 0; i < 3; i++) machine.give('window', MINUTE_MS, 9);
  t.deepEqual(machine.changes, ['1 pending', `${6 + 5 / 60} firing`]);
});

test('should never fire before its time was observed, nor without the condition, whatever gaps and clocks there are', (t) => {
  let fired = 0;
  const seen = fc.array(
    fc.record({
      gapMs: fc.oneof(
        { weight: 8, arbitrary: fc.integer({ min: 1, max: 2 * STEP_MS }) },
        { weight: 1, arbitrary: fc.integer({ min: STEP_MS, max: HOUR_MS }) },
      ),
      lostMs: fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: 0, max: WINDOW_MS }) }),
      setMs: fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: -HOUR_MS, max: HOUR_MS }) }),
      value: fc.constantFrom(1, 5, 6, 7, 8, 9, 9, 9, 9, 9, 9, 9, 9, Number.NaN, undefined),
    }),
    { maxLength: 80 },
  );
  fc.assert(
    fc.property(seen, fc.integer({ min: 0, max: 90_000 }), fc.integer({ min: 0, max: 60_000 }), (steps, forMs, keepFiringForMs) => {
      const machine = new Machine(ruleOf(forMs, keepFiringForMs));
      const slackMs = 1.5 * STEP_MS * RULE_TIMER_SLACK_RATIO;
      let heldMs: number | undefined;
      let firing = false;
      for (const { gapMs, lostMs, setMs, value } of steps) {
        const to = machine.give('step', gapMs + lostMs, value, { setMs, spanMs: gapMs });
        const observedMs = gapMs > 1.5 * STEP_MS ? STEP_MS : gapMs;
        const isBroken = gapMs + lostMs > 3 * WINDOW_MS;
        heldMs = value !== undefined && value > 5 ? (heldMs === undefined || isBroken ? 0 : heldMs + observedMs) : undefined;
        if (to === 'firing') fired++;
        if (to === 'firing' && (firing || heldMs === undefined || heldMs < forMs - slackMs)) return false;
        // It fires at the first figures that allow it.
        if (!firing && to !== 'firing' && heldMs !== undefined && heldMs >= forMs) return false;
        if (to === 'resolved' && (!firing || value === undefined || Number.isNaN(value) || value > 4)) return false;
        firing = to === 'firing' || (firing && to !== 'resolved');
        if (machine.engine.alerts().filter(({ state }) => state === 'firing').length !== Number(firing)) return false;
      }
      return true;
    }),
    { seed: 4, numRuns: 300 },
  );
  t.true(fired > 50, `it fired ${fired} times: the property was not empty`);
});
