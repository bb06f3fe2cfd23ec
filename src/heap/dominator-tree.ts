// The dominator tree of a heap: what each node retains, and the nodes below it.
import { type Dominators, dominatorsOf } from './dominators.js';
import { type HeapColumns, selfBytes } from './heap-columns.js';

export interface DominatorTree extends Dominators {
  /** Bytes that would go with the node: its own and those of all it dominates. */
  retainedBytes: Float64Array;
  /** Children of node n are children[firstChild[n] .. firstChild[n + 1]). */
  firstChild: Uint32Array;
  children: Uint32Array;
}

export function dominatorTree(columns: HeapColumns): DominatorTree {
  const dominators = dominatorsOf(columns);
  return { ...dominators, ...childrenOf(dominators), retainedBytes: sumBelow(dominators, (node) => selfBytes(columns, node)) };
}

/** Sums a figure of nodes over all that each dominates, itself included. */
export function sumBelow({ order, dominator }: Dominators, bytesOf: (node: number) => number): Float64Array {
  const sums = new Float64Array(order.length);
  for (let i = order.length - 1; i >= 0; i--) {
    const node = order[i];
    sums[node] += bytesOf(node);
    if (i > 0) sums[dominator[node]] += sums[node];
  }
  return sums;
}

export function childrenOf({ order, dominator }: Dominators): { firstChild: Uint32Array; children: Uint32Array } {
  const nodeCount = order.length;
  const firstChild = new Uint32Array(nodeCount + 2);
  for (let i = 1; i < nodeCount; i++) firstChild[dominator[order[i]] + 2]++;
  for (let n = 2; n < firstChild.length; n++) firstChild[n] += firstChild[n - 1];
  const children = new Uint32Array(nodeCount - 1);
  for (let i = 1; i < nodeCount; i++) children[firstChild[dominator[order[i]] + 1]++] = order[i];
  return { firstChild, children };
}
