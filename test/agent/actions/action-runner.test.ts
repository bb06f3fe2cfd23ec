// Actions one after the other, within their times and limits, on a clock that the test turns.
import test from 'ava';
import type { Action } from '../../../src/agent/actions/action.js';
import { ActionRunner } from '../../../src/agent/actions/action-runner.js';
import { logAction } from '../../../src/agent/actions/log-action.js';
import type { Alert } from '../../../src/core/alert-types.js';
import { exampleAlert } from './example-alert.js';

const HOUR_MS = 3_600_000;
const FREE = { count: 100, windowMs: HOUR_MS, coolDownMs: 0 };

const action = (run: Action['run'], change: Partial<Action> = {}): Action => ({ atResolve: true, timeoutMs: 1000, run, ...change });

function makeRunner(actions: Record<string, Action>, { saved, timeScale = 1 }: { saved?: unknown; timeScale?: number } = {}) {
  const clock = { nowMs: 1_800_000_000_000 };
  const runner = new ActionRunner({ timeScale, saved }, { actions: new Map(Object.entries(actions)), nowMs: () => clock.nowMs });
  return { runner, clock };
}

test('should give each action the results of those before it when several run', async (t) => {
  const seen: string[][] = [];
  const see = action(async ({ actions }) => {
    seen.push(actions);
    return `saw ${actions.length}`;
  });
  const { runner } = makeRunner({ one: see, two: see });
  t.deepEqual(await runner.run(exampleAlert({ actions: ['before: done'] }), ['one', 'two'], FREE), ['one: saw 1', 'two: saw 2']);
  t.deepEqual(seen, [['before: done'], ['before: done', 'one: saw 1']]);
});

test('should go on with the next action when one throws, rejects, hangs or is unknown', async (t) => {
  let aborted = false;
  const { runner } = makeRunner({
    throws: action(() => {
      throw new Error('no such thing');
    }),
    rejects: action(() => Promise.reject('text')),
    hangs: action((_alert, signal) => new Promise(() => signal.addEventListener('abort', () => (aborted = true))), { timeoutMs: 20 }),
    last: action(async () => 'done'),
  });
  t.deepEqual(await runner.run(exampleAlert(), ['throws', 'rejects', 'hangs', 'nobody', 'last'], FREE), [
    'throws: failed: no such thing',
    'rejects: failed: text',
    'hangs: timed out after 20 ms',
    'nobody: unknown: no action, sink or command has this name',
    'last: done',
  ]);
  t.true(aborted);
});

test('should run an action as often as its limits allow, and say why not, when an alert fires again and again', async (t) => {
  const { runner, clock } = makeRunner({ x: action(async () => 'done') });
  const limits = { count: 3, windowMs: HOUR_MS, coolDownMs: 60_000 };
  const at = async (ms: number): Promise<string[]> => {
    clock.nowMs = 1_800_000_000_000 + ms;
    return runner.run(exampleAlert(), ['x'], limits);
  };
  t.deepEqual(await at(0), ['x: done']);
  t.deepEqual(await at(59_999), ['x: limited: 60 s since the last run, 1 min is the least']);
  t.deepEqual(await at(60_000), ['x: done']);
  t.deepEqual(await at(120_000), ['x: done']);
  t.deepEqual(await at(HOUR_MS - 1), ['x: limited: 3 runs in 1 h']);
  t.deepEqual(await at(HOUR_MS), ['x: done']);
  t.deepEqual(await at(HOUR_MS + 60_000), ['x: done']);
  t.deepEqual(await at(HOUR_MS + 120_000 - 1), ['x: limited: 3 runs in 1 h']);
});

test('should count each rule and each action by itself when alerts share them', async (t) => {
  const { runner } = makeRunner({ x: action(async () => 'done'), y: action(async () => 'done') });
  const once = { count: 1, windowMs: HOUR_MS, coolDownMs: 0 };
  t.deepEqual(await runner.run(exampleAlert(), ['x'], once), ['x: done']);
  t.deepEqual(await runner.run(exampleAlert({ labels: { type: 'Other' } }), ['x', 'y'], once), ['x: limited: 1 run in 1 h', 'y: done']);
  t.deepEqual(await runner.run(exampleAlert({ rule: 'another' }), ['x'], once), ['x: done']);
});

test('should divide window and cool-down by the time scale when there is one', async (t) => {
  const { runner, clock } = makeRunner({ x: action(async () => 'done') }, { timeScale: 60 });
  const limits = { count: 1, windowMs: HOUR_MS, coolDownMs: 0 };
  t.deepEqual(await runner.run(exampleAlert(), ['x'], limits), ['x: done']);
  clock.nowMs += 59_999;
  t.deepEqual(await runner.run(exampleAlert(), ['x'], limits), ['x: limited: 1 run in 1 min']);
  clock.nowMs += 1;
  t.deepEqual(await runner.run(exampleAlert(), ['x'], limits), ['x: done']);
});

test('should keep its limits when the process is started anew', async (t) => {
  const actions = { x: action(async () => 'done') };
  const limits = { count: 1, windowMs: HOUR_MS, coolDownMs: 0 };
  const before = makeRunner(actions);
  await before.runner.run(exampleAlert(), ['x'], limits);
  const saved = JSON.parse(JSON.stringify(before.runner.save()));
  const after = makeRunner(actions, { saved });
  after.clock.nowMs += HOUR_MS - 1;
  t.deepEqual(await after.runner.run(exampleAlert(), ['x'], limits), ['x: limited: 1 run in 1 h']);
  after.clock.nowMs += 1;
  t.deepEqual(await after.runner.run(exampleAlert(), ['x'], limits), ['x: done']);
});

test('should begin anew when what was saved is broken', async (t) => {
  for (const saved of [
    null,
    'x',
    { version: 2, used: [] },
    { version: 1, used: 7 },
    { version: 1, used: [null, { rule: 'high latency', action: 'x' }] },
  ]) {
    const { runner } = makeRunner({ x: action(async () => 'done') }, { saved });
    t.deepEqual(await runner.run(exampleAlert(), ['x'], { count: 1, windowMs: HOUR_MS, coolDownMs: 0 }), ['x: done']);
  }
});

test('should not be held up by runs in the future when the clock was put back', async (t) => {
  const { runner, clock } = makeRunner({ x: action(async () => 'done') });
  const limits = { count: 1, windowMs: HOUR_MS, coolDownMs: HOUR_MS };
  await runner.run(exampleAlert(), ['x'], limits);
  clock.nowMs -= 24 * HOUR_MS;
  t.deepEqual(await runner.run(exampleAlert(), ['x'], limits), ['x: done']);
});

test('should tell those that were told of an alert, whatever the limits, when it is resolved', async (t) => {
  const told: string[] = [];
  const tell = (name: string, atResolve: boolean): Action =>
    action(
      async ({ id, state }) => {
        told.push(`${name} ${id} ${state}`);
        return 'done';
      },
      { atResolve },
    );
  const { runner } = makeRunner({ page: tell('page', true), flame: tell('flame', false) });
  const once = { count: 1, windowMs: HOUR_MS, coolDownMs: 0 };
  const names = ['page', 'flame'];
  await runner.run(exampleAlert({ id: 'a' }), names, once);
  await runner.run(exampleAlert({ id: 'b' }), names, once);
  t.deepEqual(await runner.run(exampleAlert({ id: 'b', state: 'resolved' }), names, once), []);
  t.deepEqual(await runner.run(exampleAlert({ id: 'a', state: 'resolved' }), names, once), ['page: done']);
  t.deepEqual(await runner.run(exampleAlert({ id: 'a', state: 'resolved' }), names, once), []);
  t.deepEqual(told, ['page a firing', 'flame a firing', 'page a resolved']);
});

test('should log at the level of the severity, with the figures as fields, when an alert fires', async (t) => {
  const lines: unknown[] = [];
  const { runner } = makeRunner({ log: logAction((...line) => lines.push(line)) });
  const run = (change: Partial<Alert>): Promise<string[]> => runner.run(exampleAlert(change), ['log'], FREE);
  t.deepEqual(await run({}), ['log']);
  await run({ severity: 'critical' });
  await run({ severity: 'info' });
  await run({ severity: 'critical', state: 'resolved' });
  t.deepEqual(lines[0], [
    'warn',
    {
      alert: 'alert-7',
      rule: 'high latency',
      severity: 'warning',
      state: 'firing',
      labels: { type: 'Transfer' },
      value: 812,
      threshold: 400,
      since: '2026-01-02T03:04:05.000Z',
    },
    'alert firing: high latency: P95 812 ms, twice the baseline',
  ]);
  t.deepEqual(
    lines.map((line) => (line as string[])[0]),
    ['warn', 'error', 'info', 'info'],
  );
});
