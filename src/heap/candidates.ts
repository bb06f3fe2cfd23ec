// What may leak in one heap: objects that hold many of a kind.
import { HEAP_CANDIDATES_MAX } from '../core/limits.js';
import { type HeapView, typeOf } from './heap-view.js';

export interface Candidate {
  kind: 'accumulation' | 'path';
  /** The object that holds them; of a path the first of them on the way from the root. */
  holder: number;
  /** One of them. */
  sample: number;
  count: number;
  /** By which it is ranked, and what is told of it. */
  bytes: number;
  toldBytes: number;
  pathRatio: number;
  /** Others like the sample; default: those that lie beside it. */
  peers?: readonly number[];
  /** What is held beside them, where they are not most of it. */
  others?: number;
  /** They are held by several: by each of the members of another. */
  within?: { outer: Candidate; holders: number };
  /** What holds them, where it is not what the way from the root goes through. */
  container?: number;
  /** What they are called, where it is not their class. */
  name?: string;
}

/** Difference of the counts of keys and of what they are keys of. */
const KEYS_RATIO_MAX = 0.05;
/** Share of an accumulation from which on one child is the real holder. */
const LARGEST_CHILD_RATIO = 0.5;
const ENGINE_HOLDERS = new Set(['synthetic', 'code', 'object shape', 'hidden']);

/** Share of what is held from which on the commonest kind is told alone. */
const MOST_RATIO = 0.75;

/** Objects that dominate many others, none of which is most of it: what an unbounded map, list or emitter looks like. */
export function accumulations(view: HeapView, leastBytes: number): Candidate[] {
  const { tree, weightBytes } = view;
  const found: Candidate[] = [];
  for (let node = 1; node < tree.order.length; node++) {
    if (weightBytes[node] < leastBytes) continue;
    const candidate = accumulationAt(view, node);
    if (candidate !== null && candidate.bytes >= leastBytes) found.push(candidate);
  }
  return found.sort((a, b) => b.bytes - a.bytes).slice(0, HEAP_CANDIDATES_MAX);
}

/** What one object accumulates, named for the kind that is most of it; null where it does not. Its bytes are all that it holds many of, and its own table. */
export function accumulationAt(view: HeapView, node: number): Candidate | null {
  const { tree, weightBytes, toldBytes, classes, countMin } = view;
  const { firstChild } = tree;
  if (firstChild[node + 1] - firstChild[node] < countMin || ENGINE_HOLDERS.has(typeOf(view, node))) return null;
  const kinds = membersOf(view, node);
  if (kinds === null) return null;
  const many = [...kinds.values()].filter((kind) => kind.count >= countMin);
  const own = many.filter((kind) => classes.isOwn[classes.of[kind.sample]]);
  let most: { kind: Members; entries: Members } | null = null;
  for (const kind of own) {
    const entries = withKeys(view, kind, own);
    if (most === null || entries.bytes > most.entries.bytes) most = { kind, entries };
  }
  if (most === null) return null;
  const { kind, entries } = most;
  const sum = (of: 'bytes' | 'toldBytes'): number => many.reduce((total, members) => total + members[of], 0);
  const bytes = sum('bytes') + ownWeight(view, node, weightBytes);
  const isMixed = entries.bytes < MOST_RATIO * bytes;
  const others = isMixed ? own.reduce((count, other) => (other === kind || isText(view, other.sample) ? count : count + other.count), 0) : 0;
  return {
    kind: 'accumulation',
    holder: node,
    sample: kind.sample,
    count: kind.count,
    bytes,
    toldBytes: sum('toldBytes') + ownWeight(view, node, toldBytes),
    pathRatio: 1,
    ...(others > 0 ? { others } : {}),
  };
}

/** What an object holds, by kind; null where one of them is most of it. */
function membersOf(view: HeapView, node: number): Map<number, Members> | null {
  const { tree, weightBytes, toldBytes, counted } = view;
  const kinds = new Map<number, Members>();
  for (let i = tree.firstChild[node]; i < tree.firstChild[node + 1]; i++) {
    const child = tree.children[i];
    if (counted !== null && counted[child] === 0) continue;
    if (weightBytes[child] >= LARGEST_CHILD_RATIO * weightBytes[node]) return null;
    const kind = kindOf(view, child);
    const sum = kinds.get(kind) ?? { count: 0, bytes: 0, toldBytes: 0, sample: child };
    sum.count++;
    sum.bytes += weightBytes[child];
    sum.toldBytes += toldBytes[child];
    kinds.set(kind, sum);
  }
  return kinds;
}

/** Functions are told apart by their names: a listener is not a callback. */
export const kindOf = (view: HeapView, node: number): number =>
  typeOf(view, node) === 'closure' ? -1 - view.snapshot.nodeName[node] : view.classes.of[node];

/** Its table. */
function ownWeight({ tree }: HeapView, node: number, of: Float64Array): number {
  let bytes = of[node];
  for (let i = tree.firstChild[node]; i < tree.firstChild[node + 1]; i++) bytes -= of[tree.children[i]];
  return bytes;
}

type Members = Pick<Candidate, 'count' | 'bytes' | 'toldBytes' | 'sample'>;

/** Of a table that has a text for each of its objects, the texts are their keys and count with them, flat ones and joined ones. */
function withKeys(view: HeapView, kind: Members, all: readonly Members[]): Members {
  const keys = all.filter((other) => other !== kind && isText(view, other.sample));
  const sum = (of: 'count' | 'bytes' | 'toldBytes'): number => keys.reduce((total, members) => total + members[of], 0);
  if (keys.length === 0 || Math.abs(sum('count') - kind.count) > KEYS_RATIO_MAX * kind.count) return kind;
  return { ...kind, bytes: kind.bytes + sum('bytes'), toldBytes: kind.toldBytes + sum('toldBytes') };
}

/** `concatenated string` and `sliced string` as well. */
const isText = (view: HeapView, node: number): boolean => typeOf(view, node).endsWith('string');
