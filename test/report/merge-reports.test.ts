// Merging windows and processes: percentiles against a histogram of all values at once, and nothing lost.
import test from 'ava';
import fc from 'fast-check';
import * as hdrHistogram from 'hdr-histogram-js';
import { PitotError } from '../../src/core/errors.js';
import { mergeReports } from '../../src/report/merge-reports.js';
import type { GcStats, Labels, PathStats, Report, Stall, TimelinePoint } from '../../src/report/report-types.js';
import { histogramOf, SAMPLE_START_MS, sampleDistribution, samplePath, sampleReport, sampleRuntime } from '../support/sample-report.js';

const group = (directory: string, ...reports: Report[]) => ({ directory, reports });
const runtimeOf = (report: Partial<Report['runtime']>) => sampleRuntime(report);

/** What percentiles of all values recorded into one histogram are. */
function unionOf(values: readonly number[], digits: 2 | 3 = 3) {
  const union = histogramOf(values, 1, digits);
  const [min, max] = [Math.min(...values), Math.max(...values)];
  const at = (percentile: number) => Math.min(max, Math.max(min, union.getValueAtPercentile(percentile)));
  return { minNs: min, p50Ns: at(50), p90Ns: at(90), p95Ns: at(95), p99Ns: at(99), p999Ns: at(99.9), maxNs: max };
}

test('should take percentiles from the added histograms when windows differ', (t) => {
  const fast = Array.from({ length: 990 }, (_, i) => 1_000_000 + i * 1000);
  const slow = Array.from({ length: 10 }, (_, i) => 900_000_000 + i * 1_000_000);
  const { paths } = mergeReports([
    group('a', sampleReport({ seq: 1, paths: [samplePath('job', fast)] }), sampleReport({ seq: 2, paths: [samplePath('job', slow, { errors: 3 })] })),
  ]);
  t.is(paths.length, 1);
  t.like(paths[0], { name: 'job', count: 1000, errors: 3, dropped: 0, sampled: 1, ...unionOf([...fast, ...slow]) });
  // The mean of two p99s would be 455 ms.
  t.true(paths[0].p99Ns < 2_000_000);
  t.is(Math.round(paths[0].meanNs), Math.round([...fast, ...slow].reduce((a, b) => a + b) / 1000));
});

test('should keep every figure as it is when there is one window', (t) => {
  const path = samplePath('job', [0, 1, 5, 70_000, 123_456_789], { labels: { b: '2', a: '1' }, errors: 1, dropped: 4 });
  const { paths } = mergeReports([group('a', sampleReport({ paths: [path] }))]);
  t.deepEqual(paths, [path]);
});

test('should equal the histogram of the union when any values are split over any windows and processes', (t) => {
  const durations = fc.array(fc.integer({ min: 0, max: 3_600_000_000_000 }), { minLength: 1, maxLength: 40 });
  const processes = fc.array(fc.array(durations, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(processes, (split) => {
      const all = split.flat(2);
      const run = mergeReports(
        split.map((windows, pid) =>
          group(`${pid}`, ...windows.map((values, i) => sampleReport({ pid, seq: i + 1, paths: [samplePath('p', values)] }))),
        ),
      );
      const { hdr, meanNs, ...figures } = run.paths[0];
      t.deepEqual(figures, { name: 'p', labels: {}, count: all.length, errors: 0, dropped: 0, sampled: 1, ...unionOf(all) });
      const mean = all.reduce((a, b) => a + b) / all.length;
      t.true(Math.abs(meanNs - mean) <= 1e-9 * mean);
      t.is(run.records.recorded, all.length);
      const { recorded, aggregated, dropped, sampledOut } = run.records;
      t.is(recorded, aggregated + dropped + sampledOut);
      t.is(hdr, hdrHistogram.encodeIntoCompressedBase64(histogramOf(all)));
    }),
    { numRuns: 60 },
  );
});

test('should give the same paths when processes come in another order', (t) => {
  const reports = [1, 2, 3].map((pid) =>
    group(`${pid}`, sampleReport({ pid, paths: [samplePath('p', [pid * 1000]), samplePath(`only.${pid}`, [5])] })),
  );
  t.deepEqual(mergeReports(reports).paths, mergeReports([...reports].reverse()).paths);
});

test('should weight calls when windows were sampled differently', (t) => {
  const all = samplePath('p', [1000, 1000, 1000, 1000]);
  const oneInEight = samplePath('p', [1_000_000, 1_000_000], { sampled: 8, dropped: 5 });
  const [merged] = mergeReports([group('a', sampleReport({ seq: 1, paths: [all] }), sampleReport({ seq: 2, paths: [oneInEight] }))]).paths;
  // 20 calls stand behind 6 timed ones.
  t.like(merged, { count: 25, dropped: 5, sampled: 3.333, p50Ns: 1_000_000, minNs: 1000, maxNs: 1_000_000 });
  t.is(merged.meanNs, (4 * 1000 + 16 * 1_000_000) / 20);
});

test('should add counts only when every call of a window was dropped', (t) => {
  const lost: PathStats = { ...samplePath('p', [], { dropped: 7 }), count: 7 };
  const run = mergeReports([group('a', sampleReport({ seq: 1, paths: [lost] }), sampleReport({ seq: 2, paths: [samplePath('p', [500, 700])] }))]);
  t.like(run.paths[0], { count: 9, dropped: 7, minNs: 500, maxNs: 700, meanNs: 600, sampled: 1 });
  t.like(mergeReports([group('a', sampleReport({ paths: [lost] }))]).paths[0], { count: 7, minNs: 0, p50Ns: 0, maxNs: 0, meanNs: 0, sampled: 1 });
  t.deepEqual(run.agent.faults, []);
});

test('should fall to 2 digits when histograms of 2 and 3 are added', (t) => {
  const fine = [1_234_567, 2_345_678, 3_456_789];
  const coarse = [9_876_543, 8_765_432];
  const windows = [samplePath('p', fine), samplePath('p', coarse, { digits: 2 })];
  for (const order of [windows, [...windows].reverse()]) {
    const [merged] = mergeReports([group('a', ...order.map((path, i) => sampleReport({ seq: i + 1, paths: [path] })))]).paths;
    t.like(merged, { count: 5, ...unionOf([...fine, ...coarse], 2) });
  }
});

test('should keep paths apart when labels differ and join them when only their order does', (t) => {
  const labelled = (labels: Labels) => samplePath('http', [1000], { labels });
  const { paths } = mergeReports([
    group('a', sampleReport({ paths: [labelled({ a: '1', b: '2' }), labelled({ b: '2', a: '1' }), labelled({ a: '1', b: '3' }), labelled({})] })),
  ]);
  t.deepEqual(
    paths.map(({ labels, count }) => ({ labels, count })),
    [
      { labels: { a: '1', b: '2' }, count: 2 },
      { labels: { a: '1', b: '3' }, count: 1 },
      { labels: {}, count: 1 },
    ],
  );
});

test('should keep distributions apart when their units differ', (t) => {
  const report = sampleReport({ distributions: [sampleDistribution('size', 'bytes', [1, 2, 3]), sampleDistribution('size', 'events', [40])] });
  const { distributions } = mergeReports([group('a', report), group('b', report)]);
  t.deepEqual(
    distributions.map(({ unit, count, min, max, p50, mean }) => ({ unit, count, min, max, p50, mean })),
    [
      { unit: 'bytes', count: 6, min: 1, max: 3, p50: 2, mean: 2 },
      { unit: 'events', count: 2, min: 40, max: 40, p50: 40, mean: 40 },
    ],
  );
});

test('should add counters over processes when each has its own last value', (t) => {
  const counted = (pid: number, seq: number, value: number, delta: number) =>
    sampleReport({ pid, seq, counters: [{ name: 'orders', labels: {}, value, delta }] });
  const run = mergeReports([group('a', counted(1, 1, 10, 10), counted(1, 2, 25, 15)), group('b', counted(2, 2, 100, 40), counted(2, 1, 60, 60))]);
  t.deepEqual(run.counters, [{ name: 'orders', labels: {}, value: 125, delta: 125 }]);
});

test('should keep the last value of a gauge, with its process when there are several', (t) => {
  const set = (pid: number, seq: number, value: number, host = 'box') =>
    sampleReport({ pid, seq, host, gauges: [{ name: 'depth', labels: { queue: 'q' }, value }] });
  const one = mergeReports([group('a', set(1, 1, 5), set(1, 2, 3))]);
  t.deepEqual(one.gauges, [{ name: 'depth', labels: { queue: 'q' }, value: 3 }]);
  const two = mergeReports([group('a', set(1, 1, 5)), group('b', set(2, 1, 7))]);
  t.deepEqual(two.gauges, [
    { name: 'depth', labels: { pid: '1', queue: 'q' }, value: 5 },
    { name: 'depth', labels: { pid: '2', queue: 'q' }, value: 7 },
  ]);
  const hosts = mergeReports([group('a', set(1, 1, 5, 'x')), group('b', set(1, 1, 7, 'y'))]);
  t.deepEqual(
    hosts.gauges.map((gauge) => gauge.labels),
    [
      { host: 'x', pid: '1', queue: 'q' },
      { host: 'y', pid: '1', queue: 'q' },
    ],
  );
});

test('should add every count of records when windows are merged', (t) => {
  const records = { recorded: 100, aggregated: 60, dropped: 30, sampledOut: 10, rejected: 3, clamped: 2, overflowed: 5 };
  const run = mergeReports([group('a', sampleReport({ seq: 1, records }), sampleReport({ seq: 2, records })), group('b', sampleReport({ records }))]);
  t.deepEqual(run.records, { recorded: 300, aggregated: 180, dropped: 90, sampledOut: 30, rejected: 9, clamped: 6, overflowed: 15 });
});

test('should add what processes use and name the worst loop when several are merged', (t) => {
  const loop = (delayNsP99: number, delayNsMax: number, utilization: number) => ({ delayNsP50: delayNsP99 / 2, delayNsP99, delayNsMax, utilization });
  const a = sampleReport({ pid: 1, runtime: runtimeOf({ eventLoop: loop(4_000_000, 6_000_000, 0.9) }) });
  const b = sampleReport({ pid: 2, runtime: runtimeOf({ eventLoop: loop(1_000_000, 80_000_000, 0.1) }) });
  const { runtime } = mergeReports([group('a', a), group('b', b)]);
  t.deepEqual(runtime.cpu, { userMs: 40_000, systemMs: 8_000, cpuRatio: 0.8 });
  t.like(runtime.memory, { rssBytes: 200_000_000, rssBytesMax: 240_000_000, heapLimitBytes: 512_000_000 });
  // One container: its limit is shared.
  t.like(runtime.memory, { limitBytes: 512_000_000, limitSource: 'cgroup-v2' });
  t.deepEqual(runtime.memory.spaces, [{ name: 'old_space', usedBytes: 60_000_000, sizeBytes: 80_000_000 }]);
  t.deepEqual(runtime.eventLoop, { delayNsP50: 2_000_000, delayNsP99: 4_000_000, delayNsMax: 80_000_000, utilization: 0.9 });
  t.deepEqual(
    runtime.threads.map((thread) => thread.name),
    ['1 main', '2 main'],
  );
});

test('should add limits when processes do not share them, and know none when one has none', (t) => {
  const limited = (pid: number, host: string, limitBytes: number, limitSource: 'cgroup-v2' | 'max-old-space-size' | 'none') =>
    group(`${pid}`, sampleReport({ pid, host, runtime: runtimeOf({ memory: { ...sampleRuntime().memory, limitBytes, limitSource } }) }));
  const limitOf = (...groups: ReturnType<typeof group>[]) => {
    const { limitBytes, limitSource } = mergeReports(groups).runtime.memory;
    return [limitBytes, limitSource];
  };
  t.deepEqual(limitOf(limited(1, 'x', 100, 'cgroup-v2'), limited(1, 'y', 100, 'cgroup-v2')), [200, 'cgroup-v2']);
  t.deepEqual(limitOf(limited(1, 'x', 100, 'max-old-space-size'), limited(2, 'x', 100, 'max-old-space-size')), [200, 'max-old-space-size']);
  t.deepEqual(limitOf(limited(1, 'x', 100, 'cgroup-v2'), limited(2, 'x', 0, 'none')), [0, 'none']);
});

test('should take the newest window of a process but the highest memory of all when windows are merged', (t) => {
  const used = (seq: number, rssBytes: number, rssBytesMax: number) =>
    sampleReport({
      seq,
      runtime: runtimeOf({ memory: { ...sampleRuntime().memory, rssBytes, rssBytesMax }, cpu: { userMs: seq, systemMs: 0, cpuRatio: seq / 10 } }),
    });
  const { runtime } = mergeReports([group('a', used(2, 80, 90), used(1, 100, 130))]);
  t.like(runtime.memory, { rssBytes: 80, rssBytesMax: 130 });
  t.deepEqual(runtime.cpu, { userMs: 2, systemMs: 0, cpuRatio: 0.2 });
});

const gcOf = (pausesNs: number[], kind: string, hdr: boolean): GcStats & { hdr?: string } => {
  const path = samplePath('gc', pausesNs);
  const totalMs = pausesNs.reduce((a, b) => a + b, 0) / 1e6;
  return {
    count: pausesNs.length,
    pauseNsP50: path.p50Ns,
    pauseNsP99: path.p99Ns,
    pauseNsMax: path.maxNs,
    totalMs,
    byKind: { [kind]: { count: pausesNs.length, totalMs, pauseNsMax: path.maxNs } },
    ...(hdr ? { hdr: path.hdr } : {}),
  };
};

test('should take collection percentiles from histograms when every window has one', (t) => {
  const [first, second] = [[1_000_000, 2_000_000, 3_000_000], [40_000_000]];
  const run = mergeReports([
    group('a', sampleReport({ runtime: runtimeOf({ gc: gcOf(first, 'minor', true) }) })),
    group('b', sampleReport({ runtime: runtimeOf({ gc: gcOf(second, 'major', true) }) })),
    group('c', sampleReport()),
  ]);
  const union = unionOf([...first, ...second]);
  t.like(run.runtime.gc, { count: 4, totalMs: 46, pauseNsP50: union.p50Ns, pauseNsP99: union.p99Ns, pauseNsMax: 40_000_000 });
  t.deepEqual(run.runtime.gc.byKind, {
    minor: { count: 3, totalMs: 6, pauseNsMax: 3_000_000 },
    major: { count: 1, totalMs: 40, pauseNsMax: 40_000_000 },
  });
});

test('should leave collection percentiles to the newest window when one has no histogram', (t) => {
  const older = sampleReport({ seq: 1, runtime: runtimeOf({ gc: gcOf([50_000_000, 60_000_000], 'major', true) }) });
  const newer = sampleReport({ seq: 2, runtime: runtimeOf({ gc: gcOf([1_000_000], 'minor', false) }) });
  const { gc } = mergeReports([group('a', newer, older)]).runtime;
  t.like(gc, { count: 3, totalMs: 111, pauseNsP50: 1_000_000, pauseNsP99: 1_000_000, pauseNsMax: 60_000_000 });
});

test('should add what pitot cost when several processes are merged', (t) => {
  const fault = (code: string, count: number, lastAt: string, message = code) => ({ code, count, lastAt, message });
  const agent = (cpuRatio: number, restarts: number, pausesNsMax: number, ...faults: ReturnType<typeof fault>[]) => ({
    cpuRatio,
    rssBytes: 10,
    pausesNsMax,
    restarts,
    faults,
  });
  const { agent: merged } = mergeReports([
    group(
      'a',
      sampleReport({ seq: 1, durationMs: 30_000, startMs: 0, agent: agent(0.01, 0, 900, fault('A', 1, '2026-01-01')) }),
      sampleReport({
        seq: 2,
        durationMs: 10_000,
        startMs: 30_000,
        agent: agent(0.05, 1, 100, fault('A', 3, '2026-01-03', 'newest'), fault('B', 1, '2026-01-02')),
      }),
    ),
    group('b', sampleReport({ agent: agent(0.02, 2, 500, fault('A', 2, '2026-01-02', 'older')) })),
  ]);
  t.is(Math.round(merged.cpuRatio * 1e6), Math.round(((0.01 * 30 + 0.05 * 10) / 40 + 0.02) * 1e6));
  t.like(merged, { rssBytes: 20, pausesNsMax: 900, restarts: 3 });
  t.deepEqual(merged.faults, [fault('A', 5, '2026-01-03', 'newest'), fault('B', 1, '2026-01-02')]);
});

test('should count the time that windows cover when processes overlap or leave gaps', (t) => {
  const at = (startMs: number, durationMs: number, seq = 1) => sampleReport({ seq, startMs, durationMs });
  const durationOf = (...groups: ReturnType<typeof group>[]) => mergeReports(groups).durationMs;
  t.is(durationOf(group('a', at(0, 1000), at(1000, 1000, 2))), 2000);
  t.is(durationOf(group('a', at(0, 1000)), group('b', at(500, 1000))), 1500);
  t.is(durationOf(group('a', at(0, 1000)), group('b', at(5000, 1000))), 2000);
  const run = mergeReports([group('b', at(5000, 1000)), group('a', at(0, 1000))]);
  t.is(run.startAt, new Date(SAMPLE_START_MS).toISOString());
  t.is(run.endAt, new Date(SAMPLE_START_MS + 6000).toISOString());
});

test('should list each process with its windows, and services when they differ', (t) => {
  const run = mergeReports([
    group('x/a', sampleReport({ pid: 1, seq: 1 }), sampleReport({ pid: 1, seq: 2 })),
    group('x/none'),
    group('x/b', sampleReport({ pid: 2, service: 'billing' })),
  ]);
  t.is(run.service, 'billing, ledger');
  t.deepEqual(run.processes, [
    { pid: 1, host: 'box', node: 'v20.20.2', directory: 'x/a', windows: 2 },
    { pid: 2, host: 'box', node: 'v20.20.2', directory: 'x/b', windows: 1 },
  ]);
});

test('should make a point of each window when reports have no finer timeline', (t) => {
  const { timeline } = mergeReports([group('a', sampleReport({ seq: 2 }), sampleReport({ seq: 1 }))]);
  t.deepEqual(
    timeline.map(({ atMs, spanMs, cpuRatio, rssBytes, loopDelayNsP99 }) => ({
      atMs: atMs - SAMPLE_START_MS,
      spanMs,
      cpuRatio,
      rssBytes,
      loopDelayNsP99,
    })),
    [
      { atMs: 60_000, spanMs: 60_000, cpuRatio: 0.4, rssBytes: 100_000_000, loopDelayNsP99: 2_000_000 },
      { atMs: 120_000, spanMs: 60_000, cpuRatio: 0.4, rssBytes: 100_000_000, loopDelayNsP99: 2_000_000 },
    ],
  );
});

test("should take a report's own timeline when it has one", (t) => {
  const [point] = mergeReports([group('a', sampleReport())]).timeline;
  const own: TimelinePoint[] = [
    { ...point, atMs: SAMPLE_START_MS + 1000, spanMs: 1000, cpuRatio: 0.1 },
    { ...point, atMs: SAMPLE_START_MS + 2000, spanMs: 1000, cpuRatio: 0.7 },
  ];
  t.deepEqual(mergeReports([group('a', { ...sampleReport(), timeline: own } as Report)]).timeline, own);
});

const stall = (startAt: string, durationMs: number, ongoing: boolean): Stall => ({
  id: 1,
  thread: 'main',
  startAt,
  durationMs,
  ongoing,
  verdict: 'executing',
  reason: '',
  cpuMs: 0,
  top: [],
  file: '',
});

test('should keep a stall once, with its end, when several windows tell of it', (t) => {
  const run = mergeReports([
    group(
      'a',
      sampleReport({ seq: 1, stalls: [stall('2026-01-01T00:00:00Z', 500, true), stall('2026-01-01T00:00:10Z', 4000, false)] }),
      sampleReport({ seq: 2, stalls: [stall('2026-01-01T00:00:00Z', 900, false)] }),
    ),
  ]);
  t.deepEqual(
    run.stalls.map(({ durationMs, ongoing }) => ({ durationMs, ongoing })),
    [
      { durationMs: 4000, ongoing: false },
      { durationMs: 900, ongoing: false },
    ],
  );
});

test('should add what stalls.ndjson alone tells, and the end of what no report saw end, when a process was killed', (t) => {
  const reported = sampleReport({ stalls: [stall('2026-01-01T00:00:00Z', 500, true), stall('2026-01-01T00:00:10Z', 400, false)] });
  const stalls = [stall('2026-01-01T00:00:00Z', 900, false), stall('2026-01-01T00:00:10Z', 300, true), stall('2026-01-01T00:00:20Z', 260, true)];
  const run = mergeReports([{ ...group('a', reported), stalls }]);
  t.deepEqual(
    run.stalls.map(({ startAt, durationMs, ongoing }) => [startAt, durationMs, ongoing]),
    [
      ['2026-01-01T00:00:00Z', 900, false],
      ['2026-01-01T00:00:10Z', 400, false],
      ['2026-01-01T00:00:20Z', 260, true],
    ],
  );
});

test('should keep the longest stalls when there are more than a run shows', (t) => {
  const stalls = Array.from(
    { length: 1000 },
    (_, i): Stall => ({
      id: i,
      thread: 'main',
      startAt: `s${i}`,
      durationMs: i,
      ongoing: false,
      verdict: 'gc',
      reason: '',
      cpuMs: 0,
      top: [],
      file: '',
    }),
  );
  const run = mergeReports([
    group('a', ...[0, 1, 2, 3].map((part) => sampleReport({ seq: part + 1, stalls: stalls.slice(part * 250, part * 250 + 250) }))),
  ]);
  t.deepEqual(
    run.stalls.map((stall) => stall.durationMs),
    Array.from({ length: 200 }, (_, i) => 999 - i),
  );
});

test('should count a histogram that cannot be read, and keep the rest, when a report is damaged', (t) => {
  const good = samplePath('p', [1000, 2000]);
  const run = mergeReports([
    group(
      'a',
      sampleReport({ seq: 1, paths: [good] }),
      sampleReport({ seq: 2, paths: [{ ...good, hdr: `${good.hdr.slice(0, 20)}AAAA` }] }),
      sampleReport({ seq: 3, paths: [{ ...good, hdr: '' }] }),
    ),
  ]);
  t.like(run.paths[0], { count: 6, minNs: 1000, p50Ns: 1000, maxNs: 2000, meanNs: 1500 });
  t.like(run.agent.faults[0], { code: 'HISTOGRAM_UNREADABLE', count: 2 });
  t.is(run.records.recorded, 6);
});

test('should refuse when there is not one report', (t) => {
  const error = t.throws(() => mergeReports([group('a')]), { instanceOf: PitotError });
  t.is(error.code, 'INPUT_FILE');
});
