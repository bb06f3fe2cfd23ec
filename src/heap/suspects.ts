// The likeliest leaks of a heap: candidates ranked by size and, where a detector measured it, by agreement with growth and allocation.
import { HEAP_SUSPECTS_MAX } from '../core/limits.js';
import { formatBytes } from '../core/units.js';
import { accumulations, type Candidate, commonPaths } from './candidates.js';
import type { ClassFigures } from './constructors.js';
import type { HeapHints, HeapSuspect, SourcePlace, SuspectScore } from './heap-analysis.js';
import { classNameOf, edgeNameOf, edgeTypeOf, type HeapView, nameOf, typeOf } from './heap-view.js';
import { holderOf } from './holders.js';
import { compressed, hopWords } from './path-words.js';

/** Share of the heap below which nothing is suspected. */
const HEAP_RATIO_MIN = 0.03;
/** The same of a measured growth: an early leak is a small part of the heap. */
const GROWTH_RATIO_MIN = 0.2;
const BYTES_MIN = 16 * 1024;
/** Objects of Node.js held by Node.js are suspected from here on. */
const NODE_OWN_BYTES_MAX = 1024 * 1024;
/** Measured agreement says more than size: the largest is often a cache that has been full for days. */
const WEIGHTS = { size: 1, growth: 2, allocation: 2 };
/** Names of a plain object's properties that are shown for its class. */
const SHAPE_NAMES_MAX = 4;

export function suspectsOf(view: HeapView, figures: ClassFigures, hints: HeapHints = {}): HeapSuspect[] {
  const growthBytes = hints.growthBytes ?? Number.POSITIVE_INFINITY;
  const leastBytes = Math.max(BYTES_MIN, Math.min(HEAP_RATIO_MIN * view.totalBytes, GROWTH_RATIO_MIN * growthBytes));
  const held = accumulations(view, leastBytes);
  const reached = commonPaths(view, figures, leastBytes, new Set(held.map(({ holder }) => holder)));
  const suspects = [...held, ...reached].map((candidate) => suspectOf(view, candidate, hints));
  return suspects
    .filter((suspect) => !isOfNode(suspect))
    .sort((a, b) => b.score.total - a.score.total || b.retainedBytes - a.retainedBytes)
    .slice(0, HEAP_SUSPECTS_MAX);
}

/** Tables that every process of Node.js has: 200 KB each, and none of them grows. */
function isOfNode({ place, holderPlace, retainedBytes }: HeapSuspect): boolean {
  const isNodes = (of: SourcePlace | null): boolean => of === null || of.file.startsWith('node:');
  return retainedBytes < NODE_OWN_BYTES_MAX && holderPlace !== null && isNodes(place) && isNodes(holderPlace);
}

function suspectOf(view: HeapView, candidate: Candidate, hints: HeapHints): HeapSuspect {
  const { kind, sample, count, bytes, pathRatio } = candidate;
  const name = classNameOf(view, sample);
  const isList = kind === 'path';
  // The objects of a path are held by what holds the first of them.
  const above = view.paths.parentOf(candidate.holder);
  const holder = holderOf(view, isList && view.paths.edgeTo(candidate.holder) >= 0 && above !== 0 ? above : candidate.holder);
  const place = view.places.of(sample);
  const score = scoreOf(view, { bytes, name, function: functionOf(view, sample), places: [place, holder.place] }, hints);
  const suspect = {
    constructor: name,
    count,
    retainedBytes: bytes,
    holder: holder.text,
    holderPlace: holder.place,
    place,
    retainers: compressed(hopWords(view, view.paths.to(sample))),
    kind,
    pathRatio,
    score,
  };
  return { ...suspect, sentence: sentenceOf(suspect, labelOf(view, sample)) };
}

function sentenceOf({ count, holder, holderPlace, retainedBytes }: Omit<HeapSuspect, 'sentence'>, label: string): string {
  const where = holderPlace === null ? '' : ` in ${holderPlace.file}:${holderPlace.line}`;
  return `${grouped(count)} × ${label} held by ${holder}${where}, ${formatBytes(retainedBytes)} retained`;
}

/** 12 000. */
const grouped = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ' ');

/** The class; of a plain object with its first properties, of a function its name. */
function labelOf(view: HeapView, node: number): string {
  const name = classNameOf(view, node);
  if (typeOf(view, node) === 'closure') return `function ${nameOf(view, node) || '(anonymous)'}`;
  if (name !== 'Object' && name !== 'system / Context') return name;
  const { firstEdge } = view.snapshot;
  const wanted = name === 'Object' ? 'property' : 'context';
  const names: string[] = [];
  for (let e = firstEdge[node]; e < firstEdge[node + 1] && names.length <= SHAPE_NAMES_MAX; e++) {
    if (edgeTypeOf(view, e) === wanted && edgeNameOf(view, e) !== '__proto__') names.push(edgeNameOf(view, e));
  }
  if (names.length > SHAPE_NAMES_MAX) names[SHAPE_NAMES_MAX] = '…';
  const word = name === 'Object' ? name : 'Context';
  return names.length === 0 ? word : `${word} {${names.join(', ')}}`;
}

const functionOf = (view: HeapView, node: number): string => (typeOf(view, node) === 'closure' ? nameOf(view, node) : '');

interface Scored {
  bytes: number;
  name: string;
  /** Name of the function, where the objects are functions. */
  function: string;
  places: (SourcePlace | null)[];
}

function scoreOf(view: HeapView, scored: Scored, hints: HeapHints): SuspectScore {
  const { bytes } = scored;
  const size = Math.min(1, bytes / view.totalBytes);
  const { growthBytes } = hints;
  const growth = growthBytes === undefined || growthBytes <= 0 ? null : Math.min(bytes, growthBytes) / Math.max(bytes, growthBytes);
  const allocation = hints.functions === undefined || hints.functions.length === 0 ? null : allocationOf(scored, hints.functions);
  const parts: [number | null, number][] = [
    [size, WEIGHTS.size],
    [growth, WEIGHTS.growth],
    [allocation, WEIGHTS.allocation],
  ];
  let sum = 0;
  let weights = 0;
  for (const [value, weight] of parts) {
    if (value === null) continue;
    sum += value * weight;
    weights += weight;
  }
  return { total: sum / weights, size, growth, allocation };
}

/** 1 where the heaviest function is the class's own constructor or the function itself, 0.7 where it stands in the same file; less for lighter ones. */
function allocationOf({ name, function: own, places }: Scored, functions: NonNullable<HeapHints['functions']>): number {
  const most = Math.max(1, ...functions.map(({ bytes }) => bytes));
  let best = 0;
  for (const { function: allocating, file, bytes } of functions) {
    const isOwn = allocating !== '' && (allocating === name || allocating === own);
    const isNear = places.some((place) => place !== null && file !== '' && sameFile(place.file, file));
    best = Math.max(best, (isOwn ? 1 : isNear ? 0.7 : 0) * (bytes / most));
  }
  return best;
}

/** Profiles name files as URLs, or relative to the application. */
function sameFile(a: string, b: string): boolean {
  const plain = (file: string): string => file.replace(/^file:\/\//, '').replaceAll('\\', '/');
  const [long, short] = [plain(a), plain(b)].sort((x, y) => y.length - x.length);
  return long === short || long.endsWith(`/${short.replace(/^\.?\//, '')}`);
}
