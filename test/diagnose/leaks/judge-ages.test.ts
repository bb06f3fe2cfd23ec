// Birth ages: which shapes are a leak, and which are a cache, a step, sessions, work in flight or one array that is copied.
import test from 'ava';
import { type AgeSamples, captureAges } from '../../../src/diagnose/leaks/age-capture.js';
import { shapeOf } from '../../../src/diagnose/leaks/age-shape.js';
import { type AgeJudgement, judgeAges, lifetimesOf } from '../../../src/diagnose/leaks/judge-ages.js';
import { MIB } from './population.js';

const MINUTE_MS = 60_000;
const PER_MINUTE = 100;
const KIB_512 = 524_288;

/** One allocating function, with a sample of 512 KB born at each of these minutes. */
function profileAt(atMinute: number, born: Record<string, readonly number[]>, sizes: Record<string, number> = {}): AgeSamples {
  const names = Object.keys(born);
  const children = names.map((functionName, i) => ({ id: i + 2, callFrame: { functionName, url: 'file:///app/service.js', lineNumber: 9 + i } }));
  const samples = names.flatMap((name, i) =>
    born[name].map((minute) => ({ ordinal: minute * PER_MINUTE + name.length, size: sizes[name] ?? KIB_512, nodeId: i + 2 })),
  );
  // The clock's hand: a sample older than any window would not be one.
  samples.push({ ordinal: atMinute * PER_MINUTE, size: 0, nodeId: 1 });
  return { samples, head: { id: 1, callFrame: { functionName: '(root)', url: '', lineNumber: -1 }, children }, startedAtMs: 0 };
}

const range = (from: number, to: number, step = 2): number[] => Array.from({ length: Math.ceil((to - from) / step) }, (_, i) => from + i * step);
const bornMs = (ordinal: number): number => (ordinal / PER_MINUTE) * MINUTE_MS;

/** The level has risen by 15 MiB an hour since minute 60; looked at in minutes 110 and 120. */
function judge(
  before: AgeSamples,
  now: AgeSamples,
  levelAt = (ms: number): number => (100 + Math.max(0, ms / MINUTE_MS - 60) / 4) * MIB,
): AgeJudgement {
  const earlier = captureAges(before, 110 * MINUTE_MS);
  const capture = captureAges(now, 120 * MINUTE_MS);
  return judgeAges({
    now: capture,
    earlier: [earlier],
    lifetimesMs: lifetimesOf(earlier, capture, MINUTE_MS, bornMs),
    fromMs: 60 * MINUTE_MS,
    growthBytesPerHour: 15 * MIB,
    baseBytes: 100 * MIB,
    noiseBytes: MIB,
    pairGapMs: 8 * MINUTE_MS,
    oldestMs: MINUTE_MS,
    bornMs,
    levelAt,
  });
}

test('should say leak, and name the function, when objects of all ages are alive and none died', (t) => {
  const said = judge(
    profileAt(110, { boot: range(0, 2, 0.1), remember: range(60, 110) }),
    profileAt(120, { boot: range(0, 2, 0.1), remember: range(60, 120) }),
  );
  t.is(said.verdict, 'leak');
  const [{ function: name, file, line, bytes, ratio, kind }] = said.functions;
  t.deepEqual(
    { name, file, line, bytes, ratio, kind },
    { name: 'remember', file: 'file:///app/service.js', line: 11, bytes: 15 * MIB, ratio: 1, kind: 'all-ages' },
  );
  t.true(Math.abs(said.leakBytesPerHour - 15 * MIB) < 2 * MIB, `${said.leakBytesPerHour}`);
});

test('should wait for a second profile when only one has been seen', (t) => {
  const said = judge(profileAt(110, {}), profileAt(120, { remember: range(60, 120) }));
  t.is(said.verdict, 'waiting');
});

test('should say mortal when the oldest of a function died between the profiles, as sessions do', (t) => {
  const said = judge(profileAt(110, { open: range(60, 110) }), profileAt(120, { open: range(70, 120) }));
  t.deepEqual([said.verdict, said.reason], ['refuted', 'mortal']);
});

test('should say turnover when more is born than the level rose by, as in a full cache', (t) => {
  const said = judge(profileAt(110, { put: range(10, 110, 0.5) }), profileAt(120, { put: range(10, 120, 0.5) }));
  t.deepEqual([said.verdict, said.reason], ['refuted', 'turnover']);
});

test('should say leak of a function that also makes what is in flight, when V8 has inlined the one that leaks into it', (t) => {
  // 24 MiB of answers that live for a minute, and 15 MiB that have stayed.
  const answer = (atMinute: number): number[] => [...range(60, atMinute), ...range(atMinute - 1, atMinute, 1 / 48)];
  const said = judge(profileAt(110, { answer: answer(110) }), profileAt(120, { answer: answer(120) }));
  t.is(said.verdict, 'leak');
  t.is(said.functions[0].kind, 'all-ages');
  t.true(Math.abs(said.leakBytesPerHour - 15 * MIB) < 2 * MIB, `${said.leakBytesPerHour}`);
});

test('should say turnover of a full cache beside what is in flight, when one function makes both', (t) => {
  const serve = (atMinute: number): number[] => [...range(10, atMinute, 0.5), ...range(atMinute - 1, atMinute, 1 / 48)];
  const said = judge(profileAt(110, { serve: serve(110) }), profileAt(120, { serve: serve(120) }));
  t.deepEqual([said.verdict, said.reason], ['refuted', 'turnover']);
});

test('should say step when all was born at once', (t) => {
  const said = judge(profileAt(110, { load: range(80, 81, 0.04) }), profileAt(120, { load: range(80, 81, 0.04), other: [62, 119] }));
  t.deepEqual([said.verdict, said.reason], ['refuted', 'step']);
});

test('should say in flight when only young objects are alive', (t) => {
  const said = judge(profileAt(110, { handle: range(107, 110, 0.1) }), profileAt(120, { handle: range(117, 120, 0.1) }));
  t.deepEqual([said.verdict, said.reason], ['refuted', 'in-flight']);
});

test('should say front when births have ended, as of a warm-up', (t) => {
  const said = judge(profileAt(110, { compile: range(60, 80, 0.5) }), profileAt(120, { compile: range(60, 80, 0.5) }));
  t.deepEqual([said.verdict, said.reason], ['refuted', 'front']);
});

test('should be unclear when one array is copied into a larger one', (t) => {
  const said = judge(profileAt(110, { push: [100] }, { push: 10 * MIB }), profileAt(120, { push: [118] }, { push: 15 * MIB }));
  t.deepEqual([said.verdict, said.reason], ['unclear', 'regrown']);
});

test('should tell the leak from sessions of another function when both grow', (t) => {
  const said = judge(
    profileAt(110, { open: range(90, 110, 0.5), remember: range(60, 110) }),
    profileAt(120, { open: range(100, 120, 0.5), remember: range(60, 120) }),
  );
  t.is(said.verdict, 'leak');
  t.deepEqual(
    said.functions.filter(({ bytes }) => bytes > 0).map(({ function: name, kind }) => [name, kind === 'all-ages']),
    [
      ['remember', true],
      ['open', false],
    ],
  );
});

test('should charge what Node allocates to the function that called it', (t) => {
  const own = { functionName: 'save', url: 'file:///app/save.js', lineNumber: 4 };
  const inner = { id: 3, callFrame: { functionName: 'from', url: 'node:buffer', lineNumber: 1 } };
  const head = { id: 1, callFrame: { functionName: '(root)', url: '', lineNumber: -1 }, children: [{ id: 2, callFrame: own, children: [inner] }] };
  const { functions, functionOf } = captureAges({ samples: [{ size: 1, nodeId: 3, ordinal: 1 }], head, startedAtMs: 0 }, 0);
  t.deepEqual(functions[functionOf[0]], { function: 'save', file: 'file:///app/save.js', line: 5 });
});

test('should count the generations of LEAKS 2.4 when their shapes are given', (t) => {
  const shape = (bins: readonly number[]): string => {
    const ordinals = bins.flatMap((count, bin) => Array.from({ length: count }, (_, i) => bin * 100 + (99 * i) / Math.max(count, 1)));
    return shapeOf(
      ordinals,
      ordinals.map(() => 1),
      0,
      1200,
    ).shape;
  };
  t.is(shape([27, 19, 21, 16, 18, 17, 14, 21, 21, 17, 16, 27]), 'all-ages');
  t.is(shape([0, 0, 0, 0, 0, 36, 0, 0, 0, 0, 0, 0]), 'step');
  t.is(shape([40, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), 'step');
  t.is(shape([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 36]), 'in-flight');
  t.is(shape([20, 14, 12, 9, 0, 0, 0, 0, 0, 0, 0, 0]), 'front');
});

test('should tell who is among several functions with few samples each, most bytes first, and nobody with one sample alone', (t) => {
  const born = { add: range(62, 120, 15), addLine: range(66, 120, 15), addNote: range(70, 120, 20), once: [80] };
  const early = { add: range(62, 110, 15), addLine: range(66, 110, 15), addNote: range(70, 110, 20), once: [80] };
  const { functions } = judge(profileAt(110, early), profileAt(120, born), (ms) => (100 + Math.max(0, ms / MINUTE_MS - 60) / 9) * MIB);
  const several = functions.find(({ function: name }) => name === '(several functions)')!;
  t.deepEqual(
    several.members?.map(({ function: name, bytes }) => [name, bytes / KIB_512]),
    [
      ['add', 4],
      ['addLine', 4],
      ['addNote', 3],
    ],
  );
});

test('should not be sure of a lifetime that is as long as the process: of a queue that grows the oldest go as well', (t) => {
  // One in five goes, from the oldest on; the level rises all the same.
  const level = (ms: number): number => (100 + Math.max(0, ms / MINUTE_MS - 60) / 4) * MIB;
  const before = profileAt(110, { enqueue: range(12, 110) });
  const now = profileAt(120, { enqueue: range(22, 120) });
  const ask = (oldestMs: number): AgeJudgement => {
    const earlier = captureAges(before, 110 * MINUTE_MS);
    const capture = captureAges(now, 120 * MINUTE_MS);
    const lifetimesMs = lifetimesOf(earlier, capture, MINUTE_MS, bornMs);
    const question = { fromMs: 20 * MINUTE_MS, growthBytesPerHour: 15 * MIB, baseBytes: 100 * MIB, noiseBytes: MIB, pairGapMs: 8 * MINUTE_MS };
    return judgeAges({ ...question, now: capture, earlier: [earlier], lifetimesMs, oldestMs, bornMs, levelAt: level });
  };
  t.deepEqual([ask(MINUTE_MS).verdict, ask(MINUTE_MS).reason], ['unclear', 'mortal']);
  // The same with three hours of history: nothing is as old as that.
  t.is(ask(-120 * MINUTE_MS).verdict, 'refuted');
});
