// Joining and cutting profiles in time: no moment is lost, none counted twice.
import test from 'ava';
import fc from 'fast-check';
import { buildCallTree } from '../../src/flame/call-tree.js';
import type { Profile } from '../../src/flame/profile.js';
import { mergeSegments, sliceProfile } from '../../src/flame/profile-segments.js';
import { drawProfile, nameAll, profile, type Stack, stacksOf } from './drawn-profile.js';

const totalUs = (raw: Profile): number => buildCallTree(nameAll(raw)).totalUs;

test('should count each moment once when segments overlap', (t) => {
  //  first   | a b 0 | a c 10 | a b 20 | a 30 |
  //  second                   | a b 20 | a 30 | d 40 | a b 50
  const first = profile(
    [
      [0, 'a b'],
      [10, 'a c'],
      [20, 'a b'],
      [30, 'a'],
    ],
    'main',
    10,
    0,
    32,
  );
  const second = profile(
    [
      [20, 'a b'],
      [30, 'a'],
      [40, 'd'],
      [50, 'a b'],
    ],
    'main',
    10,
    19,
    51,
  );
  const merged = mergeSegments([first, second]);
  t.deepEqual(stacksOf(merged), [
    [0, 'a b'],
    [10, 'a c'],
    [20, 'a b'],
    [30, 'a'],
    [40, 'd'],
    [50, 'a b'],
  ]);
  t.deepEqual(drawProfile(merged), ['(root) 0/50', '  a 10/40', '    b 20/20', '    c 10/10', '  d 10/10']);
  t.deepEqual([merged.startUs, merged.endUs], [0, 51]);
  // The union of the trees: `a` and `a b` are one node each.
  t.is(merged.nodeFrames.length, 5);
});

test('should blame no code when no profile was taken between two segments', (t) => {
  const first = profile([[0, 'a']], 'main', 10, 0, 15);
  const second = profile([[500, 'b']], 'main', 10, 400, 510);
  t.deepEqual(drawProfile(mergeSegments([first, second])), ['(root) 0/500', '  (not profiled) 485/485', '  a 15/15', '  b 0/0']);
  const soon = profile([[40, 'b']], 'main', 10, 35, 50);
  t.deepEqual(drawProfile(mergeSegments([first, soon])), ['(root) 0/40', '  a 40/40', '  b 0/0']);
});

test('should hold the other segments when some are empty', (t) => {
  const empty = profile([], 'main', 10, 90, 95);
  const one = profile([
    [100, 'a'],
    [110, 'b'],
  ]);
  t.deepEqual(stacksOf(mergeSegments([empty, one, profile([], 'main', 10, 105, 120)])), [
    [100, 'a'],
    [110, 'b'],
  ]);
  t.is(mergeSegments([one]), one);
  t.is(mergeSegments([]).samples.length, 0);
});

test('should hold exactly the interval when it begins and ends within samples', (t) => {
  const whole = profile([
    [0, 'a b'],
    [10, 'a c'],
    [20, 'd'],
    [30, 'a b'],
  ]);
  const cut = sliceProfile(whole, 4, 23);
  t.deepEqual(stacksOf(cut), [
    [4, 'a b'],
    [10, 'a c'],
    [20, 'd'],
    [23, 'd'],
  ]);
  t.deepEqual(drawProfile(cut), ['(root) 0/19', '  a 0/16', '    b 6/6', '    c 10/10', '  d 3/3']);
  t.deepEqual([cut.startUs, cut.endUs], [4, 23]);
});

test('should leave out nodes that have no samples when an interval is cut', (t) => {
  const whole = profile([
    [0, 'a b'],
    [10, 'c'],
    [20, 'a b'],
  ]);
  const cut = sliceProfile(whole, 12, 18);
  t.deepEqual(
    cut.frames.map((frame) => frame.function),
    ['(root)', 'c'],
  );
  t.deepEqual(stacksOf(cut), [
    [12, 'c'],
    [18, 'c'],
  ]);
});

test('should end where the samples end when the interval is longer than the profile', (t) => {
  const whole = profile(
    [
      [100, 'a'],
      [110, 'b'],
    ],
    'main',
    10,
    95,
    119,
  );
  const cut = sliceProfile(whole, 0, 1000);
  t.deepEqual(stacksOf(cut), [
    [100, 'a'],
    [110, 'b'],
  ]);
  t.deepEqual([cut.startUs, cut.endUs], [100, 110]);
});

test('should hold no samples when interval and profile do not meet', (t) => {
  const whole = profile([
    [100, 'a'],
    [110, 'b'],
  ]);
  for (const [fromUs, toUs] of [
    [0, 99],
    [111, 200],
    [105, 104],
  ]) {
    const cut = sliceProfile(whole, fromUs, toUs);
    t.deepEqual([cut.samples.length, cut.endUs - cut.startUs], [0, 0]);
  }
  t.is(sliceProfile(profile([]), 0, 5).samples.length, 0);
});

/** Up to 40 samples, at times that do not fall, of stacks over three functions. */
const anyStacks = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 30 }), fc.array(fc.constantFrom('a', 'b', 'c', '(idle)'), { minLength: 1, maxLength: 4 })), {
    maxLength: 40,
  })
  .map((steps) => {
    let timeUs = 0;
    return steps.map(([deltaUs, stack]): Stack => [(timeUs += deltaUs), stack.join(' ')]);
  });

test('should neither lose nor invent time when any profile is cut anywhere', (t) => {
  fc.assert(
    fc.property(anyStacks, fc.array(fc.integer({ min: -10, max: 900 }), { minLength: 1, maxLength: 6 }), (stacks, cuts) => {
      const whole = profile(stacks);
      const edges = [Number.NEGATIVE_INFINITY, ...[...cuts].sort((a, b) => a - b), Number.POSITIVE_INFINITY];
      const parts = edges.slice(1).map((toUs, i) => sliceProfile(whole, edges[i], toUs));
      t.is(
        parts.reduce((sumUs, part) => sumUs + totalUs(part), 0),
        totalUs(whole),
      );
      for (const part of parts) t.is(totalUs(part), part.endUs - part.startUs);
      // Joined again, in order, they are the whole: each function has the time that it had.
      t.deepEqual(drawnWithTime(mergeSegments(parts)), drawnWithTime(whole));
    }),
    { numRuns: 300 },
  );
});

test('should neither lose nor invent time when any profile is taken in overlapping segments', (t) => {
  fc.assert(
    fc.property(anyStacks, fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 40 }), (stacks, a, b) => {
      const [from, to] = [Math.min(a, b, stacks.length), Math.min(Math.max(a, b), stacks.length)];
      // Moments are whole: samples of one time are given to both segments.
      const untilUs = stacks[to - 1]?.[0] ?? -1;
      const fromUs = stacks[from]?.[0] ?? 0;
      const first = profile(stacks.filter(([timeUs]) => timeUs <= untilUs));
      const second = profile(stacks.filter(([timeUs]) => timeUs >= fromUs));
      if (from >= to) return;
      t.deepEqual(drawProfile(mergeSegments([first, second])), drawProfile(profile(stacks)));
    }),
    { numRuns: 300 },
  );
});

const drawnWithTime = (raw: Profile): string[] => drawProfile(raw).filter((line) => !line.endsWith('/0'));
