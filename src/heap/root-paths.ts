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
  for (const stage of STAGES) {
    // A group of roots is expanded in its own stage, so that what lies below waits for it.
    forEachStart(snapshot, stage, reach);
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

/** Globals are the root's shortcuts; lasting are its other children and those of the groups of roots; passing are roots of the moment. */
type Stage = 'globals' | 'lasting' | 'passing';
const STAGES: readonly Stage[] = ['globals', 'lasting', 'passing'];

const SORTED = 1;
const TOLD = 2;

/** Tells of the edges that a stage begins with, one by one and in order: of a registry of symbols there are a million. A group is gone through once, however many edges lead to it. */
function forEachStart(snapshot: HeapSnapshot, stage: Stage, tell: (node: number, edge: number, from: number) => void): void {
  const { firstEdge, edgeTo, edgeType, meta, nodeCount } = snapshot;
  const shortcut = meta.edgeTypes.indexOf('shortcut');
  const done = new Uint8Array(nodeCount);
  const isFirst = (node: number, mark: number): boolean => {
    if ((done[node] & mark) !== 0) return false;
    done[node] |= mark;
    return true;
  };
  const tellBelow = (from: number): void => {
    for (let edge = firstEdge[from]; edge < firstEdge[from + 1]; edge++) if (edgeType[edge] !== HOLDS_NOTHING) tell(edgeTo[edge], edge, from);
  };
  const sort = (from: number): void => {
    for (let edge = firstEdge[from]; edge < firstEdge[from + 1]; edge++) {
      if (edgeType[edge] === HOLDS_NOTHING) continue;
      const node = edgeTo[edge];
      const isGlobal = edgeType[edge] === shortcut && from === 0;
      const isPassing = !isGlobal && PASSING_ROOTS.has(nameOf(snapshot, node));
      if (stage === (isGlobal ? 'globals' : isPassing ? 'passing' : 'lasting')) tell(node, edge, from);
      const isLasting = !isGlobal && !isPassing && isGroup(snapshot, node);
      if (isLasting && from === 0) {
        if (isFirst(node, SORTED)) sort(node);
      } else if ((isLasting && stage === 'lasting') || (isPassing && stage === 'passing')) {
        if (isFirst(node, TOLD)) tellBelow(node);
      }
    }
  };
  sort(0);
}

const nameOf = ({ strings, nodeName }: HeapSnapshot, node: number): string => strings.at(nodeName[node]);

/** `(GC roots)`, `(Strong roots)`: synthetic nodes in brackets, and the C++ ones. */
function isGroup(snapshot: HeapSnapshot, node: number): boolean {
  if (snapshot.meta.nodeTypes[snapshot.nodeType[node]] !== 'synthetic') return false;
  const name = nameOf(snapshot, node);
  return (name.startsWith('(') || name.startsWith('C++ ')) && name.endsWith(name.startsWith('(') ? ')' : 'roots');
}
