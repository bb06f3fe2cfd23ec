// Which sinks hear of what, within which limits, across restarts and ends of processes; on a clock that the test turns.
import test from 'ava';
import { PROCESS_ENDED, SinkNotifier } from '../../../src/agent/alerts/sink-notifier.js';
import type { Alert } from '../../../src/core/alert-types.js';
import { DEFAULT_LIMITS } from '../../../src/diagnose/rules/default-rules.js';
import type { ActionLimits, Rule } from '../../../src/diagnose/rules/rule.js';
import { parseSinks } from '../../../src/export/sinks/parse-sinks.js';
import { exampleAlert } from '../actions/example-alert.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const START_MS = Date.parse('2026-03-01T12:00:00.000Z');
const SINKS = {
  ops: { kind: 'webhook', url: 'http://127.0.0.1:9/' },
  am: { kind: 'alertmanager', url: 'http://127.0.0.1:9/' },
  pager: { kind: 'pagerduty', routingKey: 'a'.repeat(32), minSeverity: 'critical' },
  quiet: { kind: 'webhook', url: 'http://127.0.0.1:9/', sendResolved: false },
};

function ruleOf(change: Partial<Rule> = {}): Rule {
  return {
    name: 'high latency',
    severity: 'warning',
    summary: 'slow',
    condition: { kind: 'threshold', metric: { gauge: 'queue' }, above: 10 },
    forMs: 0,
    keepFiringForMs: 0,
    actions: ['log', 'ops'],
    limits: DEFAULT_LIMITS,
    runbook: '',
    ...change,
  };
}

interface Options {
  rule?: Partial<Rule>;
  sinks?: unknown;
  timeScale?: number;
  saved?: unknown;
}

function bench({ rule, sinks = SINKS, timeScale = 1, saved }: Options = {}) {
  const clock = { nowMs: START_MS };
  const sent: string[] = [];
  const said: string[] = [];
  const messages: string[] = [];
  const { sinks: parsed } = parseSinks(sinks, {});
  const notifier = new SinkNotifier(
    { rules: [ruleOf(rule)], sinks: parsed, timeScale, saved },
    {
      enqueue: ({ id, state, message }, names) => {
        for (const name of names) sent.push(`${name} ${id} ${state}`);
        messages.push(message);
      },
      say: (id, sink, text) => said.push(`${id} ${sink}: ${text}`),
      nowMs: () => clock.nowMs,
    },
  );
  const at = (ms: number): void => {
    clock.nowMs = START_MS + ms;
  };
  const fire = (id: string, change: Partial<Alert> = {}): Alert => {
    const alert = exampleAlert({ id, ...change });
    notifier.send(alert);
    return alert;
  };
  const resolve = (alert: Alert): void => notifier.send({ ...alert, state: 'resolved' });
  const goOn = (...firing: Alert[]): boolean => notifier.goOn(firing, () => new Set());
  const saved2 = (): unknown => JSON.parse(JSON.stringify(notifier.save()));
  return { notifier, sent, said, messages, at, fire, resolve, goOn, save: saved2 };
}

test('should withhold the sixth firing of an hour, send it when the limit allows it again, and its end, when a rule flaps', (t) => {
  const { sent, said, at, fire, resolve, goOn } = bench();
  for (let n = 0; n < 5; n++) {
    at(n * 2 * MINUTE_MS);
    const alert = fire(`a${n}`);
    at((n * 2 + 1) * MINUTE_MS);
    resolve(alert);
  }
  t.is(sent.splice(0).length, 10);
  t.deepEqual(said, []);
  at(10 * MINUTE_MS);
  const sixth = fire('a5');
  t.deepEqual(said.splice(0), ['a5 ops: webhook ops: withheld until 13:00:00 UTC: 5 of 5 in 1 h']);
  at(HOUR_MS - 1);
  t.false(goOn(sixth));
  t.deepEqual(sent, []);
  at(HOUR_MS);
  t.true(goOn(sixth));
  t.deepEqual(sent.splice(0), ['ops a5 firing']);
  t.false(goOn(sixth));
  resolve(sixth);
  t.deepEqual(sent, ['ops a5 resolved']);
});

test('should tell more of an alert to those alone that heard of it, outside of the limits, when more is known', (t) => {
  const { notifier, sent, fire } = bench({
    rule: { actions: ['ops', 'quiet'] },
    sinks: { ...SINKS, quiet: { ...SINKS.quiet, limits: { count: 0 } } },
  });
  const alert = fire('a1');
  notifier.sendAgain(alert);
  notifier.sendAgain(alert);
  t.deepEqual(sent, ['ops a1 firing', 'ops a1 firing', 'ops a1 firing']);
});

test('should say nothing of the end when the firing was withheld until then', (t) => {
  const { sent, said, at, fire, resolve, goOn } = bench({ rule: { limits: { count: 1, windowMs: HOUR_MS, coolDownMs: 0 } } });
  const first = fire('a');
  const second = fire('b');
  resolve(first);
  resolve(second);
  at(2 * HOUR_MS);
  t.false(goOn());
  t.deepEqual(sent, ['ops a firing', 'ops a resolved']);
  t.deepEqual(said, [
    'b ops: webhook ops: withheld until 13:00:00 UTC: 1 of 1 in 1 h',
    'b ops: webhook ops: withheld, and over before its limit allowed it',
  ]);
});

test('should count each series and each sink by itself when they share a rule', (t) => {
  const { sent, said, fire } = bench({
    rule: { actions: ['ops', 'am'] },
    sinks: { ops: { ...SINKS.ops, limits: { count: 1 } }, am: SINKS.am },
  });
  fire('a', { labels: { type: 'Transfer', shard: '1' } });
  fire('b', { labels: { shard: '1', type: 'Transfer' } });
  fire('c', { labels: { type: 'Open', shard: '1' } });
  t.deepEqual(sent, ['ops a firing', 'am a firing', 'am b firing', 'ops c firing', 'am c firing']);
  t.deepEqual(said, ['b ops: webhook ops: withheld until 13:00:00 UTC: 1 of 1 in 1 h']);
});

test('should obey the rule before the sink, and the cool-down, when limits are given', (t) => {
  const limits: ActionLimits = { count: 10, windowMs: HOUR_MS, coolDownMs: 5 * MINUTE_MS };
  const { sent, said, at, fire, goOn } = bench({ rule: { limits }, sinks: { ops: { ...SINKS.ops, limits: { count: 0 } } } });
  fire('a');
  at(MINUTE_MS);
  const second = fire('b');
  t.deepEqual(said, ['b ops: webhook ops: withheld until 12:05:00 UTC: 5 min between two is the least']);
  at(5 * MINUTE_MS - 1);
  goOn(second);
  t.deepEqual(sent, ['ops a firing']);
  at(5 * MINUTE_MS);
  goOn(second);
  t.deepEqual(sent, ['ops a firing', 'ops b firing']);
});

test('should say the day, and for good, when a firing is withheld past midnight or forever', (t) => {
  const daily = bench({ rule: { limits: { count: 1, windowMs: 24 * HOUR_MS, coolDownMs: 0 } } });
  daily.fire('a');
  daily.fire('b');
  t.deepEqual(daily.said, ['b ops: webhook ops: withheld until 2026-03-02 12:00:00 UTC: 1 of 1 in 24 h']);
  const never = bench({ sinks: { ops: { ...SINKS.ops, limits: { count: 0 } } } });
  never.fire('a');
  t.deepEqual([never.sent, never.said], [[], ['a ops: webhook ops: withheld for good: its limit allows none']]);
});

test('should divide the window by the time scale when there is one', (t) => {
  const { sent, said, at, fire, goOn } = bench({ timeScale: 60, sinks: { ops: { ...SINKS.ops, limits: { count: 1 } } } });
  fire('a');
  const second = fire('b');
  t.deepEqual(said, ['b ops: webhook ops: withheld until 12:01:00 UTC: 1 of 1 in 1 min']);
  at(MINUTE_MS);
  goOn(second);
  t.deepEqual(sent, ['ops a firing', 'ops b firing']);
});

test('should not count what a sink does not want when the severity is below its own', (t) => {
  const { sent, fire, resolve } = bench({ rule: { actions: ['pager'] }, sinks: { pager: { ...SINKS.pager, limits: { count: 1 } } } });
  resolve(fire('a'));
  const critical = fire('b', { severity: 'critical' });
  resolve(critical);
  t.deepEqual(sent, ['pager b firing', 'pager b resolved']);
});

test('should send again to Alertmanager what it was told of alone, without counting it, when an alert goes on', (t) => {
  const { notifier, sent, fire, goOn } = bench({ rule: { actions: ['am'] }, sinks: { am: { ...SINKS.am, limits: { count: 2 } } } });
  const alerts = [fire('a'), fire('b'), fire('c')];
  for (let n = 0; n < 100; n++) goOn(...alerts);
  t.deepEqual(sent, ['am a firing', 'am b firing']);
  t.deepEqual(
    alerts.map((alert) => notifier.sinksToRepeat(alert)),
    [['am'], ['am'], []],
  );
});

test('should keep limits, what was withheld and what was sent when the process is started anew', (t) => {
  const sinks = { ops: { ...SINKS.ops, limits: { count: 1 } } };
  const before = bench({ sinks });
  const sentOne = before.fire('a');
  const withheld = before.fire('b');
  const after = bench({ sinks, saved: before.save() });
  after.at(HOUR_MS - 1);
  t.false(after.goOn(sentOne, withheld));
  t.deepEqual(after.sent, []);
  after.at(HOUR_MS);
  t.true(after.goOn(sentOne, withheld));
  after.resolve(sentOne);
  after.resolve(withheld);
  t.deepEqual(after.sent, ['ops b firing', 'ops a resolved', 'ops b resolved']);
});

test('should tell the end of what it knows nothing of when an earlier version left it firing', (t) => {
  for (const saved of [undefined, null, 'x', { version: 2 }, { version: 1, alerts: [null, ['a', [['ops', 'gone']]]], series: [null, { key: 7 }] }]) {
    const { sent, resolve } = bench({ saved });
    resolve(exampleAlert({ id: 'a' }));
    t.deepEqual(sent, ['ops a resolved']);
  }
});

test('should tell the end to a sink that heard of the firing when its rule does not name it any more', (t) => {
  const before = bench({ rule: { actions: ['ops', 'am'] } });
  const alert = before.fire('a');
  const after = bench({ rule: { actions: ['am'] }, saved: before.save() });
  after.resolve(alert);
  t.deepEqual(after.sent, ['am a resolved', 'ops a resolved']);
});

test('should tell the end with its reason to whoever heard of the firing when the process ends', (t) => {
  const { notifier, sent, messages, fire, resolve } = bench({
    rule: { actions: ['ops', 'am', 'quiet'] },
    sinks: { ops: { ...SINKS.ops, limits: { count: 1 } }, am: SINKS.am, quiet: SINKS.quiet },
  });
  const alerts = [fire('a'), fire('b')];
  sent.length = 0;
  let saves = 0;
  t.true(notifier.end(alerts, () => saves++));
  t.deepEqual(sent.splice(0), ['ops a resolved', 'am a resolved', 'am b resolved']);
  t.is(messages.at(-1), `${PROCESS_ENDED}: P95 812 ms, twice the baseline`);
  t.is(saves, 2);
  // Once; and the last window's end of it is not news.
  t.false(notifier.end(alerts, () => saves++));
  for (const alert of alerts) resolve(alert);
  t.deepEqual(sent, ['quiet a resolved', 'quiet b resolved']);
  t.is(saves, 2);
});

test('should neither send nor save when the process ends and nothing fires', (t) => {
  const { notifier, sent, fire, resolve } = bench();
  resolve(fire('a'));
  sent.length = 0;
  t.false(notifier.end([], () => t.fail('saved')));
  t.deepEqual(sent, []);
});

test('should send the firing again when a successor sees the condition hold, and nothing when it does not', (t) => {
  const before = bench({ rule: { actions: ['ops', 'am'] } });
  const alert = before.fire('a');
  before.notifier.end([alert], () => {});
  const saved = before.save();

  const holds = bench({ rule: { actions: ['ops', 'am'] }, saved });
  t.false(holds.notifier.goOn([alert], () => new Set()));
  t.deepEqual(holds.notifier.sinksToRepeat(alert), []);
  t.true(holds.notifier.goOn([alert], () => new Set(['a'])));
  t.deepEqual(holds.notifier.sinksToRepeat(alert), ['ops', 'am']);
  holds.resolve(alert);
  t.deepEqual(holds.sent, ['ops a firing', 'am a firing', 'ops a resolved', 'am a resolved']);

  const over = bench({ rule: { actions: ['ops', 'am'] }, saved });
  over.resolve(alert);
  t.deepEqual(over.sent, []);
});

test('should tell the end once more rather than leave it open when the process was gone before it was queued', (t) => {
  const before = bench();
  const alert = before.fire('a');
  let saved: unknown;
  before.notifier.end([alert], () => (saved ??= before.save()));
  const over = bench({ saved });
  over.resolve(alert);
  t.deepEqual(over.sent, ['ops a resolved']);
});

test('should withhold the firing of a successor when the process is started again and again', (t) => {
  const sinks = { ops: { ...SINKS.ops, limits: { count: 2 } } };
  let saved: unknown;
  const sent: string[] = [];
  const said: string[] = [];
  const alert = exampleAlert({ id: 'a' });
  for (let n = 0; n < 4; n++) {
    const run = bench({ sinks, saved });
    if (n === 0) run.fire('a');
    else run.notifier.goOn([alert], () => new Set(['a']));
    run.notifier.end([alert], () => {});
    sent.push(...run.sent);
    said.push(...run.said);
    saved = run.save();
  }
  t.deepEqual(sent, ['ops a firing', 'ops a resolved', 'ops a firing', 'ops a resolved']);
  t.deepEqual(said, Array(2).fill('a ops: webhook ops: withheld until 13:00:00 UTC: 2 of 2 in 1 h'));
});

test('should stay within its bounds, and take what is beyond for told, when very many alerts fire', (t) => {
  const { fire, resolve, sent, save } = bench();
  const first = fire('first', { labels: { n: '-1' } });
  for (let n = 0; n < 2100; n++) fire(`a${n}`, { labels: { n: String(n) } });
  const state = save() as { alerts: unknown[]; series: unknown[] };
  t.deepEqual([state.alerts.length, state.series.length], [2000, 2000]);
  resolve(first);
  t.is(sent.at(-1), 'ops first resolved');
});
