// Call trees of many windows and processes as one, node by node: self and total times add up exactly.
import { MERGED_NODES_KEPT_MAX } from '../core/limits.js';
import { fromFlameTree, toFlameTree } from '../flame/flame-tree.js';
import type { FlameTree } from './report-types.js';

/** What stands for small frames, as toFlameTree names it. */
const SMALL = /^\((\d+) small frames?\)$/;

type FlameFrame = FlameTree['frames'][number];

/**
 * Sums call trees. A tree of several threads has a frame for each below its root, a tree of one has not: where both were added, what has no thread
 * stands under `main`, which is the thread that every process has.
 */
export class FlameMerger {
  private readonly ofThreads = new TreeSum();
  private readonly ofMain = new TreeSum();

  add(tree: FlameTree): void {
    (hasThreads(tree) ? this.ofThreads : this.ofMain).add(tree);
  }

  /** The sum, with no more nodes than that; null: no tree was added. Siblings stand in an order that does not depend on that of the trees. */
  take(nodesMax: number): FlameTree | null {
    const { ofThreads, ofMain } = this;
    if (ofThreads.isEmpty || ofMain.isEmpty) return (ofThreads.isEmpty ? ofMain : ofThreads).take(nodesMax);
    const sum = new TreeSum();
    sum.add(ofThreads.take(Number.POSITIVE_INFINITY) as FlameTree);
    sum.add(underMain(ofMain.take(Number.POSITIVE_INFINITY) as FlameTree));
    return sum.take(nodesMax);
  }
}

class TreeSum {
  private readonly frames: FlameFrame[] = [];
  private readonly frameIndex = new Map<string, number>();
  private readonly parents: number[] = [];
  private readonly nodes: number[] = [];
  private readonly selfUs: number[] = [];
  private readonly totalUs: number[] = [];
  /** Small frames that a node stands for, added over the trees: a frame that is small in two of them counts twice. 0: it is a frame. */
  private readonly smallFrames: number[] = [];
  private readonly children: Map<number, number>[] = [];

  /** A tree of another root is added all the same: the first root stands for all. */
  add(tree: FlameTree): void {
    const frames = tree.frames.map((frame) => this.frame(frame));
    const small = tree.frames.map((frame) => (frame.kind === 'none' ? Number(SMALL.exec(frame.function)?.[1] ?? 0) : 0));
    const at: number[] = [];
    tree.nodes.forEach((frame, i) => {
      // Small frames have a number in their name, so they are one node a parent, whatever the number.
      at[i] = this.node(tree.parents[i] < 0 ? -1 : at[tree.parents[i]], small[frame] > 0 ? -1 : frames[frame], frames[frame]);
      this.selfUs[at[i]] += tree.selfUs[i];
      this.totalUs[at[i]] += tree.totalUs[i];
      this.smallFrames[at[i]] += small[frame];
    });
    if (this.nodes.length > MERGED_NODES_KEPT_MAX) this.shrink();
  }

  get isEmpty(): boolean {
    return this.nodes.length === 0;
  }

  take(nodesMax: number): FlameTree | null {
    if (this.nodes.length === 0) return null;
    const root = fromFlameTree({
      frames: [...this.frames, ...this.smallFrames.map((count) => smallFrame(count))],
      parents: this.parents,
      nodes: this.nodes.map((frame, i) => (this.smallFrames[i] > 0 ? this.frames.length + i : frame)),
      selfUs: this.selfUs,
      totalUs: this.totalUs,
    });
    const queue = [root];
    for (const node of queue) {
      node.children.sort((a, b) => Number(isBracketed(a.frame)) - Number(isBracketed(b.frame)) || compare(keyOf(a.frame), keyOf(b.frame)));
      queue.push(...node.children);
    }
    return toFlameTree(root, { nodesMax });
  }

  private shrink(): void {
    const tree = this.take(MERGED_NODES_KEPT_MAX / 2) as FlameTree;
    for (const column of [this.frames, this.parents, this.nodes, this.selfUs, this.totalUs, this.smallFrames, this.children]) column.length = 0;
    this.frameIndex.clear();
    this.add(tree);
  }

  private frame(frame: FlameFrame): number {
    const key = keyOf(frame);
    let index = this.frameIndex.get(key);
    if (index === undefined) this.frameIndex.set(key, (index = this.frames.push(frame) - 1));
    return index;
  }

  private node(parent: number, key: number, frame: number): number {
    if (parent < 0 && this.nodes.length > 0) return 0;
    const known = parent < 0 ? undefined : this.children[parent].get(key);
    if (known !== undefined) return known;
    const index = this.nodes.push(frame) - 1;
    this.parents.push(parent);
    this.selfUs.push(0);
    this.totalUs.push(0);
    this.smallFrames.push(0);
    this.children.push(new Map());
    if (parent >= 0) this.children[parent].set(key, index);
    return index;
  }
}

/** Threads are named without brackets; pitot's other stand-ins have them. */
function hasThreads({ frames, parents, nodes }: FlameTree): boolean {
  return nodes.some((frame, i) => parents[i] === 0 && frames[frame].kind === 'none' && !isBracketed(frames[frame]));
}

/** The root's own time stays the root's. */
function underMain({ frames, parents, nodes, selfUs, totalUs }: FlameTree): FlameTree {
  return {
    frames: [...frames, { function: 'main', file: '', line: 0, kind: 'none', package: '' }],
    parents: [-1, 0, ...parents.slice(1).map((parent) => parent + 1)],
    nodes: [nodes[0], frames.length, ...nodes.slice(1)],
    selfUs: [selfUs[0], 0, ...selfUs.slice(1)],
    totalUs: [totalUs[0], totalUs[0] - selfUs[0], ...totalUs.slice(1)],
  };
}

const smallFrame = (count: number): FlameFrame => ({
  function: `(${count} small ${count === 1 ? 'frame' : 'frames'})`,
  file: '',
  line: 0,
  kind: 'none',
  package: '',
});
/** V8's stand-ins and pitot's, which stand behind functions. */
const isBracketed = (frame: Pick<FlameFrame, 'function'>): boolean => frame.function.startsWith('(');
const keyOf = (frame: FlameFrame): string => `${frame.function}\n${frame.line}\n${frame.file}\n${frame.kind}\n${frame.package}`;
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
