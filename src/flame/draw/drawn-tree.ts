// A call tree made ready to be drawn: idle time left out, deep recursion folded, siblings in a stable order, small frames put together.
import type { CallNode } from '../call-tree.js';
import type { Frame, FrameKind } from '../profile.js';
import { standIn } from '../profile-builder.js';
import type { DiffNode } from './diff-node.js';

/** Rows of a picture, the root's included: 100 rows of 18 px are two screens. */
export const ROWS_MAX = 100;
/** Where a tree is deeper than that, frames from this row on are folded into a caller that is the same function. */
export const FOLD_FROM_ROW = 48;
/** Functions that call themselves, without another between, are folded from this row on: such a pile says nothing but its height. */
const PILE_FROM_ROW = 12;
/** How far up such a caller is looked for: cycles of calls longer than this are not seen as recursion. */
const CYCLE_MAX = 32;

/** A block of the drawing: a frame, or what was put together because it had no room. */
export interface DrawnNode {
  /** `small`: siblings too narrow to be drawn. `deeper`: everything below the last row. */
  kind: 'frame' | 'small' | 'deeper';
  frame: Frame;
  parent: DrawnNode | null;
  children: DrawnNode[];
  /** The root's is 0. */
  row: number;
  /** Frames in this block: 1, recursive calls folded into it, or those that had no room. */
  count: number;
  selfUs: number;
  totalUs: number;
  selfSamples: number;
  totalSamples: number;
  /** 0 in a tree that is no difference. */
  beforeSelfUs: number;
  beforeTotalUs: number;
  significant: boolean;
  /**
   * What the width stands for: total time. In a difference, the larger side of each self time, summed over the subtree: so a frame that vanished
   * is as wide as it was, and no frame is wider than its caller.
   */
  weightUs: number;
}

export interface DrawnTree {
  root: DrawnNode;
  /** A parent stands before its children. */
  nodes: DrawnNode[];
  rows: number;
  /** Idle time that is not in the tree. */
  idleUs: number;
  /** The tree is deeper than its drawing: recursive calls are folded. */
  folded: boolean;
  /** The nodes carry times before and after. */
  isDiff: boolean;
}

export interface DrawnTreeOptions {
  /** Keeps idle time. Default false. */
  idle?: boolean;
  /** Rows at the most, from 2. Default ROWS_MAX. */
  rowsMax?: number;
}

/** Loops, never recursion: V8's stacks, and so these trees, are up to 10 000 frames deep. */
export function drawnTree(root: CallNode | DiffNode, { idle = false, rowsMax = ROWS_MAX }: DrawnTreeOptions = {}): DrawnTree {
  const isDiff = 'beforeTotalUs' in root;
  const folded = depthOf(root, rowsMax) > rowsMax;
  const foldFromRow = folded ? Math.min(FOLD_FROM_ROW, rowsMax >> 1) : Number.POSITIVE_INFINITY;
  const pileFromRow = Math.min(PILE_FROM_ROW, foldFromRow);
  const idOf = frameIds();
  const ids: number[] = [];
  const childOf: Map<number, number>[] = [];
  const nodes: DrawnNode[] = [];
  const add = (frame: Frame, parent: number, kind: DrawnNode['kind'] = 'frame', id = idOf(frame)): number => {
    const above = parent < 0 ? null : nodes[parent];
    const node = blankNode(frame, above, kind);
    above?.children.push(node);
    if (parent >= 0) childOf[parent].set(id, nodes.length);
    ids.push(id);
    childOf.push(new Map());
    return nodes.push(node) - 1;
  };
  const parents = [-1];
  let idleUs = 0;
  let rows = 1;
  const todo: { source: CallNode; at: number }[] = [{ source: root, at: add(root.frame, -1) }];
  addSelf(nodes[0], root);
  for (let item = todo.pop(); item !== undefined; item = todo.pop()) {
    for (const child of item.source.children) {
      if (child.frame.kind === 'idle' && !idle) {
        idleUs += child.totalUs;
        continue;
      }
      const at = placeOf(child.frame, item.at);
      addSelf(nodes[at], child);
      todo.push({ source: child, at });
    }
  }
  for (let i = nodes.length - 1; i >= 0; i--) addToParent(nodes[i], isDiff);
  for (const node of nodes) {
    node.children.sort(bySiblingOrder);
    rows = Math.max(rows, node.row + 1);
  }
  return { root: nodes[0], nodes, rows, idleUs, folded, isDiff };

  /** The node that a frame called from node `at` is drawn in: its own, or that of a caller it is folded into. */
  function placeOf(frame: Frame, at: number): number {
    if (nodes[at].kind === 'deeper') {
      nodes[at].count++;
      return at;
    }
    const id = idOf(frame);
    for (
      let up = at, steps = 0;
      steps < CYCLE_MAX && up >= 0 && nodes[up].row >= (steps === 0 && folded ? pileFromRow : foldFromRow);
      steps++, up = parents[up]
    ) {
      if (ids[up] !== id) continue;
      nodes[up].count++;
      return up;
    }
    // Id -1 is the block of everything that would stand below the last row.
    const isLast = nodes[at].row + 2 >= rowsMax && folded;
    const known = childOf[at].get(isLast ? -1 : id);
    if (known !== undefined) {
      if (isLast) nodes[known].count++;
      return known;
    }
    parents.push(at);
    return isLast ? add(standIn('(deeper frames)'), at, 'deeper', -1) : add(frame, at);
  }
}

export function blankNode(frame: Frame, parent: DrawnNode | null, kind: DrawnNode['kind']): DrawnNode {
  return {
    kind,
    frame,
    parent,
    children: [],
    row: parent === null ? 0 : parent.row + 1,
    count: 1,
    selfUs: 0,
    totalUs: 0,
    selfSamples: 0,
    totalSamples: 0,
    beforeSelfUs: 0,
    beforeTotalUs: 0,
    significant: false,
    weightUs: 0,
  };
}

function addSelf(node: DrawnNode, source: CallNode | DiffNode): void {
  node.selfUs += source.selfUs;
  node.selfSamples += source.selfSamples;
  if (!('beforeSelfUs' in source)) return;
  node.beforeSelfUs += source.beforeSelfUs;
  node.significant ||= source.significant;
}

/** Completes a node whose children are complete, and adds it to its parent. */
function addToParent(node: DrawnNode, isDiff: boolean): void {
  node.totalUs += node.selfUs;
  node.totalSamples += node.selfSamples;
  node.beforeTotalUs += node.beforeSelfUs;
  node.weightUs += isDiff ? Math.max(node.selfUs, node.beforeSelfUs) : node.selfUs;
  if (node.parent === null) return;
  node.parent.totalUs += node.totalUs;
  node.parent.totalSamples += node.totalSamples;
  node.parent.beforeTotalUs += node.beforeTotalUs;
  node.parent.weightUs += node.weightUs;
}

/** Rows of a tree, counted up to one more than asked about. */
function depthOf(root: CallNode, enough: number): number {
  let row = [root];
  let depth = 0;
  for (; row.length > 0 && depth <= enough; depth++) row = row.flatMap((node) => node.children);
  return depth;
}

/** The same number for the same function at the same place, whether or not it is the same object. */
function frameIds(): (frame: Frame) => number {
  const byObject = new Map<Frame, number>();
  const byPlace = new Map<string, number>();
  return (frame) => {
    let id = byObject.get(frame);
    if (id === undefined) {
      const place = `${frame.kind}\n${frame.line}\n${frame.column}\n${frame.file}\n${frame.function}`;
      id = byPlace.get(place) ?? byPlace.size;
      byPlace.set(place, id);
      byObject.set(frame, id);
    }
    return id;
  };
}

/** V8's own stand-ins go behind the functions: always at the same edge of the picture. */
const RANKS: Partial<Record<FrameKind, number>> = { gc: 1, program: 2, none: 3, idle: 4 };

/** By name, so that the same function stands at the same place in pictures of different windows. By code unit: the same on every machine. */
function bySiblingOrder(a: DrawnNode, b: DrawnNode): number {
  const rank = (RANKS[a.frame.kind] ?? 0) - (RANKS[b.frame.kind] ?? 0);
  if (rank !== 0) return rank;
  if (a.frame.function !== b.frame.function) return a.frame.function < b.frame.function ? -1 : 1;
  if (a.frame.file !== b.frame.file) return a.frame.file < b.frame.file ? -1 : 1;
  return a.frame.line - b.frame.line || a.frame.column - b.frame.column;
}
