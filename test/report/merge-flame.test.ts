// Call trees added node by node, against trees written down by hand; and nothing lost, whatever is added.
import test from 'ava';
import fc from 'fast-check';
import { MERGED_NODES_KEPT_MAX } from '../../src/core/limits.js';
import { FlameMerger } from '../../src/report/merge-flame.js';
import type { FlameTree } from '../../src/report/report-types.js';
import { call, flameOf, standInCall } from '../fixtures/html/profiled-run.js';

function sumOf(trees: readonly FlameTree[], nodesMax = 1000): FlameTree | null {
  const merger = new FlameMerger();
  for (const tree of trees) merger.add(tree);
  return merger.take(nodesMax);
}

/** `name self/total` of each node in ms, indented by its depth, as they stand in the columns. */
function drawn(tree: FlameTree | null): string[] {
  if (tree === null) return ['null'];
  const lines: [number, string][] = [];
  const visit = (node: number, depth: number): void => {
    lines.push([depth, `${tree.frames[tree.nodes[node]].function} ${tree.selfUs[node] / 1000}/${tree.totalUs[node] / 1000}`]);
    tree.parents.forEach((parent, child) => {
      if (parent === node) visit(child, depth + 1);
    });
  };
  visit(0, 0);
  return lines.map(([depth, line]) => '  '.repeat(depth) + line);
}

test('should add self and total times of the same calls when trees are merged', (t) => {
  const a = flameOf(call('handle', 'a.js:1', 10, call('parse', 'a.js:9', 20), call('query', 'b.js:2', 5)));
  const b = flameOf(call('handle', 'a.js:1', 1, call('parse', 'a.js:9', 2)), call('parse', 'a.js:9', 7));
  t.deepEqual(drawn(sumOf([a, b])), ['(root) 0/45', '  handle 11/38', '    parse 22/22', '    query 5/5', '  parse 7/7']);
  t.deepEqual(sumOf([a, b]), sumOf([b, a]));
});

test('should keep functions apart when they differ in line, file or kind only', (t) => {
  const tree = sumOf([
    flameOf(call('f', 'a.js:1', 1)),
    flameOf(call('f', 'a.js:2', 2)),
    flameOf(call('f', 'b.js:1', 4)),
    flameOf(call('f', '', 8)),
    flameOf(call('f', 'a.js:1', 16)),
  ]);
  t.deepEqual(drawn(tree), ['(root) 0/31', '  f 8/8', '  f 17/17', '  f 4/4', '  f 2/2']);
});

test('should make one node of small frames, with their number added, when trees have some in the same place', (t) => {
  const small = (count: number, ms: number) => standInCall(`(${count} small ${count === 1 ? 'frame' : 'frames'})`, ms);
  const tree = sumOf([
    flameOf(call('f', 'a.js:1', 1, small(1, 3))),
    flameOf(call('f', 'a.js:1', 1, small(12, 4), call('g', 'a.js:2', 50))),
    flameOf(small(5, 2)),
  ]);
  t.deepEqual(drawn(tree), ['(root) 0/61', '  f 2/59', '    g 50/50', '    (13 small frames) 7/7', '  (5 small frames) 2/2']);
});

test('should put what has no thread under main when other windows had several threads', (t) => {
  const one = flameOf(call('f', 'a.js:1', 5), call('(idle)', '', 100));
  const two = flameOf(standInCall('main', 0, call('f', 'a.js:1', 3)), standInCall('worker-2', 0, call('g', 'b.js:1', 2)));
  const expected = ['(root) 0/110', '  main 0/108', '    f 8/8', '    (idle) 100/100', '  worker-2 0/2', '    g 2/2'];
  t.deepEqual(drawn(sumOf([one, two])), expected);
  t.deepEqual(drawn(sumOf([two, one])), expected);
  t.deepEqual(drawn(sumOf([one, one])), ['(root) 0/210', '  f 10/10', '  (idle) 200/200']);
});

test('should be null when nothing was added, and the tree itself when it is the only one', (t) => {
  t.is(sumOf([]), null);
  const tree = flameOf(call('f', 'a.js:1', 1, call('g', 'a.js:2', 2)));
  t.deepEqual(sumOf([tree]), tree);
});

test('should put the lightest nodes together and lose no time when there is no room for all', (t) => {
  const tree = flameOf(call('f', 'a.js:1', 1, call('g', 'a.js:2', 20), call('h', 'a.js:3', 2), call('i', 'a.js:4', 3)));
  t.deepEqual(drawn(sumOf([tree, tree], 4)), ['(root) 0/52', '  f 2/52', '    g 40/40', '    (2 small frames) 10/10']);
});

test('should lose no time and stay within its limit when windows never call the same twice', (t) => {
  const merger = new FlameMerger();
  const calls = 900;
  const windows = Math.ceil((2.5 * MERGED_NODES_KEPT_MAX) / calls);
  for (let w = 0; w < windows; w++)
    merger.add(flameOf(call('steady', 'a.js:1', 1000), ...Array.from({ length: calls }, (_, i) => call(`f${w}.${i}`, 'a.js:1', 1))));
  const tree = merger.take(Number.POSITIVE_INFINITY) as FlameTree;
  t.is(tree.totalUs[0], windows * (1000 + calls) * 1000);
  t.is(tree.totalUs[tree.nodes.findIndex((frame) => tree.frames[frame].function === 'steady')], windows * 1_000_000);
  t.true(tree.nodes.length <= MERGED_NODES_KEPT_MAX, `${tree.nodes.length} nodes`);
});

test('should have totals that are self times plus the totals below, whatever is added', (t) => {
  const leaf = fc.record({
    name: fc.constantFrom('f', 'g', 'h', '(3 small frames)'),
    line: fc.integer({ min: 1, max: 2 }),
    ms: fc.integer({ min: 1, max: 50 }),
  });
  const trees = fc.array(fc.array(fc.tuple(leaf, leaf, leaf), { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 5 });
  const made = ({ name, line, ms }: { name: string; line: number; ms: number }, ...calls: ReturnType<typeof call>[]) =>
    name.startsWith('(') ? standInCall(name, ms) : call(name, `a.js:${line}`, ms, ...calls);
  fc.assert(
    fc.property(trees, fc.integer({ min: 3, max: 40 }), (specs, nodesMax) => {
      const flames = specs.map((spec) => flameOf(...spec.map(([a, b, c]) => made(a, made(b, made(c))))));
      const sum = sumOf(flames, nodesMax) as FlameTree;
      t.is(
        sum.totalUs[0],
        flames.reduce((us, flame) => us + flame.totalUs[0], 0),
      );
      const below = sum.selfUs.slice();
      sum.parents.forEach((parent, i) => {
        if (parent >= 0) below[parent] += sum.totalUs[i];
      });
      t.deepEqual(below, sum.totalUs);
      t.true(sum.nodes.length <= nodesMax);
    }),
    { numRuns: 100 },
  );
});
