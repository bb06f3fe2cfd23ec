// Files and lines of a snapshot's functions and classes. A location names its script by a number alone; a function with a location, by its script, says which file that is.
import { fileURLToPath } from 'node:url';
import { HEAP_MEMORY_NAME_BYTES } from '../core/limits.js';
import type { SourcePlace } from './heap-analysis.js';
import type { NodeClasses } from './node-classes.js';
import type { HeapSnapshot } from './read-snapshot.js';

export interface SourcePlaces {
  /** Where a function, or the class of an object, stands. */
  of(node: number): SourcePlace | null;
  /** Where a class's constructor stands, by the class's index. */
  ofClass(index: number): SourcePlace | null;
}

export function sourcePlaces(snapshot: HeapSnapshot, classes: NodeClasses): SourcePlaces {
  const { locations, nodeType, meta, memory } = snapshot;
  const closure = meta.nodeTypes.indexOf('closure');
  const fileOf = new Map<number, string>();
  const objectOf = new Map<number, number>();
  for (let i = 0; i < locations.count; i++) {
    const node = locations.nodeAt(i);
    if (nodeType[node] !== closure) {
      if (!objectOf.has(classes.of[node])) objectOf.set(classes.of[node], node);
      continue;
    }
    const scriptId = locations.scriptAt(i);
    if (fileOf.has(scriptId)) continue;
    const file = scriptOf(snapshot, node);
    if (file === '') continue;
    memory.charge(HEAP_MEMORY_NAME_BYTES + 2 * file.length, () => `over ${fileOf.size} names of scripts`);
    fileOf.set(scriptId, file);
  }
  const of = (node: number): SourcePlace | null => {
    const position = locations.of(node);
    const file = position === null ? undefined : fileOf.get(position.scriptId);
    return position === null || file === undefined ? null : { file, line: position.line };
  };
  return {
    of,
    ofClass(index) {
      const node = objectOf.get(index);
      return node === undefined ? null : of(node);
    },
  };
}

/** closure, its shared function info, its script: which is named for its file. */
function scriptOf(snapshot: HeapSnapshot, closure: number): string {
  const shared = target(snapshot, closure, ['shared']);
  const script = shared < 0 ? -1 : target(snapshot, shared, ['script', 'script_or_debug_info']);
  if (script < 0) return '';
  const name = snapshot.strings.at(snapshot.nodeName[script]);
  // What stands there of a function that is debugged is no script; the next function of its script will do.
  if (name.startsWith('system / ') || name.startsWith('(')) return '';
  if (!name.startsWith('file://')) return name;
  try {
    return fileURLToPath(name);
  } catch {
    return name;
  }
}

function target({ firstEdge, edgeTo, edgeType, edgeName, meta, strings }: HeapSnapshot, node: number, names: readonly string[]): number {
  const internal = meta.edgeTypes.indexOf('internal');
  for (let e = firstEdge[node]; e < firstEdge[node + 1]; e++) {
    if (edgeType[e] === internal && names.includes(strings.at(edgeName[e]))) return edgeTo[e];
  }
  return -1;
}
