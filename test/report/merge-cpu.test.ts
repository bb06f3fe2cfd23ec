// CPU profiles of windows and processes as one: sums by hand.
import test from 'ava';
import { CpuMerger, unionMs } from '../../src/report/merge-cpu.js';
import { mergeReports } from '../../src/report/merge-reports.js';
import type { CpuProfileSummary, Report, RunCpuProfile } from '../../src/report/report-types.js';
import { NO_CPU_PROFILE } from '../../src/report/write-report.js';
import { call, flameOf, stallOf } from '../fixtures/html/profiled-run.js';
import { SAMPLE_START_MS, sampleReport } from '../support/sample-report.js';

const place = (name: string, selfRatio: number, totalRatio = selfRatio) => ({
  function: name,
  file: name.startsWith('(') ? '' : `${name}.js`,
  line: name.startsWith('(') ? 0 : 1,
  selfRatio,
  totalRatio,
});
const path = (
  name: string,
  cpuMs: number,
  ratio: number,
  samples: number,
  syncSamples: number,
  more: Partial<CpuProfileSummary['byPath'][number]> = {},
) => ({
  name,
  labels: {},
  cpuMs,
  ratio,
  samples,
  syncSamples,
  flame: flameOf(call(name, `${name}.js:1`, cpuMs)),
  ...more,
});

/** 1 s of CPU: f 600 ms, g 300 ms of which a quarter is its own, and 100 ms of collections. */
const FIRST: CpuProfileSummary = {
  samples: 500,
  durationMs: 5000,
  busyMs: 1000,
  intervalUs: 10_000,
  gcRatio: 0.1,
  programRatio: 0,
  top: [place('f', 0.6), place('(garbage collector)', 0.1), place('g', 0.075, 0.3)],
  byPath: [path('a', 700, 0.7, 70, 70), path('(unattributed)', 300, 0.3, 30, 0)],
  flame: flameOf(call('f', 'f.js:1', 600), call('(garbage collector)', '', 100), call('g', 'g.js:1', 75, call('h', 'h.js:1', 225))),
  files: ['flame/first.svg'],
};
/** 3 s of CPU: f 300 ms, h 1.2 s, and 1.5 s of native code. */
const SECOND: CpuProfileSummary = {
  samples: 900,
  durationMs: 9000,
  busyMs: 3000,
  intervalUs: 5000,
  gcRatio: 0,
  programRatio: 0.5,
  top: [place('(program)', 0.5), place('h', 0.4), place('f', 0.1)],
  byPath: [path('b', 1500, 0.5, 300, 100), path('a', 900, 0.3, 180, 80), path('(unattributed)', 600, 0.2, 120, 0)],
  flame: flameOf(call('f', 'f.js:1', 300), call('h', 'h.js:1', 1200), call('(program)', '', 1500)),
  files: ['flame/second.svg'],
};

const mergedCpu = (...reports: Report[]): RunCpuProfile | null => mergeReports([{ directory: 'a', reports }]).cpu;
const brief = (cpu: RunCpuProfile | null) =>
  cpu?.byPath.map(({ name, cpuMs, ratio, samples, syncSamples, flame }) => [
    name,
    cpuMs,
    ratio,
    samples,
    syncSamples,
    (flame?.totalUs[0] ?? 0) / 1000,
  ]);

test('should add times and samples, and take shares from the sums, when windows have a profile', (t) => {
  const cpu = mergedCpu(sampleReport({ seq: 1, cpu: FIRST }), sampleReport({ seq: 2, cpu: NO_CPU_PROFILE }), sampleReport({ seq: 3, cpu: SECOND }));
  t.like(cpu, {
    samples: 1400,
    durationMs: 14_000,
    busyMs: 4000,
    intervalUs: 5000,
    gcRatio: 0.025,
    programRatio: 0.375,
    files: ['flame/second.svg'],
  });
  t.deepEqual(cpu?.covers, {
    startAt: new Date(SAMPLE_START_MS).toISOString(),
    endAt: new Date(SAMPLE_START_MS + 180_000).toISOString(),
    // The window between has no profile.
    durationMs: 120_000,
    windows: 2,
  });
  t.deepEqual(brief(cpu), [
    ['a', 1600, 0.4, 250, 150, 1600],
    ['b', 1500, 0.375, 300, 100, 1500],
    ['(unattributed)', 900, 0.225, 150, 0, 900],
  ]);
  t.is(cpu?.flame?.totalUs[0], 4_000_000);
});

test('should weight functions by the CPU time of their windows, and find in the call tree those that a window does not list', (t) => {
  const cpu = mergedCpu(sampleReport({ seq: 1, cpu: FIRST }), sampleReport({ seq: 2, cpu: SECOND }));
  t.deepEqual(
    cpu?.top.map((row) => [row.function, row.selfRatio, row.totalRatio]),
    [
      ['(program)', 0.375, 0.375],
      // 1 200 ms of the second window's list, 225 ms of the first one's tree.
      ['h', 0.35625, 0.35625],
      ['f', 0.225, 0.225],
      ['(garbage collector)', 0.025, 0.025],
      ['g', 0.01875, 0.075],
    ],
  );
});

test('should be the same whatever the order of windows and processes', (t) => {
  const one = { directory: 'a', reports: [sampleReport({ seq: 1, cpu: FIRST }), sampleReport({ seq: 2, cpu: SECOND })] };
  const two = { directory: 'b', reports: [sampleReport({ pid: 7, seq: 1, cpu: { ...FIRST, files: [] }, startMs: 1000 })] };
  const turned = { directory: 'a', reports: [...one.reports].reverse() };
  t.deepEqual(mergeReports([one, two]).cpu, mergeReports([two, turned]).cpu);
});

test('should add processes, and count the time that they cover at once only once', (t) => {
  const reports = [sampleReport({ cpu: FIRST })];
  const { cpu } = mergeReports([
    { directory: 'a', reports },
    { directory: 'b', reports: [sampleReport({ pid: 7, cpu: SECOND, startMs: 30_000 })] },
  ]);
  t.like(cpu, { busyMs: 4000, samples: 1400, files: ['flame/second.svg'] });
  t.like(cpu?.covers, { durationMs: 90_000, windows: 2 });
});

test('should keep every figure as it is when there is one window', (t) => {
  const { covers, ...cpu } = mergedCpu(sampleReport({ cpu: SECOND })) as RunCpuProfile;
  const { top, byPath, flame, ...figures } = SECOND;
  t.like(cpu, figures);
  t.deepEqual(cpu.top, top);
  t.deepEqual(cpu.byPath, byPath);
  t.is(cpu.flame?.totalUs[0], flame?.totalUs[0]);
  t.is(covers?.durationMs, 60_000);
});

test('should be null when no window has a profile', (t) => {
  t.is(mergedCpu(sampleReport()), null);
  t.is(new CpuMerger().take(), null);
});

test('should keep paths apart by labels, and flames of the 20 heaviest and of what is nobody’s', (t) => {
  const labelled = (labels: Record<string, string>) => path('a', 10, 0.01, 1, 1, { labels });
  const rest = path('(unattributed)', 1, 0.001, 1, 0);
  const byPath = [
    labelled({ x: '1', y: '2' }),
    labelled({ y: '2', x: '1' }),
    labelled({ x: '1', y: '3' }),
    ...Array.from({ length: 25 }, (_, i) => path(`p${i}`, 5, 0, 1, 1)),
    rest,
  ];
  const cpu = mergedCpu(sampleReport({ cpu: { ...FIRST, byPath } }));
  t.deepEqual(
    cpu?.byPath.slice(0, 2).map(({ labels, cpuMs }) => [labels, cpuMs]),
    [
      [{ x: '1', y: '2' }, 20],
      [{ x: '1', y: '3' }, 10],
    ],
  );
  const names = cpu?.byPath.map(({ name }) => name) ?? [];
  t.is(names.length, 28);
  t.is(names.at(-1), '(unattributed)');
  t.is(cpu?.byPath.filter(({ flame }) => flame !== null).length, 21);
  t.is(cpu?.byPath.at(-1)?.flame?.totalUs[0], 1000);
});

test('should keep stalls of two threads in the same millisecond, and the later report’s of one', (t) => {
  const open = stallOf(1, 0, 900, { ongoing: true, flame: null });
  const ended = stallOf(1, 0, 800, { verdict: 'gc' });
  const other = stallOf(2, 0, 850, { thread: 'worker-2' });
  const early = sampleReport({ seq: 1, stalls: [open, other] });
  const late = sampleReport({ seq: 2, stalls: [ended] });
  for (const reports of [
    [early, late],
    [late, early],
  ]) {
    t.deepEqual(mergeReports([{ directory: 'a', reports }]).stalls, [other, ended]);
  }
});

test('should tell whose a stall is when there are several processes, even if they stalled at once', (t) => {
  const stall = stallOf(1, 0, 800);
  const run = mergeReports(['a', 'b'].map((directory, pid) => ({ directory, reports: [sampleReport({ pid, stalls: [stall] })] })));
  t.deepEqual(run.stalls, [
    { ...stall, process: 0 },
    { ...stall, process: 1 },
  ]);
});

test('should measure a union when spans overlap, touch or lie apart', (t) => {
  const span = (startMs: number, endMs: number) => ({ startMs, endMs });
  t.is(unionMs([]), 0);
  t.is(unionMs([span(10, 20), span(0, 5), span(15, 30), span(30, 31), span(12, 13)]), 26);
});
