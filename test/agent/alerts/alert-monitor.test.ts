// From figures to what is written, told, sent and done, in that order; and what a report says.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { AlertMonitor, type AlertSources } from '../../../src/agent/alerts/alert-monitor.js';
import type { Alert } from '../../../src/core/alert-types.js';
import type { Figures } from '../../../src/diagnose/figures.js';
import type { Rule } from '../../../src/diagnose/rules/rule.js';
import { readAlertLines } from '../../../src/report/alerts-log.js';

const RULE: Rule = {
  name: 'queue is long',
  severity: 'warning',
  summary: 'the queue is long',
  condition: { kind: 'threshold', metric: { gauge: 'queue' }, above: 10 },
  forMs: 60_000,
  keepFiringForMs: 0,
  actions: ['log', 'ops'],
  limits: { count: 3, windowMs: 3_600_000, coolDownMs: 0 },
  runbook: 'look at the workers',
};
const START_MS = Date.parse('2026-01-02T03:00:00Z');

function figures(minute: number, queue: number): Figures {
  return {
    kind: 'window',
    atMs: START_MS + minute * 60_000,
    spanMs: 60_000,
    paths: [],
    distributions: [],
    counters: [],
    gauges: [{ name: 'queue', labels: {}, value: queue }],
    runtime: {
      cpuRatio: 0.1,
      cpuUsage: 0.1,
      rssBytes: 1e8,
      memoryRatio: 0.1,
      memoryLimitBytes: 1e9,
      memoryBytes: 1e8,
      unwatchedMemoryBytes: 1e8,
      liveBytes: Number.NaN,
      heapLimitBytes: 0,
      heapUsedBytes: 5e7,
      gcPauseMeanMs: Number.NaN,
      gcPauseMaxMs: Number.NaN,
      gcCount: 0,
      loopDelayP99Ms: 1,
      loopStalledMs: 0,
    },
  };
}

function makeMonitor(t: ExecutionContext, saved?: unknown, act?: AlertSources['act'], rules: Rule[] = [RULE], takeDue?: AlertSources['takeDue']) {
  const directory = mkdtempSync(join(tmpdir(), 'pitot-alerts-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  const told: string[] = [];
  const seen = { state: saved as unknown, goingOn: [] as string[][] };
  const say = (what: string) => (alert: Alert) => {
    // Everything that is told is on disk by then.
    told.push(`${what} ${alert.state}, ${readAlertLines(directory).length} lines`);
  };
  const monitor = new AlertMonitor(
    {
      loaded: { rules, sinks: new Map(), commands: new Map(), mistakes: [], notJudged: [] },
      directory,
      timeScale: 1,
      windowMs: 60_000,
      stepMs: 10_000,
      saved,
    },
    {
      act:
        act ??
        (async (alert) => {
          say('act')(alert);
          return [`log`, `flame: flame/x.cpuprofile`];
        }),
      ...(takeDue && { takeDue }),
      send: say('send'),
      sendAgain: say('send again'),
      goesOn: (firing) => seen.goingOn.push(firing.map(({ id }) => id)),
      onAlert: ({ event }) => told.push(event),
      save: (state) => {
        seen.state = state;
      },
      nowWallMs: () => START_MS,
      onFault: (code, message) => t.fail(`${code}: ${message}`),
    },
  );
  return { monitor, directory, told, seen };
}

test('should write, tell, send and act when an alert fires, and again when it is over', async (t) => {
  const { monitor, directory, told, seen } = makeMonitor(t);
  t.deepEqual(monitor.judge(figures(0, 3)).alerts, []);
  monitor.judge(figures(1, 12));
  t.deepEqual(told.splice(0), ['pending']);
  const { alerts } = monitor.judge(figures(2, 15));
  await monitor.settle();
  t.deepEqual(told.splice(0), ['firing', 'send firing, 2 lines', 'act firing, 2 lines', 'actions']);
  const [{ id }] = alerts;
  t.like(alerts[0], { rule: 'queue is long', state: 'firing', value: 15, threshold: 10, since: '2026-01-02T03:01:00.000Z', actions: [] });
  t.true(alerts[0].runbook.includes('look at the workers'));
  t.deepEqual(seen.goingOn.at(-1), [id]);

  monitor.delivered(id, 'ops', 'webhook ops: waiting');
  monitor.delivered(id, 'ops', 'webhook ops: delivered');
  const [later] = monitor.judge(figures(3, 15)).alerts;
  t.deepEqual(later.actions, ['log', 'flame: flame/x.cpuprofile', 'webhook ops: delivered']);

  const over = monitor.judge(figures(4, 1)).alerts;
  await monitor.settle();
  t.deepEqual(
    over.map((alert) => [alert.id, alert.state, alert.resolvedAt]),
    [[id, 'resolved', '2026-01-02T03:04:00.000Z']],
  );
  t.deepEqual(told.splice(0), ['resolved', 'send resolved, 4 lines', 'act resolved, 4 lines', 'actions']);
  t.deepEqual(monitor.judge(figures(5, 1)).alerts, []);
  t.deepEqual(seen.goingOn.at(-1), []);
  t.deepEqual(
    readAlertLines(directory).map(({ event, alert }) => [event, alert.id]),
    ['pending', 'firing', 'actions', 'resolved', 'actions'].map((event) => [event, id]),
  );
  t.deepEqual(
    monitor.alertsOfRun.map(({ id: known, state }) => [known, state]),
    [[id, 'resolved']],
  );
});

test('should put who leaks into the evidence of what fires about it, once, and tell it again, when it is named', async (t) => {
  const rule: Rule = { ...RULE, name: 'memory leak', runbook: 'memory leak' };
  const { monitor, directory, told } = makeMonitor(t, undefined, async () => [], [rule, { ...RULE, runbook: 'service down' }]);
  const at = (minute: number, leaks: string[]): Figures => ({ ...figures(minute, 15), leaks });
  const before = ['The heap leaks 31 MiB an hour: 31 MiB of all ages, allocated in add.', 'the live heap grew'];
  for (const minute of [0, 1, 2]) monitor.step(at(minute, before));
  await monitor.settle();
  t.is(monitor.firing.length, 2);
  told.length = 0;
  const sentence = (perHour: number): string => `The heap leaks ${perHour} MiB an hour: 12 000 × Session held by SessionStore.sessions (Map).`;
  const named = at(3, [sentence(31), 'the live heap grew']);
  const culprit = { kind: 'heap', culprit: 'Session SessionStore.sessions (Map)' };
  monitor.leakNamed([culprit], named);
  monitor.leakNamed([culprit], at(3, [sentence(32), 'the live heap grew']));
  monitor.leakNamed([], named);
  monitor.leakNamed([{ ...culprit, culprit: 'Order' }], at(3, []));
  t.deepEqual(told, ['evidence', 'send again firing, 5 lines']);
  const { event, alert } = readAlertLines(directory).at(-1)!;
  t.deepEqual([event, alert.rule, alert.evidence[0]], ['evidence', 'memory leak', named.leaks![0]]);
  t.is(monitor.firing.find(({ rule: name }) => name === 'memory leak')!.evidence[0], named.leaks![0]);
});

test('should say at steps too which alerts go on, since windows may be long', (t) => {
  const { monitor, seen } = makeMonitor(t);
  monitor.judge(figures(1, 12));
  monitor.judge(figures(2, 12));
  const [alert] = monitor.alertsOfRun;
  seen.goingOn.length = 0;
  monitor.step({ ...figures(3, 12), kind: 'step', spanMs: 10_000 });
  t.deepEqual(seen.goingOn, [[alert.id]]);
});

test('should not tell of an alert of the run when it was only pending', (t) => {
  const { monitor, told } = makeMonitor(t);
  monitor.judge(figures(1, 12));
  monitor.judge(figures(2, 3));
  t.deepEqual(told, ['pending', 'inactive']);
  t.deepEqual(monitor.alertsOfRun, []);
});

test('should fire as late and no later when the process was started anew in between', async (t) => {
  const first = makeMonitor(t);
  first.monitor.judge(figures(1, 12));
  const second = makeMonitor(t, JSON.parse(JSON.stringify(first.seen.state)));
  const { alerts, rules } = second.monitor.judge(figures(2, 12));
  await second.monitor.settle();
  t.like(alerts[0], { state: 'firing', since: '2026-01-02T03:01:00.000Z' });
  t.like(rules[0], { rule: 'queue is long', state: 'firing' });
});

test('should write and send the end, once, when the process was started anew without the rule that fired', (t) => {
  const before = makeMonitor(t);
  for (const minute of [0, 1]) before.monitor.judge(figures(minute, 20));
  before.monitor.save();
  const after = makeMonitor(t, JSON.parse(JSON.stringify(before.seen.state)), undefined, []);
  for (const minute of [3, 4]) t.deepEqual(after.monitor.judge(figures(minute, 20)).alerts, []);
  t.deepEqual(after.told, ['resolved', 'send resolved, 1 lines']);
  const [alert] = after.monitor.alertsOfRun;
  t.is(alert.message, 'its rule was taken away while this fired: queue is 20, above 10');
  t.is(alert.resolvedAt, new Date(START_MS + 3 * 60_000).toISOString());
});

test('should act on an alert while the actions of another are under way, and show what is done of them, in order', async (t) => {
  const acts: { alert: Alert; tell(lines: string[]): void; end(lines: string[]): void }[] = [];
  const act: AlertSources['act'] = (alert, _rule, tell) => new Promise((end) => acts.push({ alert, tell, end }));
  const { monitor, directory } = makeMonitor(t, undefined, act, [RULE, { ...RULE, name: 'queue is very long' }]);
  monitor.judge(figures(1, 12));
  monitor.judge(figures(2, 12));
  t.deepEqual(
    acts.map(({ alert }) => alert.rule),
    ['queue is long', 'queue is very long'],
  );
  acts[0].tell(['flame: x', 'log']);
  acts[1].end(['log']);
  const during = monitor.judge(figures(3, 12)).alerts;
  await new Promise((resolve) => setImmediate(resolve));
  t.deepEqual(
    during.map(({ actions }) => actions),
    [['flame: x', 'log'], []],
  );
  monitor.judge(figures(4, 1));
  acts[2].end(['command: at its end']);
  acts[3].end([]);
  acts[0].end(['heap-profile: y', 'flame: x', 'log']);
  await monitor.settle();
  t.deepEqual(
    monitor.alertsOfRun.map(({ rule, state, actions }) => [rule, state, actions]),
    [
      ['queue is very long', 'resolved', ['log']],
      ['queue is long', 'resolved', ['heap-profile: y', 'flame: x', 'log', 'command: at its end']],
    ].sort(),
  );
  t.deepEqual(
    readAlertLines(directory)
      .filter(({ event }) => event === 'actions')
      .map(({ alert }) => [alert.rule, alert.state]),
    [
      ['queue is very long', 'firing'],
      ['queue is long', 'resolved'],
      ['queue is long', 'resolved'],
    ],
  );
});

test('should try again what was refused while the alert fires, tell the newest refusal, and write a line only when it has run', async (t) => {
  const asked: string[][] = [];
  const results = [['log', 'heap-snapshot: refused: 1 MiB left'], ['heap-snapshot: refused: 2 MiB left'], ['heap-snapshot: heap/x.heapsnapshot']];
  const act: AlertSources['act'] = async (_alert, { actions }) => {
    asked.push([...actions]);
    return results.shift() ?? [];
  };
  let due = false;
  const { monitor, directory } = makeMonitor(t, undefined, act, [RULE], () => (due ? ['heap-snapshot'] : []));
  const step = async (minute: number, isDue: boolean): Promise<string[] | undefined> => {
    due = isDue;
    monitor.step({ ...figures(minute, 12), kind: 'step', spanMs: 10_000 });
    await monitor.settle();
    t.deepEqual(monitor.alertsOfRun[0]?.actions, monitor.firing[0]?.actions);
    return monitor.firing[0]?.actions;
  };
  monitor.judge(figures(1, 12));
  monitor.judge(figures(2, 12));
  await monitor.settle();
  t.deepEqual(await step(3, false), ['log', 'heap-snapshot: refused: 1 MiB left']);
  t.deepEqual(await step(4, true), ['log', 'heap-snapshot: refused: 2 MiB left']);
  t.deepEqual(await step(5, true), ['log', 'heap-snapshot: heap/x.heapsnapshot']);
  t.deepEqual(asked, [['log', 'ops'], ['heap-snapshot'], ['heap-snapshot']]);
  t.deepEqual(
    readAlertLines(directory)
      .filter(({ event }) => event === 'actions')
      .map(({ alert }) => alert.actions),
    [
      ['log', 'heap-snapshot: refused: 1 MiB left'],
      ['log', 'heap-snapshot: heap/x.heapsnapshot'],
    ],
  );
});
