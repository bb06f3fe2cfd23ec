// Alertmanager itself, from Debian: an alert appears with its labels, is sent again, and resolves.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { alertsUrl, postableAlert } from '../../../src/export/sinks/alertmanager-payload.js';
import { Delivery, type DeliveryOutcome } from '../../../src/export/sinks/delivery-queue.js';
import { parseSinks } from '../../../src/export/sinks/parse-sinks.js';
import { missingCommand, testUnless } from '../../support/needs.js';
import { alertOf } from './receiver.js';

const SOURCE = { service: 'ledger', host: 'box', pid: 42, version: '0.1.0' };
const COMMAND = ['prometheus-alertmanager', 'alertmanager'].find((name) => missingCommand(name, ['--version']) === null);
const missing = COMMAND === undefined ? 'no Alertmanager (Debian: prometheus-alertmanager)' : null;

interface Shown {
  labels: Record<string, string>;
  annotations: Record<string, string>;
  startsAt: string;
  endsAt: string;
  updatedAt: string;
  status: { state: string };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function until<T>(ask: () => Promise<T | null>, what: string): Promise<T> {
  for (let n = 0; n < 300; n++) {
    const found = await ask().catch(() => null);
    if (found !== null) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${what} within 15 s`);
}

async function startAlertmanager(t: ExecutionContext): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'pitot-am-'));
  writeFileSync(join(directory, 'config.yml'), 'route:\n  receiver: none\nreceivers:\n  - name: none\n');
  const port = await freePort();
  const child: ChildProcess = spawn(
    COMMAND as string,
    [
      `--config.file=${join(directory, 'config.yml')}`,
      `--storage.path=${directory}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--cluster.listen-address=',
      '--log.level=error',
    ],
    { stdio: 'ignore' },
  );
  t.teardown(async () => {
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
    rmSync(directory, { recursive: true, force: true });
  });
  const url = `http://127.0.0.1:${port}`;
  await until(async () => ((await fetch(`${url}/-/ready`)).ok ? true : null), 'Alertmanager should be ready');
  return url;
}

testUnless(missing)('should show the alert with its labels, keep it and resolve it when Alertmanager is the sink', async (t) => {
  const url = await startAlertmanager(t);
  const directory = mkdtempSync(join(tmpdir(), 'pitot-sinks-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  const { sinks, mistakes } = parseSinks({ am: { kind: 'alertmanager', url } }, {});
  t.deepEqual(mistakes, []);
  const delivery = new Delivery({ directory, sinks, source: SOURCE, onDropped: (_, reason) => t.fail(reason) });
  const results: DeliveryOutcome[] = [];
  delivery.onResult = (_, __, outcome) => results.push(outcome);
  const shown = async (): Promise<Shown[]> => (await (await fetch(`${url}/api/v2/alerts`)).json()) as Shown[];

  const nowMs = Date.now();
  const firedAt = new Date(nowMs - 1000).toISOString();
  const alert = alertOf('a', { firedAt, labels: { 'stream.name': 'accounts', '2nd': 'x', severity: 'own', empty: '' } });
  delivery.enqueue(alert, ['am']);
  delivery.tick(nowMs);
  await delivery.settle(10_000);
  t.is(results.at(-1)?.text, 'alertmanager am: delivered');
  const [first, ...others] = await until(async () => ((await shown()).length > 0 ? await shown() : null), 'the alert should appear');
  t.deepEqual(others, []);
  t.deepEqual(first.labels, {
    alertname: 'command failure spike',
    severity: 'critical',
    service: 'ledger',
    instance: 'box:42',
    stream_name: 'accounts',
    _2nd: 'x',
    exported_severity: 'own',
  });
  t.deepEqual(first.annotations, { summary: alert.message, runbook: alert.runbook, evidence: alert.evidence.join('\n') });
  t.is(Date.parse(first.startsAt), Date.parse(firedAt));
  t.is(Date.parse(first.endsAt), nowMs + 240_000);

  // Sent again a minute later: the end moves ahead.
  delivery.repost([alert], nowMs + 60_000);
  await delivery.settle(10_000);
  await until(async () => (Date.parse((await shown())[0]?.endsAt ?? '') === nowMs + 300_000 ? true : null), 'the end should move ahead');

  delivery.enqueue({ ...alert, state: 'resolved', resolvedAt: new Date().toISOString() }, ['am']);
  delivery.tick(nowMs + 60_001);
  await delivery.settle(10_000);
  t.is(results.at(-1)?.text, 'alertmanager am: delivered');
  await until(async () => ((await shown()).length === 0 ? true : null), 'the alert should be gone');
  delivery.close();
});

test('should keep names apart and never end before it starts when an alert is turned into labels', (t) => {
  const alert = alertOf('a', {
    labels: { 'a.b': '1', 'a-b': '2', __x: '3', instance: '4' },
    state: 'resolved',
    resolvedAt: '2026-03-01T11:00:00.000Z',
  });
  const found = postableAlert({ source: SOURCE, alert }, 0);
  t.deepEqual(found.labels, {
    a_b: '1',
    a_b_2: '2',
    _x: '3',
    exported_instance: '4',
    alertname: 'command failure spike',
    severity: 'critical',
    service: 'ledger',
    instance: 'box:42',
  });
  t.deepEqual([found.startsAt, found.endsAt], ['2026-03-01T12:00:00.000Z', '2026-03-01T12:00:00.000Z']);
});

test('should find the path of the API when the address is a base, a path or the whole', (t) => {
  t.deepEqual(['http://am:9093', 'http://am:9093/', 'https://u:p@am/base/', 'http://am/api/v2/alerts?x=1'].map(alertsUrl), [
    'http://am:9093/api/v2/alerts',
    'http://am:9093/api/v2/alerts',
    'https://u:p@am/base/api/v2/alerts',
    'http://am/api/v2/alerts?x=1',
  ]);
});
