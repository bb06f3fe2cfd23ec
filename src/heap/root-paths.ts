// The way from the root to every node: breadth first, by globals and modules before handles and stacks.
import { HOLDS_NOTHING } from './edge-rules.js';
import type { HeapSnapshot } from './read-snapshot.js';

const NONE = 0xffff_ffff;

export interface RootPaths {
  /** The edge by which the node is reached; -1 for the root and for what nothing holds. */
  edgeTo(node: number): number;
  /** The node at the other end of it. */
  parentOf(node: number): number;
  /** Nodes from the root's child to the node, which stands last. Of a longer way the nodes at both ends are kept. */
  to(node: number): number[];
}

/** Nodes of a way kept at each end: lists of a million links are leaks too. */
const PATH_END_NODES = 300;
/** Roots of the moment, not of the program: the function that wrote the snapshot is on the stack. */
const PASSING_ROOTS = new Set(['(Stack roots)', '(Handle scope)', '(Relocatable)', '(Micro tasks)', 'C++ native stack roots', '(Debugger)']);

export function rootPaths(snapshot: HeapSnapshot): RootPaths {
  const { nodeCount, firstEdge, edgeTo, edgeType } = snapshot;
  const viaEdge = new Uint32Array(nodeCount).fill(NONE);
  const parent = new Uint32Array(nodeCount).fill(NONE);
  const queue = new Uint32Array(nodeCount);
  let tail = 0;
  let head = 0;
  const reach = (node: number, edge: number, from: number): void => {
    if (parent[node] !== NONE || node === 0) return;
    parent[node] = from;
    viaEdge[node] = edge;
    queue[tail++] = node;
  };
  const expand = (node: number): void => {
    for (let e = firstEdge[node]; e < firstEdge[node + 1]; e++) if (edgeType[e] !== HOLDS_NOTHING) reach(edgeTo[e], e, node);
  };
  for (const stage of stages(snapshot)) {
    // A group of roots is expanded in its own stage, so that what lies below waits for it.
    for (const { node, edge, from } of stage) reach(node, edge, from);
    while (head < tail) {
      const node = queue[head++];
      if (!isGroup(snapshot, node)) expand(node);
    }
  }
  return {
    edgeTo: (node) => (viaEdge[node] === NONE ? -1 : viaEdge[node]),
    parentOf: (node) => parent[node],
    to(node) {
      const upwards: number[] = [];
      for (let at = node; at !== 0 && parent[at] !== NONE; at = parent[at]) {
        upwards.push(at);
        if (upwards.length > 4 * PATH_END_NODES) upwards.splice(PATH_END_NODES, 2 * PATH_END_NODES);
      }
      return upwards.reverse();
    },
  };
}

interface Start {
  node: number;
  edge: number;
  from: number;
}

/** The root's shortcuts, which are globals; then its other children and the groups of roots; then roots of the moment. */
function stages(snapshot: HeapSnapshot): Start[][] {
  const { firstEdge, edgeTo, edgeType, meta } = snapshot;
  const shortcut = meta.edgeTypes.indexOf('shortcut');
  const globals: Start[] = [];
  const lasting: Start[] = [];
  const passing: Start[] = [];
  const sort = (from: number): void => {
    for (let edge = firstEdge[from]; edge < firstEdge[from + 1]; edge++) {
      if (edgeType[edge] === HOLDS_NOTHING) continue;
      const node = edgeTo[edge];
      const start = { node, edge, from };
      if (edgeType[edge] === shortcut && from === 0) globals.push(start);
      else if (PASSING_ROOTS.has(nameOf(snapshot, node))) {
        passing.push(start);
        addBelow(snapshot, node, passing);
      } else if (isGroup(snapshot, node)) {
        lasting.push(start);
        if (from === 0) sort(node);
        else addBelow(snapshot, node, lasting);
      } else lasting.push(start);
    }
  };
  sort(0);
  return [globals, lasting, passing];
}

/** One by one: the registry of symbols is such a root, and a million arguments are too many for a call. */
function addBelow({ firstEdge, edgeTo, edgeType }: HeapSnapshot, from: number, starts: Start[]): void {
  for (let edge = firstEdge[from]; edge < firstEdge[from + 1]; edge++) {
    if (edgeType[edge] !== HOLDS_NOTHING) starts.push({ node: edgeTo[edge], edge, from });
  }
}

const nameOf = ({ strings, nodeName }: HeapSnapshot, node: number): string => strings.at(nodeName[node]);

/** `(GC roots)`, `(Strong roots)`: synthetic nodes in brackets, and the C++ ones. */
function isGroup(snapshot: HeapSnapshot, node: number): boolean {
  if (snapshot.meta.nodeTypes[snapshot.nodeType[node]] !== 'synthetic') return false;
  const name = nameOf(snapshot, node);
  return (name.startsWith('(') || name.startsWith('C++ ')) && name.endsWith(name.startsWith('(') ? ')' : 'roots');
}
