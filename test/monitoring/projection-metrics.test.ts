// Projections: counts, batches, positions and lag; and the system's figures from other sources.
import test from 'ava';
import {
  POOL_ACQUIRE,
  POOL_AVAILABLE,
  POOL_TOTAL,
  POOL_WAITING,
  PROJECTION,
  PROJECTION_CHECKPOINTS,
  PROJECTION_ERRORS,
  PROJECTION_EVENT_AT_MS,
  PROJECTION_EVENTS,
  PROJECTION_LAG_MS,
  PROJECTION_POSITION,
  PROJECTION_POSITION_LAG,
  PROJECTION_SKIPPED,
  PROJECTIONS_ACTIVE,
  SYSTEM_CPU_PERCENT,
  SYSTEM_GC_PAUSE,
  SYSTEM_MEMORY_BYTES,
} from '../../src/core/instrument-names.js';
import { PROJECTIONS_MAX } from '../../src/core/limits.js';
import { recorded } from './recorded.js';

const BALANCES = { projection: 'balances' };

test('should count and time what a projection does when it reports', async (t) => {
  const seen = recorded();
  const balances = seen.metrics.projections.projection('balances');
  t.is(seen.metrics.projections.projection('balances'), balances);
  t.is(await balances.run(async () => 'done'), 'done');
  await t.throwsAsync(balances.run(() => Promise.reject(new Error('bad event'))));
  balances.processed(8);
  balances.processed();
  balances.skipped(3);
  balances.failed(new Error('x'));
  balances.checkpoint();
  t.deepEqual(seen.calls(PROJECTION, BALANCES), [2, 1]);
  const counts = [PROJECTION_EVENTS, PROJECTION_SKIPPED, PROJECTION_ERRORS, PROJECTION_CHECKPOINTS].map((name) => seen.counter(name, BALANCES));
  t.deepEqual(counts, [9, 3, 2, 1]);
  t.is(seen.gauge(PROJECTION_LAG_MS, BALANCES), null);
});

test('should tell lag and position when the last event is known', (t) => {
  const seen = recorded();
  const balances = seen.metrics.projections.projection('balances');
  const eventAtMs = Date.now() - 90_000;
  balances.processed(2, { eventAtMs, position: 40n });
  const lagMs = seen.gauge(PROJECTION_LAG_MS, BALANCES)!;
  t.true(lagMs >= 90_000 && lagMs < 150_000, `${lagMs}`);
  t.is(seen.gauge(PROJECTION_EVENT_AT_MS, BALANCES), eventAtMs);
  t.is(seen.gauge(PROJECTION_POSITION, BALANCES), 40);
  t.is(seen.gauge(PROJECTION_POSITION_LAG, BALANCES), null);
  balances.processed(1, { eventAtMs: Date.now() + 60_000 });
  t.is(seen.gauge(PROJECTION_LAG_MS, BALANCES), 0);
});

test('should let a projection that stands still fall behind when the head moves', (t) => {
  const seen = recorded();
  const { eventStore, projections } = seen.metrics;
  const [balances, totals] = [projections.projection('balances'), projections.projection('totals')];
  const lags = (): (number | null)[] => ['balances', 'totals'].map((projection) => seen.gauge(PROJECTION_POSITION_LAG, { projection }));
  eventStore.updateHead(10);
  t.deepEqual(lags(), [null, null]);
  balances.processed(4, { position: 4 });
  totals.skipped(10, { position: 10 });
  t.deepEqual(lags(), [6, 0]);
  eventStore.updateHead(15n);
  t.deepEqual(lags(), [11, 5]);
  balances.processed(12, { position: 16 });
  t.deepEqual(lags(), [0, 5]);
  totals.lag(2500, 7);
  eventStore.updateHead(100);
  t.deepEqual(lags(), [84, 7]);
  t.is(seen.gauge(PROJECTION_LAG_MS, { projection: 'totals' }), 2500);
});

test('should count active projections once each when they start and stop twice', (t) => {
  const seen = recorded();
  const [balances, totals] = ['balances', 'totals'].map((name) => seen.metrics.projections.projection(name));
  balances.started();
  balances.started();
  totals.started();
  t.is(seen.gauge(PROJECTIONS_ACTIVE), 2);
  balances.stopped();
  balances.stopped();
  t.is(seen.gauge(PROJECTIONS_ACTIVE), 1);
});

test('should count on (other) when there are more projections than the bound', (t) => {
  const seen = recorded();
  for (let i = 0; i < PROJECTIONS_MAX + 5; i++) seen.metrics.projections.projection(`p${i}`).processed(2);
  const counted = seen.counters(PROJECTION_EVENTS, 'projection');
  t.is(Object.keys(counted).length, PROJECTIONS_MAX + 1);
  t.is(counted['(other)'], 10);
});

test('should set what other sources tell when the system is updated', (t) => {
  const seen = recorded();
  const { system } = seen.metrics;
  system.recordMemoryUsage(1_000_000);
  system.recordCpuUsage(12.5);
  system.recordGcCollection(1.5);
  system.updateConnectionPool({ total: 10, available: 4 });
  system.updateConnectionPool('reads', { total: 5, available: 0, waiting: 3 });
  system.pool('reads').acquire.record(2_000_000);
  t.deepEqual([seen.gauge(SYSTEM_MEMORY_BYTES), seen.gauge(SYSTEM_CPU_PERCENT)], [1_000_000, 12.5]);
  t.deepEqual(seen.path(SYSTEM_GC_PAUSE, {}, 'distribution').values, [1_500_000]);
  const pool = (name: string): (number | null)[] => [POOL_TOTAL, POOL_AVAILABLE, POOL_WAITING].map((gauge) => seen.gauge(gauge, { pool: name }));
  t.deepEqual(
    [pool('default'), pool('reads')],
    [
      [10, 4, 0],
      [5, 0, 3],
    ],
  );
  t.deepEqual(seen.path(POOL_ACQUIRE, { pool: 'reads' }).values, [2_000_000]);
});
