// Where each frame of a flame graph stands: pure, in pixels across and rows down. The root's row is 0; drawings put it on top (an icicle), as
// DevTools and speedscope do, so that what matters is read first and a page need not be scrolled to its end.
import type { CallNode } from '../call-tree.js';
import type { DiffNode } from './diff-node.js';
import { type DrawnNode, type DrawnTree, type DrawnTreeOptions, drawnTree } from './drawn-tree.js';
import { mergeSmall, weightThatKeeps } from './merge-small.js';

/** Frames of a static drawing: at about 250 bytes each, and with their blocks of small ones, an SVG stays under 300 KB. */
export const RECTS_MAX = 800;

export interface Rect {
  node: DrawnNode;
  /** Left edge. */
  x: number;
  widthPx: number;
  /** From the root, which is 0. */
  row: number;
}

export interface LayoutOptions extends DrawnTreeOptions {
  /** Width of the root. */
  widthPx: number;
  /** Narrower frames go into one block a parent. Default 1. */
  minWidthPx?: number;
  /** Frames drawn at the most, the heaviest, and not more blocks of small ones than that again. Default RECTS_MAX. */
  rectsMax?: number;
}

export interface FlameLayout {
  /** Parents before their children. Empty where there is no time at all. */
  rects: Rect[];
  tree: DrawnTree;
}

/** Widths are in proportion to DrawnNode.weightUs. Children stand from their parent's left edge on; what they leave free on the right is the parent's own time. */
export function layoutFlame(root: CallNode | DiffNode, options: LayoutOptions): FlameLayout {
  const whole = drawnTree(root, options);
  return layoutTree(whole, options);
}

/** The same for a tree that was prepared already. */
export function layoutTree(whole: DrawnTree, { widthPx, minWidthPx = 1, rectsMax = RECTS_MAX }: LayoutOptions): FlameLayout {
  const usPerPx = whole.root.weightUs / widthPx;
  const tree = mergeSmall(whole, Math.max(minWidthPx * usPerPx, weightThatKeeps(whole, rectsMax)));
  if (!(tree.root.weightUs > 0)) return { rects: [], tree };
  const rects: Rect[] = [];
  const leftUs = new Map<DrawnNode, number>([[tree.root, 0]]);
  for (const node of tree.nodes) {
    let atUs = leftUs.get(node) as number;
    rects.push({ node, x: atUs / usPerPx, widthPx: node.weightUs / usPerPx, row: node.row });
    for (const child of node.children) {
      leftUs.set(child, atUs);
      atUs += child.weightUs;
    }
  }
  return { rects, tree };
}
