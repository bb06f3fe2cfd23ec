// A window's samples summed up: functions, paths and files from segments of known samples.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { buildCallTree } from '../../src/flame/call-tree.js';
import { type CpuProfile, fromCpuProfile } from '../../src/flame/formats/cpu-profile.js';
import { type CpuTask, summariseCpu } from '../../src/report/cpu-summary.js';
import { CWD, drawProfile, nameAll, profile, type Stack } from '../flame/drawn-profile.js';

/** 14:25:30 in the machine's own time zone. */
const END_WALL_MS = new Date(2026, 10, 23, 14, 25, 30).getTime();

const directoryFor = (t: { teardown(done: () => void): void }): string => {
  const directory = mkdtempSync(join(tmpdir(), 'pitot-cpu-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
};

const context = (directory: string) => ({
  directory,
  service: 'shop',
  pid: 42,
  seq: 7,
  endWallMs: END_WALL_MS,
  paths: [{ id: 9, kind: 'path' as const, name: 'order', labels: { type: 'new' } }],
});

/** A segment whose samples have the given paths, -1 for nobody's. */
const segment = (stacks: readonly Stack[], paths: number[], thread = 'main') => ({
  profile: profile(stacks, thread),
  attribution: { path: Int32Array.from(paths), sync: Uint8Array.from(paths, (path) => Number(path >= 0)) },
});

const task = (more: Partial<CpuTask>): CpuTask => ({ threads: [], intervalUs: 10, cwd: CWD, formats: [], keep: 60, ...more });

// µs      0        10       30      40     60      100
// main    a        a b      (gc)    a      (idle)  (idle), the end
// path    order    order    -       order  -
const FIRST: Stack[] = [
  [0, 'a'],
  [10, 'a b'],
  [30, '(gc)'],
  [40, 'a'],
  [60, '(idle)'],
  [100, '(idle)'],
];

test('should tell functions and paths by their share of the busy time when segments are summed up', async (t) => {
  const second = segment(
    [
      [100, 'a b'],
      [140, 'a b'],
    ],
    [9, 9],
  );
  const threads = [{ threadId: 0, segments: [segment(FIRST, [9, 9, -1, 9, -1, -1]), second] }];
  const { cpu } = await summariseCpu(task({ threads }), context(directoryFor(t)));
  t.like(cpu, { samples: 6, durationMs: 0.14, busyMs: 0.1, intervalUs: 10, gcRatio: 0.1, programRatio: 0, files: [] });
  t.deepEqual(
    cpu.top.map(({ function: name, file, line, selfRatio, totalRatio }) => [name, file, line, selfRatio, totalRatio]),
    [
      ['b', 'b.js', 1, 0.6, 0.6],
      ['a', 'a.js', 1, 0.3, 0.9],
      ['(garbage collector)', '', 0, 0.1, 0.1],
    ],
  );
  t.deepEqual(
    cpu.byPath.map(({ flame, ...row }) => row),
    [
      { name: 'order', labels: { type: 'new' }, cpuMs: 0.09, ratio: 0.9, samples: 4, syncSamples: 4 },
      { name: '(unattributed)', labels: {}, cpuMs: 0.01, ratio: 0.1, samples: 1, syncSamples: 0 },
    ],
  );
  // (root) 140, a 90, b 60, (garbage collector) 10, (idle) 40.
  t.deepEqual(cpu.flame?.nodes.map((frame, i) => [cpu.flame?.frames[frame].function, cpu.flame?.selfUs[i], cpu.flame?.totalUs[i]]).sort(), [
    ['(garbage collector)', 10, 10],
    ['(idle)', 40, 40],
    ['(root)', 0, 140],
    ['a', 30, 90],
    ['b', 60, 60],
  ]);
});

test('should put threads side by side and write a profile for each when there are several', async (t) => {
  const directory = directoryFor(t);
  const worker = segment(
    [
      [0, 'w'],
      [50, 'w'],
    ],
    [-1, -1],
    'worker-3',
  );
  const threads = [
    { threadId: 3, segments: [worker] },
    { threadId: 0, segments: [segment(FIRST, [-1, -1, -1, -1, -1, -1])] },
  ];
  const { cpu, drawing } = await summariseCpu(task({ threads, formats: ['cpuprofile', 'folded'] }), context(directory));
  t.is(cpu.busyMs, 0.11);
  t.deepEqual(cpu.files, [
    'flame/CPU.20261123.142530.42.0.000007.cpuprofile',
    'flame/CPU.20261123.142530.42.3.000007.cpuprofile',
    'flame/CPU.20261123.142530.42.0.000007.folded',
  ]);
  t.deepEqual(readdirSync(join(directory, 'flame')).sort(), cpu.files.map((file) => file.slice('flame/'.length)).sort());
  for (const file of cpu.files) t.is(statSync(join(directory, file)).mode & 0o777, 0o600, file);
  t.is(drawing.base, 'CPU.20261123.142530.42.0.000007');
  t.is(drawing.title, 'shop · CPU');
  const read = (file: string): CpuProfile => JSON.parse(readFileSync(join(directory, file), 'utf8'));
  t.deepEqual(drawProfile(fromCpuProfile(read(cpu.files[1]!), { thread: 'worker-3', intervalUs: 10 })), ['(root) 0/50', '  w 50/50']);
  t.is(buildCallTree(nameAll(fromCpuProfile(read(cpu.files[0]!), { thread: 'main', intervalUs: 10 }))).totalUs, 100);
});

test('should keep the flame files of the newest windows when there are more', async (t) => {
  const directory = directoryFor(t);
  const threads = [{ threadId: 0, segments: [segment(FIRST, [-1, -1, -1, -1, -1, -1])] }];
  for (const seq of [1, 2, 3]) {
    await summariseCpu(task({ threads, formats: ['cpuprofile', 'folded'], keep: 2 }), {
      ...context(directory),
      seq,
      endWallMs: END_WALL_MS + seq * 1000,
    });
  }
  t.deepEqual(readdirSync(join(directory, 'flame')).sort(), [
    'CPU.20261123.142532.42.0.000002.cpuprofile',
    'CPU.20261123.142532.42.0.000002.folded',
    'CPU.20261123.142533.42.0.000003.cpuprofile',
    'CPU.20261123.142533.42.0.000003.folded',
  ]);
});
