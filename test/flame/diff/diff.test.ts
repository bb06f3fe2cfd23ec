// Functions before and after: exact shares by hand, and how often noise is called a change where the truth is known.
import test from 'ava';
import type { ProfileSide } from '../../../src/flame/diff/block-sums.js';
import { diffProfiles, type FunctionChange, type ProfileDiff } from '../../../src/flame/diff/diff.js';
import { alignRoots } from '../../../src/flame/diff/function-table.js';
import { seededRandom } from '../../../src/flame/diff/seeded-random.js';
import type { NamedProfile } from '../../../src/flame/profile.js';
import { judgeDiff } from '../../../src/report/judge-diff.js';
import { named, type Stack } from '../drawn-profile.js';
import { manyFunctions, type Simulation, simulate } from '../simulated-profile.js';

/** A sample each 10 ms that walks through the stacks again and again. */
function cycle(stacks: readonly string[], count: number, thread = 'main'): NamedProfile {
  return named(
    Array.from({ length: count + 1 }, (_, i): Stack => [i * 10_000, stacks[i % stacks.length]]),
    thread,
    10_000,
  );
}

const ordered = (...profiles: NamedProfile[]): ProfileSide => ({ profiles, ordered: true });
const diff = (before: ProfileSide, after: ProfileSide, seed = 1, replicates = 300): ProfileDiff =>
  diffProfiles(before, after, { level: 0.05, random: seededRandom(seed), replicates });
const judge = (cpu: ProfileDiff) => judgeDiff({ before: 'a', after: 'b', level: 0.05, cpu, paths: null, notes: [] });
const byName = ({ functions }: ProfileDiff): Record<string, FunctionChange> => Object.fromEntries(functions.map((it) => [it.function, it]));

test('should give exact shares and times a second when the samples are known', (t) => {
  // 800 samples of 10 ms: half idle; of the busy half, `hash` under `serve` has 1/4 before and 1/2 after, `serve` itself the rest.
  const before = cycle(['serve hash', '(idle)', 'serve', '(idle)', 'serve', '(idle)', 'serve', '(idle)'], 800);
  const after = cycle(['serve hash', '(idle)', 'serve', '(idle)', 'serve hash', '(idle)', 'serve', '(idle)'], 800);
  const result = diff(ordered(before), ordered(after));
  const { hash, serve } = byName(result);
  t.deepEqual(
    { ...result.before, blocks: 0, blockSamples: 0 },
    { profiles: 1, samples: 801, busyMs: 4000, wallMs: 8000, block: 'samples', blocks: 0, blockSamples: 0 },
  );
  t.like(hash.self, { before: 0.25, after: 0.5, change: 0.25, beforeMsPerS: 125, afterMsPerS: 250 });
  t.is(hash.total, hash.self);
  t.like(serve.self, { before: 0.75, after: 0.5, change: -0.25 });
  t.like(serve.total, { before: 1, after: 1, change: 0, p: 1 });
  const judged = judge(result);
  t.deepEqual(
    judged.functions.map(({ function: name, verdict }) => [name, verdict]),
    // What serve lost itself, hash took within it.
    [
      ['hash', 'slower'],
      ['serve', 'shifted'],
    ],
  );
  t.true(judged.slower);
  t.is(judged.questions, 3);
});

test('should match a function when its line moved, and not when it is in another file', (t) => {
  const before = cycle(['a', 'b'], 400);
  const after = cycle(['a', 'b'], 400);
  const moved: NamedProfile = { ...after, frames: after.frames.map((frame) => ({ ...frame, line: frame.line + 7 })) };
  const same = diff(ordered(before), ordered(moved));
  t.deepEqual(
    same.functions.map(({ function: name, line, self }) => [name, line, self?.change]),
    [
      ['a', 8, 0],
      ['b', 8, 0],
    ],
  );
  const elsewhere: NamedProfile = {
    ...after,
    frames: after.frames.map((frame) => (frame.function === 'a' ? { ...frame, file: 'lib/other.js' } : frame)),
  };
  t.deepEqual(
    diff(ordered(before), ordered(elsewhere)).functions.map(({ file, self }) => [file, self?.before, self?.after]),
    [
      ['a.js', 0.5, 0],
      ['b.js', 0.5, 0.5],
      ['lib/other.js', 0, 0.5],
    ],
  );
});

test('should strip the roots of two releases when their files differ only in these', (t) => {
  const { before, after } = alignRoots(
    ['/srv/v1/src/a.js', '/srv/v1/src/db/b.js', '/opt/shared/c.js', 'node:fs', 'd.js'],
    ['/srv/v2/src/a.js', '/srv/v2/src/db/b.js', '/srv/v2/src/new.js', '/opt/shared/c.js', 'node:fs'],
  );
  t.deepEqual(
    [before('/srv/v1/src/a.js'), before('/srv/v1/src/db/b.js'), before('/opt/shared/c.js'), before('d.js')],
    ['src/a.js', 'src/db/b.js', '/opt/shared/c.js', 'd.js'],
  );
  t.deepEqual([after('/srv/v2/src/new.js'), after('/opt/shared/c.js')], ['src/new.js', '/opt/shared/c.js']);
  const none = alignRoots(['/a/x.js'], ['/a/x.js']);
  t.is(none.before('/a/x.js'), '/a/x.js');
});

test('should call it a shift when a share grows only because another function shrank', (t) => {
  // 10 samples of 40 in `b` on both sides; `a` has 20 before and 5 after, the rest is idle: b's share rises from 1/3 to 2/3, its time does not.
  const side = (a: number): NamedProfile =>
    cycle(
      Array.from({ length: 40 }, (_, i) => (i % 4 === 0 ? 'b' : i % 4 === 1 || (i % 4 === 2 && a > 10) ? (i < a * 2 ? 'a' : '(idle)') : '(idle)')),
      4000,
    );
  const judged = judge(diff(ordered(side(20)), ordered(side(5))));
  const verdicts = Object.fromEntries(judged.functions.map((it) => [it.function, it]));
  t.is(verdicts.b.self?.beforeMsPerS, 250);
  t.is(verdicts.b.self?.afterMsPerS, 250);
  t.true((verdicts.b.self?.change as number) > 0.2);
  t.is(verdicts.b.verdict, 'shifted');
  t.is(verdicts.a.verdict, 'faster');
  t.false(judged.slower);
});

test('should blame only the caller that grew when all self time is in a function that callers share', (t) => {
  // Always busy: 40 of 160 under `hash` before, 100 of 220 after; the others keep their 40 each.
  const side = (hash: number): NamedProfile => {
    const stacks = ['parse', 'query', 'render'].flatMap((name) => Array.from({ length: 40 }, () => `run ${name} spin`));
    for (let i = 0; i < hash; i++) stacks.splice(Math.floor((i * stacks.length) / hash), 0, 'run hash spin');
    return cycle(stacks, 6600);
  };
  for (const [before, after, verdict] of [
    [40, 100, 'slower'],
    [100, 40, 'faster'],
  ] as const) {
    const { functions } = judge(diff(ordered(side(before)), ordered(side(after))));
    t.deepEqual(
      functions.filter((it) => it.verdict === 'slower' || it.verdict === 'faster').map((it) => `${it.function} ${it.verdict}`),
      [`hash ${verdict}`],
    );
  }
});

test('should ask nothing and say why when there are too few samples', (t) => {
  const result = diff(ordered(cycle(['a', 'b'], 90)), ordered(cycle(['a', 'b'], 900)));
  t.is(result.unjudged, '90 samples that are not idle, at least 100 are needed');
  t.deepEqual(result.functions, []);
  t.is(diff(ordered(), ordered()).unjudged, '0 samples that are not idle, at least 100 are needed');
});

test('should take windows as blocks when there are many, and stretches of samples when there are few', (t) => {
  const windows = (count: number): ProfileSide => ordered(...Array.from({ length: count }, () => cycle(['a', 'b', 'c'], 300)));
  const { before, after } = diff(windows(20), windows(4));
  t.deepEqual([before.block, before.blocks, before.profiles], ['window', 20, 20]);
  // 1 204 samples in 64 blocks: 18.8 each, so 16 a window.
  t.deepEqual([after.block, after.blocks, after.profiles], ['samples', 64, 4]);
});

test('should count wall time of the main thread alone when workers are profiled too', (t) => {
  const main = cycle(['a', '(idle)'], 400);
  const worker = cycle(['w'], 400, 'worker-1');
  const result = diff(ordered(main, worker), ordered(main, worker));
  t.is(result.before.wallMs, 4000);
  t.is(result.before.busyMs, 6000);
  t.is(byName(result).w.self?.beforeMsPerS, 1000);
});

test('should not mistake the order of a file for time when a format keeps none', (t) => {
  // All samples of one stack stand together: read in order, each block would hold one function.
  const folded = (a: number, b: number): NamedProfile =>
    named(
      Array.from({ length: a + b + 1 }, (_, i): Stack => [i * 10_000, i < a ? 'a' : 'b']),
      'main',
      10_000,
    );
  const result = diffProfiles(
    { profiles: [folded(1000, 5000)], ordered: false },
    { profiles: [folded(1500, 4500)], ordered: false },
    {
      level: 0.05,
      random: seededRandom(5),
    },
  );
  t.is(result.before.block, 'shuffled samples');
  const { a } = byName(result);
  // Independent samples: √(p q / n) a side; neighbours taken as correlated: √2 of it.
  const error = Math.sqrt(2 * ((1 / 6) * (5 / 6) + 0.25 * 0.75) * (1 / 6000));
  const width = (a.self?.high as number) - (a.self?.low as number);
  t.true(Math.abs(width / (2 * 1.96 * error) - 1) < 0.35, `${width}`);
  t.deepEqual(
    judge(result)
      .functions.map(({ function: name, verdict }) => `${name} ${verdict}`)
      .sort(),
    ['a slower', 'b faster'],
  );
});

test('should give the same answer when it is asked twice with the same seed', (t) => {
  const random = seededRandom(11);
  const sides = [0.1, 0.2].map((hot) => ordered(simulate({ shares: manyFunctions(30, hot), samples: 2000, stickiness: 0.3 }, random)));
  t.deepEqual(diff(sides[0], sides[1], 9), diff(sides[0], sides[1], 9));
});

// 200 functions, of which about 35 are large enough to be asked about; a minute at 10 ms.
const MINUTE = { samples: 6000, stickiness: 0.3 };
const PAIRS = 400;

/** Share of simulated pairs in which a condition holds. */
function rate(pairs: number, before: Simulation, after: Simulation, isHit: (found: string[]) => boolean): number {
  let hits = 0;
  for (let seed = 1; seed <= pairs; seed++) {
    const random = seededRandom(seed * 7919);
    const sides = [before, after].map((simulation) => ordered(simulate(simulation, random)));
    const { functions } = judge(diffProfiles(sides[0], sides[1], { level: 0.05, random, replicates: 200 }));
    const found = functions.filter(({ verdict }) => verdict === 'slower' || verdict === 'faster').map((it) => `${it.function} ${it.verdict}`);
    if (isHit(found)) hits++;
  }
  return hits / pairs;
}

test('should find nothing in at least 95 of 100 pairs when nothing has changed', (t) => {
  const same = { ...MINUTE, shares: manyFunctions(200, 0.1) };
  const falsely = rate(PAIRS, same, same, (found) => found.length > 0);
  t.log(`findings in ${falsely * 100} % of ${PAIRS} pairs`);
  t.true(falsely <= 0.05);
});

test('should find nothing in at least 95 of 100 pairs when neighbouring samples are nearly all alike, or most are idle', (t) => {
  for (const more of [{ stickiness: 0.8 }, { idle: 0.9 }]) {
    const same = { ...MINUTE, shares: manyFunctions(200, 0.1), ...more };
    const falsely = rate(100, same, same, (found) => found.length > 0);
    t.log(`${JSON.stringify(more)}: findings in ${falsely * 100} % of 100 pairs`);
    t.true(falsely <= 0.05);
  }
});

test('should find the function in at least 95 of 100 pairs when it went from 10 to 15 % of 6 000 samples', (t) => {
  const of = (hot: number): Simulation => ({ ...MINUTE, shares: manyFunctions(200, hot) });
  const found = rate(PAIRS, of(0.1), of(0.15), (names) => names.includes('hot slower'));
  t.log(`found in ${found * 100} % of ${PAIRS} pairs`);
  t.true(found >= 0.95);
});
