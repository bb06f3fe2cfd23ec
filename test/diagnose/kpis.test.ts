// KPIs: exact values and statuses from known figures; no alarm without a reason.
import test from 'ava';
import type { Kpi } from '../../src/core/alert-types.js';
import type { Figures } from '../../src/diagnose/figures.js';
import { KpiHistory } from '../../src/diagnose/kpi-history.js';
import { kpisOf } from '../../src/diagnose/kpis.js';
import { counterOf, figuresOf, gaugeOf, MIB, pathOf, type SampleFigures } from './figures-of.js';

const kpi = (figures: Figures, name: string, history?: KpiHistory): Kpi => kpisOf(figures, history).find((it) => it.name === name)!;
const statusOf = (more: SampleFigures, name: string): string => kpi(figuresOf(more), name).status;
const command = (count: number, more = {}) => pathOf('commands', count, { labels: { command: 'Transfer', complexity: 'simple' }, ...more });

test('should list every KPI with target and alert threshold when there is no traffic, and call none of it a breach', (t) => {
  const kpis = kpisOf(figuresOf());
  t.deepEqual(
    kpis.map(({ name, value, unit, target, alert, direction, status }) => [name, value, unit, target, alert, direction, status]),
    [
      ['command success rate', null, '%', 99.5, 95, 'higher', 'no-data'],
      ['command error rate', null, '%', 0.5, 5, 'lower', 'no-data'],
      ['simple command p50', null, 'ms', 50, 1000, 'lower', 'no-data'],
      ['complex command p50', null, 'ms', 200, 1000, 'lower', 'no-data'],
      ['simple command p95', null, 'ms', 200, 2000, 'lower', 'no-data'],
      ['complex command p95', null, 'ms', 500, 2000, 'lower', 'no-data'],
      ['write throughput', null, 'events/s', 1000, 100, 'higher', 'no-data'],
      ['read throughput', null, 'events/s', 10_000, 100, 'higher', 'no-data'],
      ['write p95', null, 'ms', 10, 100, 'lower', 'no-data'],
      ['read p95', null, 'ms', 5, 100, 'lower', 'no-data'],
      ['pool utilisation', null, '%', 80, 95, 'lower', 'no-data'],
      ['projection lag', null, 's', 1, 60, 'lower', 'no-data'],
      ['processing rate', null, '%', 100, 50, 'higher', 'no-data'],
      ['projection error rate', null, '%', 0.1, 1, 'lower', 'no-data'],
      ['memory', 20, '%', 80, 90, 'lower', 'ok'],
      ['cpu', 40, '%', 70, 85, 'lower', 'ok'],
      ['gc pause', null, 'ms', 10, 100, 'lower', 'no-data'],
    ],
  );
  t.true(kpis.every((it) => it.status !== 'no-data' || (it.note ?? '') !== ''));
});

test('should judge success and failure of all commands together, strictly beyond the thresholds', (t) => {
  const rates = (calls: number, errors: number) => {
    const figures = figuresOf({ paths: [command(calls / 2, { errors }), command(calls / 2, { labels: { command: 'Deposit' } })] });
    const [success, failure] = kpisOf(figures);
    return [success.value, success.status, failure.value, failure.status];
  };
  t.deepEqual(rates(1000, 0), [100, 'ok', 0, 'ok']);
  t.deepEqual(rates(1000, 4), [99.6, 'ok', 0.4, 'ok']);
  t.deepEqual(rates(1000, 5), [99.5, 'warn', 0.5, 'warn']);
  t.deepEqual(rates(1000, 50), [95, 'warn', 5, 'warn']);
  t.deepEqual(rates(1000, 51), [94.89999999999999, 'breach', 5.1, 'breach']);
  t.is(kpi(figuresOf({ paths: [command(1000, { errors: 51 })] }), 'command error rate').note, '51 of 1 000 commands failed');
});

test('should warn and not call it a breach when one command of a few failed', (t) => {
  const one = kpi(figuresOf({ paths: [command(3, { errors: 1 })] }), 'command error rate');
  t.is(one.status, 'warn');
  t.is(one.note, '1 of 3 commands failed');
  t.is(statusOf({ paths: [command(3, { errors: 2 })] }, 'command error rate'), 'breach');
});

test('should take the worst command and say which when there are several, simple and complex apart', (t) => {
  const paths = [
    command(900, { p50Ms: 20, p95Ms: 190 }),
    command(100, { p50Ms: 60, p95Ms: 150, labels: { command: 'Deposit', complexity: 'simple' } }),
    command(100, { p50Ms: 199, p95Ms: 2001, labels: { command: 'Settle', complexity: 'complex' } }),
    command(100, { p50Ms: 1, p95Ms: 1, labels: { command: 'Undeclared' } }),
  ];
  const figures = figuresOf({ paths });
  const told = (name: string) => {
    const { value, of, status } = kpi(figures, name);
    return [value, of, status];
  };
  t.deepEqual(told('simple command p50'), [60, 'command Deposit', 'warn']);
  t.deepEqual(told('simple command p95'), [190, 'command Transfer', 'ok']);
  t.deepEqual(told('complex command p50'), [199, 'command Settle', 'ok']);
  t.deepEqual(told('complex command p95'), [2001, 'command Settle', 'breach']);
});

test('should warn and not call it a breach when a percentile is of a few calls', (t) => {
  const few = kpi(figuresOf({ paths: [command(3, { p95Ms: 2500 })] }), 'simple command p95');
  t.deepEqual([few.value, few.status, few.note], [2500, 'warn', 'of 3 calls only']);
  t.is(statusOf({ paths: [command(20, { p95Ms: 2500 })] }, 'simple command p95'), 'breach');
});

test('should call CPU a breach after five minutes above 85 % and not a window earlier', (t) => {
  const history = new KpiHistory();
  const at = (cpuUsage: number) => kpi(figuresOf({ runtime: { cpuUsage } }), 'cpu', history).status;
  t.deepEqual([0.5, 0.7, 0.86, 0.86, 0.86, 0.86, 0.86, 0.85, 0.9].map(at), ['ok', 'warn', 'warn', 'warn', 'warn', 'warn', 'breach', 'warn', 'warn']);
});

test('should divide the five minutes by the time scale, and go on from a saved history', (t) => {
  const figures = figuresOf({ runtime: { cpuUsage: 0.9 }, spanMs: 1000 });
  const first = new KpiHistory(100);
  t.is(first.sustainedMs, 3000);
  t.is(kpi(figures, 'cpu', first).note, '0.4 cores; for 1 s so far, a breach from 3 s on');
  t.is(kpi(figures, 'cpu', first).status, 'warn');
  const second = new KpiHistory(100, JSON.parse(JSON.stringify(first.save())));
  t.is(kpi(figures, 'cpu', second).status, 'breach');
  t.deepEqual(new KpiHistory(1, { heldMs: { cpu: 'x' }, behind: { a: 3 } }).save(), { heldMs: {}, behind: {} });
});

test('should not judge throughput when few events are asked for, as on a quiet night', (t) => {
  const history = new KpiHistory();
  const quiet = figuresOf({ paths: [pathOf('event_store.write', 30, { p95Ms: 4 })], counters: [counterOf('event_store.events_written', 30)] });
  for (let window = 0; window < 10; window++) {
    const { value, status, note } = kpi(quiet, 'write throughput', history);
    t.deepEqual([value, status, note], [0.5, 'ok', 'no more was asked for: nothing shows that operations wait, p95 of writes 4.00 ms']);
  }
});

test('should call low throughput a breach once requests have waited for a connection for five minutes', (t) => {
  const history = new KpiHistory();
  const pool = (waiting: number) => [
    gaugeOf('pool.total', 20, { pool: 'main' }),
    gaugeOf('pool.available', 0, { pool: 'main' }),
    gaugeOf('pool.waiting', waiting, { pool: 'main' }),
  ];
  const at = (events: number, waiting = 7) =>
    kpi(
      figuresOf({ paths: [pathOf('event_store.write', 600)], counters: [counterOf('event_store.events_written', events)], gauges: pool(waiting) }),
      'write throughput',
      history,
    );
  t.is(at(66_000).status, 'ok');
  t.deepEqual([at(30_000).status, at(30_000).note], ['warn', '7 requests wait for a connection of pool main']);
  t.deepEqual(
    [1, 2, 3, 4].map(() => at(3000).status),
    ['warn', 'warn', 'warn', 'warn'],
  );
  t.like(at(3000), { value: 50, status: 'breach', note: '7 requests wait for a connection of pool main' });
  t.is(at(3000, 0).status, 'ok');
});

test('should call it strain when the store is slow, fails, or ends nothing', (t) => {
  const note = (more: SampleFigures) => kpi(figuresOf(more), 'write throughput').note;
  const written = counterOf('event_store.events_written', 60);
  const breach = '; for 60 s so far, a breach from 5 min on';
  t.is(note({ counters: [written], paths: [pathOf('event_store.write', 60, { p95Ms: 140 })] }), `p95 of writes 140 ms${breach}`);
  t.is(note({ counters: [written], paths: [pathOf('event_store.write', 60, { errors: 40 })] }), `40 of 60 writes failed${breach}`);
  const stuck = { counters: [counterOf('event_store.events_written', 0, {}, 500)], gauges: [gaugeOf('event_store.concurrent', 3)] };
  t.is(note(stuck), `3 operations of the store under way, and none ended${breach}`);
  t.is(kpi(figuresOf({ ...stuck, paths: [pathOf('event_store.read', 5)] }), 'write throughput').status, 'no-data');
});

test('should call a slow store a breach only when it lasts', (t) => {
  const history = new KpiHistory();
  const at = (p95Ms: number) => kpi(figuresOf({ paths: [pathOf('event_store.read', 500, { p95Ms })] }), 'read p95', history).status;
  t.deepEqual([4.9, 5, 101, 101, 101, 101, 101, 100].map(at), ['ok', 'warn', 'warn', 'warn', 'warn', 'warn', 'breach', 'warn']);
});

test('should take the fullest pool', (t) => {
  const gauges = [
    ...[gaugeOf('pool.total', 10, { pool: 'a' }), gaugeOf('pool.available', 9, { pool: 'a' })],
    ...[gaugeOf('pool.available', 0, { pool: 'b' }), gaugeOf('pool.waiting', 7, { pool: 'b' }), gaugeOf('pool.total', 20, { pool: 'b' })],
  ];
  t.like(kpi(figuresOf({ gauges }), 'pool utilisation'), {
    value: 100,
    status: 'breach',
    of: 'pool b',
    note: '20 of 20 connections in use, 7 waiting at the end of the window',
  });
});

test('should take the projection that is furthest behind', (t) => {
  const lag = (a: number, b: number) =>
    kpi(
      figuresOf({ gauges: [gaugeOf('projection.lag_ms', a, { projection: 'a' }), gaugeOf('projection.lag_ms', b, { projection: 'b' })] }),
      'projection lag',
    );
  t.like(lag(20, 999), { value: 0.999, status: 'ok', of: 'projection b' });
  t.like(lag(60_000, 5), { value: 60, status: 'warn', of: 'projection a' });
  t.like(lag(60_001, 5), { value: 60.001, status: 'breach', of: 'projection a' });
});

test('should know the lag of a projection that stopped, though its own gauge stands where it was', (t) => {
  const history = new KpiHistory();
  const at = (minute: number, position: number, head: number) =>
    kpi(
      figuresOf({
        atMs: 1e12 + minute * 60_000,
        gauges: [
          gaugeOf('projection.lag_ms', 200, { projection: 'a' }),
          gaugeOf('projection.position', position, { projection: 'a' }),
          gaugeOf('event_store.head', head),
        ],
      }),
      'projection lag',
      history,
    ).value;
  t.is(at(0, 100, 100), 0.2);
  // An event that came a moment before the window's end is no lag, however long the store was quiet.
  t.is(at(60, 100, 101), 0.2);
  t.is(at(61, 100, 150), 60);
  t.is(at(62, 100, 200), 120);
  t.is(at(63, 150, 200), 0.2);
  t.is(at(64, 200, 200), 0.2);
});

test('should forget the thread that a projection has left', (t) => {
  const history = new KpiHistory();
  const gauges = [
    gaugeOf('projection.position', 5, { projection: 'a', thread: '1' }),
    gaugeOf('projection.lag_ms', 90_000, { projection: 'a', thread: '1' }),
    gaugeOf('projection.position', 50, { projection: 'a', thread: '2' }),
    gaugeOf('projection.lag_ms', 30, { projection: 'a', thread: '2' }),
    gaugeOf('event_store.head', 50),
  ];
  kpisOf(figuresOf({ gauges }), history);
  t.like(kpi(figuresOf({ gauges, atMs: 1e12 + 3_600_000 }), 'projection lag', history), { value: 0.03, of: 'projection a', status: 'ok' });
});

const processing = (written: number, processed: number, lagMs: number | null, history?: KpiHistory) =>
  kpi(
    figuresOf({
      counters: [
        counterOf('event_store.events_written', written),
        counterOf('projection.events', processed, { projection: 'a' }),
        counterOf('projection.skipped', 10, { projection: 'a' }),
      ],
      gauges: lagMs === null ? [] : [gaugeOf('projection.lag_ms', lagMs, { projection: 'a' })],
    }),
    'processing rate',
    history,
  );

test('should compare events processed and skipped with events written when the projection is behind', (t) => {
  t.like(processing(1000, 990, 20_000), { value: 100, status: 'ok', of: 'projection a' });
  t.like(processing(1000, 490, 20_000), { value: 50, status: 'warn' });
  t.like(processing(1000, 480, 20_000), { value: 49, status: 'breach', note: '490 of 1 000 events written' });
});

test('should say of the processing rate only that its target is met at the target itself', (t) => {
  const kpis = kpisOf(figuresOf());
  t.deepEqual(
    kpis.filter(({ orEqual }) => orEqual).map(({ name }) => name),
    ['processing rate'],
  );
});

test('should not call the last events of a window a shortfall when the lag is in its target', (t) => {
  t.like(processing(100, 30, 40), { value: 40, status: 'ok', note: '40 of 100 events written; its lag is 0.04 s' });
  const history = new KpiHistory();
  t.is(processing(1000, 100, null, history).status, 'ok');
  t.is(processing(1000, 100, null, history).status, 'breach');
  t.is(processing(1000, 1000, null, history).status, 'ok');
  t.is(processing(0, 1000, null, history).status, 'no-data');
});

test('should judge errors of each projection by the events it processed', (t) => {
  const rate = (errors: number, processed: number) =>
    kpi(
      figuresOf({
        counters: [
          counterOf('projection.errors', errors, { projection: 'a' }),
          counterOf('projection.events', processed, { projection: 'a' }),
          counterOf('projection.events', 9999, { projection: 'b' }),
        ],
      }),
      'projection error rate',
    );
  t.like(rate(0, 100), { value: 0, status: 'ok' });
  t.like(rate(1, 1000), { value: 0.1, status: 'warn', of: 'projection a' });
  t.like(rate(20, 1000), { value: 2, status: 'breach' });
  t.like(rate(1, 20), { value: 5, status: 'warn', note: '1 error, 20 events processed' });
  t.like(rate(5, 0), { value: 100, status: 'breach' });
});

test('should judge memory by its limit, and say so where none is known', (t) => {
  const memory = (memoryRatio: number) => kpi(figuresOf({ runtime: { memoryRatio, memoryBytes: 450 * MIB } }), 'memory');
  t.like(memory(0.75), { value: 75, status: 'ok', note: '450 MiB of 500 MiB' });
  t.like(memory(0.8), { value: 80, status: 'warn' });
  t.like(memory(0.9), { value: 90, status: 'warn' });
  t.like(memory(0.91), { value: 91, status: 'breach' });
  const heap = { memoryRatio: 0.95, memoryBytes: 200 * MIB, liveBytes: 285 * MIB, heapLimitBytes: 300 * MIB };
  t.like(kpi(figuresOf({ runtime: heap }), 'memory'), { value: 95, status: 'breach', note: '285 MiB of 300 MiB, the live heap' });
  t.like(memory(Number.NaN), { value: null, status: 'no-data', note: 'no limit is known' });
});

test('should judge pauses by their mean for the target and by the longest for the alert', (t) => {
  const pause = (gcPauseMeanMs: number, gcPauseMaxMs: number) =>
    kpi(figuresOf({ runtime: { gcPauseMeanMs, gcPauseMaxMs, gcCount: 12 } }), 'gc pause');
  t.like(pause(2, 100), { value: 2, status: 'ok', note: 'mean of 12 pauses, the longest 100 ms' });
  t.like(pause(10, 20), { value: 10, status: 'warn' });
  t.like(pause(2, 101), { value: 2, status: 'breach' });
});
