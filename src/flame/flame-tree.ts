// The call tree as the report carries it: columns, with small frames merged so that it stays small and its totals exact.
import type { FlameTree } from '../report/report-types.js';
import type { CallNode } from './call-tree.js';
import type { Frame, FrameKind } from './profile.js';
import { standIn } from './profile-builder.js';

/** Nodes of a tree in a report, at the most: 2 000 are 100 KB of JSON, and more than a screen is wide. */
export const FLAME_NODES_MAX = 2000;

/**
 * The heaviest nodes, by total time; the other children of a kept node become one `(N small frames)`, which has all of their time as its self time.
 * At most nodesMax nodes, yet never less than the root and what stands for the rest. Nodes without time are left out.
 */
export function toFlameTree(root: CallNode, { nodesMax = FLAME_NODES_MAX }: { nodesMax?: number } = {}): FlameTree {
  const kept = heaviest(root, nodesMax);
  const tree: FlameTree = { frames: [], parents: [], nodes: [], selfUs: [], totalUs: [] };
  const frameIndex = new Map<string, number>();
  const add = (frame: Frame, parent: number, selfUs: number, totalUs: number): number => {
    const key = `${frame.function}\n${frame.line}\n${frame.file}\n${frame.kind}\n${frame.package}`;
    let index = frameIndex.get(key);
    if (index === undefined) {
      const { column: _, ...shown } = frame;
      index = tree.frames.push(shown) - 1;
      frameIndex.set(key, index);
    }
    tree.nodes.push(index);
    tree.selfUs.push(selfUs);
    tree.totalUs.push(totalUs);
    return tree.parents.push(parent) - 1;
  };
  // Breadth first: siblings stand together, what is merged after those that are kept.
  const queue: { node: CallNode; parent: number }[] = [{ node: root, parent: -1 }];
  for (let i = 0; i < queue.length; i++) {
    const { node, parent } = queue[i];
    const at = add(node.frame, parent, node.selfUs, node.totalUs);
    if (!kept.has(node)) continue;
    const children = withTime(node);
    for (const child of children) if (kept.has(child)) queue.push({ node: child, parent: at });
    const small = children.filter((child) => !kept.has(child));
    if (small.length > 0) queue.push({ node: merged(small, node), parent: at });
  }
  return tree;
}

/** Back to nodes. Numbers of samples are not carried: 0. */
export function fromFlameTree(tree: FlameTree): CallNode {
  const nodes: CallNode[] = [];
  tree.nodes.forEach((index, i) => {
    const { kind, ...frame } = tree.frames[index];
    const parent = nodes[tree.parents[i]] ?? null;
    const node: CallNode = {
      frame: { ...frame, column: 0, kind: kind as FrameKind },
      parent,
      children: [],
      selfUs: tree.selfUs[i],
      totalUs: tree.totalUs[i],
      selfSamples: 0,
      totalSamples: 0,
    };
    parent?.children.push(node);
    nodes.push(node);
  });
  return nodes[0];
}

/** Heaviest first: a parent is never lighter than its children, so it is kept before them. Each kept node with children left out costs one more, for the rest. */
function heaviest(root: CallNode, nodesMax: number): Set<CallNode> {
  const all = [root];
  for (let i = 0; i < all.length; i++) for (const child of withTime(all[i])) all.push(child);
  const order = new Map(all.map((node, i) => [node, i]));
  all.sort((a, b) => b.totalUs - a.totalUs || (order.get(a) as number) - (order.get(b) as number));
  const kept = new Set<CallNode>();
  const left = new Map<CallNode, number>();
  let nodes = 0;
  for (const node of all) {
    const children = withTime(node).length;
    const leftInParent = node.parent === null || node === root ? 0 : (left.get(node.parent) as number);
    nodes += 1 + (children > 0 ? 1 : 0) - (leftInParent === 1 ? 1 : 0);
    if (nodes > nodesMax && node !== root) break;
    kept.add(node);
    left.set(node, children);
    if (node !== root && node.parent) left.set(node.parent, leftInParent - 1);
  }
  return kept;
}

const withTime = (node: CallNode): CallNode[] => node.children.filter(({ totalUs }) => totalUs > 0);

function merged(small: CallNode[], parent: CallNode): CallNode {
  const stack = [...small];
  let count = 0;
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    count++;
    for (const child of withTime(node)) stack.push(child);
  }
  const totalUs = small.reduce((sumUs, node) => sumUs + node.totalUs, 0);
  const frame = standIn(`(${count} small ${count === 1 ? 'frame' : 'frames'})`);
  return { frame, parent, children: [], selfUs: totalUs, totalUs, selfSamples: 0, totalSamples: 0 };
}
