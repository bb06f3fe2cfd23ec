// Which edges of a heap snapshot hold their target: what dominators and paths follow.
import type { HeapSnapshot } from './read-snapshot.js';

/** The number of an edge that holds nothing, in place of its type's. */
export const HOLDS_NOTHING = 255;

/**
 * Marks edges that do not hold: weak ones; those of the table of internalized strings, which is weak though the snapshot calls it a root; shortcuts, but for those of the root, which name the globals; and the table's half of a weak map's pair,
 * as DevTools does: key and table hold the value together, and the key is what somebody forgot. The columns are changed in place.
 */
export function markIdleEdges(snapshot: HeapSnapshot): void {
  const { edgeType, edgeName, firstEdge, edgeCount, nodeCount, nodeId, meta, strings } = snapshot;
  const weak = meta.edgeTypes.indexOf('weak');
  const shortcut = meta.edgeTypes.indexOf('shortcut');
  const internal = meta.edgeTypes.indexOf('internal');
  for (let e = 0; e < edgeCount; e++) {
    const type = edgeType[e];
    if (type === weak || (type === shortcut && e >= firstEdge[1])) edgeType[e] = HOLDS_NOTHING;
  }
  const table = internalizedStrings(snapshot);
  if (table >= 0) edgeType.fill(HOLDS_NOTHING, firstEdge[table], firstEdge[table + 1]);
  if (snapshot.pairNames.length === 0) return;
  const isPair = new Uint8Array(strings.count);
  for (const name of snapshot.pairNames) isPair[name] = 1;
  for (let node = 0; node < nodeCount; node++) {
    for (let e = firstEdge[node]; e < firstEdge[node + 1]; e++) {
      if (edgeType[e] !== internal || edgeName[e] >= isPair.length || isPair[edgeName[e]] === 0) continue;
      if (tableOf(strings.at(edgeName[e])) === nodeId[node]) edgeType[e] = HOLDS_NOTHING;
    }
  }
}

/** -1 where there is none. */
function internalizedStrings({ nodeCount, nodeType, nodeName, meta, strings }: HeapSnapshot): number {
  const synthetic = meta.nodeTypes.indexOf('synthetic');
  for (let node = 0; node < nodeCount; node++) {
    if (nodeType[node] === synthetic && strings.at(nodeName[node]) === '(Internalized strings)') return node;
  }
  return -1;
}

/** `… pair in WeakMap (table @78021)`; -1 where the text is another. */
const tableOf = (name: string): number => Number(/\(table @(\d+)\)$/.exec(name)?.[1] ?? -1);
