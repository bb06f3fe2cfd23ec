// Windows of runtime samples with known counters: exact differences, nothing lost between windows, and the points of the timeline.
import test from 'ava';
import type { MainSample, RuntimeSample } from '../../../src/agent/samplers/runtime-sample.js';
import { RuntimeWindow } from '../../../src/agent/samplers/runtime-window.js';

const MAIN: MainSample = {
  heapUsedBytes: 10,
  heapTotalBytes: 20,
  externalBytes: 3,
  arrayBuffersBytes: 2,
  heapLimitBytes: 4000,
  liveBytes: 0,
  liveExternalBytes: 0,
  fullCollections: 0,
  allocatedBytes: 0,
  nativeContexts: 0,
  detachedContexts: 0,
  loopIdleMs: 0,
  loopActiveMs: 0,
  spaces: [{ name: 'old_space', usedBytes: 8, sizeBytes: 16 }],
};

const WALL_MS = 1_700_000_000_000;

/** A sample `atMs` after the start, quiet but for what is given. */
const sample = (atMs: number, given: Partial<Omit<RuntimeSample, 'main'>> & { main?: Partial<MainSample> | null } = {}): RuntimeSample => ({
  atMs,
  wallMs: WALL_MS + atMs,
  rssBytes: 100,
  nativeBytes: 0,
  handles: {},
  cpuUserMs: 0,
  cpuSystemMs: 0,
  threads: [],
  loop: { delayNsP50: 0, delayNsP99: 0, delayNsMax: 0 },
  gc: { count: 0, totalMs: 0, pauseNsMax: 0 },
  ...given,
  main: given.main === null ? null : { ...MAIN, ...given.main },
});

const fromStart = () => new RuntimeWindow({ startMs: 0 });

test('should count from zero when the start of the process is known', (t) => {
  const window = fromStart();
  window.add(sample(500, { cpuUserMs: 100, cpuSystemMs: 25 }));
  t.deepEqual(window.close().cpu, { userMs: 100, systemMs: 25, cpuRatio: 0.25 });
});

test('should count from the first sample when the process has run before', (t) => {
  const window = new RuntimeWindow();
  window.add(
    sample(5000, { cpuUserMs: 900, cpuSystemMs: 100, threads: [{ tid: 1, name: 'node', cpuNs: 5e9 }], main: { loopActiveMs: 70, loopIdleMs: 30 } }),
  );
  window.add(
    sample(7000, { cpuUserMs: 1900, cpuSystemMs: 600, threads: [{ tid: 1, name: 'node', cpuNs: 6e9 }], main: { loopActiveMs: 71, loopIdleMs: 33 } }),
  );
  const { cpu, threads, eventLoop, timeline } = window.close();
  t.deepEqual(cpu, { userMs: 1000, systemMs: 500, cpuRatio: 0.75 });
  t.deepEqual(threads, [{ id: 1, name: 'node', cpuRatio: 0.5 }]);
  t.is(eventLoop.utilization, 0.25);
  t.is(timeline.length, 1);
});

test('should lose no CPU between windows', (t) => {
  const window = fromStart();
  window.add(sample(1000, { cpuUserMs: 300, cpuSystemMs: 100 }));
  window.add(sample(2000, { cpuUserMs: 400, cpuSystemMs: 100 }));
  t.deepEqual(window.close().cpu, { userMs: 400, systemMs: 100, cpuRatio: 0.25 });
  window.add(sample(3000, { cpuUserMs: 1000, cpuSystemMs: 150 }));
  t.deepEqual(window.close().cpu, { userMs: 600, systemMs: 50, cpuRatio: 0.65 });
  t.deepEqual(window.close().cpu, { userMs: 0, systemMs: 0, cpuRatio: 0.65 });
  window.add(sample(5000, { cpuUserMs: 1500, cpuSystemMs: 250 }));
  t.deepEqual(window.close().cpu, { userMs: 500, systemMs: 100, cpuRatio: 0.3 });
});

test('should tell the newest memory, the highest of the window and the limit', (t) => {
  const window = fromStart();
  window.limit = { limitBytes: 512, limitSource: 'cgroup-v1' };
  window.add(sample(1000, { rssBytes: 300 }));
  window.add(sample(2000, { rssBytes: 200, main: { heapUsedBytes: 11, spaces: [{ name: 'new_space', usedBytes: 1, sizeBytes: 2 }] } }));
  t.deepEqual(window.close().memory, {
    rssBytes: 200,
    rssBytesMax: 300,
    heapUsedBytes: 11,
    heapTotalBytes: 20,
    externalBytes: 3,
    arrayBuffersBytes: 2,
    limitBytes: 512,
    limitSource: 'cgroup-v1',
    heapLimitBytes: 4000,
    spaces: [{ name: 'new_space', usedBytes: 1, sizeBytes: 2 }],
  });
  window.add(sample(3000, { rssBytes: 250 }));
  t.is(window.close().memory.rssBytesMax, 250);
});

test('should tell the last known when a window has no sample', (t) => {
  const window = fromStart();
  window.add(
    sample(1000, {
      rssBytes: 300,
      threads: [{ tid: 1, name: 'node', cpuNs: 5e8 }],
      loop: { delayNsP50: 1, delayNsP99: 2, delayNsMax: 3 },
      main: { loopActiveMs: 1, loopIdleMs: 3 },
    }),
  );
  window.add(
    sample(2000, {
      rssBytes: 200,
      threads: [{ tid: 1, name: 'node', cpuNs: 1e9 }],
      loop: { delayNsP50: 1, delayNsP99: 2, delayNsMax: 3 },
      main: { loopActiveMs: 1, loopIdleMs: 3 },
    }),
  );
  const full = window.close();
  const empty = window.close();
  t.deepEqual(empty.memory, { ...full.memory, rssBytesMax: 200 });
  t.deepEqual(empty.threads, [{ id: 1, name: 'node', cpuRatio: 0.5 }]);
  t.deepEqual(empty.eventLoop, { delayNsP50: 1, delayNsP99: 2, delayNsMax: 3, utilization: 0.25 });
  t.deepEqual(empty.timeline, []);
});

test('should tell zeros when there never was a sample', (t) => {
  const { cpu, memory, eventLoop, threads, timeline } = new RuntimeWindow().close();
  t.deepEqual(cpu, { userMs: 0, systemMs: 0, cpuRatio: 0 });
  t.deepEqual([memory.rssBytes, memory.heapUsedBytes, memory.limitSource, memory.spaces], [0, 0, 'none', []]);
  t.deepEqual(eventLoop, { delayNsP50: 0, delayNsP99: 0, delayNsMax: 0, utilization: 0 });
  t.deepEqual([threads, timeline], [[], []]);
});

test('should keep heap and loop as the main thread last told them', (t) => {
  const window = fromStart();
  window.add(sample(1000, { main: { heapUsedBytes: 77, loopActiveMs: 300, loopIdleMs: 700 } }));
  window.close();
  window.add(sample(2000, { main: null, rssBytes: 500 }));
  const silent = window.close();
  t.deepEqual([silent.memory.heapUsedBytes, silent.memory.rssBytes, silent.eventLoop.utilization], [77, 500, 0.3]);
  window.add(sample(3000, { main: { loopActiveMs: 2100, loopIdleMs: 900 } }));
  t.is(window.close().eventLoop.utilization, 0.9);
});

test('should count a thread that appears from zero, one that ends up to its end, and an id that comes again anew', (t) => {
  const window = fromStart();
  const main = (cpuNs: number) => ({ tid: 1, name: 'node', cpuNs });
  window.add(sample(1000, { threads: [main(1e8)] }));
  t.deepEqual(window.close().threads, [{ id: 1, name: 'node', cpuRatio: 0.1 }]);
  window.add(sample(2000, { threads: [main(1e8), { tid: 5, name: 'worker', cpuNs: 4e8 }] }));
  window.add(sample(3000, { threads: [main(3e8), { tid: 5, name: 'worker', cpuNs: 10e8 }] }));
  window.add(sample(4000, { threads: [main(3e8)] }));
  window.add(sample(5000, { threads: [main(3e8), { tid: 5, name: 'another', cpuNs: 11e8 }] }));
  t.deepEqual(window.close().threads, [
    { id: 5, name: 'another', cpuRatio: 2.1e9 / 4e9 },
    { id: 1, name: 'node', cpuRatio: 0.05 },
  ]);
  window.add(sample(6000, { threads: [main(3e8), { tid: 5, name: 'third', cpuNs: 2e8 }] }));
  t.deepEqual(window.close().threads, [
    { id: 5, name: 'third', cpuRatio: 0.2 },
    { id: 1, name: 'node', cpuRatio: 0 },
  ]);
});

test('should not take every thread for a new one when one reading of them failed', (t) => {
  const window = fromStart();
  const threads = [{ tid: 1, name: 'node', cpuNs: 5e8 }];
  window.add(sample(1000, { threads }));
  window.add(sample(2000, { threads: [] }));
  window.add(sample(4000, { threads }));
  t.deepEqual(window.close().threads, [{ id: 1, name: 'node', cpuRatio: 0.125 }]);
});

test('should count threads beyond the limit together', (t) => {
  const window = fromStart();
  const threads = Array.from({ length: 300 }, (_, i) => ({ tid: i + 1, name: `t${i + 1}`, cpuNs: i < 256 ? 2e6 : 1e6 }));
  window.add(sample(1000, { threads }));
  const uses = window.close().threads;
  t.is(uses.length, 257);
  t.deepEqual(uses[0], { id: 0, name: '(other threads)', cpuRatio: 0.044 });
  t.deepEqual(uses[256], { id: 256, name: 't256', cpuRatio: 0.002 });
});

test('should draw a point a second with what rose in it', (t) => {
  const window = fromStart();
  window.add(
    sample(1001, {
      cpuUserMs: 500.5,
      main: { loopActiveMs: 250, loopIdleMs: 750 },
      loop: { delayNsP50: 1, delayNsP99: 10, delayNsMax: 50 },
      gc: { count: 2, totalMs: 4, pauseNsMax: 3e6 },
    }),
  );
  window.add(
    sample(1999, {
      rssBytes: 120,
      nativeBytes: 30,
      handles: { descriptors: 9 },
      cpuUserMs: 500.5,
      main: { heapUsedBytes: 12, liveBytes: 7, fullCollections: 2, loopActiveMs: 1250, loopIdleMs: 750 },
      loop: { delayNsP50: 1, delayNsP99: 20, delayNsMax: 50 },
      gc: { count: 3, totalMs: 5, pauseNsMax: 3e6 },
    }),
  );
  const level = { heapTotalBytes: 20, externalBytes: 3, arrayBuffersBytes: 2 };
  t.deepEqual(window.close().timeline, [
    {
      ...level,
      atMs: WALL_MS + 1001,
      spanMs: 1001,
      cpuRatio: 0.5,
      rssBytes: 100,
      nativeBytes: 0,
      handles: {},
      heapUsedBytes: 10,
      liveBytes: 0,
      fullGcCount: 0,
      loopDelayNsP99: 10,
      loopDelayNsMax: 50,
      loopUtilization: 0.25,
      gcCount: 2,
      gcTotalMs: 4,
      gcPauseNsMax: 3e6,
    },
    {
      ...level,
      atMs: WALL_MS + 1999,
      spanMs: 998,
      cpuRatio: 0,
      rssBytes: 120,
      nativeBytes: 30,
      handles: { descriptors: 9 },
      heapUsedBytes: 12,
      liveBytes: 7,
      fullGcCount: 2,
      loopDelayNsP99: 20,
      loopDelayNsMax: 20,
      loopUtilization: 1,
      gcCount: 1,
      gcTotalMs: 1,
      gcPauseNsMax: 1e6,
    },
  ]);
});

test('should count loop and collections anew in each window', (t) => {
  const window = fromStart();
  window.add(sample(1000, { gc: { count: 5, totalMs: 9, pauseNsMax: 4e6 }, loop: { delayNsP50: 3, delayNsP99: 30, delayNsMax: 300 } }));
  window.close();
  window.add(sample(2000, { gc: { count: 2, totalMs: 3, pauseNsMax: 2e6 }, loop: { delayNsP50: 2, delayNsP99: 20, delayNsMax: 200 } }));
  const { eventLoop, timeline } = window.close();
  t.deepEqual([eventLoop.delayNsP50, eventLoop.delayNsP99, eventLoop.delayNsMax], [2, 20, 200]);
  t.deepEqual([timeline[0].gcCount, timeline[0].gcTotalMs, timeline[0].gcPauseNsMax, timeline[0].loopDelayNsMax], [2, 3, 2e6, 200]);
});

test('should merge samples into points of a 60th of the window, and end one with the window', (t) => {
  const window = new RuntimeWindow({ startMs: 0, windowMs: 240_000 });
  for (let second = 1; second <= 10; second++) {
    window.add(
      sample(second * 1000, { rssBytes: second * 100, cpuUserMs: second * second * 10, gc: { count: second, totalMs: second, pauseNsMax: 1e6 } }),
    );
  }
  const { timeline } = window.close();
  t.deepEqual(
    timeline.map(({ atMs, spanMs, rssBytes, gcCount }) => [atMs - WALL_MS, spanMs, rssBytes, gcCount]),
    [
      [4000, 4000, 250, 4],
      [8000, 4000, 650, 4],
      [10_000, 2000, 950, 2],
    ],
  );
  // CPU of second n is 10 (2n - 1) ms: its mean over seconds 1..4 is 40.
  t.true(Math.abs(timeline[0].cpuRatio - 0.04) < 1e-12);
});

test('should draw 60 points a window when it is a minute or more', (t) => {
  for (const windowMs of [60_000, 3_600_000]) {
    const window = new RuntimeWindow({ startMs: 0, windowMs });
    for (let atMs = 1000; atMs <= windowMs; atMs += 1000) window.add(sample(atMs));
    const { timeline } = window.close();
    t.is(timeline.length, 60);
    t.is(
      timeline.reduce((sum, { spanMs }) => sum + spanMs, 0),
      windowMs,
    );
  }
});

test('should take two samples of one moment for one', (t) => {
  const window = fromStart();
  window.add(sample(1000, { cpuUserMs: 100 }));
  window.add(sample(1000, { cpuUserMs: 110 }));
  const { cpu, timeline } = window.close();
  t.deepEqual(cpu, { userMs: 110, systemMs: 0, cpuRatio: 0.11 });
  t.deepEqual(
    timeline.map(({ spanMs, cpuRatio }) => [spanMs, cpuRatio]),
    [[1000, 0.1]],
  );
});
