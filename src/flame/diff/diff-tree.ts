// Two sides' call trees as one: each node knows its time before and after, which is what a differential flame graph draws.
import { buildCallTree, type CallNode } from '../call-tree.js';
import type { DiffNode } from '../draw/diff-node.js';
import { urlOfFrame } from '../names/frame-name.js';
import type { Frame, NamedProfile } from '../profile.js';
import { alignRoots, type ToCommonFile } from './function-table.js';

/** The name under which a set of functions holds one. */
export const functionKey = ({ function: name, file }: { function: string; file: string }): string => `${name}\n${file}`;

/** Frames are the same by function and file, as in diffProfiles; lines are those of the after side. Time in which nothing ran is left out. `significant` holds functionKey()s. */
export function diffTree(before: readonly NamedProfile[], after: readonly NamedProfile[], significant: ReadonlySet<string>): DiffNode {
  const frame: Frame = { function: '(root)', file: '', line: 0, column: 0, kind: 'none', package: '' };
  const root = emptyNode(frame, null, false);
  const merged = new Merger(significant);
  const roots = alignRoots(filesOf(before), filesOf(after));
  const trees = [before, after].map((profiles) => profiles.map((profile) => buildCallTree(profile)));
  const [beforeUs, afterUs] = trees.map((side) => side.reduce((sum, tree) => sum + tree.totalUs, 0));
  const scale = beforeUs === 0 ? 0 : afterUs / beforeUs;
  for (const tree of trees[0]) merged.add(tree, root, roots.before, (node, from) => (node.beforeSelfUs += from.selfUs * scale));
  for (const tree of trees[1])
    merged.add(tree, root, roots.after, (node, from) => {
      node.selfUs += from.selfUs;
      node.selfSamples += from.selfSamples;
    });
  sumTotals(root);
  return root;
}

/**
 * Folded stacks with two values, `a;b;c before after` in whole µs, as difffolded.pl of Brendan Gregg's FlameGraph writes and flamegraph.pl reads;
 * in order of the text.
 */
export function diffFolded(root: DiffNode): string {
  const lines: string[] = [];
  const stack = root.children.map((node) => ({ node, path: foldedName(node.frame) }));
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const [before, after] = [Math.round(top.node.beforeSelfUs), Math.round(top.node.selfUs)];
    if (before + after > 0) lines.push(`${top.path} ${before} ${after}`);
    for (const node of top.node.children) stack.push({ node, path: `${top.path};${foldedName(node.frame)}` });
  }
  return lines
    .sort()
    .map((line) => `${line}\n`)
    .join('');
}

/** As in folded stacks of one side, see folded.ts. */
function foldedName(frame: Frame): string {
  const url = urlOfFrame(frame);
  const text = url === '' ? frame.function : `${frame.function} (${url}:${frame.line})`;
  return text.replaceAll(';', ',').replace(/\s+/g, ' ').trim();
}

class Merger {
  private readonly significant: ReadonlySet<string>;
  private readonly children = new Map<DiffNode, Map<string, DiffNode>>();

  constructor(significant: ReadonlySet<string>) {
    this.significant = significant;
  }

  add(from: CallNode, into: DiffNode, toCommonFile: ToCommonFile, take: (node: DiffNode, from: CallNode) => void): void {
    const queue: [CallNode, DiffNode][] = [[from, into]];
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      const [source, target] = next;
      take(target, source);
      for (const child of source.children) {
        if (child.frame.kind === 'idle' || child.frame.kind === 'none' || child.totalUs === 0) continue;
        queue.push([child, this.childOf(target, { ...child.frame, file: toCommonFile(child.frame.file) })]);
      }
    }
  }

  private childOf(parent: DiffNode, frame: Frame): DiffNode {
    let known = this.children.get(parent);
    if (known === undefined) this.children.set(parent, (known = new Map()));
    const key = functionKey(frame);
    let node = known.get(key);
    if (node === undefined) {
      node = emptyNode(frame, parent, this.significant.has(key));
      known.set(key, node);
      parent.children.push(node);
    } else node.frame = frame;
    return node;
  }
}

const emptyNode = (frame: Frame, parent: DiffNode | null, significant: boolean): DiffNode => ({
  frame,
  parent,
  children: [],
  selfUs: 0,
  totalUs: 0,
  selfSamples: 0,
  totalSamples: 0,
  beforeSelfUs: 0,
  beforeTotalUs: 0,
  significant,
});

/** No recursion: V8's stacks are thousands of frames deep at times. */
function sumTotals(root: DiffNode): void {
  const nodes = [root];
  for (let i = 0; i < nodes.length; i++) nodes.push(...nodes[i].children);
  for (const node of nodes.reverse()) {
    node.totalUs += node.selfUs;
    node.totalSamples += node.selfSamples;
    node.beforeTotalUs += node.beforeSelfUs;
    if (node.parent === null) continue;
    node.parent.totalUs += node.totalUs;
    node.parent.totalSamples += node.totalSamples;
    node.parent.beforeTotalUs += node.beforeTotalUs;
  }
}

function* filesOf(profiles: readonly NamedProfile[]): Generator<string> {
  for (const profile of profiles) for (const frame of profile.frames) yield frame.file;
}
