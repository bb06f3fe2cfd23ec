// Two ways to find what may leak in one heap: objects that hold many of a kind, and kinds whose objects are all reached in the same way.
import { HEAP_CANDIDATES_MAX } from '../core/limits.js';
import type { ClassFigures } from './constructors.js';
import { type HeapView, typeOf } from './heap-view.js';
import { compressed, hopWords } from './path-words.js';

export interface Candidate {
  kind: 'accumulation' | 'path';
  /** The object that holds them; of a path the first of them on the way from the root. */
  holder: number;
  /** One of them. */
  sample: number;
  count: number;
  bytes: number;
  pathRatio: number;
}

/** Children below which an object is no accumulation: a class with many fields has so many. */
const CHILDREN_MIN = 24;
/** The same of new children, between two snapshots. */
const NEW_CHILDREN_MIN = 8;
/** Share of an accumulation from which on one child is the real holder. */
const LARGEST_CHILD_RATIO = 0.5;
/** Instances whose way to the root is compared. */
const SAMPLES = 60;
/** Share of them that must be reached in one way. */
const PATH_RATIO_MIN = 0.3;
const ENGINE_HOLDERS = new Set(['synthetic', 'code', 'object shape', 'hidden']);

/** Objects that dominate many others, none of which is most of it: what an unbounded map, list or emitter looks like. */
export function accumulations(view: HeapView, leastBytes: number): Candidate[] {
  const { tree, weightBytes, isNew } = view;
  const least = isNew === null ? CHILDREN_MIN : NEW_CHILDREN_MIN;
  const found: Candidate[] = [];
  for (let node = 1; node < tree.order.length; node++) {
    const { firstChild } = tree;
    if (weightBytes[node] < leastBytes || firstChild[node + 1] - firstChild[node] < least || ENGINE_HOLDERS.has(typeOf(view, node))) continue;
    const candidate = accumulation(view, node, least);
    if (candidate !== null && candidate.bytes >= leastBytes) found.push(candidate);
  }
  return found.sort((a, b) => b.bytes - a.bytes).slice(0, HEAP_CANDIDATES_MAX);
}

function accumulation(view: HeapView, node: number, least: number): Candidate | null {
  const { tree, weightBytes, isNew, classes, snapshot } = view;
  const closure = snapshot.meta.nodeTypes.indexOf('closure');
  const kinds = new Map<number, { count: number; bytes: number; sample: number }>();
  for (let i = tree.firstChild[node]; i < tree.firstChild[node + 1]; i++) {
    const child = tree.children[i];
    if (isNew !== null && isNew[child] === 0) continue;
    if (weightBytes[child] >= LARGEST_CHILD_RATIO * weightBytes[node]) return null;
    // Functions are told apart by their names: a listener is not a callback.
    const kind = snapshot.nodeType[child] === closure ? -1 - snapshot.nodeName[child] : classes.of[child];
    const sum = kinds.get(kind);
    if (sum === undefined) kinds.set(kind, { count: 1, bytes: weightBytes[child], sample: child });
    else {
      sum.count++;
      sum.bytes += weightBytes[child];
    }
  }
  let most: { count: number; bytes: number; sample: number } | null = null;
  for (const kind of kinds.values()) {
    if (kind.count < least || !classes.isOwn[classes.of[kind.sample]]) continue;
    if (most === null || kind.bytes > most.bytes) most = kind;
  }
  return most && { kind: 'accumulation', holder: node, ...most, pathRatio: 1 };
}

/** Classes most of whose objects are reached in one way: lists, chains of promises, cells of registries, which no one object dominates one by one. */
export function commonPaths(view: HeapView, figures: ClassFigures, leastBytes: number, known: ReadonlySet<number>): Candidate[] {
  const { classes } = view;
  const least = view.isNew === null ? CHILDREN_MIN : NEW_CHILDREN_MIN;
  const heavy = Array.from({ length: classes.count }, (_, i) => i)
    .filter((i) => classes.isOwn[i] && figures.count[i] >= least && figures.retainedBytes[i] >= leastBytes)
    .sort((a, b) => figures.retainedBytes[b] - figures.retainedBytes[a])
    .slice(0, HEAP_CANDIDATES_MAX);
  const samples = samplesOf(view, figures, heavy);
  return heavy.flatMap((index) => {
    const candidate = commonPath(view, samples.get(index) ?? [], known);
    if (candidate === null) return [];
    const { ratio, path, sample, typicalBytes } = candidate;
    const holder = path.find((node) => classes.of[node] === index) ?? sample;
    const count = Math.round(ratio * figures.count[index]);
    // Links of a list retain each other: the class's own sum is less. Where a few others of the class retain most, theirs is not counted here.
    const bytes = Math.min(ratio * figures.retainedBytes[index], count * typicalBytes);
    return bytes < leastBytes ? [] : [{ kind: 'path' as const, holder, sample, count, bytes, pathRatio: ratio }];
  });
}

/** Up to SAMPLES objects of each class, evenly over the snapshot. */
function samplesOf({ classes, snapshot, isNew }: HeapView, figures: ClassFigures, wanted: readonly number[]): Map<number, number[]> {
  const samples = new Map<number, number[]>(wanted.map((index) => [index, []]));
  const seen = new Uint32Array(classes.count);
  for (let node = 1; node < snapshot.nodeCount; node++) {
    const list = samples.get(classes.of[node]);
    if (list === undefined || (isNew !== null && isNew[node] === 0)) continue;
    const every = Math.max(1, Math.floor(figures.count[classes.of[node]] / SAMPLES));
    if (seen[classes.of[node]]++ % every === 0 && list.length < SAMPLES) list.push(node);
  }
  return samples;
}

interface CommonPath {
  /** Share of the samples that are reached in this way. */
  ratio: number;
  path: number[];
  sample: number;
  /** Median of what one of them retains. */
  typicalBytes: number;
}

function commonPath(view: HeapView, samples: readonly number[], known: ReadonlySet<number>): CommonPath | null {
  const ways = new Map<string, { path: number[]; nodes: number[] }>();
  for (const sample of samples) {
    const path = view.paths.to(sample);
    const words = compressed(hopWords(view, path)).join('\n');
    const way = ways.get(words);
    if (way === undefined) ways.set(words, { path, nodes: [sample] });
    else way.nodes.push(sample);
  }
  const [most] = [...ways.values()].sort((a, b) => b.nodes.length - a.nodes.length);
  // What lies below an accumulation is told with it.
  if (most === undefined || most.path.length === 0 || most.path.some((node) => known.has(node))) return null;
  const ratio = most.nodes.length / samples.length;
  if (ratio < PATH_RATIO_MIN) return null;
  const bytes = most.nodes.map((node) => view.weightBytes[node]).sort((a, b) => a - b);
  return { ratio, path: most.path, sample: most.nodes[0], typicalBytes: bytes[bytes.length >> 1] };
}
