// Count, own and retained bytes by constructor.
import type { DominatorTree } from './dominator-tree.js';
import { type HeapColumns, selfBytes } from './heap-columns.js';
import type { NodeClasses } from './node-classes.js';

/** Figures of one class, by its index. */
export interface ClassFigures {
  count: Uint32Array;
  shallowBytes: Float64Array;
  /** What would go with all instances: of instances that another of the same class dominates, only the topmost counts. */
  retainedBytes: Float64Array;
}

/** `weightBytes`: what a node retains. With `counted`, of the nodes marked there alone. */
export function classFigures(
  columns: HeapColumns,
  classes: NodeClasses,
  tree: DominatorTree,
  weightBytes: Float64Array,
  counted: Uint8Array | null,
): ClassFigures {
  const figures: ClassFigures = {
    count: new Uint32Array(classes.count),
    shallowBytes: new Float64Array(classes.count),
    retainedBytes: new Float64Array(classes.count),
  };
  for (let node = 0; node < columns.nodeCount; node++) {
    if (counted !== null && counted[node] === 0) continue;
    figures.count[classes.of[node]]++;
    figures.shallowBytes[classes.of[node]] += selfBytes(columns, node);
  }
  forEachTopmost(tree, classes.of, classes.count, (node) => {
    figures.retainedBytes[classes.of[node]] += weightBytes[node];
  });
  return figures;
}

/** Visits nodes that no other of their class dominates. Walks the dominator tree with a stack; ~node means that node is left. */
export function forEachTopmost(
  { firstChild, children }: DominatorTree,
  classOf: Uint32Array,
  classCount: number,
  visit: (node: number) => void,
): void {
  const open = new Uint32Array(classCount);
  const stack = new Int32Array(firstChild.length * 2);
  stack[0] = 0;
  for (let depth = 1; depth > 0; ) {
    const node = stack[--depth];
    if (node < 0) {
      open[classOf[~node]]--;
      continue;
    }
    if (open[classOf[node]]++ === 0) visit(node);
    stack[depth++] = ~node;
    for (let i = firstChild[node]; i < firstChild[node + 1]; i++) stack[depth++] = children[i];
  }
}
