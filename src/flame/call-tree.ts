// Profile -> call tree with exact self and total times, the form that tables and drawings read.
import type { Frame, NamedProfile } from './profile.js';

/** One function in one call path. totalUs = selfUs + the children's totalUs, exactly. */
export interface CallNode {
  frame: Frame;
  parent: CallNode | null;
  /** Ordered as first seen. */
  children: CallNode[];
  selfUs: number;
  totalUs: number;
  /** Samples with this node as leaf, and with it anywhere. */
  selfSamples: number;
  totalSamples: number;
}

/** Nodes of the same frame under the same parent are one. `keep` chooses samples by index; all by default. The root's frame is the profile's. */
export function buildCallTree(profile: NamedProfile, keep?: (sample: number) => boolean): CallNode {
  const { frames, nodeFrames, nodeParents, samples, timesUs } = profile;
  const nodes: CallNode[] = [];
  const childrenOf: Map<number, CallNode>[] = [];
  const nodeAt: CallNode[] = [];
  const indexOf = new Map<CallNode, number>();
  for (let i = 0; i < nodeFrames.length; i++) {
    const parent = nodeParents[i] < 0 ? null : nodeAt[nodeParents[i]];
    const known = parent && childrenOf[indexOf.get(parent) as number].get(nodeFrames[i]);
    if (known) {
      nodeAt.push(known);
      continue;
    }
    const node: CallNode = { frame: frames[nodeFrames[i]], parent, children: [], selfUs: 0, totalUs: 0, selfSamples: 0, totalSamples: 0 };
    indexOf.set(node, nodes.length);
    nodes.push(node);
    childrenOf.push(new Map());
    nodeAt.push(node);
    if (parent) {
      parent.children.push(node);
      childrenOf[indexOf.get(parent) as number].set(nodeFrames[i], node);
    }
  }
  for (let i = 0; i < samples.length; i++) {
    if (keep && !keep(i)) continue;
    const node = nodeAt[samples[i]];
    node.selfSamples++;
    node.selfUs += i + 1 < samples.length ? timesUs[i + 1] - timesUs[i] : 0;
  }
  // Children stand after their parents: from the end, each node is complete when it is added to its parent.
  for (let i = nodes.length - 1; i >= 0; i--) {
    const node = nodes[i];
    node.totalUs += node.selfUs;
    node.totalSamples += node.selfSamples;
    if (node.parent) {
      node.parent.totalUs += node.totalUs;
      node.parent.totalSamples += node.totalSamples;
    }
  }
  return nodes[0];
}
