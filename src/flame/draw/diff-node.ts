// The node of a differential call tree: what a function took after, and what it took before, scaled to the same duration.
import type { CallNode } from '../call-tree.js';

/**
 * selfUs, totalUs and the samples are those of AFTER, as in every CallNode. A node that vanished has totalUs 0 and is still in the tree;
 * a new one has beforeTotalUs 0. Children therefore need not be wider together than their parent on either side alone.
 */
export interface DiffNode extends CallNode {
  parent: DiffNode | null;
  children: DiffNode[];
  /** Times of BEFORE, scaled to the duration (or the busy time) of AFTER, so that the two can be subtracted. beforeTotalUs = beforeSelfUs + the children's beforeTotalUs. */
  beforeSelfUs: number;
  beforeTotalUs: number;
  /** The change of this node's total time is more than noise. */
  significant: boolean;
}
