// Windows with too few calls: they neither confirm nor contradict, calls add up, silence ends what is pending.
import test from 'ava';
import fc from 'fast-check';
import type { Figures } from '../../../src/diagnose/figures.js';
import type { Condition, Rule } from '../../../src/diagnose/rules/rule.js';
import { RuleEngine } from '../../../src/diagnose/rules/rule-engine.js';
import { defaultRule, figures, type Load, MINUTE_MS, START_MS, STEP_MS } from './simulation.js';

const SPIKE = defaultRule('command failure spike');
const errors = { path: 'commands', stat: 'errors' } as const;
const count = { path: 'commands', stat: 'count' } as const;

/** Windows of one length; changes as `50 pending`, in units of that length. */
class Windows {
  readonly engine: RuleEngine;
  readonly changes: string[] = [];
  readonly #windowMs: number;
  #number = 0;

  constructor(rule: Rule, windowMs = MINUTE_MS) {
    this.engine = new RuleEngine([rule], { timeScale: 1, windowMs, stepMs: STEP_MS });
    this.#windowMs = windowMs;
  }

  give(load: Load, kind: Figures['kind'] = 'window'): this {
    this.#number++;
    for (const { to } of this.engine.evaluate(figures(kind, START_MS + this.#number * this.#windowMs, this.#windowMs, load))) {
      this.changes.push(`${this.#number} ${to}`);
    }
    return this;
  }

  get why(): string {
    return this.engine.status()[0].why;
  }
}

const calls = (calls: number, failed: number): Load => ({ paths: calls === 0 ? [] : [{ name: 'commands', count: calls, errors: failed }] });

test('should fire command failure spike when windows are a second long and a command fails every five', (t) => {
  const windows = new Windows(SPIKE, 1000);
  for (let s = 1; s <= 300; s++) windows.give(s % 5 === 0 ? calls(1, 1) : calls(0, 0));
  // Ten calls are judged at 50, 100, 150 and 200 s; each sum is of the 46 s from its first call to its last.
  t.deepEqual(windows.changes, ['50 pending', '200 firing']);
});

test('should not fire command failure spike when windows are a second long and a tenth fails at most, nor when it ends in time', (t) => {
  const tenth = new Windows(SPIKE, 1000);
  for (let s = 1; s <= 600; s++) tenth.give(calls(1, s % 10 === 0 ? 1 : 0));
  t.deepEqual(tenth.changes, []);
  const short = new Windows(SPIKE, 1000);
  for (let s = 1; s <= 600; s++) short.give(calls(1, s > 100 && s <= 200 ? 1 : 0));
  t.deepEqual(short.changes, ['110 pending', '210 inactive']);
});

test('should leave it pending when a window has too few calls, and count that window once a sum with it confirms', (t) => {
  const windows = new Windows(SPIKE).give(calls(100, 50)).give(calls(3, 0));
  t.is(windows.why, 'error rate of commands is 50 %, above 10 %, for 0 ms of 2 min; waits for calls: 3 of 10 so far');
  t.deepEqual(windows.give(calls(97, 20)).changes, ['1 pending', '3 firing']);
  t.is(windows.engine.alerts()[0].value, 0.2);
});

test('should end pending when the sum of few calls contradicts', (t) => {
  t.deepEqual(new Windows(SPIKE).give(calls(100, 50)).give(calls(6, 1)).give(calls(6, 0)).changes, ['1 pending', '3 inactive']);
});

test('should end pending when nothing is called for as long as it must hold, or never enough', (t) => {
  const silent = new Windows(SPIKE).give(calls(100, 50)).give(calls(0, 0));
  t.deepEqual(silent.changes, ['1 pending']);
  t.deepEqual(silent.give(calls(0, 0)).changes, ['1 pending', '3 inactive']);
  const few = new Windows(SPIKE).give(calls(100, 50)).give(calls(4, 4)).give(calls(4, 4));
  t.deepEqual(few.changes, ['1 pending']);
  t.deepEqual(few.give(calls(1, 1)).changes, ['1 pending', '4 inactive']);
});

test('should judge each series by its own calls when they come in turn', (t) => {
  const each: Condition = { kind: 'ratio', of: { ...errors, each: true }, to: { ...count, each: true }, above: 0.1, atLeast: 4 };
  const windows = new Windows({ ...SPIKE, condition: each });
  const of = (command: string, failed: number): Load => ({ paths: [{ name: 'commands', labels: { command }, count: 2, errors: failed }] });
  // In each second window a series is not there at all.
  for (let i = 0; i < 4; i++) windows.give(of('A', 2)).give(of('B', 0));
  t.deepEqual(windows.changes, []);
  const often = new Windows({ ...SPIKE, forMs: 4 * MINUTE_MS, condition: each });
  for (let i = 0; i < 8; i++) often.give(of('A', 2)).give(of('B', 0));
  t.deepEqual(often.changes, ['3 pending', '11 firing']);
  t.deepEqual(often.engine.alerts()[0].labels, { command: 'A' });
});

test('should leave a percentile pending over windows with too few calls, and not count them', (t) => {
  const rule = { ...defaultRule('high latency'), forMs: 3 * MINUTE_MS };
  const windows = new Windows(rule);
  const latency = (p95Ms: number, n = 100): Load => ({ paths: [{ name: 'commands', count: n, p95Ms }] });
  for (let i = 0; i < 60; i++) windows.give(latency(100));
  windows.give(latency(300)).give(latency(300)).give(latency(100, 5));
  t.is(
    windows.why,
    'p95 of commands is 300 ms, above 2 x 100 ms (median of 60 windows), for 1 min of 3 min; waits for calls: 5 of 20 in this window',
  );
  windows.give(latency(300)).give(latency(300));
  t.deepEqual(windows.changes, ['61 pending', '65 firing']);
});

test('should learn what is usual from sums of short windows when an error rate is compared with its own', (t) => {
  const windows = new Windows(defaultRule('error-rate increase'), 1000);
  for (let s = 1; s <= 5400; s++) windows.give(calls(2, s % 50 === 0 || (s > 4000 && s % 10 === 0) ? 1 : 0));
  // 2 calls a second: 50 are judged each 25 s; from 4000 s on 5 or 6 of 100 fail instead of one.
  t.is(windows.changes.length, 2);
  t.deepEqual(windows.changes, ['4025 pending', '4625 firing']);
});

test('should never fire without twice the calls that are needed, nor before its time, whatever the traffic', (t) => {
  let fired = 0;
  const traffic = fc.array(
    fc.oneof({ weight: 3, arbitrary: fc.integer({ min: 0, max: 3 }) }, { weight: 1, arbitrary: fc.integer({ min: 0, max: 30 }) }),
    { minLength: 30, maxLength: 200 },
  );
  fc.assert(
    fc.property(traffic, fc.integer({ min: 1000, max: 60_000 }), fc.integer({ min: 1, max: 15 }), (counts, windowMs, atLeast) => {
      const windows = new Windows({ ...SPIKE, condition: { kind: 'ratio', of: errors, to: count, above: 0.1, atLeast } }, windowMs);
      const ok = new Windows({ ...SPIKE, condition: { kind: 'ratio', of: errors, to: count, above: 0.1, atLeast } }, windowMs);
      let total = 0;
      for (const n of counts) {
        total += n;
        windows.give(calls(n, n));
        ok.give(calls(n, 0));
        const state = windows.engine.alerts()[0]?.state;
        if (ok.changes.length > 0) return false;
        if (state !== 'firing') continue;
        fired++;
        const at = windows.changes.map((change) => Number.parseInt(change, 10));
        const since = at.at(-2)!;
        return total >= 2 * atLeast && (at.at(-1)! - since) * windowMs >= SPIKE.forMs - windowMs * 0.05;
      }
      return true;
    }),
    { seed: 11, numRuns: 300 },
  );
  t.true(fired > 50, `it fired ${fired} times: the property was not empty`);
});
