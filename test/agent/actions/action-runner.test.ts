// Actions at once or in line, within their times and limits, on a clock that the test turns.
import test from 'ava';
import type { Action } from '../../../src/agent/actions/action.js';
import { ActionRunner } from '../../../src/agent/actions/action-runner.js';
import { logAction } from '../../../src/agent/actions/log-action.js';
import { heapSnapshotAction } from '../../../src/agent/evidence/heap-snapshot-action.js';
import type { Alert } from '../../../src/core/alert-types.js';
import { HEAVY_ACTIONS_MAX } from '../../../src/core/limits.js';
import { exampleAlert } from './example-alert.js';

const HOUR_MS = 3_600_000;
const FREE = { count: 100, windowMs: HOUR_MS, coolDownMs: 0 };

const action = (run: Action['run'], change: Partial<Action> = {}): Action => ({ atResolve: true, pace: 'at-once', timeoutMs: 1000, run, ...change });

function makeRunner(actions: Record<string, Action>, { saved, timeScale = 1 }: { saved?: unknown; timeScale?: number } = {}) {
  const clock = { nowMs: 1_800_000_000_000 };
  const runner = new ActionRunner({ timeScale, saved }, { actions: new Map(Object.entries(actions)), nowMs: () => clock.nowMs });
  return { runner, clock };
}

/** A heavy action that ends when the test says so, and what it saw. */
function slowAction() {
  const begun: { id: string; actions: string[]; end(result: string): void }[] = [];
  const slow = action(({ id, actions }) => new Promise((end) => begun.push({ id, actions, end })), { pace: 'heavy' });
  return { slow, begun };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('should give a heavy action the results of those before it when several run', async (t) => {
  const seen: string[][] = [];
  const see = action(
    async ({ actions }) => {
      seen.push(actions);
      return `saw ${actions.length}`;
    },
    { pace: 'heavy' },
  );
  const { runner } = makeRunner({ one: see, two: see, flame: action(async () => 'x.cpuprofile') });
  t.deepEqual(await runner.run(exampleAlert({ actions: ['before: done'] }), ['one', 'two', 'flame'], FREE), [
    'one: saw 2',
    'two: saw 3',
    'flame: x.cpuprofile',
  ]);
  t.deepEqual(seen, [
    ['before: done', 'flame: x.cpuprofile'],
    ['before: done', 'one: saw 2', 'flame: x.cpuprofile'],
  ]);
});

test('should do what is not heavy within the call, and tell it in the order of the rule, when a heavy action is slow', async (t) => {
  const { slow, begun } = slowAction();
  const done: string[] = [];
  const light = (name: string): Action =>
    action(async ({ id }) => {
      done.push(`${name} ${id}`);
      return 'done';
    });
  const { runner } = makeRunner({ slow, log: light('log'), flame: light('flame') });
  const names = ['slow', 'flame', 'log'];
  const told: string[][] = [];
  const first = runner.run(exampleAlert({ id: 'a' }), names, FREE, (lines) => told.push(lines));
  const second = runner.run(exampleAlert({ id: 'b' }), names, FREE);
  t.deepEqual(done, ['flame a', 'log a', 'flame b', 'log b']);
  await settled();
  t.deepEqual(told, [['flame: done'], ['flame: done', 'log: done']]);
  t.deepEqual(
    begun.map(({ id }) => id),
    ['a'],
  );
  begun[0].end('one');
  t.deepEqual(await first, ['slow: one', 'flame: done', 'log: done']);
  t.deepEqual(told.at(-1), ['slow: one', 'flame: done', 'log: done']);
  await settled();
  begun[1].end('two');
  t.deepEqual(await second, ['slow: two', 'flame: done', 'log: done']);
});

test('should run heavy actions one at a time, and refuse what is over the bound without using up its limit, when many alerts fire', async (t) => {
  const { slow, begun } = slowAction();
  const { runner } = makeRunner({ slow, log: action(async () => '') });
  const limits = { count: HEAVY_ACTIONS_MAX + 1, windowMs: HOUR_MS, coolDownMs: 0 };
  const ids = Array.from({ length: HEAVY_ACTIONS_MAX }, (_, i) => `alert-${i}`);
  const runs = ids.map((id) => runner.run(exampleAlert({ id }), ['slow'], limits));
  const refused = await runner.run(exampleAlert({ id: 'late' }), ['slow', 'log'], limits);
  t.deepEqual(refused, [`slow: refused: ${HEAVY_ACTIONS_MAX} heavy actions are under way or wait, the most there may be`, 'log']);
  for (let i = 0; i < ids.length; i++) {
    await settled();
    t.is(begun.length, i + 1);
    begun[i].end('done');
  }
  t.deepEqual(
    await Promise.all(runs),
    ids.map(() => ['slow: done']),
  );
  t.deepEqual(
    begun.map(({ id }) => id),
    ids,
  );
  // It was refused when the alert fired: its end is nothing to it.
  t.deepEqual(await runner.run(exampleAlert({ id: 'late', state: 'resolved' }), ['slow'], limits), []);
  const last = runner.run(exampleAlert({ id: 'last' }), ['slow'], limits);
  await settled();
  begun.at(-1)?.end('done');
  t.deepEqual(await last, ['slow: done']);
  t.deepEqual(await runner.run(exampleAlert({ id: 'more' }), ['slow'], limits), [`slow: limited: ${HEAVY_ACTIONS_MAX + 1} runs in 1 h`]);
});

test('should give alerts the same result when they ask for a shared action that runs or waits', async (t) => {
  const { slow, begun } = slowAction();
  const { slow: profile, begun: profiles } = slowAction();
  const { runner } = makeRunner({ slow, profile: { ...profile, pace: 'heavy-shared' } });
  const first = runner.run(exampleAlert({ id: 'a' }), ['slow', 'profile'], FREE);
  const second = runner.run(exampleAlert({ id: 'b' }), ['profile'], FREE);
  await settled();
  begun[0].end('done');
  await settled();
  const third = runner.run(exampleAlert({ id: 'c' }), ['profile'], FREE);
  profiles[0].end('x.heapprofile');
  t.deepEqual(await Promise.all([first, second, third]), [
    ['slow: done', 'profile: x.heapprofile'],
    ['profile: x.heapprofile'],
    ['profile: x.heapprofile'],
  ]);
  const later = runner.run(exampleAlert({ id: 'd' }), ['profile'], FREE);
  await settled();
  profiles[1].end('y.heapprofile');
  t.deepEqual(await later, ['profile: y.heapprofile']);
});

test('should go on with those that wait when a heavy action fails or takes too long', async (t) => {
  const ran: string[] = [];
  const heavy = (name: string, run: Action['run'], timeoutMs = 1000): Action =>
    action(
      (alert, signal) => {
        ran.push(name);
        return run(alert, signal);
      },
      { pace: 'heavy', timeoutMs },
    );
  const { runner } = makeRunner({
    fails: heavy('fails', () => Promise.reject(new Error('no'))),
    hangs: heavy('hangs', () => new Promise(() => {}), 20),
    last: heavy('last', async () => 'done'),
  });
  const runs = ['fails', 'hangs', 'last'].map((name) => runner.run(exampleAlert({ id: name }), [name], FREE));
  t.deepEqual(await Promise.all(runs), [['fails: failed: no'], ['hangs: timed out after 20 ms'], ['last: done']]);
  t.deepEqual(ran, ['fails', 'hangs', 'last']);
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
    'nobody: unknown: no action, sink or command of this name works',
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

test('should give back the run of what was refused, and try it again after ten minutes, when the alert still fires', async (t) => {
  const answers = ['refused: too little memory', 'refused: no disk', 'x.heapsnapshot'];
  const snapshot = action(async () => answers.shift() ?? 'failed: asked too often', { pace: 'heavy-shared', atResolve: true });
  const { runner, clock } = makeRunner({ snapshot, log: action(async () => '') }, { timeScale: 2 });
  const limits = { count: 1, windowMs: 24 * HOUR_MS, coolDownMs: HOUR_MS };
  const { id } = exampleAlert();
  t.deepEqual(await runner.run(exampleAlert(), ['log', 'snapshot'], limits), ['log', 'snapshot: refused: too little memory']);
  clock.nowMs += 299_999;
  t.deepEqual(runner.takeDue(id), []);
  clock.nowMs += 1;
  t.deepEqual(runner.takeDue('another'), []);
  t.deepEqual(runner.takeDue(id), ['snapshot']);
  // Once: while it is tried nobody else tries it.
  t.deepEqual(runner.takeDue(id), []);
  t.deepEqual(await runner.run(exampleAlert(), ['snapshot'], limits), ['snapshot: refused: no disk']);
  t.deepEqual(
    (runner.save() as { used: { action: string; runsAtMs: number[]; open: string[] }[] }).used.find(({ action: of }) => of === 'snapshot'),
    {
      rule: 'high latency',
      action: 'snapshot',
      runsAtMs: [],
      open: [],
      untilMs: clock.nowMs + 12 * HOUR_MS,
    } as never,
  );
  clock.nowMs += 300_000;
  t.deepEqual(runner.takeDue(id), ['snapshot']);
  t.deepEqual(await runner.run(exampleAlert(), ['snapshot'], limits), ['snapshot: x.heapsnapshot']);
  clock.nowMs += HOUR_MS;
  t.deepEqual(runner.takeDue(id), []);
  t.deepEqual(await runner.run(exampleAlert({ id: 'other' }), ['snapshot'], limits), ['snapshot: limited: 1 run in 12 h']);
});

test('should try nothing again when the alert is over, nor what was limited or has failed', async (t) => {
  const { runner, clock } = makeRunner({
    refuses: action(async () => 'refused: busy'),
    fails: action(async () => {
      throw new Error('broken');
    }),
  });
  const once = { count: 1, windowMs: 24 * HOUR_MS, coolDownMs: 0 };
  await runner.run(exampleAlert({ id: 'a' }), ['refuses', 'fails'], once);
  await runner.run(exampleAlert({ id: 'b' }), ['fails'], once);
  clock.nowMs += HOUR_MS;
  t.deepEqual(runner.takeDue('b'), []);
  // What was refused when it fired has not heard of it.
  t.deepEqual(await runner.run(exampleAlert({ id: 'a', state: 'resolved' }), ['refuses'], once), []);
  t.deepEqual(runner.takeDue('a'), []);
});

test('should take no heap snapshot for a leak of handles, and keep it for one of the heap', async (t) => {
  let taken = 0;
  const snapshot = heapSnapshotAction({
    longestMs: 1000,
    take: async () => {
      taken++;
      return { file: 'heap/x', fileBytes: 1, pauseMs: 1, pauseMsMax: 1, rssBeforeBytes: 1, rssAfterBytes: 1 };
    },
  });
  const { runner, clock } = makeRunner({ 'heap-snapshot': snapshot });
  const once = { count: 1, windowMs: 24 * HOUR_MS, coolDownMs: 0 };
  const run = (kind: string): Promise<string[]> => runner.run(exampleAlert({ id: kind, labels: { kind } }), ['heap-snapshot'], once);
  t.deepEqual(await run('handles'), ['heap-snapshot: not done: open handles are leaking, which a heap snapshot does not show']);
  t.is(taken, 0);
  t.deepEqual(await run('heap'), ['heap-snapshot: heap/x (1.00 B, the main thread stood still for 1 ms)']);
  clock.nowMs += HOUR_MS;
  t.deepEqual(runner.takeDue('handles'), []);
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
