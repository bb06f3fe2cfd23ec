// What came, what went and what grew between two snapshots. By constructor it is exact of any two; object by object only where one numbering runs through both.
import { HEAP_CONSTRUCTORS_MAX, HEAP_MEMORY_NAME_BYTES } from '../core/limits.js';
import type { ConstructorGrowth, HeapGrowth } from './heap-analysis.js';
import { type HeapColumns, selfBytes } from './heap-columns.js';
import { type NodeClasses, nodeClasses } from './node-classes.js';
import { type HeapSnapshot, type ReadOptions, readSnapshot } from './read-snapshot.js';
import { comparableIds, isOtherString, type SharedIds } from './shared-ids.js';

/** What is kept of the earlier snapshot: 16 bytes a node and the names of classes, no edges. */
export interface EarlierHeap {
  file: string;
  /** Ids in rising order, and for each the class's name by index and the bytes. */
  ids: Uint32Array;
  classOf: Uint32Array;
  bytes: Float64Array;
  names: string[];
  /** Memory that this takes, bytes. */
  keptBytes: number;
}

const KEPT_BYTES = 16;

/** Reads the earlier of two snapshots without its edges. @throws as readSnapshot */
export async function readEarlier(file: string, options: ReadOptions): Promise<EarlierHeap> {
  const snapshot = await readSnapshot(file, { ...options, edges: false });
  try {
    const classes = nodeClasses(snapshot);
    const { names, namesBytes } = namesOf(snapshot, classes);
    const order = orderById(snapshot);
    return {
      file,
      ids: order.map((node) => snapshot.nodeId[node]),
      classOf: order.map((node) => classes.of[node]),
      bytes: Float64Array.from(order, (node) => selfBytes(snapshot, node)),
      names,
      keptBytes: namesBytes + snapshot.nodeCount * KEPT_BYTES,
    };
  } finally {
    await snapshot.close();
  }
}

/** Names of all classes, of which a hostile file has one a node. */
function namesOf({ memory }: HeapSnapshot, classes: NodeClasses): { names: string[]; namesBytes: number } {
  const names: string[] = [];
  let namesBytes = 0;
  for (let i = 0; i < classes.count; i++) {
    const name = classes.name(i);
    const bytes = HEAP_MEMORY_NAME_BYTES + 2 * name.length;
    memory.charge(bytes, () => `over ${names.length} names of classes`);
    namesBytes += bytes;
    names.push(name);
  }
  return { names, namesBytes };
}

export interface Comparison {
  growth: HeapGrowth;
  /** 1 for nodes of the later snapshot that the earlier has not; null where ids do not tell. */
  isNew: Uint8Array | null;
}

type Row = ConstructorGrowth & { addedCount: number; addedBytes: number; removedCount: number; removedBytes: number };

/** Walks both lists of ids at once. @throws PitotError INPUT_FILE when its names of classes need more memory than allowed. */
export function compareHeaps(earlier: EarlierHeap, later: HeapSnapshot, classes: NodeClasses): Comparison {
  const isNew = new Uint8Array(later.nodeCount);
  const byName = new Map<string, Row>();
  const rowOf = (name: string): Row => {
    let row = byName.get(name);
    if (row === undefined)
      byName.set(name, (row = { name, addedCount: 0, addedBytes: 0, removedCount: 0, removedBytes: 0, netCount: 0, netBytes: 0 }));
    return row;
  };
  // By class, as a name is looked up once and not for each of millions.
  const laterRows = namesOf(later, classes).names.map(rowOf);
  const earlierRows = earlier.names.map(rowOf);
  const string = rowOf('(string)');
  const shared: SharedIds = { count: 0, otherClass: 0, strings: 0, otherStrings: 0 };
  const removed = (i: number): void => {
    const row = earlierRows[earlier.classOf[i]];
    row.removedCount++;
    row.removedBytes += earlier.bytes[i];
    row.netCount--;
    row.netBytes -= earlier.bytes[i];
  };
  let i = 0;
  for (const node of orderById(later)) {
    const id = later.nodeId[node];
    while (i < earlier.ids.length && earlier.ids[i] < id) removed(i++);
    const row = laterRows[classes.of[node]];
    const bytes = selfBytes(later, node);
    if (i < earlier.ids.length && earlier.ids[i] === id) {
      const isSame = earlierRows[earlier.classOf[i]] === row;
      shared.count++;
      if (!isSame) shared.otherClass++;
      else if (row === string) {
        shared.strings++;
        if (isOtherString(earlier.bytes[i], bytes)) shared.otherStrings++;
      }
      if (isSame) {
        row.netBytes += bytes - earlier.bytes[i++];
        continue;
      }
      removed(i++);
    }
    isNew[node] = 1;
    row.addedCount++;
    row.addedBytes += bytes;
    row.netCount++;
    row.netBytes += bytes;
  }
  while (i < earlier.ids.length) removed(i++);
  const comparable = comparableIds(shared, Math.min(earlier.ids.length, later.nodeCount));
  return { growth: growthOf(earlier.file, [...byName.values()], shared, comparable), isNew: comparable ? isNew : null };
}

function growthOf(file: string, rows: Row[], { count, otherClass, otherStrings }: SharedIds, comparableById: boolean): HeapGrowth {
  const sum = (value: (row: Row) => number): number => rows.reduce((total, row) => total + value(row), 0);
  const told = (value: number): number | null => (comparableById ? value : null);
  return {
    file,
    comparableById,
    sharedIds: count,
    differingIds: otherClass + otherStrings,
    addedCount: told(sum((row) => row.addedCount)),
    addedBytes: told(sum((row) => row.addedBytes)),
    removedCount: told(sum((row) => row.removedCount)),
    removedBytes: told(sum((row) => row.removedBytes)),
    netBytes: sum((row) => row.netBytes),
    constructors: rows
      .filter((row) => row.netCount !== 0 || row.netBytes !== 0 || (comparableById && (row.addedCount > 0 || row.removedCount > 0)))
      .sort((a, b) => b.netBytes - a.netBytes || b.addedBytes - a.addedBytes)
      .slice(0, HEAP_CONSTRUCTORS_MAX)
      .map((row) => (comparableById ? row : { ...row, addedCount: null, addedBytes: null, removedCount: null, removedBytes: null })),
  };
}

/** Nodes by rising id. One number sorts both: id and index are 32 bits and 31, but together within 2^53 for what fits into memory. */
function orderById({ nodeId, nodeCount }: HeapColumns): Uint32Array {
  const keys = new Float64Array(nodeCount);
  for (let node = 0; node < nodeCount; node++) keys[node] = nodeId[node] * nodeCount + node;
  keys.sort();
  return Uint32Array.from(keys, (key) => key % nodeCount);
}
