// What may leak in one heap: kinds whose objects are all reached in the same way.
import { HEAP_CANDIDATES_MAX } from '../core/limits.js';
import type { Candidate } from './candidates.js';
import type { ClassFigures } from './constructors.js';
import type { HeapView } from './heap-view.js';
import { compressed, hopWords } from './path-words.js';

/** Instances whose way to the root is compared. */
export const SAMPLES = 60;
/** Hops from one link of a list to the next. */
const LINK_HOPS_MAX = 4;
/** Links from which on it is a list: plain objects lie in plain objects as well. Share of the samples that must stand so far behind. */
const LINKS_MIN = 8;
const LISTED_RATIO_MIN = 0.5;
/** Lists by samples: the fewer, the surer that each was met. */
const LISTS_RATIO_MAX = 0.5;
/** Share of them that must be reached in one way. */
const PATH_RATIO_MIN = 0.3;

/**
 * Classes most of whose objects are reached in one way: lists, chains of promises, cells of registries, which no one object dominates one by one.
 * `known`: holders of accumulations; what such a one retains is told with it.
 */
export function commonPaths(view: HeapView, figures: ClassFigures, leastBytes: number, known: ReadonlySet<number>): Candidate[] {
  const { classes, countMin } = view;
  const heavy = Array.from({ length: classes.count }, (_, i) => i)
    .filter((i) => classes.isOwn[i] && figures.count[i] >= countMin && figures.retainedBytes[i] >= leastBytes)
    .sort((a, b) => figures.retainedBytes[b] - figures.retainedBytes[a])
    .slice(0, HEAP_CANDIDATES_MAX);
  const samples = samplesOf(view, figures, heavy);
  return heavy.flatMap((index) => {
    const candidate = commonPath(view, samples.get(index) ?? [], known);
    if (candidate === null) return [];
    const { ratio, path, nodes } = candidate;
    const runs = nodes.map((node) => runOf(view, view.paths.to(node), index));
    const isList = runs.filter(({ links }) => links >= LINKS_MIN).length >= LISTED_RATIO_MIN * runs.length;
    const holder = isList ? runOf(view, path, index).first : nodes[0];
    const count = Math.round(ratio * figures.count[index]);
    const firsts = new Set(isList ? runs.map(({ first }) => first) : nodes);
    const { bytes, toldBytes } = retainedBy(view, nodes, firsts, count, ratio * figures.retainedBytes[index]);
    return bytes < leastBytes ? [] : [{ kind: 'path' as const, holder, sample: nodes[0], peers: nodes, count, bytes, toldBytes, pathRatio: ratio }];
  });
}

/**
 * What objects reached in one way retain. Links of a list retain each other: theirs is what the first of each list retains. Others: their number by what
 * one retains, and no more than the class does; where a few others of the class retain most, theirs is not counted here.
 */
function retainedBy(
  view: HeapView,
  nodes: readonly number[],
  firsts: ReadonlySet<number>,
  count: number,
  bytesMax: number,
): Pick<Candidate, 'bytes' | 'toldBytes'> {
  if (firsts.size <= nodes.length * LISTS_RATIO_MAX) {
    const sum = (of: Float64Array): number => [...firsts].reduce((total, node) => total + of[node], 0);
    return { bytes: sum(view.weightBytes), toldBytes: sum(view.toldBytes) };
  }
  const typicalBytes = median(view.weightBytes, nodes);
  const bytes = Math.min(bytesMax, count * typicalBytes);
  return { bytes, toldBytes: typicalBytes === 0 ? 0 : bytes * (median(view.toldBytes, nodes) / typicalBytes) };
}

/** Up to SAMPLES objects of each class, evenly over the snapshot. */
function samplesOf({ classes, snapshot, counted }: HeapView, figures: ClassFigures, wanted: readonly number[]): Map<number, number[]> {
  const samples = new Map<number, number[]>(wanted.map((index) => [index, []]));
  const seen = new Uint32Array(classes.count);
  for (let node = 1; node < snapshot.nodeCount; node++) {
    const list = samples.get(classes.of[node]);
    if (list === undefined || (counted !== null && counted[node] === 0)) continue;
    const every = Math.max(1, Math.floor(figures.count[classes.of[node]] / SAMPLES));
    if (seen[classes.of[node]]++ % every === 0 && list.length < SAMPLES) list.push(node);
  }
  return samples;
}

interface CommonPath {
  /** Share of the samples that are reached in this way. */
  ratio: number;
  /** To the first of them. */
  path: number[];
  nodes: number[];
}

export function commonPath(view: HeapView, samples: readonly number[], known: ReadonlySet<number>): CommonPath | null {
  const ways = new Map<string, { path: number[]; nodes: number[] }>();
  for (const sample of samples) {
    const path = view.paths.to(sample);
    const words = compressed(hopWords(view, path)).join('\n');
    const way = ways.get(words);
    if (way === undefined) ways.set(words, { path, nodes: [sample] });
    else way.nodes.push(sample);
  }
  const [most] = [...ways.values()].sort((a, b) => b.nodes.length - a.nodes.length);
  if (most === undefined || most.path.length === 0 || most.path.some((node) => known.has(node) && dominates(view, node, most.nodes[0]))) return null;
  const ratio = most.nodes.length / samples.length;
  return ratio < PATH_RATIO_MIN ? null : { ratio, path: most.path, nodes: most.nodes };
}

function dominates({ tree }: HeapView, holder: number, node: number): boolean {
  let at = node;
  while (at !== 0 && at !== holder) at = tree.dominator[at];
  return at === holder;
}

function median(bytes: Float64Array, nodes: readonly number[]): number {
  return nodes.map((node) => bytes[node]).sort((a, b) => a - b)[nodes.length >> 1];
}

/** The first of the class on the way, from which on no two are farther apart than the links of a list, and how many there are: one far above is there by chance. */
function runOf({ classes }: HeapView, path: readonly number[], index: number): { first: number; links: number } {
  let first = path[path.length - 1];
  let links = 0;
  let lastAt = Number.NEGATIVE_INFINITY;
  for (const [at, node] of path.entries()) {
    if (classes.of[node] !== index) continue;
    if (at - lastAt > LINK_HOPS_MAX) {
      first = node;
      links = 0;
    }
    links++;
    lastAt = at;
  }
  return { first, links };
}
