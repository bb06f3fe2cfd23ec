// The probe of connection pools: pg's own Pool over a client that connects to nothing, and over a real Postgres server where the machine has one.
import { EventEmitter } from 'node:events';
import test, { type ExecutionContext } from 'ava';
import pg from 'pg';
import { POOL_ACQUIRE, POOL_AVAILABLE, POOL_TOTAL, POOL_WAITING } from '../../src/core/instrument-names.js';
import { instrumentPool } from '../../src/monitoring/instrument-pool.js';
import { missingPostgres, startPostgres } from '../examples/postgres-server.js';
import { testUnless } from '../support/needs.js';
import { type Recorded, recorded } from './recorded.js';

const LABELS = { pool: 'db' };

/** What the pool asks of a client; it answers each query with no rows. `refuse` makes it fail to connect. */
class IdleClient extends EventEmitter {
  static refuse = false;
  readonly _queryable = true;

  connect(callback: (error?: Error) => void): void {
    const error = IdleClient.refuse ? Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }) : undefined;
    setImmediate(() => callback(error));
  }

  end(callback: () => void): void {
    setImmediate(callback);
  }

  query(_text: string, _values: unknown, callback: (error: null, result: { rows: unknown[] }) => void): void {
    setImmediate(() => callback(null, { rows: [] }));
  }
}

const makePool = (max = 2): pg.Pool => new pg.Pool({ max, Client: IdleClient as never });

/** [total, available, waiting] */
const gauges = (seen: Recorded): (number | null)[] => [POOL_TOTAL, POOL_AVAILABLE, POOL_WAITING].map((name) => seen.gauge(name, LABELS));

async function checkFlow(t: ExecutionContext, pool: pg.Pool, seen: Recorded): Promise<void> {
  t.deepEqual(gauges(seen), [2, 2, 0]);
  const first = await pool.connect();
  t.deepEqual(gauges(seen), [2, 1, 0]);
  const second = await pool.connect();
  const third = pool.connect();
  const fourth = pool.connect();
  t.deepEqual(gauges(seen), [2, 0, 2]);
  first.release();
  const third_ = await third;
  t.deepEqual(gauges(seen), [2, 0, 1]);
  second.release();
  (await fourth).release();
  third_.release();
  t.deepEqual(gauges(seen), [2, 2, 0]);
  t.deepEqual(seen.calls(POOL_ACQUIRE, LABELS), [4, 0]);
}

test('should follow waiting and free connections when a pool is used', async (t) => {
  const seen = recorded();
  const pool = makePool();
  instrumentPool(pool, seen.metrics, { name: 'db' });
  await checkFlow(t, pool, seen);
  await pool.end();
});

test('should time the connection of a query and of a callback when they are used', async (t) => {
  const seen = recorded();
  const pool = makePool();
  instrumentPool(pool, seen.metrics, { name: 'db' });
  t.deepEqual((await pool.query('SELECT 1')).rows, []);
  t.deepEqual(seen.calls(POOL_ACQUIRE, LABELS), [1, 0]);
  await new Promise<void>((resolve, reject) => {
    pool.connect((error, client, release) => {
      t.deepEqual(gauges(seen), [2, 1, 0]);
      t.true((client as unknown) instanceof IdleClient);
      release();
      t.deepEqual(gauges(seen), [2, 2, 0]);
      if (error) reject(error);
      else resolve();
    });
  });
  t.deepEqual(seen.calls(POOL_ACQUIRE, LABELS), [2, 0]);
  await pool.end();
});

test.serial('should count an error and hand it on when no connection comes', async (t) => {
  const seen = recorded();
  const pool = makePool();
  instrumentPool(pool, seen.metrics, { name: 'db' });
  IdleClient.refuse = true;
  const error = await t.throwsAsync(pool.connect());
  const reported = await new Promise<unknown>((resolve) => pool.connect((failure) => resolve(failure)));
  IdleClient.refuse = false;
  t.deepEqual([error?.message, (reported as Error).message], ['refused', 'refused']);
  t.deepEqual(seen.calls(POOL_ACQUIRE, LABELS), [2, 2]);
  t.deepEqual(gauges(seen), [2, 2, 0]);
  await pool.end();
});

test('should leave the pool as it was when the probe is removed', async (t) => {
  const seen = recorded();
  const pool = makePool();
  const { connect } = pool;
  const uninstall = instrumentPool(pool, seen.metrics, { name: 'db' });
  t.is(instrumentPool(pool, seen.metrics, { name: 'again' }), uninstall);
  t.is(pool.listenerCount('acquire'), 1);
  (await pool.connect()).release();
  t.deepEqual(seen.calls(POOL_ACQUIRE, LABELS), [1, 0]);
  uninstall();
  uninstall();
  t.is(pool.connect, connect);
  t.false(Object.hasOwn(pool, 'connect'));
  t.is(pool.listenerCount('acquire') + pool.listenerCount('release') + pool.listenerCount('connect') + pool.listenerCount('remove'), 0);
  const client = await pool.connect();
  t.deepEqual(
    [gauges(seen), seen.calls(POOL_ACQUIRE, LABELS)],
    [
      [2, 2, 0],
      [1, 0],
    ],
  );
  client.release();
  t.not(instrumentPool(pool, seen.metrics, { name: 'db' }), uninstall);
  (await pool.connect()).release();
  t.deepEqual(seen.calls(POOL_ACQUIRE, LABELS), [2, 0]);
  await pool.end();
});

test('should pass calls on when the probe is removed from under another wrapper', async (t) => {
  const seen = recorded();
  const pool = makePool();
  const uninstall = instrumentPool(pool, seen.metrics, { name: 'db' });
  const inner = pool.connect;
  let calls = 0;
  pool.connect = function (this: pg.Pool, ...args: unknown[]) {
    calls++;
    return Reflect.apply(inner, this, args);
  } as typeof pool.connect;
  uninstall();
  (await pool.connect()).release();
  t.is(calls, 1);
  t.deepEqual(seen.calls(POOL_ACQUIRE, LABELS), [0, 0]);
  await pool.end();
});

test('should refuse with the remedy when the object is no pool', (t) => {
  const seen = recorded();
  t.throws(() => instrumentPool({} as never, seen.metrics), {
    message:
      'instrumentPool: expected a pool as pg.Pool, with connect, on, totalCount and idleCount, received {}. For other pools call metrics.system.updateConnectionPool(name, { total, available, waiting }).',
  });
});

testUnless(missingPostgres())('should follow a pool of real connections when a Postgres server runs', async (t) => {
  const server = await startPostgres();
  const pool = new pg.Pool({ connectionString: server.url, max: 2 });
  pool.on('error', () => {});
  try {
    const seen = recorded();
    instrumentPool(pool, seen.metrics, { name: 'db' });
    await checkFlow(t, pool, seen);
    const { rows } = await pool.query('SELECT 7 AS seven');
    t.deepEqual(rows, [{ seven: 7 }]);
    t.deepEqual(seen.calls(POOL_ACQUIRE, LABELS), [5, 0]);
    // A client that is thrown away makes room for a new one.
    (await pool.connect()).release(new Error('thrown away'));
    t.deepEqual(gauges(seen), [2, 2, 0]);
    t.is(pool.totalCount, 1);
  } finally {
    await pool.end();
    await server.stop();
  }
});
