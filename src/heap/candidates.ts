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

/** Objects that dominate many others, none of which is most of it: what an unbounded map, list or emitter looks like. */
export function accumulations(view: HeapView, leastBytes: number): Candidate[] {
  const { tree, weightBytes, countMin } = view;
  const found: Candidate[] = [];
  for (let node = 1; node < tree.order.length; node++) {
    const { firstChild } = tree;
    if (weightBytes[node] < leastBytes || firstChild[node + 1] - firstChild[node] < countMin || ENGINE_HOLDERS.has(typeOf(view, node))) continue;
    const candidate = accumulation(view, node);
    if (candidate !== null && candidate.bytes >= leastBytes) found.push(candidate);
  }
  return found.sort((a, b) => b.bytes - a.bytes).slice(0, HEAP_CANDIDATES_MAX);
}

function accumulation(view: HeapView, node: number): Candidate | null {
  const { tree, weightBytes, toldBytes, counted, classes, snapshot, countMin } = view;
  const closure = snapshot.meta.nodeTypes.indexOf('closure');
  const kinds = new Map<number, Members>();
  for (let i = tree.firstChild[node]; i < tree.firstChild[node + 1]; i++) {
    const child = tree.children[i];
    if (counted !== null && counted[child] === 0) continue;
    if (weightBytes[child] >= LARGEST_CHILD_RATIO * weightBytes[node]) return null;
    // Functions are told apart by their names: a listener is not a callback.
    const kind = snapshot.nodeType[child] === closure ? -1 - snapshot.nodeName[child] : classes.of[child];
    const sum = kinds.get(kind) ?? { count: 0, bytes: 0, toldBytes: 0, sample: child };
    sum.count++;
    sum.bytes += weightBytes[child];
    sum.toldBytes += toldBytes[child];
    kinds.set(kind, sum);
  }
  const own = [...kinds.values()].filter((kind) => kind.count >= countMin && classes.isOwn[classes.of[kind.sample]]);
  let most: (typeof own)[number] | null = null;
  for (const kind of own) {
    const entries = withKeys(view, kind, own);
    if (most === null || entries.bytes > most.bytes) most = entries;
  }
  return most && { kind: 'accumulation', holder: node, ...most, pathRatio: 1 };
}

type Members = Pick<Candidate, 'count' | 'bytes' | 'toldBytes' | 'sample'>;

/** Of a table that has a string for each of its objects, the strings are their keys and count with them. */
function withKeys(view: HeapView, kind: Members, all: readonly Members[]): Members {
  const keys = all.find((other) => other !== kind && typeOf(view, other.sample) === 'string');
  if (keys === undefined || Math.abs(keys.count - kind.count) > KEYS_RATIO_MAX * kind.count) return kind;
  return { ...kind, bytes: kind.bytes + keys.bytes, toldBytes: kind.toldBytes + keys.toldBytes };
}
