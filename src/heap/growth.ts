// What came, what went and what grew between two snapshots of one process. V8 gives an object one id for life and numbers upwards.
import { HEAP_CONSTRUCTORS_MAX } from '../core/limits.js';
import type { ConstructorGrowth, HeapGrowth } from './heap-analysis.js';
import { type HeapColumns, selfBytes } from './heap-columns.js';
import { type NodeClasses, nodeClasses } from './node-classes.js';
import { type ReadOptions, readSnapshot } from './read-snapshot.js';

/** What is kept of the earlier snapshot: 16 bytes a node, no edges. */
export interface EarlierHeap {
  file: string;
  /** Ids in rising order, and for each the class's name by index and the bytes. */
  ids: Uint32Array;
  classOf: Uint32Array;
  bytes: Float64Array;
  names: string[];
}

/** Reads the earlier of two snapshots without its edges. @throws as readSnapshot */
export async function readEarlier(file: string, options: ReadOptions): Promise<EarlierHeap> {
  const snapshot = await readSnapshot(file, { ...options, edges: false });
  try {
    const classes = nodeClasses(snapshot);
    const order = orderById(snapshot);
    return {
      file,
      ids: order.map((node) => snapshot.nodeId[node]),
      classOf: order.map((node) => classes.of[node]),
      bytes: Float64Array.from(order, (node) => selfBytes(snapshot, node)),
      names: Array.from({ length: classes.count }, (_, i) => classes.name(i)),
    };
  } finally {
    await snapshot.close();
  }
}

export interface Comparison {
  growth: HeapGrowth;
  /** 1 for nodes of the later snapshot that the earlier has not. */
  isNew: Uint8Array;
}

/** Walks both lists of ids at once. */
export function compareHeaps(earlier: EarlierHeap, later: HeapColumns, classes: NodeClasses): Comparison {
  const isNew = new Uint8Array(later.nodeCount);
  const byName = new Map<string, ConstructorGrowth>();
  const rowOf = (name: string): ConstructorGrowth => {
    let row = byName.get(name);
    if (row === undefined)
      byName.set(name, (row = { name, addedCount: 0, addedBytes: 0, removedCount: 0, removedBytes: 0, netCount: 0, netBytes: 0 }));
    return row;
  };
  // By class, as a name is looked up once and not for each of millions.
  const laterRows = Array.from({ length: classes.count }, (_, i) => rowOf(classes.name(i)));
  const earlierRows = earlier.names.map(rowOf);
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
      row.netBytes += bytes - earlier.bytes[i++];
      continue;
    }
    isNew[node] = 1;
    row.addedCount++;
    row.addedBytes += bytes;
    row.netCount++;
    row.netBytes += bytes;
  }
  while (i < earlier.ids.length) removed(i++);
  return { growth: growthOf(earlier.file, [...byName.values()]), isNew };
}

function growthOf(file: string, rows: ConstructorGrowth[]): HeapGrowth {
  const sum = (value: (row: ConstructorGrowth) => number): number => rows.reduce((total, row) => total + value(row), 0);
  return {
    file,
    addedCount: sum((row) => row.addedCount),
    addedBytes: sum((row) => row.addedBytes),
    removedCount: sum((row) => row.removedCount),
    removedBytes: sum((row) => row.removedBytes),
    netBytes: sum((row) => row.netBytes),
    constructors: rows
      .filter((row) => row.addedCount > 0 || row.removedCount > 0 || row.netBytes !== 0)
      .sort((a, b) => b.netBytes - a.netBytes || b.addedBytes - a.addedBytes)
      .slice(0, HEAP_CONSTRUCTORS_MAX),
  };
}

/** Nodes by rising id. One number sorts both: id and index are 32 bits and 31, but together within 2^53 for what fits into memory. */
function orderById({ nodeId, nodeCount }: HeapColumns): Uint32Array {
  const keys = new Float64Array(nodeCount);
  for (let node = 0; node < nodeCount; node++) keys[node] = nodeId[node] * nodeCount + node;
  keys.sort();
  return Uint32Array.from(keys, (key) => key % nodeCount);
}
