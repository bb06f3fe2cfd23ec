// Advice: each finding with the figures that show it, and none without.
import test from 'ava';
import { adviceOf } from '../../src/diagnose/advice.js';
import type { Figures } from '../../src/diagnose/figures.js';
import { counterOf, distributionOf, figuresOf, gaugeOf, pathOf } from './figures-of.js';

const told = (figures: Figures): string[] => adviceOf(figures).map(({ name, figures }) => `${name}: ${figures}`);
const labels = { command: 'Settle', complexity: 'complex' };

test('should find nothing when figures are missing, few, or in order', (t) => {
  t.deepEqual(adviceOf(figuresOf()), []);
  const few = figuresOf({
    paths: [pathOf('event_store.write', 19, { p95Ms: 900 }), pathOf('pool.acquire', 19, { p95Ms: 900 })],
    distributions: [
      distributionOf('commands.streams', 19, { p50: 30 }),
      distributionOf('event_store.event_bytes', 19, { mean: 1e6, p95: 1e6 }),
      distributionOf('event_store.batch', 19),
    ],
  });
  t.deepEqual(adviceOf(few), []);
  const inOrder = figuresOf({
    paths: [
      pathOf('commands', 6000, { labels }),
      pathOf('event_store.write', 6000),
      pathOf('event_store.read', 12_000),
      pathOf('pool.acquire', 6000),
      pathOf('projection', 600),
    ],
    distributions: [
      distributionOf('commands.streams', 6000, { p50: 4, mean: 2 }),
      distributionOf('event_store.event_bytes', 6000, { mean: 4096, p95: 32_768 }),
      distributionOf('event_store.batch', 6000, { mean: 2 }),
    ],
    counters: [counterOf('event_store.events_read', 60_000), counterOf('projection.events', 12_000)],
    gauges: [gaugeOf('pool.total', 20), gaugeOf('pool.available', 0), gaugeOf('pool.waiting', 3), gaugeOf('projection.lag_ms', 1000)],
  });
  t.deepEqual(adviceOf(inOrder), []);
});

test('should name the commands that read many streams, with their latency', (t) => {
  const figures = figuresOf({
    paths: [pathOf('commands', 50, { labels, p95Ms: 310 })],
    distributions: [
      distributionOf('commands.streams', 50, { labels: { command: 'Settle' }, p50: 9, max: 40 }),
      distributionOf('commands.streams', 90, { labels: { command: 'Close' }, p50: 5, max: 5 }),
      distributionOf('commands.streams', 90, { labels: { command: 'Deposit' }, p50: 1 }),
    ],
  });
  t.deepEqual(told(figures), [
    'streams a command: Command Settle reads 9 streams at the median and 40 at the most, over 50 calls, p95 310 ms; command Close reads 5 streams at the median and 5 at the most, over 90 calls.',
  ]);
});

test('should call events large by their mean or by their largest', (t) => {
  const of = (mean: number, p95: number) =>
    told(figuresOf({ distributions: [distributionOf('event_store.event_bytes', 200, { mean, p95, max: 2 * p95 })] }));
  t.deepEqual(of(8192, 16_384), ['event size: Of 200 events measured, events have 8.00 KiB on average, p95 16.0 KiB, at most 32.0 KiB.']);
  t.is(of(4097, 5000).length, 1);
  t.is(of(1000, 32_769).length, 1);
  t.is(of(4096, 32_768).length, 0);
});

test('should tell writes of single events when a command makes several, or when they are many', (t) => {
  const of = (writes: number, commands: number, mean = 1.2) =>
    told(
      figuresOf({
        paths: [pathOf('event_store.write', writes, { p50Ms: 5 }), pathOf('commands', commands, { labels })],
        distributions: [distributionOf('event_store.batch', writes, { mean })],
      }),
    );
  t.deepEqual(of(600, 200), [
    'unbatched writes: 10 writes a second, 3 of them a command, with 1.2 events a write on average, each 5.00 ms at the median.',
  ]);
  t.deepEqual(of(6000, 6000), ['unbatched writes: 100 writes a second, with 1.2 events a write on average, each 5.00 ms at the median.']);
  t.deepEqual(of(5999, 5999), []);
  t.deepEqual(of(600, 200, 2), []);
});

test('should tell a small pool from one that slow operations hold', (t) => {
  const gauges = [
    gaugeOf('pool.total', 20, { pool: 'main' }),
    gaugeOf('pool.available', 0, { pool: 'main' }),
    gaugeOf('pool.waiting', 7, { pool: 'main' }),
  ];
  const acquire = pathOf('pool.acquire', 300, { labels: { pool: 'main' }, p95Ms: 45 });
  const [small] = adviceOf(figuresOf({ gauges, paths: [acquire] }));
  t.is(small.title, 'A connection pool is too small');
  t.is(small.figures, 'Pool main has 20 of 20 connections in use and 7 requests waiting and hands a connection over in 45.0 ms at p95.');
  t.regex(small.advice, /^Raise the number of connections/);
  const [held] = adviceOf(figuresOf({ gauges, paths: [acquire, pathOf('event_store.write', 300, { p95Ms: 140 })] }));
  t.regex(held.figures, /; p95 of writes is 140 ms\.$/);
  t.is(held.title, 'Connections are held by slow operations');
  t.regex(held.advice, /^More connections would not help/);
  const [bursts] = adviceOf(figuresOf({ gauges: [gauges[0], gaugeOf('pool.available', 15, { pool: 'main' })], paths: [acquire] }));
  t.is(bursts.title, 'Requests wait for a connection');
  t.regex(bursts.advice, /come in bursts/);
  t.deepEqual(adviceOf(figuresOf({ gauges, paths: [{ ...acquire, p95Ms: 10 }] })), []);
  t.is(adviceOf(figuresOf({ gauges })).length, 1);
});

test('should tell projections that read streams again for each event, commands left out', (t) => {
  const of = (read: number, reads: number, streams: number) =>
    told(
      figuresOf({
        paths: [pathOf('event_store.read', reads), pathOf('commands', 1000, { labels })],
        distributions:
          streams === 0 ? [] : [distributionOf('commands.streams', 1000, { labels: { command: 'Settle' }, mean: streams, p50: streams })],
        counters: [counterOf('event_store.events_read', read), counterOf('projection.events', 1000, { projection: 'a' })],
      }),
    );
  t.deepEqual(of(50_000, 2000, 1), [
    'recalculating projections: 50 000 events were read in 2 000 reads, 50 % of them not by commands, for 1 000 events processed: 25 an event.',
  ]);
  t.deepEqual(of(50_000, 1000, 1), []);
  t.deepEqual(of(20_000, 2000, 1), []);
  t.deepEqual(of(50_000, 2000, 0), []);
});

test('should tell projections that take turns while they lag', (t) => {
  const of = (lagMs: number, aMs: number, bMs: number, cpuUsage = 0.5) =>
    told(
      figuresOf({
        runtime: { cpuUsage },
        paths: [
          pathOf('projection', 100, { labels: { projection: 'a' }, meanMs: aMs }),
          pathOf('projection', 100, { labels: { projection: 'b' }, meanMs: bMs }),
        ],
        gauges: [gaugeOf('projection.lag_ms', lagMs, { projection: 'b' })],
      }),
    );
  t.deepEqual(of(40_000, 360, 210), [
    'serial projections: Batches of all projections together take 95 % of the time (projection a 60 %, projection b 35 %), as if only one ran at a time; projection b is 40 s behind.',
  ]);
  t.deepEqual(of(1000, 360, 210), []);
  t.deepEqual(of(40_000, 360, 310), []);
  t.deepEqual(of(40_000, 200, 200), []);
  t.deepEqual(of(40_000, 560, 20), []);
  t.deepEqual(of(40_000, 360, 210, 0.95), []);
});
