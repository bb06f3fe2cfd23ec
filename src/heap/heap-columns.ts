// The graph of a heap snapshot in columns: 18 bytes a node, 9 an edge. A node is its index; its edges are [firstEdge[n], firstEdge[n + 1]).
import { HEAP_HUGE_NODES_MAX } from '../core/limits.js';
import type { SnapshotFault } from './snapshot-fault.js';
import type { SnapshotMeta } from './snapshot-meta.js';

export interface HeapColumns {
  nodeCount: number;
  edgeCount: number;
  nodeType: Uint8Array;
  nodeName: Uint32Array;
  nodeId: Uint32Array;
  /** Bytes; those of 4 GiB and more stand in `hugeSizes`, and 2^32 - 1 here. */
  selfSize: Uint32Array;
  hugeSizes: ReadonlyMap<number, number>;
  /** One longer than there are nodes. */
  firstEdge: Uint32Array;
  detachedness: Uint8Array;
  edgeType: Uint8Array;
  edgeName: Uint32Array;
  edgeTo: Uint32Array;
}

const U32_MAX = 0xffff_ffff;

/** Fills the columns from batches of numbers, in the order of the file. */
export class ColumnWriter {
  readonly columns: HeapColumns;
  readonly #meta: SnapshotMeta;
  readonly #fault: SnapshotFault;
  readonly #hugeSizes = new Map<number, number>();
  #nodes = 0;
  #edges = 0;
  /** Edges of the nodes so far. */
  #owned = 0;
  #stringMax = 0;

  /** `withEdges: false` leaves the edges out: half of a comparison needs the nodes only. */
  constructor(meta: SnapshotMeta, withEdges: boolean, fault: SnapshotFault) {
    this.#meta = meta;
    this.#fault = fault;
    const { nodeCount } = meta;
    const edgeCount = withEdges ? meta.edgeCount : 0;
    this.columns = {
      nodeCount,
      edgeCount,
      nodeType: new Uint8Array(nodeCount),
      nodeName: new Uint32Array(nodeCount),
      nodeId: new Uint32Array(nodeCount),
      selfSize: new Uint32Array(nodeCount),
      hugeSizes: this.#hugeSizes,
      firstEdge: new Uint32Array(withEdges ? nodeCount + 1 : 0),
      detachedness: new Uint8Array(nodeCount),
      edgeType: new Uint8Array(edgeCount),
      edgeName: new Uint32Array(edgeCount),
      edgeTo: new Uint32Array(edgeCount),
    };
  }

  takeNodes(values: Float64Array, count: number): void {
    const { nodeFields: fields, node, nodeTypes } = this.#meta;
    const { nodeType, nodeName, nodeId, selfSize, firstEdge, detachedness, nodeCount } = this.columns;
    const typeCount = nodeTypes.length;
    let n = this.#nodes;
    if (n + count / fields > nodeCount) throw this.#fault(`more nodes than the ${nodeCount} it declares`);
    let owned = this.#owned;
    let stringMax = this.#stringMax;
    for (let at = 0; at < count; at += fields, n++) {
      const type = values[at + node.type];
      const name = values[at + node.name];
      const id = values[at + node.id];
      const size = values[at + node.selfSize];
      if (type >= typeCount) throw this.#fault(`node ${n} of type ${type}, where there are ${typeCount}`);
      if (name > U32_MAX || id > U32_MAX || size > Number.MAX_SAFE_INTEGER) throw this.#fault(`node ${n} with a number out of range`);
      nodeType[n] = type;
      nodeName[n] = name;
      nodeId[n] = id;
      selfSize[n] = Math.min(size, U32_MAX);
      if (size >= U32_MAX) this.#keepHuge(n, size);
      if (name > stringMax) stringMax = name;
      if (node.detachedness >= 0) detachedness[n] = values[at + node.detachedness];
      firstEdge[n] = owned;
      owned += values[at + node.edgeCount];
    }
    if (owned > this.#meta.edgeCount) throw this.#fault(`nodes with more edges than the ${this.#meta.edgeCount} it declares`);
    this.#nodes = n;
    this.#owned = owned;
    this.#stringMax = stringMax;
  }

  takeEdges(values: Float64Array, count: number): void {
    const { edgeFields: fields, edge, edgeTypes, nodeFields } = this.#meta;
    const { edgeType, edgeName, edgeTo, edgeCount, nodeCount } = this.columns;
    const typeCount = edgeTypes.length;
    let e = this.#edges;
    if (e + count / fields > edgeCount) throw this.#fault(`more edges than the ${edgeCount} it declares`);
    for (let at = 0; at < count; at += fields, e++) {
      const type = values[at + edge.type];
      const name = values[at + edge.nameOrIndex];
      const to = values[at + edge.toNode] / nodeFields;
      const index = to >>> 0;
      if (type >= typeCount) throw this.#fault(`edge ${e} of type ${type}, where there are ${typeCount}`);
      if (index !== to || index >= nodeCount) throw this.#fault(`edge ${e} to ${to * nodeFields}, where no node begins`);
      if (name > U32_MAX) throw this.#fault(`edge ${e} with a number out of range`);
      edgeType[e] = type;
      edgeName[e] = name;
      edgeTo[e] = index;
    }
    this.#edges = e;
  }

  #keepHuge(node: number, bytes: number): void {
    if (this.#hugeSizes.size === HEAP_HUGE_NODES_MAX) throw this.#fault(`more than ${HEAP_HUGE_NODES_MAX} nodes of 4 GiB and more`);
    this.#hugeSizes.set(node, bytes);
  }

  /** Holds what came against what was declared. `strings`: how many there are. */
  end(strings: number): HeapColumns {
    const { columns } = this;
    if (this.#nodes !== columns.nodeCount) throw this.#fault(`${this.#nodes} nodes, where it declares ${columns.nodeCount}`);
    if (this.#edges !== columns.edgeCount) throw this.#fault(`${this.#edges} edges, where it declares ${columns.edgeCount}`);
    if (this.#owned !== this.#meta.edgeCount) throw this.#fault(`${this.#meta.edgeCount} edges, of which nodes own ${this.#owned}`);
    if (this.#stringMax >= strings) throw this.#fault(`a node with the name ${this.#stringMax}, where there are ${strings} strings`);
    if (columns.firstEdge.length > 0) columns.firstEdge[columns.nodeCount] = this.#owned;
    return columns;
  }
}

/** Bytes of a node alone. */
export const selfBytes = ({ selfSize, hugeSizes }: HeapColumns, node: number): number =>
  selfSize[node] === U32_MAX ? (hugeSizes.get(node) ?? U32_MAX) : selfSize[node];
