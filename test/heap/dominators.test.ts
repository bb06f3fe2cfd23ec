// Dominators and retained sizes against their definition, on random graphs: a node dominates what cannot be reached without it.
import test from 'ava';
import { childrenOf, sumBelow } from '../../src/heap/dominator-tree.js';
import { dominatorsOf, type Graph } from '../../src/heap/dominators.js';
import { HOLDS_NOTHING } from '../../src/heap/edge-rules.js';
import { seeded } from '../support/random.js';

/** A graph from lists of targets; `idle` edges hold nothing. */
function graphOf(targets: readonly (readonly number[])[], isIdle: (edge: number) => boolean = () => false): Graph {
  const firstEdge = new Uint32Array(targets.length + 1);
  targets.forEach((list, node) => {
    firstEdge[node + 1] = firstEdge[node] + list.length;
  });
  const edgeTo = Uint32Array.from(targets.flat());
  return { nodeCount: targets.length, firstEdge, edgeTo, edgeType: Uint8Array.from(edgeTo, (_, e) => (isIdle(e) ? HOLDS_NOTHING : 0)) };
}

function reached(graph: Graph, without: number): Set<number> {
  const seen = new Set<number>();
  const queue = [0];
  for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
    if (node === without || seen.has(node)) continue;
    seen.add(node);
    for (let e = graph.firstEdge[node]; e < graph.firstEdge[node + 1]; e++) if (graph.edgeType[e] !== HOLDS_NOTHING) queue.push(graph.edgeTo[e]);
  }
  return seen;
}

test('should name the dominators of the paper when its graph is given', (t) => {
  // Lengauer and Tarjan 1979, figure 1: R A B C D E F G H I J K L.
  const names = 'RABCDEFGHIJKL';
  const edges = 'RA RB RC AD BA BD BE CF CG DL EH FI GI GJ HE HK IK JI KR KI LH'.split(' ');
  const targets = [...names].map((name) => edges.filter((edge) => edge[0] === name).map((edge) => names.indexOf(edge[1])));
  const { dominator } = dominatorsOf(graphOf(targets));
  t.is([...dominator].map((node) => names[node]).join(''), 'RRRRRRCCRRGRD');
});

test('should equal reachability without each node when 400 random graphs are compared', (t) => {
  let compared = 0;
  for (let seed = 1; seed <= 400; seed++) {
    const random = seeded(seed);
    const nodeCount = 2 + Math.floor(random() * 30);
    const density = 0.5 + 3 * random();
    const targets = Array.from({ length: nodeCount }, () =>
      Array.from({ length: Math.floor(random() * density * 2) }, () => Math.floor(random() * nodeCount)),
    );
    const graph = graphOf(targets, () => random() < 0.1);
    const bytes = Array.from({ length: nodeCount }, () => Math.floor(random() * 100));
    const found = dominatorsOf(graph);
    const retained = sumBelow(found, (node) => bytes[node]);
    const { firstChild, children } = childrenOf(found);
    const all = reached(graph, -1);
    for (const node of all) {
      const left = reached(graph, node);
      const gone = [...all].filter((other) => !left.has(other));
      if (node !== 0) {
        t.is(
          retained[node],
          gone.reduce((sum, other) => sum + bytes[other], 0),
          `seed ${seed}, node ${node}`,
        );
      }
      for (const child of children.subarray(firstChild[node], firstChild[node + 1])) t.is(found.dominator[child], node);
      compared++;
    }
    t.is(
      retained[0],
      bytes.reduce((sum, each) => sum + each, 0),
    );
    t.is(children.length, nodeCount - 1);
  }
  t.true(compared > 2000, `${compared} nodes`);
});

test('should give nodes that nothing holds to the root, and what they hold to them, when there are orphans', (t) => {
  const { dominator, orphans, order } = dominatorsOf(graphOf([[1], [], [3], [], [2]], (edge) => edge === 2));
  t.deepEqual([...dominator], [0, 0, 0, 2, 0]);
  t.is(orphans, 2);
  t.deepEqual([...order].sort(), [0, 1, 2, 3, 4]);
});

test('should take a list of a million links when recursion would end', (t) => {
  const length = 1_000_000;
  const firstEdge = Uint32Array.from({ length: length + 1 }, (_, n) => Math.min(n, length - 1));
  const edgeTo = Uint32Array.from({ length: length - 1 }, (_, n) => n + 1);
  const { dominator } = dominatorsOf({ nodeCount: length, firstEdge, edgeTo, edgeType: new Uint8Array(length - 1) });
  t.deepEqual([dominator[1], dominator[500_000], dominator[length - 1]], [0, 499_999, length - 2]);
});
