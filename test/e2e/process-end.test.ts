// Receivers of alerts when a process ends while one fires: with goodbye, by kill -9, with a receiver that is out; and what its successor tells.
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { PROCESS_ENDED } from '../../src/agent/alerts/sink-notifier.js';
import type { WebhookPayload } from '../../src/export/sinks/webhook-payload.js';
import { readAlertLines } from '../../src/report/alerts-log.js';
import { App, until } from '../support/app.js';
import { startWebhook, type WebhookServer } from '../support/webhook-server.js';

/** Holds a gauge until it is told how to end. */
const SOURCE = `
import { existsSync } from 'node:fs';
import { gauge } from 'pitot';
gauge('queue').set(Number(process.env.QUEUE));
const timer = setInterval(() => {
  if (!existsSync('go')) return;
  clearInterval(timer);
  if (process.env.END === 'exit') process.exit(3);
}, 10);
`;
const WAIT_MS_MAX = 30_000;

async function makeService(t: ExecutionContext, webhook: Pick<WebhookServer, 'url'>) {
  const rule = { name: 'queue is long', condition: { kind: 'threshold', metric: { gauge: 'queue' }, above: 10 }, limits: { count: 50, coolDown: 0 } };
  const alerts = { rules: [rule], sinks: { ops: { kind: 'webhook', url: webhook.url } }, actions: ['ops'] };
  const files = { 'alerts.json': JSON.stringify(alerts) };
  const runs: App[] = [];
  t.teardown(() => {
    for (const app of runs) app.remove();
  });
  /** The next process of the service: the same directory of reports. */
  const start = (queue: number, end: 'exit' | 'natural') => {
    const env = {
      QUEUE: String(queue),
      END: end,
      PITOT_SERVICE: 'shop',
      PITOT_ALERTS: 'alerts.json',
      // A step is 100 ms. The wait is long enough for a crowded machine: it ends when the receivers have answered.
      PITOT_TIME_SCALE: '100',
      PITOT_EXIT_WAIT_MS: '5000',
      PITOT_INTERVAL_MS: '1000',
      ...(runs.length === 0 ? {} : { PITOT_DIR: runs[0].reports }),
    };
    const app = new App({ source: SOURCE, files, env, timeoutMs: 60_000 });
    runs.push(app);
    const { child, ended } = app.start();
    return {
      app,
      child,
      ended,
      go: () => {
        writeFileSync(join(app.directory, 'go'), '');
        return ended;
      },
    };
  };
  const events = (): string[] =>
    runs[0].runs().flatMap((run) => (existsSync(join(run, 'alerts.ndjson')) ? readAlertLines(run) : []).map(({ event }) => event));
  const queued = (): string[] =>
    readdirSync(join(runs[0].reports, '.alerts'), { recursive: true, encoding: 'utf8' }).filter((name) => /\d{15}-.*\.json$/.test(name));
  return { start, events, queued };
}

/** A process that is killed before it has noted a delivery sends it again, with the same id. */
const distinct = ({ received }: WebhookServer): WebhookPayload[] => [...new Map(received.map((payload) => [payload.id, payload])).values()];
const heard = (webhook: WebhookServer): string[] => distinct(webhook).map(({ alert }) => alert.state);

for (const end of ['exit', 'natural'] as const) {
  test(`should tell the end, and fire again in a successor that sees it go on, when the process ends (${end})`, async (t) => {
    t.timeout(120_000);
    const webhook = await startWebhook();
    t.teardown(() => webhook.close());
    const service = await makeService(t, webhook);

    const first = service.start(20, end);
    await until(() => distinct(webhook).length === 1, 'it fires', WAIT_MS_MAX);
    t.is((await first.go()).code, end === 'exit' ? 3 : 0);
    t.deepEqual(heard(webhook), ['firing', 'resolved']);
    const [firing, over] = distinct(webhook);
    t.is(over.alert.id, firing.alert.id);
    t.is(over.alert.message, `${PROCESS_ENDED}: ${firing.alert.message}`);
    t.deepEqual(service.queued(), []);

    const second = service.start(20, end);
    await until(() => distinct(webhook).length === 3, 'the successor says that it fires', WAIT_MS_MAX);
    t.like(distinct(webhook)[2], { pid: second.child.pid, alert: { id: firing.alert.id, state: 'firing', firedAt: firing.alert.firedAt } });
    await second.go();
    t.deepEqual(heard(webhook), ['firing', 'resolved', 'firing', 'resolved']);

    // It is over: its receiver knows.
    const third = service.start(3, end);
    await until(() => service.events().includes('resolved'), 'the successor sees that it is over', WAIT_MS_MAX);
    await third.go();
    t.deepEqual(heard(webhook), ['firing', 'resolved', 'firing', 'resolved']);
  });
}

test('should say nothing at its end when nothing fires', async (t) => {
  const webhook = await startWebhook();
  t.teardown(() => webhook.close());
  const service = await makeService(t, webhook);
  const run = service.start(3, 'exit');
  const isJudged = (): boolean =>
    run.app.windows().some(({ rules }) => rules.some(({ rule, state }) => rule === 'queue is long' && state === 'inactive'));
  await until(isJudged, 'the rule is judged', WAIT_MS_MAX);
  t.is((await run.go()).code, 3);
  t.deepEqual([webhook.received, service.events()], [[], []]);
});

test('should take over as it was when the process before was killed', async (t) => {
  t.timeout(120_000);
  const webhook = await startWebhook();
  t.teardown(() => webhook.close());
  const service = await makeService(t, webhook);
  const killed = service.start(20, 'exit');
  await until(() => distinct(webhook).length === 1, 'it fires', WAIT_MS_MAX);
  killed.child.kill('SIGKILL');
  t.is((await killed.ended).signal, 'SIGKILL');
  t.deepEqual(heard(webhook), ['firing']);
  const successor = service.start(3, 'exit');
  await until(() => distinct(webhook).length === 2, 'the successor says that it is over', WAIT_MS_MAX);
  await successor.go();
  t.deepEqual(heard(webhook), ['firing', 'resolved']);
  const [firing, over] = distinct(webhook);
  t.is(over.alert.id, firing.alert.id);
  t.false(over.alert.message.includes(PROCESS_ENDED));
});

test('should leave the end on disk for the next process, and keep its code and its time, when the receiver does not answer', async (t) => {
  t.timeout(120_000);
  const webhook = await startWebhook();
  t.teardown(() => webhook.close());
  const service = await makeService(t, webhook);
  const first = service.start(20, 'exit');
  await until(() => distinct(webhook).length === 1, 'it fires', WAIT_MS_MAX);
  webhook.hang(true);
  const { code, stderr } = await first.go();
  t.deepEqual([code, stderr], [3, '']);
  t.is(service.queued().length, 1);
  t.deepEqual(heard(webhook), ['firing']);
  webhook.hang(false);
  const second = service.start(3, 'exit');
  try {
    await until(() => distinct(webhook).length === 2, 'the next process says it', WAIT_MS_MAX);
  } catch (error) {
    const reports = second.app.runs().map((run) => second.app.windows(run).at(-1));
    t.log(
      service.queued(),
      service.events(),
      ...reports.map((report) => JSON.stringify({ seq: report?.seq, ...report?.agent, alerts: report?.alerts })),
    );
    throw error;
  }
  await second.go();
  t.deepEqual(heard(webhook), ['firing', 'resolved']);
  const [firing, over] = distinct(webhook);
  t.like(over, { pid: first.child.pid, alert: { id: firing.alert.id, message: `${PROCESS_ENDED}: ${firing.alert.message}` } });
});
