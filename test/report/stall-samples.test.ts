// A stall's samples: who is blamed, how much was collection, and which files are left.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { fromCpuProfile } from '../../src/flame/formats/cpu-profile.js';
import { readStallSamples, type StallSamplesTask } from '../../src/report/stall-samples.js';
import { CWD, drawProfile, profile, type Stack } from '../flame/drawn-profile.js';

const BASE = 'CPU.20261123.142530.42.0.stall-0001';

function taskFor(t: { teardown(done: () => void): void }, stacks: readonly Stack[], more: Partial<StallSamplesTask> = {}): StallSamplesTask {
  const directory = mkdtempSync(join(tmpdir(), 'pitot-stall-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  return {
    profile: profile(stacks),
    cwd: CWD,
    directory,
    base: BASE,
    isLast: false,
    mayRest: false,
    formats: ['folded'],
    keep: 60,
    title: 'shop',
    subtitle: '',
    ...more,
  };
}

// hash is the application's; what it calls is Node's.
const STACKS: Stack[] = [
  [0, 'handle hash node:pbkdf2'],
  [70, '(gc)'],
  [90, 'handle'],
  [100, 'handle'],
];

test('should blame the nearest function of the application and name what it called after it', async (t) => {
  const { top, gcRatio, topFrame } = await readStallSamples(taskFor(t, STACKS), false);
  t.deepEqual(
    top.map(({ function: name, ratio }) => [name, ratio]),
    [
      ['hash', 0.7],
      ['node:pbkdf2', 0.7],
      ['(garbage collector)', 0.2],
      ['handle', 0.1],
    ],
  );
  t.is(gcRatio, 0.2);
  t.is(topFrame, 'node:pbkdf2');
});

test('should write the .cpuprofile alone while the stall lasts, and all formats when it is over', async (t) => {
  const task = taskFor(t, STACKS);
  const open = await readStallSamples(task, false);
  t.is(open.file, `flame/${BASE}.cpuprofile`);
  t.deepEqual(readdirSync(join(task.directory, 'flame')), [`${BASE}.cpuprofile`]);
  const last = await readStallSamples({ ...task, isLast: true }, false);
  t.deepEqual(last.files, [`flame/${BASE}.cpuprofile`, `flame/${BASE}.folded`]);
  t.deepEqual(readdirSync(join(task.directory, 'flame')).sort(), [`${BASE}.cpuprofile`, `${BASE}.folded`]);
  const json = JSON.parse(readFileSync(join(task.directory, last.file), 'utf8'));
  t.deepEqual(drawProfile(fromCpuProfile(json, { thread: 'main', intervalUs: 10 })), drawProfile(task.profile));
});

test('should know nothing of collection when there is no busy sample', async (t) => {
  const { top, gcRatio, topFrame } = await readStallSamples(
    taskFor(t, [
      [0, '(idle)'],
      [50, '(idle)'],
    ]),
    false,
  );
  t.deepEqual([top, gcRatio, topFrame], [[], null, null]);
});

const PARK = '/app/node_modules/tinypool/worker.js:park';

test('should tell since when the thread is in a package, and write nothing, when it may rest there', async (t) => {
  const stacks: Stack[] = [
    [0, `handle ${PARK}`],
    [10, 'handle'],
    [30, `handle ${PARK}`],
    [50, `listen ${PARK}`],
    [100, `listen ${PARK}`],
  ];
  const task = taskFor(t, stacks, { mayRest: true });
  const { inPackageSinceUs, file, files } = await readStallSamples(task, false);
  t.deepEqual([inPackageSinceUs, file, files], [30, '', []]);
  t.deepEqual(readdirSync(task.directory), []);
  const asked = await readStallSamples({ ...task, mayRest: false }, false);
  t.deepEqual([asked.inPackageSinceUs, asked.file], [null, `flame/${BASE}.cpuprofile`]);
});

test('should tell of no rest when the samples end in code of the application, in what it calls, or in nothing', async (t) => {
  for (const end of ['handle', `handle ${PARK} hash`, `${PARK} node:pbkdf2`, `${PARK} (gc)`, '(idle)']) {
    const stacks: Stack[] = [
      [0, `handle ${PARK}`],
      [90, end],
      [100, end],
    ];
    const { inPackageSinceUs, file } = await readStallSamples(taskFor(t, stacks, { mayRest: true }), false);
    t.deepEqual([inPackageSinceUs, file], [null, `flame/${BASE}.cpuprofile`], end);
  }
});
