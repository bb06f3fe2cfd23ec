// Immediate dominators of all nodes: Lengauer and Tarjan 1979 with path compression alone, without recursion; O(m log n).
// Cooper, Harvey and Kennedy's is shorter and quadratic on the long chains that leaks of promises and lists are made of.

/** A graph with its edges by source. */
export interface Graph {
  nodeCount: number;
  /** One longer than there are nodes. */
  firstEdge: Uint32Array;
  edgeTo: Uint32Array;
  /** Whether an edge counts, by its type: those of HOLDS_NOTHING do not. */
  edgeType: Uint8Array;
}

export interface Dominators {
  /** Of each node; of the root itself. Nodes that nothing holds count as held by the root, as in DevTools. */
  dominator: Uint32Array;
  /** Nodes in an order in which each comes behind its dominator; the root first. */
  order: Uint32Array;
  /** How many nodes nothing holds. */
  orphans: number;
}

const SKIPPED = 255;
const NONE = 0xffff_ffff;

/** The root is node 0. Works on numbers of a depth-first walk; peak memory 40 bytes a node and 4 an edge. */
export function dominatorsOf(graph: Graph): Dominators {
  const { nodeCount } = graph;
  const walk = depthFirst(graph);
  const { order, number, parent, live, orphans } = walk;
  const { first, from } = predecessors(graph, number, live);
  const semi = identity(nodeCount);
  const label = identity(nodeCount);
  const ancestor = new Uint32Array(nodeCount).fill(NONE);
  const bucket = new Uint32Array(nodeCount).fill(NONE);
  // While a node waits in a bucket this is the next one there, afterwards its dominator.
  const dominator = new Uint32Array(nodeCount).fill(NONE);
  const stack = new Uint32Array(nodeCount);

  /** The node with the least semidominator on the way up from v, in the forest linked so far; shortens the way. */
  const evaluate = (v: number): number => {
    if (ancestor[v] === NONE) return v;
    let depth = 0;
    let at = v;
    while (ancestor[ancestor[at]] !== NONE) {
      stack[depth++] = at;
      at = ancestor[at];
    }
    while (depth > 0) {
      const below = stack[--depth];
      const above = ancestor[below];
      if (semi[label[above]] < semi[label[below]]) label[below] = label[above];
      ancestor[below] = ancestor[above];
    }
    return label[v];
  };

  for (let w = nodeCount - 1; w > 0; w--) {
    // An orphan's walk began at the root, over an edge that is not in the graph.
    let least = parent[w] === 0 ? 0 : semi[w];
    for (let i = first[w]; least > 0 && i < first[w + 1]; i++) {
      const candidate = semi[evaluate(from[i])];
      if (candidate < least) least = candidate;
    }
    semi[w] = least;
    dominator[w] = bucket[least];
    bucket[least] = w;
    const above = parent[w];
    ancestor[w] = above;
    for (let v = bucket[above]; v !== NONE; ) {
      const next = dominator[v];
      const u = evaluate(v);
      dominator[v] = semi[u] < semi[v] ? u : above;
      v = next;
    }
    bucket[above] = NONE;
  }
  dominator[0] = 0;
  for (let w = 1; w < nodeCount; w++) if (dominator[w] !== semi[w]) dominator[w] = dominator[dominator[w]];

  // Back from numbers to nodes; `semi` is free by now.
  const byNode = semi;
  for (let w = 0; w < nodeCount; w++) byNode[order[w]] = order[dominator[w]];
  return { dominator: byNode, order, orphans };
}

/** Numbers nodes in the order of a depth-first walk. Parents are numbers; the orphans' is the root. */
function depthFirst({ nodeCount, firstEdge, edgeTo, edgeType }: Graph) {
  const order = new Uint32Array(nodeCount);
  const number = new Uint32Array(nodeCount).fill(NONE);
  const parent = new Uint32Array(nodeCount);
  const nextEdge = firstEdge.slice(0, nodeCount);
  let count = 0;
  let orphans = 0;
  const walk = (start: number): void => {
    number[start] = count;
    order[count++] = start;
    for (let node = start; ; ) {
      const edge = nextEdge[node]++;
      if (edge >= firstEdge[node + 1]) {
        if (node === start) return;
        node = order[parent[number[node]]];
        continue;
      }
      const to = edgeTo[edge];
      if (edgeType[edge] === SKIPPED || number[to] !== NONE) continue;
      parent[count] = number[node];
      number[to] = count;
      order[count++] = to;
      node = to;
    }
  };
  walk(0);
  const live = count;
  for (let node = 0; node < nodeCount; node++) {
    if (number[node] !== NONE) continue;
    orphans++;
    walk(node);
  }
  return { order, number, parent, live, orphans };
}

/** Edges by target, both ends as numbers. What garbage points to is not held by it: its edges count among its own kind only. */
function predecessors({ nodeCount, firstEdge, edgeTo, edgeType }: Graph, number: Uint32Array, live: number) {
  const first = new Uint32Array(nodeCount + 2);
  const forEachEdge = (visit: (from: number, to: number) => void): void => {
    for (let node = 0; node < nodeCount; node++) {
      const from = number[node];
      const least = from < live ? 0 : live;
      for (let e = firstEdge[node]; e < firstEdge[node + 1]; e++) {
        const to = number[edgeTo[e]];
        if (edgeType[e] !== SKIPPED && to >= least) visit(from, to);
      }
    }
  };
  forEachEdge((_, to) => first[to + 2]++);
  for (let w = 2; w < first.length; w++) first[w] += first[w - 1];
  const sources = new Uint32Array(first[nodeCount + 1]);
  forEachEdge((from, to) => {
    sources[first[to + 1]++] = from;
  });
  return { first, from: sources };
}

function identity(length: number): Uint32Array {
  const list = new Uint32Array(length);
  for (let i = 0; i < length; i++) list[i] = i;
  return list;
}
