// Where frames stand: exact rectangles of hand-made trees, and that no time is lost on the way to them.
import test from 'ava';
import fc from 'fast-check';
import { type LayoutOptions, layoutFlame } from '../../../src/flame/draw/layout-flame.js';
import { call, callTree, chain, change, diffTreeOf, type Spec } from './hand-made-tree.js';

type Row = [name: string, x: number, widthPx: number, row: number];
const rects = (spec: Spec, options: LayoutOptions): Row[] =>
  layoutFlame(callTree(spec), options).rects.map(({ node, x, widthPx, row }) => [node.frame.function, x, widthPx, row]);

test('should give widths by total time, siblings by name from the left, and own time the right end when a tree is laid out', (t) => {
  const spec = call('(root)', 0, call('zoo', 100), call('main', 100, call('parse', 200), call('emit', 400)));
  t.deepEqual(rects(spec, { widthPx: 80 }), [
    ['(root)', 0, 80, 0],
    ['main', 0, 70, 1],
    ['zoo', 70, 10, 1],
    ['emit', 0, 40, 2],
    ['parse', 40, 20, 2],
  ]);
});

test('should leave idle time out and put V8’s own frames behind the functions when they are siblings', (t) => {
  const spec = call('(root)', 0, call('(idle)', 600), call('(program)', 100), call('(gc)', 100), call('(not running)', 50), call('zoo', 150));
  t.deepEqual(rects(spec, { widthPx: 400 }), [
    ['(root)', 0, 400, 0],
    ['zoo', 0, 150, 1],
    ['(garbage collector)', 150, 100, 1],
    ['(program)', 250, 100, 1],
    ['(not running)', 350, 50, 1],
  ]);
  t.is(layoutFlame(callTree(spec), { widthPx: 400 }).tree.idleUs, 600);
  t.deepEqual(rects(spec, { widthPx: 1000, idle: true }).at(-1), ['(idle)', 400, 600, 1]);
});

test('should put siblings below the least width into one block a parent when there are several', (t) => {
  const spec = call('(root)', 0, call('a', 0, call('x', 4), call('y', 3), call('big', 90)), call('b', 3));
  const { rects: found } = layoutFlame(callTree(spec), { widthPx: 100, minWidthPx: 5 });
  t.deepEqual(
    found.map(({ node, x, widthPx, row }) => [node.kind, node.count, x, widthPx, row]),
    [
      ['frame', 1, 0, 100, 0],
      ['frame', 1, 0, 97, 1],
      ['small', 1, 97, 3, 1],
      ['frame', 1, 0, 90, 2],
      ['small', 2, 90, 7, 2],
    ],
  );
  t.is(found[4].node.totalUs, 7);
  t.is(found[4].node.selfUs, 7);
});

test('should keep the heaviest and put the others together when there are more frames than may be drawn', (t) => {
  const spec = call('(root)', 0, ...Array.from({ length: 50 }, (_, i) => call(`f${i}`, 100 + i)));
  const { rects: found } = layoutFlame(callTree(spec), { widthPx: 10_000, rectsMax: 11 });
  t.deepEqual(
    found.map(({ node }) => node.frame.function),
    ['(root)', 'f40', 'f41', 'f42', 'f43', 'f44', 'f45', 'f46', 'f47', 'f48', 'f49', '(small frames)'],
  );
  t.is(found.at(-1)?.node.count, 40);
});

test('should have no rectangle when there is no time', (t) => {
  t.deepEqual(rects(call('(root)', 0), { widthPx: 100 }), []);
  t.deepEqual(rects(call('(root)', 0, call('(idle)', 50)), { widthPx: 100 }), []);
});

test('should fold a function that calls itself 5,000 times into one block that says so', (t) => {
  const spec = chain(['start', ...Array.from({ length: 5000 }, () => 'fib')]);
  const { tree, rects: found } = layoutFlame(callTree(spec), { widthPx: 1000 });
  t.true(tree.folded);
  // Rows 2 to 11 are fib as it was called; row 12 holds the rest.
  t.deepEqual(
    found.slice(-2).map(({ node, row }) => [node.frame.function, node.count, node.selfUs, row]),
    [
      ['fib', 4990, 49_900, 12],
      ['leaf', 1, 1000, 13],
    ],
  );
  t.is(tree.root.totalUs, 5001 * 10 + 1000);
});

test('should fold functions that call each other when they do so 5,000 deep', (t) => {
  const spec = chain(Array.from({ length: 5000 }, (_, i) => ['walk', 'visit', 'each'][i % 3]));
  const { tree } = layoutFlame(callTree(spec), { widthPx: 1000 });
  t.is(tree.rows, 52);
  t.is(tree.root.totalUs, 51_000);
  t.deepEqual(
    tree.nodes.filter(({ count }) => count > 1).map(({ frame, count, row }) => [frame.function, count, row]),
    [['each', 1651, 48]],
  );
});

test('should put what is below the last row into one block when 9,000 different functions call each other', (t) => {
  const spec = chain(Array.from({ length: 9000 }, (_, i) => `f${i}`));
  const { tree, rects: found } = layoutFlame(callTree(spec), { widthPx: 1000 });
  t.is(tree.rows, 100);
  const last = found.at(-1);
  t.deepEqual([last?.node.kind, last?.node.count, last?.row], ['deeper', 9002 - 99, 99]);
  t.is(last?.node.totalUs, (9000 - 98) * 10 + 1000);
});

test('should fold nothing when a tree is as deep as its drawing', (t) => {
  const { tree } = layoutFlame(callTree(chain(Array.from({ length: 98 }, () => 'fib'))), { widthPx: 1000 });
  t.false(tree.folded);
  t.is(tree.rows, 100);
  t.true(tree.nodes.every(({ count }) => count === 1));
});

test('should be as wide as the larger side when a difference is laid out, what vanished included', (t) => {
  const spec = change('(root)', 0, 0, false, change('gone', 300, 0, true), change('new', 0, 200, true), change('same', 100, 100, false));
  const { rects: found } = layoutFlame(diffTreeOf(spec), { widthPx: 600 });
  t.deepEqual(
    found.map(({ node, x, widthPx }) => [node.frame.function, x, widthPx, node.beforeTotalUs, node.totalUs]),
    [
      ['(root)', 0, 600, 400, 300],
      ['gone', 0, 300, 300, 0],
      ['new', 300, 200, 0, 200],
      ['same', 500, 100, 100, 100],
    ],
  );
});

const names = fc.constantFrom('a', 'b', 'c', 'd@pkg', 'node:read', '(gc)', '(program)');
/** Up to 60 frames, each called from one before it. */
const anySpec = fc.array(fc.tuple(names, fc.integer({ min: 0, max: 1000 }), fc.nat()), { maxLength: 60 }).map((rows) => {
  const specs = [call('(root)', 1)];
  for (const [name, selfUs, seed] of rows) {
    const spec = call(name, selfUs);
    specs[seed % specs.length].children.push(spec);
    specs.push(spec);
  }
  return specs[0];
});

test('should keep every µs, and every frame within its caller and off its neighbours, when any tree is laid out', (t) => {
  const result = fc.check(
    fc.property(
      anySpec,
      fc.integer({ min: 100, max: 2000 }),
      fc.integer({ min: 0, max: 30 }),
      fc.integer({ min: 2, max: 9 }),
      (spec, widthPx, minWidthPx, rowsMax) => {
        const root = callTree(spec);
        const { rects: found, tree } = layoutFlame(root, { widthPx, minWidthPx, rowsMax });
        const rectOf = new Map(found.map((rect) => [rect.node, rect]));
        const near = (a: number, b: number): boolean => Math.abs(a - b) < 1e-6 * widthPx;
        if (tree.root.totalUs !== root.totalUs || tree.root.totalSamples !== root.totalSamples) return false;
        return found.every(({ node, x, widthPx: width, row }) => {
          const children = node.children.map((child) => rectOf.get(child)!);
          const ownPx = (node.selfUs / root.totalUs) * widthPx;
          const childrenPx = children.reduce((sum, child) => sum + child.widthPx, 0);
          const follow = children.every(
            (child, i) => near(child.x, i === 0 ? x : children[i - 1].x + children[i - 1].widthPx) && child.row === row + 1,
          );
          return row < rowsMax && near(width, childrenPx + ownPx) && follow;
        });
      },
    ),
    { seed: 20260101, numRuns: 300 },
  );
  t.false(result.failed, fc.defaultReportMessage(result) ?? '');
});
