// The lines of one stall, as they are written while its thread answers, and while it does not.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { type StallFigures, StallStory, type StallStorySources } from '../../src/agent/stall-story.js';
import type { Stall } from '../../src/report/report-types.js';
import type { StallLine } from '../../src/report/stall-log.js';
import { readStallSamples } from '../../src/report/stall-samples.js';
import { CWD, profile, type Stack } from '../flame/drawn-profile.js';

const stall = (): Stall => ({
  id: 3,
  thread: 'main',
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

function storyFor(t: { teardown(done: () => void): void }, rotate: (story: () => StallStory) => Promise<void>) {
  const directory = mkdtempSync(join(tmpdir(), 'pitot-story-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  const told: StallLine[] = [];
  const faults: string[] = [];
  const sources: StallStorySources = {
    rotate: () => rotate(() => story),
    readSamples: (task) => readStallSamples(task, false),
    onStall: (line) => told.push(line),
    onFault: (code, message) => faults.push(`${code}: ${message}`),
  };
  const options = { directory, service: 'shop', cwd: CWD, formats: ['folded'], keep: 60 };
  const story = new StallStory(stall(), 1, 'CPU.20261123.142530.42.0.stall-0003', [], options, sources);
  const written = (): StallLine[] =>
    readFileSync(join(directory, 'stalls.ndjson'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
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
