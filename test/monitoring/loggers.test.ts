// The loggers' lines, field by field, and that no destination can harm the host.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import test, { type ExecutionContext } from 'ava';
import { pino } from 'pino';
import { PitotError } from '../../src/core/errors.js';
import { LOG_WAITING_BYTES_MAX } from '../../src/core/limits.js';
import { CommandTracer } from '../../src/monitoring/command-tracer.js';
import { standardStream } from '../../src/monitoring/log-destination.js';
import { loggers } from '../../src/monitoring/loggers.js';
import { maskSecrets } from '../../src/monitoring/mask-secrets.js';
import { until } from '../support/app.js';

type Line = Record<string, unknown>;

function memory(): { lines: Line[]; write(line: string): void } {
  const lines: Line[] = [];
  return {
    lines,
    write(line) {
      const { time, pid, hostname, ...rest } = JSON.parse(line) as Line;
      lines.push(rest);
    },
  };
}

const LEVELS: Record<number, string> = { 20: 'debug', 30: 'info', 40: 'warn', 50: 'error' };

function same(t: ExecutionContext, lines: Line[], expected: [level: string, event: string, fields: Line][], component: string): void {
  t.deepEqual(
    lines.map(({ level, event, component: of, msg, error_stack, ...fields }) => {
      t.is(of, component);
      t.is(typeof msg, 'string');
      if (error_stack !== undefined) t.regex(String(error_stack), /^ {4}at /);
      return [LEVELS[level as number], event as string, fields];
    }),
    expected,
  );
}

const conflict = Object.assign(new Error('expected 3, is 4'), { code: 'VERSION' });
const told = { error_kind: 'VERSION', error_message: 'expected 3, is 4' };

test('should write its documented fields when commands are logged', (t) => {
  const destination = memory();
  const logger = loggers.commandExecutor({ level: 'debug', destination });
  logger.commandStarted({ command: 'Transfer', commandId: 'c1', streamIds: ['a', 'b'] });
  logger.commandCompleted({ command: 'Transfer', durationMs: 12.5, events: 2 });
  logger.commandRetried({ command: 'Transfer', attempt: 1, error: conflict });
  logger.commandFailed({ command: 'Transfer', durationMs: 3, error: conflict });
  same(
    t,
    destination.lines,
    [
      ['debug', 'command.started', { command: 'Transfer', command_id: 'c1', stream_ids: ['a', 'b'], streams: 2 }],
      ['info', 'command.completed', { command: 'Transfer', duration_ms: 12.5, events: 2 }],
      ['warn', 'command.retried', { command: 'Transfer', attempt: 1, ...told }],
      ['error', 'command.failed', { command: 'Transfer', duration_ms: 3, ...told }],
    ],
    'command_executor',
  );
});

test('should write its documented fields when the event store is logged', (t) => {
  const destination = memory();
  const logger = loggers.eventStore({ level: 'debug', destination });
  logger.eventsRead({ streamId: 's', events: 2, durationMs: 1, fromVersion: 5n });
  logger.eventsWritten({ streamId: 's', events: 1, durationMs: 2, version: 2n ** 60n });
  logger.conflict({ streamId: 's', expectedVersion: 3, actualVersion: 4n });
  logger.operationFailed({ operation: 'write', streamId: 's', durationMs: 9, error: conflict });
  same(
    t,
    destination.lines,
    [
      ['debug', 'events.read', { stream_id: 's', events: 2, duration_ms: 1, from_version: 5 }],
      ['debug', 'events.written', { stream_id: 's', events: 1, duration_ms: 2, version: '1152921504606846976' }],
      ['warn', 'events.conflict', { stream_id: 's', expected_version: 3, actual_version: 4 }],
      ['error', 'store.failed', { operation: 'write', stream_id: 's', duration_ms: 9, ...told }],
    ],
    'event_store',
  );
});

test('should write its documented fields when projections are logged', (t) => {
  const destination = memory();
  const logger = loggers.projection({ level: 'debug', destination });
  logger.projectionStarted({ projection: 'p', position: 0n });
  logger.projectionCaughtUp({ projection: 'p', position: 9, events: 9, durationMs: 4 });
  logger.projectionLagging({ projection: 'p', lagMs: 61_000, positionLag: 120 });
  logger.projectionFailed({ projection: 'p', position: 10, eventType: 'Opened', error: conflict });
  logger.checkpointSaved({ projection: 'p', position: 10 });
  same(
    t,
    destination.lines,
    [
      ['info', 'projection.started', { projection: 'p', position: 0 }],
      ['info', 'projection.caught_up', { projection: 'p', position: 9, events: 9, duration_ms: 4 }],
      ['warn', 'projection.lagging', { projection: 'p', lag_ms: 61_000, position_lag: 120 }],
      ['error', 'projection.failed', { projection: 'p', position: 10, event_type: 'Opened', ...told }],
      ['debug', 'projection.checkpoint', { projection: 'p', position: 10 }],
    ],
    'projection',
  );
});

test('should write its documented fields when health is logged', (t) => {
  const destination = memory();
  const logger = loggers.healthMonitor({ destination });
  logger.logHealthMetrics({ memoryMb: 120.5, cpuPercent: 40, poolUtilizationPercent: 85, errorRatePercent: 0.2 });
  logger.logPerformanceAlert({ alert: 'high latency', threshold: 1000, value: 1800, labels: { command: 'Transfer' } });
  logger.logPerformanceAlert({ alert: 'service down', threshold: 1, value: 0, severity: 'critical' });
  logger.logPerformanceAlert({ alert: 'service down', threshold: 1, value: 1, severity: 'critical', state: 'resolved' });
  logger.healthCheckFailed({ check: 'db', message: 'postgres://app:hunter2@db/x refused', durationMs: 3 });
  logger.healthCheckRecovered({ check: 'db' });
  logger.collectorFailed({ collector: 'pool', message: 'no' });
  same(
    t,
    destination.lines,
    [
      ['info', 'health.metrics', { memory_mb: 120.5, cpu_percent: 40, pool_utilization_percent: 85, error_rate_percent: 0.2 }],
      [
        'warn',
        'health.alert',
        { alert: 'high latency', severity: 'warning', state: 'firing', threshold: 1000, value: 1800, labels: { command: 'Transfer' } },
      ],
      ['error', 'health.alert', { alert: 'service down', severity: 'critical', state: 'firing', threshold: 1, value: 0, labels: {} }],
      ['info', 'health.alert', { alert: 'service down', severity: 'critical', state: 'resolved', threshold: 1, value: 1, labels: {} }],
      ['warn', 'health.check_failed', { check: 'db', reason: 'postgres://***@db/x refused', duration_ms: 3 }],
      ['info', 'health.check_recovered', { check: 'db' }],
      ['warn', 'health.collector_failed', { collector: 'pool', reason: 'no' }],
    ],
    'health_monitor',
  );
});

test('should carry trace ids when a span is active, and keep debug lines back by default', (t) => {
  const destination = memory();
  const logger = loggers.commandExecutor({ destination });
  const tracer = new CommandTracer('Transfer');
  tracer.run(() => {
    logger.commandStarted({ command: 'Transfer' });
    logger.commandCompleted({ command: 'Transfer', durationMs: 1 });
  });
  logger.commandCompleted({ command: 'Transfer', durationMs: 1 });
  t.is(destination.lines.length, 2);
  t.is(destination.lines[0].trace_id, tracer.context.traceId);
  t.is(destination.lines[0].span_id, tracer.context.spanId);
  t.is(destination.lines[0].trace_flags, '01');
  t.is(destination.lines[1].trace_id, undefined);
});

test("should write where the application's pino writes when one is handed in", (t) => {
  const destination = memory();
  const logger = loggers.projection({ logger: pino({ base: { service: 'ledger' } }, destination) });
  logger.projectionStarted({ projection: 'p' });
  t.deepEqual(destination.lines, [
    { level: 30, service: 'ledger', component: 'projection', event: 'projection.started', projection: 'p', msg: 'projection started' },
  ]);
});

test('should append to a file when one is named', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'pitot-log-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  const file = join(directory, 'logs', 'app.log');
  loggers.projection({ destination: { file } }).projectionStarted({ projection: 'p' });
  const read = (): string => {
    try {
      return readFileSync(file, 'utf8');
    } catch {
      return '';
    }
  };
  await until(() => read().endsWith('\n'), 'the line is in the file');
  t.is((JSON.parse(read()) as Line).event, 'projection.started');
});

test('should name option and remedy when an option is wrong', (t) => {
  const level = t.throws(() => loggers.eventStore({ level: 'loud' as never }), { instanceOf: PitotError });
  t.is(level?.detail.option, 'level');
  const destination = t.throws(() => loggers.eventStore({ destination: 'printer' as never }), { instanceOf: PitotError });
  t.is(destination?.detail.option, 'destination');
  t.is(destination?.detail.received, '"printer"');
});

test('should leave the host alone when a destination or a value throws', (t) => {
  let calls = 0;
  const logger = loggers.commandExecutor({
    destination: {
      write() {
        calls++;
        throw new Error('full');
      },
    },
  });
  logger.commandCompleted({ command: 'A', durationMs: 1 });
  t.is(calls, 1);
  const hostile = new Proxy(
    {},
    {
      get() {
        throw new Error('trap');
      },
      getPrototypeOf() {
        throw new Error('trap');
      },
    },
  );
  const lines = memory();
  loggers.commandExecutor({ destination: lines }).commandFailed({ command: 'A', error: hostile });
  t.like(lines.lines[0], { event: 'command.failed', error_kind: 'unknown', error_message: '(unprintable)' });
});

test('should swallow the error of a stream whose reader went away when a line is written', async (t) => {
  const gone = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });
  const stream = new Writable({ write: (_chunk, _encoding, done) => setImmediate(done, gone), emitClose: true });
  const closed = new Promise((resolve) => stream.once('close', resolve));
  const destination = standardStream(() => stream, 'stdout');
  destination.write('one\n');
  // An unhandled 'error' would end this process.
  await closed;
  destination.write('two\n');
  t.true(stream.destroyed);
  t.is(stream.listenerCount('error'), 0);
});

test('should drop lines when those that wait are over the bound', (t) => {
  const stream = new Writable({ write: () => {}, highWaterMark: 1 });
  const destination = standardStream(() => stream, 'stdout');
  const line = `${'x'.repeat(1024 * 1024)}\n`;
  for (let i = 0; i < 20; i++) destination.write(line);
  t.true(stream.writableLength > LOG_WAITING_BYTES_MAX);
  t.true(stream.writableLength < LOG_WAITING_BYTES_MAX + 2 * line.length);
  t.is(stream.listenerCount('error'), 0);
});

test('should take credentials out of texts when errors carry them', (t) => {
  const rows: [string, string][] = [
    ['connect postgres://app:s3cr@t@db:5432/x failed', 'connect postgres://***@db:5432/x failed'],
    ['password=hunter2 host=db', 'password=*** host=db'],
    ['{"apiKey":"abc","user":"u"}', '{"apiKey":***,"user":"u"}'],
    ['Authorization: Bearer abc.def-123', 'Authorization: ***'],
    ['sent bearer abcdefgh12345', 'sent bearer ***'],
    ['client_secret = "a b"; x', 'client_secret = ***; x'],
    ['token expired', 'token expired'],
    ['https://example.com/a@b', 'https://example.com/a@b'],
  ];
  for (const [text, expected] of rows) t.is(maskSecrets(text), expected);
  t.is(maskSecrets('x'.repeat(600)).length, 500);
});
