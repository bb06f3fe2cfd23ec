// Tables of functions, blame, sums of threads and the report's tree, on trees computed by hand.
import test from 'ava';
import fc from 'fast-check';
import { buildCallTree, type CallNode } from '../../src/flame/call-tree.js';
import { fromFlameTree, toFlameTree } from '../../src/flame/flame-tree.js';
import { sumProfiles } from '../../src/flame/sum-profiles.js';
import { busyTime, culprits, topFunctions } from '../../src/flame/top-functions.js';
import { draw, named, type Stack } from './drawn-profile.js';

const tree = (...stacks: Stack[]): CallNode => buildCallTree(named(stacks));
const rows = (root: CallNode, n = 10): [string, number, number][] => topFunctions(root, n).map((f) => [f.frame.function, f.selfUs, f.totalUs]);

test('should count the outermost call alone when a function recurses', (t) => {
  //  a ─ f ─ f ─ g ─ f   self: f 10 + 5 + 7, g 3; total of f: all 25 once
  const root = tree([0, 'a f'], [10, 'a f f'], [15, 'a f f g'], [18, 'a f f g f'], [25, 'a']);
  t.deepEqual(rows(root), [
    ['f', 22, 25],
    ['g', 3, 10],
    ['a', 0, 25],
  ]);
  t.deepEqual(rows(root, 1), [['f', 22, 25]]);
});

test('should add up a function when it is reached on several ways', (t) => {
  t.deepEqual(rows(tree([0, 'a c'], [10, 'b c'], [30, 'c a'], [35, 'c'])), [
    ['c', 30, 35],
    ['a', 5, 15],
    ['b', 0, 20],
  ]);
});

test('should leave idle time and stopped time out when busy time is asked for', (t) => {
  const root = tree([0, 'a'], [10, '(idle)'], [40, '(gc)'], [43, '(program)'], [48, 'a'], [50, 'a'], [3_000_050, 'a']);
  t.deepEqual(busyTime(root), { totalUs: 3_000_050, busyUs: 30, gcUs: 3, programUs: 5 });
  t.deepEqual(rows(root), [
    ['a', 22, 22],
    ['(program)', 5, 5],
    ['(garbage collector)', 3, 3],
  ]);
});

test('should not overflow when the application recurses very deeply', (t) => {
  const root = buildCallTree(named([]));
  let node = root;
  for (let i = 0; i < 50_000; i++) {
    const child: CallNode = { ...node, frame: { ...root.frame, function: 'deep', kind: 'user' }, parent: node, children: [], totalUs: 9 };
    node.children = [child];
    node = child;
  }
  node.selfUs = root.totalUs = 9;
  t.deepEqual(rows(root), [['deep', 9, 9]]);
  t.deepEqual(
    culprits(root, 3).map(({ ratio }) => ratio),
    [1],
  );
  t.is(toFlameTree(root, { nodesMax: 10 }).nodes.length, 10);
});

test('should charge the nearest caller and name what it called when time is in internals', (t) => {
  //  handler 10 ─ node:crypto 0 ─ (program) 80;  other 10
  const root = tree([0, 'handler'], [10, 'handler node:crypto (program)'], [90, 'other'], [100, 'other']);
  t.deepEqual(culprits(root, 5), [
    { function: 'handler', file: 'handler.js', line: 1, ratio: 0.9 },
    { function: 'node:crypto', file: 'node:crypto', line: 1, ratio: 0.8 },
    { function: 'other', file: 'other.js', line: 1, ratio: 0.1 },
  ]);
  t.is(culprits(root, 2).length, 2);
});

test('should name no callee when none took half of the charge', (t) => {
  const root = tree([0, 'a'], [20, 'a node:x'], [35, 'a node:y'], [45, 'b']);
  t.deepEqual(
    culprits(root, 5).map((c) => [c.function, c.ratio]),
    [['a', 1]],
  );
});

test('should keep the leaf when a stack has no frame to blame', (t) => {
  const root = tree([0, '(gc)'], [60, '(idle)'], [500, 'node:timers node:fs'], [530, 'a'], [540, 'a']);
  t.deepEqual(
    culprits(root, 5).map((c) => [c.function, c.ratio]),
    [
      ['(garbage collector)', 0.6],
      ['node:fs', 0.3],
      ['a', 0.1],
    ],
  );
  t.deepEqual(culprits(tree([0, '(idle)'], [9, '(idle)']), 5), []);
});

test('should charge the inner function when one of the application called another', (t) => {
  t.deepEqual(
    culprits(tree([0, 'a b'], [30, 'a'], [40, 'a b a'], [45, 'a']), 5).map((c) => [c.function, Math.round(c.ratio * 45)]),
    [
      ['b', 30],
      ['a', 15],
    ],
  );
});

test('should stand each thread under the root when there are several', (t) => {
  const main = named([
    [0, 'a b'],
    [10, 'a'],
    [12, '(idle)'],
  ]);
  const later = named([
    [100, 'a b'],
    [105, 'c'],
  ]);
  const worker = named(
    [
      [0, 'a'],
      [7, 'a'],
    ],
    'worker-1',
  );
  t.deepEqual(draw(sumProfiles([main, worker, later])), [
    '(root) 0/24',
    '  main 0/17',
    '    (idle) 0/0',
    '    a 2/17',
    '      b 15/15',
    '    c 0/0',
    '  worker-1 0/7',
    '    a 7/7',
  ]);
  t.deepEqual(draw(sumProfiles([main, later])), ['(root) 0/17', '  (idle) 0/0', '  a 2/17', '    b 15/15', '  c 0/0']);
  t.deepEqual(draw(sumProfiles([])), ['(root) 0/0']);
});

test('should merge the small frames when a tree has more nodes than are kept', (t) => {
  //  (root) ─ a 10/60 ─ b 40, c 6, d 4        (root) ─ a 10/60 ─ b 40, (2 small frames) 10
  //         ├ e 3/5 ─ f 2                            ├ (3 small frames) 6
  //         └ g 1
  const root = tree([0, 'a'], [10, 'a b'], [50, 'a c'], [56, 'a d'], [60, 'e'], [63, 'e f'], [65, 'g'], [66, 'h']);
  const small = toFlameTree(root, { nodesMax: 5 });
  t.deepEqual(draw(fromFlameTree(small)), ['(root) 0/66', '  (3 small frames) 6/6', '  a 10/60', '    (2 small frames) 10/10', '    b 40/40']);
  t.deepEqual(small.parents, [-1, 0, 0, 1, 1]);
  t.deepEqual(small.frames[1], { function: 'a', file: 'a.js', line: 1, kind: 'user', package: '' });
  t.deepEqual(draw(fromFlameTree(toFlameTree(root, { nodesMax: 1 }))), ['(root) 0/66', '  (7 small frames) 66/66']);
  // A node without time is left out; all others are there.
  t.deepEqual(
    draw(fromFlameTree(toFlameTree(root))),
    draw(root).filter((line) => !line.endsWith('/0')),
  );
});

test('should hold all time in at most the nodes allowed when any tree is pruned', (t) => {
  const stacks = fc.array(fc.tuple(fc.nat(30), fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { minLength: 1, maxLength: 5 })), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(stacks, fc.integer({ min: 2, max: 40 }), (steps, nodesMax) => {
      let timeUs = 0;
      const root = tree(...steps.map(([deltaUs, stack]): Stack => [(timeUs += deltaUs), stack.join(' ')]));
      const flame = toFlameTree(root, { nodesMax });
      t.true(flame.nodes.length <= nodesMax, `${flame.nodes.length} of ${nodesMax}`);
      t.is(
        flame.selfUs.reduce((a, b) => a + b, 0),
        root.totalUs,
      );
      const childrenUs = flame.totalUs.map(() => 0);
      flame.parents.forEach((parent, i) => {
        t.true(parent < i);
        if (parent >= 0) childrenUs[parent] += flame.totalUs[i];
      });
      t.deepEqual(
        flame.totalUs,
        flame.selfUs.map((selfUs, i) => selfUs + childrenUs[i]),
      );
    }),
    { numRuns: 300 },
  );
});
