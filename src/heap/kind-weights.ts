// What each node counts for a kind of memory: a leak of buffers is looked for among buffers, one of native memory among what has a native side.
import { type DominatorTree, sumBelow } from './dominator-tree.js';
import type { HeapHints } from './heap-analysis.js';
import { selfBytes } from './heap-columns.js';
import type { HeapView } from './heap-view.js';
import type { HeapSnapshot } from './read-snapshot.js';

/** Children and objects of a class below which nothing is suspected: a class with many fields has so many. */
const CHILDREN_MIN = 24;
/** The same of new ones, between two snapshots. */
const NEW_CHILDREN_MIN = 8;
/** The same of what costs megabytes each. */
const NATIVE_CHILDREN_MIN = 4;

/** Memory of ArrayBuffers and of strings that stand outside the heap: what V8 calls external. */
const EXTERNAL = new Set(['system / JSArrayBufferData', 'system / ExternalStringData', 'system / ExternalOneByteStringData']);
/** Objects of Node.js have a node of their own; while they run it is a root. */
const NODE_PREFIX = 'Node / ';
/** What a snapshot does not see of an object of Node.js, bytes: grown memory of the process by count of objects, on Node.js 20. */
const UNSEEN_BYTES: Readonly<Record<string, number>> = {
  'Node / Worker': 8 * 1024 * 1024,
  'Node / SecureContext': 13 * 1024,
};
/** The same of any other: a socket has so much. */
const UNSEEN_OTHER_BYTES = 1024;

type Weights = Pick<HeapView, 'weightBytes' | 'toldBytes' | 'totalBytes' | 'counted' | 'countMin'>;

/** `isNew` of the later of two snapshots, null of one. */
export function kindWeights(snapshot: HeapSnapshot, tree: DominatorTree, kind: HeapHints['kind'], isNew: Uint8Array | null): Weights {
  const isCounted = (node: number): boolean => isNew === null || isNew[node] === 1;
  const toldBytes = isNew === null ? tree.retainedBytes : sumBelow(tree, (node) => (isNew[node] === 1 ? selfBytes(snapshot, node) : 0));
  const countMin = isNew === null ? CHILDREN_MIN : NEW_CHILDREN_MIN;
  if (kind === undefined) {
    // Of a process under pitot a large part is pitot's own shared memory: next to it nothing would be large.
    const totalBytes = Math.max(0, toldBytes[0] - sharedBytes(snapshot, isCounted));
    return { weightBytes: toldBytes, toldBytes, totalBytes, counted: isNew, countMin };
  }
  const own = kind === 'native' ? nativeBytes(snapshot) : ofType(snapshot, kind);
  const weightBytes = sumBelow(tree, (node) => (isCounted(node) ? own(node) : 0));
  const counted = kind === 'heap' ? isNew : Uint8Array.from(weightBytes, (bytes, node) => (bytes > 0 && isCounted(node) ? 1 : 0));
  return { weightBytes, toldBytes, totalBytes: weightBytes[0], counted, countMin: kind === 'native' ? NATIVE_CHILDREN_MIN : countMin };
}

type Bytes = (node: number) => number;

function ofType(snapshot: HeapSnapshot, kind: 'heap' | 'external'): Bytes {
  const native = snapshot.meta.nodeTypes.indexOf('native');
  const isExternal = byName(snapshot, (name) => EXTERNAL.has(name));
  const isKind: (node: number) => boolean = kind === 'heap' ? (node) => snapshot.nodeType[node] !== native : isExternal;
  return (node) => (isKind(node) ? selfBytes(snapshot, node) : 0);
}

/** Memory behind SharedArrayBuffers, which several threads hold: it is in the heap of none. */
function sharedBytes(snapshot: HeapSnapshot, isCounted: (node: number) => boolean): number {
  const { nodeName, nodeType, nodeCount, firstEdge, edgeTo, strings, meta } = snapshot;
  const object = meta.nodeTypes.indexOf('object');
  const isData = byName(snapshot, (name) => EXTERNAL.has(name));
  const isShared = new Map<number, boolean>();
  const shared = new Set<number>();
  for (let node = 0; node < nodeCount; node++) {
    if (nodeType[node] !== object) continue;
    const name = nodeName[node];
    if (!isShared.has(name)) isShared.set(name, strings.at(name) === 'SharedArrayBuffer');
    if (!isShared.get(name)) continue;
    for (let e = firstEdge[node]; e < firstEdge[node + 1]; e++) if (isData(edgeTo[e]) && isCounted(edgeTo[e])) shared.add(edgeTo[e]);
  }
  return [...shared].reduce((bytes, node) => bytes + selfBytes(snapshot, node), 0);
}

/** Own bytes of what is native, and at the object in JavaScript what is not seen of it. */
function nativeBytes(snapshot: HeapSnapshot): Bytes {
  const { nodeName, nodeType, nodeCount, firstEdge, edgeTo, edgeType, edgeName, strings, meta } = snapshot;
  const isNodes = byName(snapshot, (name) => name.startsWith(NODE_PREFIX));
  const isExternal = byName(snapshot, (name) => EXTERNAL.has(name));
  const internal = meta.edgeTypes.indexOf('internal');
  const native = meta.nodeTypes.indexOf('native');
  const unseen = new Map<number, number>();
  for (let node = 0; node < nodeCount; node++) {
    if (!isNodes(node)) continue;
    for (let e = firstEdge[node]; e < firstEdge[node + 1]; e++) {
      if (edgeType[e] !== internal || strings.at(edgeName[e]) !== 'native_to_javascript') continue;
      unseen.set(edgeTo[e], UNSEEN_BYTES[strings.at(nodeName[node])] ?? UNSEEN_OTHER_BYTES);
    }
  }
  return (node) => (nodeType[node] === native && !isExternal(node) ? selfBytes(snapshot, node) : 0) + (unseen.get(node) ?? 0);
}

/** Whether a node's name passes. Only what is native or a root is looked at: reading every string of a heap takes seconds. */
function byName({ strings, nodeName, nodeType, meta }: HeapSnapshot, passes: (name: string) => boolean): (node: number) => boolean {
  const native = meta.nodeTypes.indexOf('native');
  const synthetic = meta.nodeTypes.indexOf('synthetic');
  const known = new Map<number, boolean>();
  return (node) => {
    if (nodeType[node] !== native && nodeType[node] !== synthetic) return false;
    const name = nodeName[node];
    const told = known.get(name) ?? passes(strings.at(name));
    known.set(name, told);
    return told;
  };
}
