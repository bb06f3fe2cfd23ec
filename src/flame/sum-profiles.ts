// One call tree of several profiles: the segments of a thread together, several threads side by side under the root.
import { buildCallTree, type CallNode } from './call-tree.js';
import type { NamedProfile } from './profile.js';
import { frameKey, ROOT_FUNCTION, standIn } from './profile-builder.js';

/**
 * The tree of all profiles. With more than one thread each has a frame with its name (kind none) under the root; with one, it is that thread's tree.
 * No profiles: a root without time. `keep` chooses samples by the index of the profile and of the sample; all by default.
 */
export function sumProfiles(profiles: readonly NamedProfile[], keep?: (profile: number, sample: number) => boolean): CallNode {
  const hasThreads = new Set(profiles.map(({ thread }) => thread)).size > 1;
  const root = emptyNode(standIn(ROOT_FUNCTION), null);
  const grown = new Map<CallNode, Map<string, CallNode>>();
  for (const [index, profile] of profiles.entries()) {
    const tree = buildCallTree(profile, keep && ((sample) => keep(index, sample)));
    if (hasThreads && tree.totalSamples === 0) continue;
    if (!hasThreads) {
      addTree(root, tree, grown);
      continue;
    }
    addTree(childOf(root, standIn(profile.thread), grown), tree, grown);
    root.totalUs += tree.totalUs;
    root.totalSamples += tree.totalSamples;
  }
  return root;
}

/** Adds the times of a tree to those of another, whose nodes are found or made. The frames of the two roots may differ: the target's stays. */
function addTree(target: CallNode, source: CallNode, grown: Map<CallNode, Map<string, CallNode>>): void {
  const stack: [CallNode, CallNode][] = [[target, source]];
  for (let pair = stack.pop(); pair !== undefined; pair = stack.pop()) {
    const [to, from] = pair;
    to.selfUs += from.selfUs;
    to.totalUs += from.totalUs;
    to.selfSamples += from.selfSamples;
    to.totalSamples += from.totalSamples;
    for (const child of from.children) stack.push([childOf(to, child.frame, grown), child]);
  }
}

function childOf(parent: CallNode, frame: CallNode['frame'], grown: Map<CallNode, Map<string, CallNode>>): CallNode {
  let children = grown.get(parent);
  if (children === undefined) grown.set(parent, (children = new Map()));
  const key = frameKey(frame);
  let child = children.get(key);
  if (child === undefined) {
    child = emptyNode(frame, parent);
    parent.children.push(child);
    children.set(key, child);
  }
  return child;
}

function emptyNode(frame: CallNode['frame'], parent: CallNode | null): CallNode {
  return { frame, parent, children: [], selfUs: 0, totalUs: 0, selfSamples: 0, totalSamples: 0 };
}
