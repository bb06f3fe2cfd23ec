// Puts siblings that have no room into one block a parent, so that a drawing's size has a bound and no time is lost from it.
import { standIn } from '../profile-builder.js';
import { blankNode, type DrawnNode, type DrawnTree } from './drawn-tree.js';

/** The smallest weight that keeps at most `nodesMax` nodes; a parent is never lighter than its child, so what is kept is a tree. */
export function weightThatKeeps(tree: DrawnTree, nodesMax: number): number {
  if (tree.nodes.length <= nodesMax) return 0;
  const weightsUs = Float64Array.from(tree.nodes, (node) => node.weightUs).sort();
  // Just above the first one that has no place: of equal ones, none is kept.
  const firstOutUs = weightsUs[weightsUs.length - nodesMax - 1];
  return weightsUs.find((weightUs) => weightUs > firstOutUs) ?? firstOutUs;
}

/** The same tree with nodes lighter than `weightUsMin` in blocks of kind `small`, and those without any weight left out. The tree given is left as it was. */
export function mergeSmall(tree: DrawnTree, weightUsMin: number): DrawnTree {
  const root: DrawnNode = { ...tree.root, children: [] };
  const nodes = [root];
  // Grows while it is walked: parents stand before their children.
  const sources = [tree.root];
  for (let i = 0; i < nodes.length; i++) {
    let small: DrawnNode | null = null;
    for (const child of sources[i].children) {
      if (child.weightUs <= 0) continue;
      if (child.weightUs >= weightUsMin) {
        const kept = { ...child, parent: nodes[i], children: [] };
        nodes[i].children.push(kept);
        nodes.push(kept);
        sources.push(child);
        continue;
      }
      small ??= { ...blankNode(standIn('(small frames)'), nodes[i], 'small'), count: 0 };
      addWhole(small, child);
    }
    if (small === null) continue;
    nodes[i].children.push(small);
    nodes.push(small);
    sources.push(small);
  }
  return { ...tree, root, nodes, rows: nodes.reduce((rows, node) => Math.max(rows, node.row + 1), 1) };
}

/** All that a block holds is its self time: nothing is drawn below it. */
function addWhole(block: DrawnNode, node: DrawnNode): void {
  block.count++;
  block.selfUs += node.totalUs;
  block.totalUs += node.totalUs;
  block.selfSamples += node.totalSamples;
  block.totalSamples += node.totalSamples;
  block.beforeSelfUs += node.beforeTotalUs;
  block.beforeTotalUs += node.beforeTotalUs;
  block.weightUs += node.weightUs;
}
