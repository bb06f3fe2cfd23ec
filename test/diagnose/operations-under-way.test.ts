// Which operations under way are a sign that the store does not answer.
import test from 'ava';
import { STORE_CONCURRENT, STORE_READ } from '../../src/core/instrument-names.js';
import type { Figures } from '../../src/diagnose/figures.js';
import { OperationsUnderWay } from '../../src/diagnose/operations-under-way.js';
import { RuleEngine } from '../../src/diagnose/rules/rule-engine.js';
import { defaultRule } from './rules/simulation.js';

function figures(atMs: number, concurrent: number, ended: number, loopStalledMs = 0, failed = 0): Figures {
  const none = Number.NaN;
  return {
    kind: 'step',
    atMs,
    spanMs: 10_000,
    paths: [{ name: STORE_READ, labels: {}, count: ended, errors: failed, meanMs: none, p50Ms: none, p95Ms: none, p99Ms: none, maxMs: none }],
    distributions: [],
    counters: [],
    gauges: [{ name: STORE_CONCURRENT, labels: {}, value: concurrent }],
    runtime: {
      cpuRatio: 0,
      cpuUsage: 0,
      rssBytes: 0,
      memoryRatio: 0,
      memoryLimitBytes: 0,
      memoryBytes: 0,
      unwatchedMemoryBytes: 0,
      liveBytes: Number.NaN,
      heapLimitBytes: 0,
      heapUsedBytes: 0,
      gcPauseMeanMs: none,
      gcPauseMaxMs: none,
      gcCount: 0,
      loopDelayP99Ms: 0,
      loopStalledMs,
    },
  };
}

const seen = (of: OperationsUnderWay, ...given: Parameters<typeof figures>): number | undefined =>
  of.correct(figures(...given)).gauges.find(({ name }) => name === STORE_CONCURRENT)?.value;

test('should tell what waits above what was open when others ended', (t) => {
  const operations = new OperationsUnderWay(1);
  t.is(seen(operations, 0, 3, 50), 0);
  t.is(seen(operations, 10_000, 1, 50), 0);
  t.is(seen(operations, 20_000, 4, 50), 3);
  // The store stops: what waits grows, and stays.
  t.is(seen(operations, 30_000, 12, 0), 11);
  t.is(seen(operations, 40_000, 12, 0), 11);
  t.is(seen(operations, 50_000, 0, 40), 0);
});

test('should tell all that are open when none has gone well since the process began, and what was open least from the first that does', (t) => {
  const operations = new OperationsUnderWay(1);
  for (let atMs = 0; atMs <= 600_000; atMs += 10_000) t.is(seen(operations, atMs, 1, 0), 1);
  t.is(seen(operations, 610_000, 3, 4, 0, 4), 3);
  t.is(seen(operations, 620_000, 2, 5, 0, 4), 1);
  t.is(seen(operations, 630_000, 1, 0), 0);
});

test('should count one that never ends until five minutes have passed with others going well beside it', (t) => {
  const operations = new OperationsUnderWay(1);
  t.is(seen(operations, 0, 1, 5), 0);
  t.is(seen(operations, 10_000, 2, 5), 1);
  t.is(seen(operations, 10_000 + 300_001, 2, 5, 0, 5), 1);
  t.is(seen(operations, 10_000 + 300_001, 2, 5), 0);
  t.is(seen(operations, 20_000 + 300_001, 2, 0), 0);
});

test('should fire event store unavailable 30 s after the first step when one read hangs from the start, and not when it is open beside others', (t) => {
  const fired = (ended: number): string[] => {
    const operations = new OperationsUnderWay(1);
    const engine = new RuleEngine([defaultRule('event store unavailable')], { timeScale: 1, windowMs: 60_000, stepMs: 10_000 });
    const changes: string[] = [];
    for (let s = 10; s <= 120; s += 10) {
      for (const { to } of engine.evaluate(operations.correct(figures(s * 1000, 1, s === 10 ? ended : 0)))) changes.push(`${s} ${to}`);
    }
    return changes;
  };
  t.deepEqual(fired(0), ['10 pending', '40 firing']);
  t.deepEqual(fired(1), []);
});

test('should forget after five minutes by the time scale', (t) => {
  const operations = new OperationsUnderWay(60);
  t.is(seen(operations, 0, 0, 5), 0);
  t.is(seen(operations, 4_000, 2, 5), 2);
  t.is(seen(operations, 5_001, 2, 5), 0);
});

test('should say nothing of main when its loop stands', (t) => {
  const operations = new OperationsUnderWay(1);
  t.is(seen(operations, 0, 0, 5), 0);
  t.is(seen(operations, 10_000, 4, 0, 9_000), undefined);
  t.is(seen(operations, 20_000, 4, 0, 1_000), 4);
});
