// Alerts of the ledger example, end to end: a fault is injected into the real process, the default rule fires, acts, and resolves when the fault ends.
import test from 'ava';
import { until } from '../support/app.js';
import { startWebhook } from '../support/webhook-server.js';
import { assertAlone, assertStory, LedgerRun, RUN_MS_MAX, WAIT_MS_MAX } from './ledger-run.js';

test.serial('should tell a webhook of the event store when its database stops, and when it is back', async (t) => {
  t.timeout(RUN_MS_MAX);
  const webhook = await startWebhook();
  t.teardown(() => webhook.close());
  // 30 s are 3 s; `service down`, by the health check, would follow after 6 s and the failing commands after 12 s.
  const run = await LedgerRun.start(t, { timeScale: 10, alerts: { sinks: { ops: { kind: 'webhook', url: webhook.url } }, actions: ['log', 'ops'] } });
  run.load();
  await until(() => run.windows >= 3, 'three windows', WAIT_MS_MAX);
  const sinceMs = await run.fault({ storeDown: true });
  const story = await run.fired('event store unavailable', sinceMs);
  await run.fault({ storeDown: false });
  assertStory(t, story, 'pending', 'firing');
  const firing = story.lines.find(({ event }) => event === 'firing')!.alert;
  const heldMs = Date.parse(firing.firedAt!) - Date.parse(firing.since);
  t.true(heldMs >= 2900, `fired after ${heldMs} ms`);

  const heard = () => webhook.received.filter(({ alert }) => alert.id === firing.id);
  await until(() => heard().length >= 1, 'the webhook hears', WAIT_MS_MAX);
  const resolved = await run.resolved('event store unavailable', sinceMs);
  assertStory(t, resolved, 'pending', 'firing', 'resolved');
  await until(() => heard().length >= 2, 'the webhook hears of the end', WAIT_MS_MAX);
  t.deepEqual(
    heard().map(({ version, service, alert }) => [version, service, alert.rule, alert.severity, alert.state]),
    [
      ['pitot.alert/1', 'ledger', 'event store unavailable', 'critical', 'firing'],
      ['pitot.alert/1', 'ledger', 'event store unavailable', 'critical', 'resolved'],
    ],
  );
  t.is(heard()[0]!.alert.runbook, firing.runbook);
  t.deepEqual(heard()[0]!.alert.evidence, firing.evidence);
  assertAlone(t, run, 'event store unavailable', sinceMs);
});

test.serial('should fire for failing commands, a blocked loop and a projection behind, each alone', async (t) => {
  t.timeout(RUN_MS_MAX);
  // 2 min are 4 s, 1 min is 2 s.
  const run = await LedgerRun.start(t, { timeScale: 30 });
  run.load();
  await until(() => run.windows >= 2, 'two windows', WAIT_MS_MAX);

  const failingMs = await run.fault({ failCommandsRatio: 0.2 });
  assertStory(t, await run.fired('command failure spike', failingMs), 'pending', 'firing');
  await run.fault({ failCommandsRatio: 0 });
  assertStory(t, await run.resolved('command failure spike', failingMs), 'pending', 'firing', 'resolved');
  assertAlone(t, run, 'command failure spike', failingMs);

  // Events of six minutes ago are projected, then the projections stop with more of them to come.
  const lateMs = await run.fault({ eventAgeMs: 360_000 });
  await new Promise((wake) => setTimeout(wake, 500));
  await run.fault({ projectionsStopped: true });
  const lag = await run.fired('projection lag', lateMs);
  assertStory(t, lag, 'firing');
  t.true(lag.lines[0]!.alert.value > 300_000, `${lag.lines[0]!.alert.value} ms`);
  t.true(['balances', 'daily-totals'].includes(lag.lines[0]!.alert.labels.projection ?? ''));
  await run.fault({ eventAgeMs: 0, projectionsStopped: false });
  assertStory(t, await run.resolved('projection lag', lateMs), 'firing', 'resolved');
  assertAlone(t, run, 'projection lag', lateMs);

  await run.endLoad();
  const blockedMs = Date.now();
  const blocked = run.get('/forecast?seconds=9');
  assertStory(t, await run.fired('service down', blockedMs), 'pending', 'firing');
  await blocked;
  assertStory(t, await run.resolved('service down', blockedMs), 'pending', 'firing', 'resolved');
  assertAlone(t, run, 'service down', blockedMs);
});
