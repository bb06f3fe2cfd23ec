// Two call trees as one, and as folded stacks: exact times, scaled to the same length.
import test from 'ava';
import { diffFolded, diffTree, functionKey } from '../../../src/flame/diff/diff-tree.js';
import type { DiffNode } from '../../../src/flame/draw/diff-node.js';
import { named, type Stack } from '../drawn-profile.js';

const draw = (node: DiffNode, indent = ''): string[] => [
  `${indent}${node.frame.function} ${node.beforeSelfUs}/${node.beforeTotalUs} > ${node.selfUs}/${node.totalUs}${node.significant ? ' !' : ''}`,
  ...node.children.flatMap((child) => draw(child, `${indent}  `)),
];

const of = (...stacks: Stack[]) => [named(stacks)];

test('should hold both times at each node when a function appears, vanishes or moves a line', (t) => {
  // 100 µs before, 200 µs after: times before count twice.
  const before = of([0, 'main work'], [30, 'main gone'], [50, '(idle)'], [90, 'main'], [100, 'main']);
  const after = of([0, 'main work'], [120, 'main new'], [140, '(idle)'], [200, 'main']);
  const root = diffTree(before, after, new Set([functionKey({ function: 'work', file: 'work.js' })]));
  t.deepEqual(draw(root), [
    '(root) 0/120 > 0/140',
    '  main 20/120 > 0/140',
    '    work 60/60 > 120/120 !',
    '    gone 40/40 > 0/0',
    '    new 0/0 > 20/20',
  ]);
  t.deepEqual(
    root.children[0].children.map(({ selfSamples, totalSamples }) => [selfSamples, totalSamples]),
    [
      [1, 1],
      [0, 0],
      [1, 1],
    ],
  );
  t.is(root.children[0].children[0].parent, root.children[0]);
});

test('should write a stack with two values a line when folded', (t) => {
  const before = of([0, 'main work'], [30, 'main'], [40, '(gc)'], [50, 'main']);
  const after = of([0, 'main work'], [45, 'main'], [50, 'main']);
  t.is(diffFolded(diffTree(before, after, new Set())), '(garbage collector) 10 0\nmain (main.js:1) 10 5\nmain (main.js:1);work (work.js:1) 30 45\n');
});

test('should give an empty tree when neither side has a sample', (t) => {
  t.deepEqual(draw(diffTree([], [], new Set())), ['(root) 0/0 > 0/0']);
  t.is(diffFolded(diffTree([], [], new Set())), '');
});
