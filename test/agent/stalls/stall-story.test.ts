// The lines of one stall, as they are written while its thread answers, and while it does not.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { type StallFigures, StallStory, type StallStorySources } from '../../../src/agent/stalls/stall-story.js';
import type { Stall } from '../../../src/report/report-types.js';
import type { StallLine } from '../../../src/report/stall-log.js';
import { readStallSamples } from '../../../src/report/stall-samples.js';
import { CWD, profile, type Stack } from '../../flame/drawn-profile.js';

const stall = (thread: string): Stall => ({
  id: 3,
  thread,
  startAt: '2026-11-23T14:25:30.000Z',
  durationMs: 0,
  ongoing: true,
  verdict: 'waiting',
  reason: '',
  cpuMs: 0,
  top: [],
  file: '',
});

const figures = (wallMs: number, cpuMs: number): StallFigures => ({
  wallMs,
  cpuMs,
  runnableMs: 0,
  looks: 4,
  looksRunning: 4,
  agentLateMs: 0,
  throttledMs: null,
  throttledCount: null,
  pressureMs: null,
  processCpuMs: null,
  threadState: 'R',
  syscall: null,
  wchan: null,
  child: null,
  startup: false,
});

function storyFor(t: { teardown(done: () => void): void }, rotate: (story: () => StallStory) => Promise<void>, thread = 'main', own = { ms: 0 }) {
  const directory = mkdtempSync(join(tmpdir(), 'pitot-story-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  const told: StallLine[] = [];
  const faults: string[] = [];
  const sources: StallStorySources = {
    rotate: () => rotate(() => story),
    readSamples: (task) => readStallSamples(task, false),
    ownMs: (fromMs, toMs) => Math.min(own.ms, toMs - fromMs),
    onStall: (line) => told.push(line),
    onFault: (code, message) => faults.push(`${code}: ${message}`),
  };
  const options = { directory, service: 'shop', cwd: CWD, formats: ['folded'], keep: 60 };
  const story = new StallStory(stall(thread), 1, 'CPU.20261123.142530.42.0.stall-0003', [], options, sources);
  const written = (): StallLine[] =>
    existsSync(join(directory, 'stalls.ndjson'))
      ? readFileSync(join(directory, 'stalls.ndjson'), 'utf8')
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line))
      : [];
  return { story, told, faults, written };
}

// The stall begins at 1 ms; before it the thread was idle.
const SEGMENT: Stack[] = [
  [0, '(idle)'],
  [1000, 'handle block'],
  [251_000, 'handle block'],
];

test('should write a line with the function when the thread hands its samples over', async (t) => {
  const { story, told, written } = storyFor(t, async (self) => self().addSegment(profile(SEGMENT, 'main', 10_000)));
  story.tell('open', figures(250, 245), false);
  await story.settle();
  const [line, ...others] = written();
  t.deepEqual(others, []);
  t.deepEqual([line], told);
  t.like(line, { event: 'open', id: 3, thread: 'main', durationMs: 250, cpuMs: 245, ongoing: true, verdict: 'executing' });
  t.is(line?.reason, 'the thread burned 98 % of a core (245 ms CPU in 250 ms)');
  t.deepEqual(line?.top, [{ function: 'block', file: 'block.js', line: 1, ratio: 1 }]);
  t.is(line?.file, 'flame/CPU.20261123.142530.42.0.stall-0003.cpuprofile');
  t.false('flame' in (line as object));
  t.deepEqual(story.stall.flame?.totalUs, [250_000, 250_000, 250_000]);
});

test('should write the verdict without a function when the thread does not answer, and name it at the end', async (t) => {
  let isBlocked = true;
  const { story, written } = storyFor(t, (self) => {
    if (isBlocked) return new Promise(() => {});
    self().addSegment(profile(SEGMENT, 'main', 10_000));
    return Promise.resolve();
  });
  story.tell('open', figures(200, 195), false);
  await story.settle();
  t.like(written()[0], { event: 'open', verdict: 'executing', ongoing: true, file: '', top: [] });
  isBlocked = false;
  story.tell('end', figures(250, 245), false);
  await story.settle();
  const [, end] = written();
  t.like(end, { event: 'end', ongoing: false, durationMs: 250 });
  t.is(end?.top[0]?.function, 'block');
});

test('should tell a heap snapshot as the cause, and blame no function, when most of the stall is one', async (t) => {
  const { story, written } = storyFor(
    t,
    () => {
      throw new Error('asked');
    },
    'main',
    { ms: 230 },
  );
  story.addSegment(profile(SEGMENT, 'main', 10_000));
  story.tell('end', figures(250, 245), false);
  await story.settle();
  t.like(written()[0], { verdict: 'executing', top: [], file: '', durationMs: 250 });
  t.is(written()[0].reason, 'pitot took a heap snapshot, for 230 ms of 250 ms; the thread burned 98 % of a core (245 ms CPU in 250 ms)');
});

test('should take back what it blamed when that a heap snapshot had begun shows only later', async (t) => {
  const own = { ms: 0 };
  const { story, written } = storyFor(t, async (self) => self().addSegment(profile(SEGMENT, 'main', 10_000)), 'main', own);
  story.tell('open', figures(250, 245), false);
  await story.settle();
  own.ms = 1900;
  story.tell('end', figures(2000, 1960), false);
  await story.settle();
  t.deepEqual(
    written().map(({ top, file }) => [top.length, file]),
    [
      [1, 'flame/CPU.20261123.142530.42.0.stall-0003.cpuprofile'],
      [0, ''],
    ],
  );
  t.true(written()[1].reason.startsWith('pitot took a heap snapshot, for 1.90 s of 2.00 s; '));
});

test("should name the application's function when a heap snapshot was the smaller part of the stall", async (t) => {
  const { story, written } = storyFor(t, async (self) => self().addSegment(profile(SEGMENT, 'main', 10_000)), 'main', { ms: 100 });
  story.tell('end', figures(250, 245), false);
  await story.settle();
  t.is(written()[0].top[0]?.function, 'block');
  t.is(written()[0].reason, 'the thread burned 98 % of a core (245 ms CPU in 250 ms)');
});

test('should ask the thread for nothing when the process ends', async (t) => {
  const { story, written } = storyFor(t, () => {
    throw new Error('asked');
  });
  story.tell('end', figures(250, 245), true);
  await story.settle();
  t.like(written()[0], { event: 'end', ongoing: false, verdict: 'executing', top: [] });
});

test('should tell each line as it was when it was due, however late it is written', async (t) => {
  const { story, written } = storyFor(t, async () => {});
  story.tell('open', figures(250, 5), false);
  story.tell('update', figures(1250, 1200), false);
  story.tell('end', figures(1500, 1450), false);
  await story.settle();
  t.deepEqual(
    written().map(({ event, durationMs, cpuMs, ongoing, verdict }) => [event, durationMs, cpuMs, ongoing, verdict]),
    [
      ['open', 250, 5, true, 'starved'],
      ['update', 1250, 1200, true, 'executing'],
      ['end', 1500, 1450, false, 'executing'],
    ],
  );
});

test('should write the line all the same when its samples could not be had', async (t) => {
  let calls = 0;
  const { story, faults, written } = storyFor(t, async () => {
    if (++calls === 1) throw new Error('no session');
  });
  story.tell('open', figures(250, 245), false);
  story.tell('end', figures(500, 490), false);
  await story.settle();
  t.deepEqual(faults, ['STALL_SAMPLES: no session']);
  t.deepEqual(
    written().map(({ event }) => event),
    ['open', 'end'],
  );
});

const PARK = '/app/node_modules/tinypool/worker.js:park';
/** Asleep on a futex at its last look. */
const asleep = (wallMs: number, cpuMs: number): StallFigures => ({
  ...figures(wallMs, cpuMs),
  looksRunning: 0,
  threadState: 'S',
  syscall: { number: 202, name: 'futex' },
});
/** In a package from that moment on, for 5 s. */
const parkedFrom = (startUs: number): Stack[] => Array.from({ length: 11 }, (_, i) => [startUs + i * 500_000, `listen ${PARK}`]);
const PARKED = parkedFrom(1000);
const handsOver = (stacks: Stack[], thread: string) => async (self: () => StallStory) => self().addSegment(profile(stacks, thread, 10_000));

test('should tell nothing, now and later, when a worker thread waits on a futex inside of a package', async (t) => {
  const { story, told, written } = storyFor(t, handsOver(PARKED, 'worker-3'), 'worker-3');
  story.tell('open', asleep(250, 1), false);
  story.tell('update', asleep(1250, 2), false);
  await story.settle();
  t.true(story.isResting);
  story.tell('end', asleep(9000, 3), false);
  await story.settle();
  t.deepEqual([story.isTold, told, written()], [false, [], []]);
});

test('should tell it all the same when main does, and when a worker thread waits in code of the application', async (t) => {
  const main = storyFor(t, handsOver(PARKED, 'main'));
  main.story.tell('open', asleep(250, 1), false);
  await main.story.settle();
  t.like(main.written()[0], { event: 'open', thread: 'main', verdict: 'waiting' });
  t.is(main.written()[0]?.top[0]?.file, 'tinypool/worker.js:park');
  const worker = storyFor(t, handsOver(SEGMENT, 'worker-3'), 'worker-3');
  worker.story.tell('open', asleep(250, 1), false);
  await worker.story.settle();
  t.like(worker.written()[0], { event: 'open', thread: 'worker-3', verdict: 'waiting' });
  t.is(worker.written()[0]?.top[0]?.function, 'block');
});

test('should end a stall where the rest began when a worker thread computed and then went to wait', async (t) => {
  const stacks: Stack[] = [[1000, 'listen load'], ...parkedFrom(301_000)];
  const { story, written } = storyFor(t, handsOver(stacks, 'worker-3'), 'worker-3');
  story.tell('open', figures(250, 245), false);
  story.tell('update', asleep(1250, 296), false);
  story.tell('update', asleep(3250, 297), false);
  await story.settle();
  t.deepEqual(
    written().map(({ event, durationMs, cpuMs, ongoing, verdict, top }) => [
      event,
      durationMs,
      cpuMs,
      ongoing,
      verdict,
      top[0]?.function,
      top[0]?.ratio,
    ]),
    [
      ['open', 250, 245, true, 'executing', 'load', 1],
      ['end', 300, 296, false, 'executing', 'load', 1],
    ],
  );
  t.deepEqual([story.isTold, story.isResting, story.stall.durationMs, story.stall.ongoing], [true, true, 300, false]);
});

test('should wait for samples when a worker thread waits on a futex and has handed none over yet', async (t) => {
  let isLate = true;
  const { story, written } = storyFor(
    t,
    async (self) => {
      if (!isLate) self().addSegment(profile(SEGMENT, 'worker-3', 10_000));
    },
    'worker-3',
  );
  story.tell('open', asleep(200, 1), false);
  await story.settle();
  t.deepEqual([written(), story.isResting], [[], false]);
  isLate = false;
  story.tell('update', asleep(250, 1), false);
  await story.settle();
  t.like(written()[0], { event: 'update', verdict: 'waiting', top: [{ function: 'block' }] });
});

test('should not wait for samples when something else than a futex says what a worker thread waits for', async (t) => {
  const { story, written } = storyFor(t, async () => {}, 'worker-3');
  story.tell('open', { ...asleep(250, 1), syscall: { number: 0, name: 'read' } }, false);
  await story.settle();
  t.like(written()[0], { event: 'open', reason: 'no CPU (0 %): in system call read' });
});

test('should wait for samples at the end until the process ends too', async (t) => {
  const { story, written } = storyFor(t, () => new Promise(() => {}));
  story.tell('end', figures(250, 245), false);
  story.hurryUp();
  await story.settle();
  t.like(written()[0], { event: 'end', verdict: 'executing', top: [] });
});

test('should tell no shorter time than it has told when a rest turns out to have begun before', async (t) => {
  const stacks: Stack[] = [[1000, 'listen load'], ...parkedFrom(101_000)];
  const { story, written } = storyFor(t, handsOver(stacks, 'worker-3'), 'worker-3');
  story.tell('open', figures(250, 245), false);
  story.tell('update', asleep(1250, 296), false);
  await story.settle();
  t.deepEqual(
    written().map(({ event, durationMs }) => [event, durationMs]),
    [
      ['open', 250],
      ['end', 250],
    ],
  );
});

test('should blame the collector when most samples of most of the stall are in it, and not when they are of a small part', async (t) => {
  for (const [startUs, verdict] of [
    [101_000, 'gc'],
    [151_000, 'executing'],
  ] as const) {
    const stacks: Stack[] = [
      [1000, '(idle)'],
      [startUs, 'load (gc)'],
      [251_000, 'load (gc)'],
    ];
    const { story, written } = storyFor(t, async (self) => self().addSegment(profile(stacks, 'main', 10_000)));
    story.tell('open', figures(250, 245), false);
    await story.settle();
    t.is(written()[0]?.verdict, verdict, written()[0]?.reason);
  }
});
