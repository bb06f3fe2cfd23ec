// The head of a heap snapshot: which fields a node, an edge and a location have and where, and how many there are.
import { HEAP_MEMORY_EDGE_BYTES, HEAP_MEMORY_NODE_BYTES } from '../core/limits.js';
import { formatBytes } from '../core/units.js';
import type { MemoryAllowance } from './memory-allowance.js';
import type { SnapshotFault } from './snapshot-fault.js';

/** Positions count from the start of a record. Types are lists of names, as the file has them. */
export interface SnapshotMeta {
  nodeFields: number;
  nodeTypes: readonly string[];
  node: { type: number; name: number; id: number; selfSize: number; edgeCount: number; detachedness: number };
  edgeFields: number;
  edgeTypes: readonly string[];
  edge: { type: number; nameOrIndex: number; toNode: number };
  locationFields: number;
  location: { objectIndex: number; scriptId: number; line: number; column: number };
  nodeCount: number;
  edgeCount: number;
  /** Bytes outside the heap that belong to no node; Node 24 and later, else 0. */
  extraNativeBytes: number;
}

/** Fields a record may have: V8 has seven at the most. */
const FIELDS_MAX = 32;
const TYPES_MAX = 255;
/** An edge's and a node's columns are indexed with 31 and 32 bits. */
const NODES_MAX = 2 ** 31 - 1;
const EDGES_MAX = 2 ** 32 - 2;

/** Reads what stands under `snapshot`. Every declared count is held against the file's size and charged, as nothing is allocated before. */
export function parseMeta(
  text: string,
  options: { fileBytes: number; withEdges: boolean; memory: MemoryAllowance },
  fault: SnapshotFault,
): SnapshotMeta {
  const snapshot = parseJson(text, fault);
  const meta = asObject(asObject(snapshot, 'snapshot', fault).meta, 'snapshot.meta', fault);
  const nodeNames = names(meta.node_fields, 'node_fields', fault);
  const edgeNames = names(meta.edge_fields, 'edge_fields', fault);
  const locationNames = meta.location_fields === undefined ? [] : names(meta.location_fields, 'location_fields', fault);
  const at = (list: readonly string[], where: string, name: string): number => {
    const position = list.indexOf(name);
    if (position < 0) throw fault(`no "${name}" among its ${where}`);
    return position;
  };
  const nodeAt = (name: string): number => at(nodeNames, 'node_fields', name);
  const edgeAt = (name: string): number => at(edgeNames, 'edge_fields', name);
  const hasLocations = ['object_index', 'script_id', 'line', 'column'].every((name) => locationNames.includes(name));
  const node = {
    type: nodeAt('type'),
    name: nodeAt('name'),
    id: nodeAt('id'),
    selfSize: nodeAt('self_size'),
    edgeCount: nodeAt('edge_count'),
    detachedness: nodeNames.indexOf('detachedness'),
  };
  const edge = { type: edgeAt('type'), nameOrIndex: edgeAt('name_or_index'), toNode: edgeAt('to_node') };
  const read: SnapshotMeta = {
    nodeFields: nodeNames.length,
    nodeTypes: types(meta.node_types, node.type, 'node_types', fault),
    node,
    edgeFields: edgeNames.length,
    edgeTypes: types(meta.edge_types, edge.type, 'edge_types', fault),
    edge,
    locationFields: hasLocations ? locationNames.length : 0,
    location: {
      objectIndex: locationNames.indexOf('object_index'),
      scriptId: locationNames.indexOf('script_id'),
      line: locationNames.indexOf('line'),
      column: locationNames.indexOf('column'),
    },
    nodeCount: count(asObject(snapshot, 'snapshot', fault).node_count, 'node_count', NODES_MAX, fault),
    edgeCount: count(asObject(snapshot, 'snapshot', fault).edge_count, 'edge_count', EDGES_MAX, fault),
    extraNativeBytes: Number(asObject(snapshot, 'snapshot', fault).extra_native_bytes ?? 0) || 0,
  };
  const declared = `${read.nodeCount} nodes and ${read.edgeCount} edges`;
  if (read.nodeCount === 0) throw fault('no nodes at all');
  mustFit(read, declared, options.fileBytes, fault);
  options.memory.charge(memoryNeeded({ nodeCount: read.nodeCount, edgeCount: options.withEdges ? read.edgeCount : 0 }), () => declared);
  return read;
}

/** A field is a digit and a comma at the least: a file that declares more than it can hold is cut off, or lies. */
function mustFit(meta: SnapshotMeta, declared: string, fileBytes: number, fault: SnapshotFault): void {
  const leastBytes = 2 * (meta.nodeCount * meta.nodeFields + meta.edgeCount * meta.edgeFields);
  if (leastBytes > fileBytes) throw fault(`${declared}, which take ${formatBytes(leastBytes)} at the least, in a file of ${formatBytes(fileBytes)}`);
}

/** Memory that reading and analysing takes at its peak for nodes and edges, bytes; measured in bench/heap-parser. */
export const memoryNeeded = ({ nodeCount, edgeCount }: { nodeCount: number; edgeCount: number }): number =>
  nodeCount * HEAP_MEMORY_NODE_BYTES + edgeCount * HEAP_MEMORY_EDGE_BYTES;

function parseJson(text: string, fault: SnapshotFault): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw fault('a "snapshot" that is not JSON');
  }
}

function asObject(value: unknown, where: string, fault: SnapshotFault): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw fault(`no object "${where}"`);
  return value as Record<string, unknown>;
}

function names(value: unknown, where: string, fault: SnapshotFault): string[] {
  const isList = Array.isArray(value) && value.length > 0 && value.length <= FIELDS_MAX && value.every((name) => typeof name === 'string');
  if (!isList) throw fault(`no list "${where}" of names in snapshot.meta`);
  return value as string[];
}

function types(value: unknown, position: number, where: string, fault: SnapshotFault): string[] {
  const list: unknown = Array.isArray(value) ? value[position] : undefined;
  const isList = Array.isArray(list) && list.length > 0 && list.length <= TYPES_MAX && list.every((name) => typeof name === 'string');
  if (!isList) throw fault(`no list of type names in "${where}" of snapshot.meta`);
  return list as string[];
}

function count(value: unknown, where: string, max: number, fault: SnapshotFault): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > max) throw fault(`no count "${where}" in "snapshot"`);
  return value;
}
