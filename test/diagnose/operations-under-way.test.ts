// Which operations under way are a sign that the store does not answer.
import test from 'ava';
import { STORE_CONCURRENT, STORE_READ } from '../../src/core/instrument-names.js';
import type { Figures } from '../../src/diagnose/figures.js';
import { OperationsUnderWay } from '../../src/diagnose/operations-under-way.js';

function figures(atMs: number, concurrent: number, ended: number, loopStalledMs = 0): Figures {
  const none = Number.NaN;
  return {
    kind: 'step',
    atMs,
    spanMs: 10_000,
    paths: [{ name: STORE_READ, labels: {}, count: ended, errors: 0, meanMs: none, p50Ms: none, p95Ms: none, p99Ms: none, maxMs: none }],
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

test('should take one that never ends for no outage when nothing else is asked for', (t) => {
  const operations = new OperationsUnderWay(1);
  for (let atMs = 0; atMs <= 600_000; atMs += 10_000) t.is(seen(operations, atMs, 1, 0), 0);
  // One that is lost later counts until five minutes have passed with others ending beside it.
  t.is(seen(operations, 610_000, 2, 5), 1);
  t.is(seen(operations, 610_000 + 300_001, 2, 5), 0);
  t.is(seen(operations, 620_000 + 300_001, 2, 0), 0);
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
