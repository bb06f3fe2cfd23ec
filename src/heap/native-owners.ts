// Who keeps what has a native side: the application's object that stands for it, and native contexts. While they work, Node.js itself holds them too.
import type { Candidate } from './candidates.js';
import { commonPath, SAMPLES } from './common-paths.js';
import type { HeapHints } from './heap-analysis.js';
import { classNameOf, edgeTypeOf, type HeapView, nameOf, typeOf } from './heap-view.js';
import { PLAIN } from './holders.js';

/** Native memory of a context, bytes: grown memory of the process by count of contexts, on Node.js 20. */
const CONTEXT_BYTES = 15 * 1024;
/** Share of the objects from which on what holds them is who keeps them. */
const KEPT_RATIO = 0.5;

/** The object that has a native one in a property, up to where there are many; and what holds many of these. */
export function ownerOf(view: HeapView, candidate: Candidate): Candidate {
  const { paths } = view;
  let sample = candidate.sample;
  for (let above = paths.parentOf(sample); isPartOf(view, sample, above); above = paths.parentOf(sample)) sample = above;
  const container = isListed(view, sample) ? paths.parentOf(sample) : keeperOf(view, sample, candidate.count);
  const toldBytes = Math.max(candidate.toldBytes, candidate.count * view.toldBytes[sample]);
  return { ...candidate, sample, toldBytes, holder: sample, ...(container < 0 ? {} : { container }) };
}

function isPartOf(view: HeapView, node: number, above: number): boolean {
  const edge = view.paths.edgeTo(node);
  if (edge < 0 || above === 0 || !['property', 'internal'].includes(edgeTypeOf(view, edge))) return false;
  const type = typeOf(view, above);
  return type === 'native' || (type === 'object' && !PLAIN.has(classNameOf(view, above)));
}

/** Whether it is one of many: an element of an array, or in the table of a map. */
function isListed(view: HeapView, node: number): boolean {
  const edge = view.paths.edgeTo(node);
  const above = view.paths.parentOf(node);
  if (edge < 0 || above === 0) return false;
  return typeOf(view, above) === 'array' || (edgeTypeOf(view, edge) === 'element' && typeOf(view, above) === 'object');
}

/** The array or table that refers to most objects of the class; -1 where none refers to most of them. */
function keeperOf({ snapshot, classes }: HeapView, sample: number, count: number): number {
  const { nodeCount, firstEdge, edgeTo, nodeType, meta } = snapshot;
  const types = [meta.nodeTypes.indexOf('object'), meta.nodeTypes.indexOf('array')];
  let keeper = -1;
  let most = KEPT_RATIO * count;
  for (let node = 1; node < nodeCount; node++) {
    if (!types.includes(nodeType[node]) || firstEdge[node + 1] - firstEdge[node] < most) continue;
    let held = 0;
    for (let e = firstEdge[node]; e < firstEdge[node + 1]; e++) if (classes.of[edgeTo[e]] === classes.of[sample]) held++;
    if (held > most) {
      most = held;
      keeper = node;
    }
  }
  return keeper;
}

/** Contexts of node:vm and the like, each with all built-in objects: nothing dominates them, and their class is the engine's own. */
export function nativeContexts(view: HeapView, kind: HeapHints['kind'], leastBytes: number): Candidate[] {
  const { snapshot, weightBytes, toldBytes, counted, countMin, paths } = view;
  const types = ['hidden', 'object', 'native'].map((type) => snapshot.meta.nodeTypes.indexOf(type));
  if (kind === 'external') return [];
  const name = contextName(view);
  const isNative = kind === 'native';
  const nodes: number[] = [];
  for (let node = 1; node < snapshot.nodeCount; node++) {
    if (snapshot.nodeName[node] !== name || !types.includes(snapshot.nodeType[node])) continue;
    if (isNative || counted === null || counted[node] === 1) nodes.push(node);
  }
  const every = Math.max(1, Math.floor(nodes.length / SAMPLES));
  const common = commonPath(
    view,
    nodes.filter((_, i) => i % every === 0),
    new Set(),
  );
  const count = common === null ? 0 : Math.round(common.ratio * nodes.length);
  const ratio = common?.ratio ?? 0;
  const sum = (of: Float64Array): number => ratio * nodes.reduce((total, node) => total + of[node], 0);
  const bytes = isNative ? count * CONTEXT_BYTES : sum(weightBytes);
  if (common === null || count < countMin || bytes < leastBytes) return [];
  const [sample] = common.nodes;
  let listed = sample;
  while (!isListed(view, listed) && paths.edgeTo(listed) >= 0 && paths.parentOf(listed) !== 0) listed = paths.parentOf(listed);
  const container = isListed(view, listed) ? paths.parentOf(listed) : paths.parentOf(sample);
  return [{ kind: 'path', holder: sample, sample, count, bytes, toldBytes: sum(toldBytes), pathRatio: ratio, container, name: 'native context' }];
}

/** The name's index; of the first one found, the root's own context is always there. */
function contextName(view: HeapView): number {
  const { snapshot } = view;
  const { firstEdge, edgeTo, edgeName, edgeCount, strings } = snapshot;
  const known = new Map<number, boolean>();
  for (let e = firstEdge[1]; e < edgeCount; e++) {
    const told = known.get(edgeName[e]) ?? /^(native_)?context$/.test(strings.at(edgeName[e]));
    known.set(edgeName[e], told);
    if (told && nameOf(view, edgeTo[e]) === 'system / NativeContext') return snapshot.nodeName[edgeTo[e]];
  }
  return -1;
}
