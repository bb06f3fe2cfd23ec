// Runbooks and the evidence that goes with an alert.
import test from 'ava';
import { EVIDENCE_MAX } from '../../src/core/limits.js';
import { evidenceFor } from '../../src/diagnose/evidence.js';
import { DEFAULT_RULES } from '../../src/diagnose/rules/default-rules.js';
import { RUNBOOKS, renderRunbook } from '../../src/diagnose/runbooks.js';
import { counterOf, figuresOf, gaugeOf, MIB, pathOf } from './figures-of.js';

const busy = figuresOf({
  paths: [
    pathOf('commands', 200, { labels: { command: 'Transfer', complexity: 'simple' }, errors: 30, p95Ms: 1200, p50Ms: 80 }),
    pathOf('commands', 100, { labels: { command: 'Deposit' }, errors: 2, p95Ms: 20 }),
    pathOf('event_store.write', 100, { errors: 26, p95Ms: 140, p50Ms: 30 }),
    pathOf('projection', 40, { labels: { projection: 'balances' }, p95Ms: 300, p50Ms: 90 }),
  ],
  counters: [
    counterOf('commands.errors', 30, { kind: 'Timeout' }),
    counterOf('commands.errors', 2, { kind: 'Conflict' }),
    counterOf('event_store.conflicts', 12),
    counterOf('event_store.events_written', 600),
    counterOf('projection.events', 120, { projection: 'balances' }),
  ],
  gauges: [
    gaugeOf('pool.total', 20, { pool: 'main' }),
    gaugeOf('pool.available', 0, { pool: 'main' }),
    gaugeOf('pool.waiting', 7, { pool: 'main' }),
    gaugeOf('projection.lag_ms', 400_000, { projection: 'balances' }),
    gaugeOf('health', 0, { check: 'db' }),
    gaugeOf('health', 1, { check: 'disk' }),
  ],
  runtime: { cpuUsage: 0.97, cpuRatio: 0.97, memoryRatio: 0.9, memoryBytes: 450 * MIB, rssBytes: 450 * MIB, loopStalledMs: 0 },
});

test('should tell of failing commands which, how many, what kinds, and how the store is', (t) => {
  t.deepEqual(evidenceFor('command failure spike', busy), [
    '32 of 300 commands failed, 10.7 %; most of command Transfer: 30 of 200.',
    'Errors: 30 Timeout, 2 Conflict.',
    'Failed operations of the event store: 26 of 100 writes.',
    '12 writes met a conflict of versions, 0.2 a second.',
    'Pool main: 20 of 20 connections in use, 7 waiting.',
    'Writes of the event store: p95 140 ms, p50 30.0 ms over 100 calls.',
  ]);
});

test('should tell of memory by the limit that is nearer', (t) => {
  const memoryOf = (runtime: Partial<typeof busy.runtime>) => evidenceFor('memory leak', { ...busy, runtime: { ...busy.runtime, ...runtime } })[0];
  t.is(memoryOf({}), 'Memory: 450 MiB, 90 % of 500 MiB; resident 450 MiB, heap 40.0 MiB used.');
  const nearHeap = { liveBytes: 294 * MIB, heapLimitBytes: 300 * MIB, memoryRatio: 0.98 };
  t.is(memoryOf(nearHeap), 'Memory: live heap 294 MiB, 98 % of 300 MiB; resident 450 MiB, heap 40.0 MiB used.');
});

test('should tell of a lag whose it is and what goes with it', (t) => {
  t.deepEqual(evidenceFor('projection lag', busy).slice(0, 3), [
    'Behind: projection balances by 6.67 min.',
    'Projection balances processed 2 events a second; 10 were written.',
    'Slowest batches: projection balances with p95 300 ms, p50 90.0 ms over 40 calls.',
  ]);
});

test('should tell what a service that is down does', (t) => {
  const figures = { ...busy, runtime: { ...busy.runtime, loopStalledMs: 75_000 } };
  t.deepEqual(evidenceFor('service down', figures).slice(0, 3), [
    'Failing: check db.',
    "The main thread's loop has not turned for 75 s.",
    'CPU 97 % of what may be used, 0.97 cores.',
  ]);
});

test('should tell means where the figures of a step know no percentiles', (t) => {
  const step = figuresOf({ kind: 'step', paths: [pathOf('event_store.write', 5, { p95Ms: Number.NaN, p50Ms: Number.NaN, meanMs: 2000 })] });
  t.deepEqual(evidenceFor('event store unavailable', step), ['Writes of the event store: 2.00 s on average over 5 calls.']);
});

test("should take a rule's runbook, or a bit of everything, when the rule is a user's own", (t) => {
  t.deepEqual(evidenceFor('ledger full', busy, 'memory growth'), ['Memory: 450 MiB, 90 % of 500 MiB; resident 450 MiB, heap 40.0 MiB used.']);
  const any = evidenceFor('ledger full', busy);
  t.is(any.length, EVIDENCE_MAX);
  t.is(any[0], '32 of 300 commands failed, 10.7 %; most of command Transfer: 30 of 200.');
});

test('should have evidence without traffic only of what is there', (t) => {
  t.deepEqual(evidenceFor('high latency', figuresOf()), ['CPU 40 % of what may be used, 0.4 cores.', 'Loop delay p99 2.00 ms.']);
});

test('should have a runbook for each kind of trouble, each with symptom, checks and help', (t) => {
  t.deepEqual(Object.keys(RUNBOOKS), [
    'high command latency',
    'memory growth',
    'projection lag',
    'store contention',
    'service down',
    'command failures',
    'event store unavailable',
    'resource exhaustion',
    'error rate',
    'capacity',
  ]);
  for (const [name, { symptom, check, helps }] of Object.entries(RUNBOOKS)) {
    const lines = renderRunbook(name).split('\n');
    t.is(lines.length, 3 + check.length + helps.length, name);
    t.is(lines[0], symptom);
    t.true(check.length >= 3 && helps.length >= 3, name);
  }
});

test('should take a runbook that is no name for its own text', (t) => {
  t.is(renderRunbook('Call the ledger team.'), 'Call the ledger team.');
  t.is(renderRunbook('constructor'), 'constructor');
});

test('should have a runbook, and evidence of its own, for each default rule', (t) => {
  const general = evidenceFor('no such rule', busy);
  for (const { name, runbook } of DEFAULT_RULES) {
    t.true(Object.hasOwn(RUNBOOKS, runbook), name);
    t.notDeepEqual(evidenceFor(name, busy), general, name);
  }
});
