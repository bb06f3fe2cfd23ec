// alerts.ndjson as it is left, and read again.
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { Alert } from '../../src/core/alert-types.js';
import { ALERTS_BYTES_MAX } from '../../src/core/limits.js';
import { type AlertEvent, appendAlert, readAlertLines, readAlerts } from '../../src/report/alerts-log.js';
import { appendLine, readLines } from '../../src/report/ndjson-log.js';

const AT = '2026-01-02T03:04:05.000Z';

function makeDirectory(t: ExecutionContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'pitot-alerts-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

function alert(id: string, state: Alert['state'], actions: string[] = []): Alert {
  const words = { rule: 'high latency', message: 'P95 812 ms', runbook: 'look', evidence: [] };
  return { id, severity: 'warning', state, labels: {}, since: AT, value: 812, threshold: 400, actions, ...words };
}

test('should give each alert that fired as its newest line tells it when lines of several are mixed', (t) => {
  const directory = makeDirectory(t);
  const lines: [AlertEvent, Alert][] = [
    ['pending', alert('a', 'pending')],
    ['pending', alert('b', 'pending')],
    ['firing', alert('a', 'firing')],
    ['inactive', alert('b', 'pending')],
    ['actions', alert('a', 'firing', ['log'])],
    ['firing', alert('c', 'firing')],
    ['resolved', alert('a', 'resolved', ['log'])],
  ];
  for (const [event, of] of lines) appendAlert(directory, { at: AT, event, alert: of });
  t.deepEqual(readAlerts(directory), [alert('a', 'resolved', ['log']), alert('c', 'firing')]);
  t.deepEqual(
    readAlertLines(directory).map(({ at, event, alert: { id } }) => [at, event, id]),
    lines.map(([event, { id }]) => [AT, event, id]),
  );
  t.is(statSync(join(directory, 'alerts.ndjson')).mode & 0o777, 0o600);
});

test('should pass over what is no line of an alert when the process was killed while it wrote', (t) => {
  const directory = makeDirectory(t);
  appendAlert(directory, { at: AT, event: 'firing', alert: alert('a', 'firing') });
  appendFileSync(join(directory, 'alerts.ndjson'), 'null\n7\n{"at":"x"}\n{"event":"resolved","aler');
  t.deepEqual(readAlerts(directory), [alert('a', 'firing')]);
});

test('should have no alerts when there is no file', (t) => {
  t.deepEqual(readAlerts(makeDirectory(t)), []);
});

test('should begin a second file, and read both, when the first is full', (t) => {
  const directory = makeDirectory(t);
  appendAlert(directory, { at: AT, event: 'firing', alert: alert('a', 'firing') });
  appendFileSync(join(directory, 'alerts.ndjson'), ' '.repeat(ALERTS_BYTES_MAX));
  appendAlert(directory, { at: AT, event: 'firing', alert: alert('b', 'firing') });
  t.is(readFileSync(join(directory, 'alerts.ndjson'), 'utf8').split('\n').length, 2);
  t.deepEqual(
    readAlerts(directory).map(({ id }) => id),
    ['a', 'b'],
  );
});

test('should leave the file as it was when a line cannot be written', (t) => {
  const file = { name: 'x.ndjson', olderName: 'x.1.ndjson', bytesMax: 100 };
  const directory = join(makeDirectory(t), 'run');
  appendLine(directory, file, { a: 1 });
  t.throws(() =>
    appendLine(directory, file, {
      toJSON: () => {
        throw new Error('no');
      },
    }),
  );
  t.deepEqual(readLines(directory, file), [{ a: 1 }]);
  writeFileSync(join(directory, 'plain'), '');
  t.throws(() => appendLine(join(directory, 'plain'), file, {}), { code: 'ENOTDIR' });
  t.false(existsSync(join(directory, 'x.1.ndjson')));
});
