// Health checks: every way to succeed and to fail, what is recorded, what is said.
import test from 'ava';
import { PitotError } from '../../src/core/errors.js';
import { HEALTH_CHECKS_MAX } from '../../src/core/limits.js';
import { HealthChecks, type HealthStatus } from '../../src/monitoring/health-checks.js';
import { Recorded } from './recorded.js';

const told = ({ check, state, cause, message }: HealthStatus): unknown[] => [check, state, cause, message];

test('should tell healthy from unhealthy when checks end in each way', async (t) => {
  const recorded = new Recorded();
  const checks = new HealthChecks(() => recorded.ring.instruments);
  checks.register('nothing', () => {});
  checks.register('true', async () => true);
  checks.register('rows', async () => ({ rows: [] }));
  checks.register('false', async () => false);
  checks.register('throws', () => {
    throw new Error('connect postgres://app:pw@db refused');
  });
  checks.register('rejects', () => Promise.reject('plain text'));
  const results = await checks.runAll();
  t.deepEqual(results.map(told), [
    ['nothing', 'healthy', null, 'ok'],
    ['true', 'healthy', null, 'ok'],
    ['rows', 'healthy', null, 'ok'],
    ['false', 'unhealthy', 'returned-false', 'returned false'],
    ['throws', 'unhealthy', 'error', 'connect postgres://***@db refused'],
    ['rejects', 'unhealthy', 'error', 'plain text'],
  ]);
  t.deepEqual(checks.status(), results);
  t.is(recorded.gauge('health', { check: 'rows' }), 1);
  t.is(recorded.gauge('health', { check: 'throws' }), 0);
  t.is(recorded.path('health.check', { check: 'rejects' }).errors, 1);
  t.is(recorded.path('health.check', { check: 'rows' }).values.length, 1);
});

test('should say that it timed out, abort it, and not call it again when a check hangs', async (t) => {
  // The checks' own timers keep no process alive, the test's neither.
  const alive = setInterval(() => {}, 1000);
  t.teardown(() => clearInterval(alive));
  const recorded = new Recorded();
  const checks = new HealthChecks(() => recorded.ring.instruments);
  let calls = 0;
  let aborted = false;
  let release = (): void => {};
  checks.register(
    'db',
    ({ signal }) => {
      calls++;
      signal.addEventListener('abort', () => (aborted = true));
      return new Promise<void>((resolve) => (release = resolve));
    },
    { timeoutMs: 20 },
  );
  t.deepEqual((await checks.runAll()).map(told), [['db', 'unhealthy', 'timeout', 'timed out after 20 ms']]);
  t.true(aborted);
  t.deepEqual((await checks.runAll()).map(told), [['db', 'unhealthy', 'timeout', 'still running: an earlier call has not ended within 20 ms']]);
  t.is(calls, 1);
  t.is(recorded.gauge('health', { check: 'db' }), 0);
  release();
  await new Promise(setImmediate);
  const again = checks.runAll();
  release();
  await new Promise(setImmediate);
  release();
  t.deepEqual((await again).map(told), [['db', 'healthy', null, 'ok']]);
  t.is(calls, 2);
  t.is(recorded.gauge('health', { check: 'db' }), 1);
});

test('should be replaced by its namesake and be healthy once removed when several parts register', async (t) => {
  const recorded = new Recorded();
  const checks = new HealthChecks(() => recorded.ring.instruments);
  const removeFirst = checks.register('db', () => true);
  const removeSecond = checks.register('db', () => false);
  t.deepEqual(checks.status().map(told), [['db', 'unknown', null, 'not run yet']]);
  await checks.runAll();
  t.is(recorded.gauge('health', { check: 'db' }), 0);
  removeFirst();
  t.is(checks.status().length, 1);
  removeSecond();
  t.is(recorded.gauge('health', { check: 'db' }), 1);
  t.deepEqual(await checks.runAll(), []);
});

test('should name what is wrong when a check cannot be registered', (t) => {
  const recorded = new Recorded();
  const checks = new HealthChecks(() => recorded.ring.instruments);
  const optionOf = (register: () => unknown): string | undefined => t.throws(register, { instanceOf: PitotError })?.detail.option;
  t.is(
    optionOf(() => checks.register('', () => true)),
    'health name',
  );
  t.is(
    optionOf(() => checks.register('db', 'fn' as never)),
    'health db',
  );
  t.is(
    optionOf(() => checks.register('db', () => true, { timeoutMs: 0 })),
    'timeoutMs',
  );
  for (let i = 0; i < HEALTH_CHECKS_MAX; i++) checks.register(`c${i}`, () => true);
  t.is(
    optionOf(() => checks.register('one more', () => true)),
    'health',
  );
});
