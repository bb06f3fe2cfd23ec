// CPU and memory against what may be used, from this very process.
import test from 'ava';
import { RuntimeFigureReader, type RuntimeSources } from '../../../src/agent/alerts/runtime-figures.js';
import { machineMs } from '../../../src/core/clock.js';

function sources(change: Partial<RuntimeSources> = {}, gc = { count: 0, totalMs: 0, pauseNsMax: 0 }): RuntimeSources {
  return {
    memory: () => ({ rssBytes: 310, heapUsedBytes: 100, heapLimitBytes: 0 }),
    liveBytes: () => 0,
    processMemory: () => ({ limitBytes: 400, usedBytes: 300 }),
    snapshotBytes: () => 0,
    isWatched: () => false,
    gcSoFar: () => gc,
    loopDelayP99Ms: () => 7,
    stalledMain: () => ({ stalledMs: 0, ownMs: 0 }),
    ...change,
  };
}

test('should compare the process with its limit and the live heap with V8’s, and tell the nearer one', (t) => {
  const read = (of: RuntimeSources) => new RuntimeFigureReader(process.pid, machineMs(), of, 2).read(machineMs() + 1000);
  t.like(read(sources()), { memoryRatio: 0.75, memoryBytes: 300, memoryLimitBytes: 400, loopDelayP99Ms: 7 });
  // Garbage is no use of a limit: of 190 used bytes, 98 live.
  const ofHeap = (liveBytes: number) => ({ memory: () => ({ rssBytes: 310, heapUsedBytes: 190, heapLimitBytes: 200 }), liveBytes: () => liveBytes });
  t.like(read(sources(ofHeap(98))), { memoryRatio: 0.75, memoryBytes: 300, liveBytes: 98, heapLimitBytes: 200 });
  t.like(read(sources(ofHeap(196))), { memoryRatio: 0.98, memoryBytes: 300, memoryLimitBytes: 400 });
  t.like(read(sources({ ...ofHeap(196), processMemory: () => ({ limitBytes: 400, usedBytes: 396 }) })), { memoryRatio: 0.99 });
  t.like(read(sources(ofHeap(0))), { memoryRatio: 0.75, liveBytes: Number.NaN }, 'no full collection yet');
  t.is(read(sources()).unwatchedMemoryBytes, 300);
  t.is(read({ ...sources(), isWatched: () => true }).unwatchedMemoryBytes, Number.NaN);
  t.like(
    read(sources({ snapshotBytes: () => 100 })),
    { memoryRatio: 0.5, memoryBytes: 200, rssBytes: 310 },
    'what a snapshot left is no use of the application’s',
  );
  const unlimited = { processMemory: () => ({ limitBytes: 0, usedBytes: 300 }) };
  t.true(Number.isNaN(read(sources(unlimited)).memoryRatio));
  t.is(read(sources({ ...ofHeap(50), ...unlimited })).memoryRatio, 0.25);
});

test('should not count against the application how long a heap snapshot of pitot has kept its loop from turning', (t) => {
  const read = (stalledMs: number, ownMs: number) =>
    new RuntimeFigureReader(process.pid, machineMs(), { ...sources(), stalledMain: () => ({ stalledMs, ownMs }) }, 2).read(machineMs() + 1000);
  t.like(read(70_000, 66_000), { loopStalledMs: 4000, ownStandstillMs: 66_000 });
  t.like(read(500, 501), { loopStalledMs: 0, ownStandstillMs: 501 });
  t.like(read(9000, 0), { loopStalledMs: 9000, ownStandstillMs: 0 });
});

test('should count collections since the last look, all of them when the window is a new one', (t) => {
  const gc = { count: 4, totalMs: 20, pauseNsMax: 9e6 };
  const reader = new RuntimeFigureReader(process.pid, machineMs(), sources({}, gc), 2);
  t.like(reader.read(machineMs() + 10), { gcCount: 4, gcPauseMeanMs: 5, gcPauseMaxMs: 9 });
  Object.assign(gc, { count: 6, totalMs: 40 });
  t.like(reader.read(machineMs() + 20), { gcCount: 2, gcPauseMeanMs: 10 });
  Object.assign(gc, { count: 1, totalMs: 3, pauseNsMax: 3e6 });
  t.like(reader.read(machineMs() + 30), { gcCount: 1, gcPauseMeanMs: 3, gcPauseMaxMs: 3 });
  const none = reader.read(machineMs() + 40);
  t.is(none.gcCount, 0);
  t.true(Number.isNaN(none.gcPauseMeanMs));
});

test('should be the share of what may be used, by the scarcer of the process’s CPUs and the main thread’s one core', (t) => {
  const burn = (ms: number): void => {
    const { user, system } = process.cpuUsage();
    while (process.cpuUsage().user + process.cpuUsage().system - user - system < ms * 1000);
  };
  const startMs = machineMs();
  const many = new RuntimeFigureReader(process.pid, startMs, sources(), 64);
  const few = new RuntimeFigureReader(process.pid, startMs, sources(), 0.5);
  burn(200);
  // Over a second by the caller's clock: what was burned is a fifth of a core, and somewhat more where other threads ran.
  const [ofMany, ofFew] = [many.read(startMs + 1000), few.read(startMs + 1000)];
  t.true(ofMany.cpuRatio >= 0.2);
  t.is(ofFew.cpuUsage, Math.min(1, ofFew.cpuRatio / 0.5));
  t.true(ofMany.cpuUsage <= ofMany.cpuRatio, 'the main thread is a part of the process');
  if (process.platform === 'linux') t.true(ofMany.cpuUsage > ofMany.cpuRatio / 64, 'by the main thread, not by 64 cores');
});
