// Call trees as the page holds them: a frame is up to 200 bytes, and with all of its flame graphs the page is to stay within 1.5 MB. Files hold the rest.
import { fromFlameTree, toFlameTree } from '../../flame/flame-tree.js';
import type { FlameTree } from '../report-types.js';

export const WINDOW_NODES_MAX = 1200;
/** Of the 21 paths with a tree. */
export const PATH_NODES_MAX = 100;
/** Of the 10 stalls with a tree. */
export const STALL_NODES_MAX = 200;

export function pageFlame(tree: FlameTree, nodesMax: number): FlameTree {
  return tree.nodes.length <= nodesMax ? tree : toFlameTree(fromFlameTree(tree), { nodesMax });
}
