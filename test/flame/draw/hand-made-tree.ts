// Call trees written down as calls: frames with their self times, totals summed.
import type { CallNode } from '../../../src/flame/call-tree.js';
import type { DiffNode } from '../../../src/flame/draw/diff-node.js';
import type { Frame, FrameKind } from '../../../src/flame/profile.js';

export interface Spec {
  frame: Frame;
  selfUs: number;
  beforeUs: number;
  significant: boolean;
  children: Spec[];
}

/** `name@package`, or `(gc)`, `(idle)`, `(program)`, `node:x`; all else is user code in src/<name>.ts, line 1. */
export function call(name: string, selfUs: number, ...children: Spec[]): Spec {
  return { frame: frameOf(name), selfUs, beforeUs: 0, significant: false, children };
}

/** A call of a difference: self time before and after. */
export function change(name: string, beforeUs: number, selfUs: number, significant: boolean, ...children: Spec[]): Spec {
  return { ...call(name, selfUs, ...children), beforeUs, significant };
}

/** Ten µs are a sample. */
export function callTree(spec: Spec): CallNode {
  return grown(spec, false);
}

export function diffTreeOf(spec: Spec): DiffNode {
  return grown(spec, true) as DiffNode;
}

function grown(spec: Spec, isDiff: boolean): CallNode {
  const make = ({ frame, selfUs, beforeUs, significant }: Spec, parent: CallNode | null): CallNode => ({
    frame,
    parent,
    children: [],
    selfUs,
    totalUs: selfUs,
    selfSamples: Math.round(selfUs / 10),
    totalSamples: Math.round(selfUs / 10),
    ...(isDiff ? { beforeSelfUs: beforeUs, beforeTotalUs: beforeUs, significant } : {}),
  });
  const root = make(spec, null);
  const all: { node: CallNode; spec: Spec }[] = [{ node: root, spec }];
  for (let i = 0; i < all.length; i++) {
    for (const child of all[i].spec.children) {
      const node = make(child, all[i].node);
      all[i].node.children.push(node);
      all.push({ node, spec: child });
    }
  }
  for (const { node } of all.reverse()) {
    if (node.parent === null) continue;
    node.parent.totalUs += node.totalUs;
    node.parent.totalSamples += node.totalSamples;
    if (isDiff) (node.parent as DiffNode).beforeTotalUs += (node as DiffNode).beforeTotalUs;
  }
  return root;
}

const OWN: Record<string, [string, FrameKind]> = {
  '(root)': ['(root)', 'none'],
  '(gc)': ['(garbage collector)', 'gc'],
  '(program)': ['(program)', 'program'],
  '(idle)': ['(idle)', 'idle'],
  '(not running)': ['(not running)', 'none'],
};

const frames = new Map<string, Frame>();

/** The same object for the same name, as in a profile. */
function frameOf(name: string): Frame {
  const known = frames.get(name) ?? makeFrame(name);
  frames.set(name, known);
  return known;
}

function makeFrame(name: string): Frame {
  if (Object.hasOwn(OWN, name)) return { function: OWN[name][0], file: '', line: 0, column: 0, kind: OWN[name][1], package: '' };
  if (name.startsWith('node:')) return { function: name.slice(5), file: 'node:fs', line: 7, column: 3, kind: 'core', package: '' };
  const [plain, packageName = ''] = name.split('@');
  const kind = packageName === '' ? 'user' : 'package';
  const file = packageName === '' ? `src/${plain}.ts` : `node_modules/${packageName}/index.js`;
  return { function: plain, file, line: 1, column: 1, kind, package: packageName };
}

/** A chain of calls, each with 10 µs of its own, `leafUs` at its end. */
export function chain(names: readonly string[], leafUs = 1000): Spec {
  let spec = call('leaf', leafUs);
  for (const name of [...names].reverse()) spec = call(name, 10, spec);
  return call('(root)', 0, spec);
}
