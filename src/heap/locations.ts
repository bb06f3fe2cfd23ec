// Where functions, and the constructors of objects, stand in their scripts: kept by node, found by binary search.
import { HEAP_MEMORY_LOCATION_BYTES } from '../core/limits.js';
import type { MemoryAllowance } from './memory-allowance.js';
import type { SnapshotFault } from './snapshot-fault.js';
import type { SnapshotMeta } from './snapshot-meta.js';

export interface ScriptPosition {
  scriptId: number;
  /** Counts from 1. */
  line: number;
  /** Counts from 1. */
  column: number;
}

export interface Locations {
  count: number;
  /** Node and script of each, in the order of the file. */
  nodeAt(index: number): number;
  scriptAt(index: number): number;
  /** null for a node without one. */
  of(node: number): ScriptPosition | null;
}

const FIELDS = 4;

/** Keeps locations as four numbers each; there is one for each function and each object with a constructor of its own. */
export class LocationWriter {
  readonly #meta: SnapshotMeta;
  readonly #memory: MemoryAllowance;
  readonly #fault: SnapshotFault;
  #values = new Uint32Array(FIELDS * 256);
  #count = 0;

  constructor(meta: SnapshotMeta, memory: MemoryAllowance, fault: SnapshotFault) {
    this.#meta = meta;
    this.#memory = memory;
    this.#fault = fault;
  }

  take(values: Float64Array, count: number): void {
    const { locationFields, location, nodeFields, nodeCount } = this.#meta;
    for (let at = 0; at < count; at += locationFields) {
      const node = values[at + location.objectIndex] / nodeFields;
      if (!Number.isInteger(node) || node >= nodeCount) throw this.#fault(`a location of ${node * nodeFields}, where no node begins`);
      // More than one a node says nothing, and would grow without bound.
      if (this.#count >= nodeCount) throw this.#fault(`more locations than the ${nodeCount} nodes`);
      const base = this.#count * FIELDS;
      if (base === this.#values.length) this.#grow();
      this.#values[base] = node;
      this.#values[base + 1] = values[at + location.scriptId];
      this.#values[base + 2] = values[at + location.line];
      this.#values[base + 3] = values[at + location.column];
      this.#count++;
    }
  }

  end(): Locations {
    const values = this.#values;
    const count = this.#count;
    const order = this.#order();
    return {
      count,
      nodeAt: (index) => values[index * FIELDS],
      scriptAt: (index) => values[index * FIELDS + 1],
      of(node) {
        let low = 0;
        let high = count;
        while (low < high) {
          const middle = (low + high) >>> 1;
          if (values[order[middle] * FIELDS] < node) low = middle + 1;
          else high = middle;
        }
        const base = low < count ? order[low] * FIELDS : 0;
        if (low === count || values[base] !== node) return null;
        return { scriptId: values[base + 1], line: values[base + 2] + 1, column: values[base + 3] + 1 };
      },
    };
  }

  /** Indices by node. One number sorts both, many times as fast as a function that compares. */
  #order(): Uint32Array {
    const keys = new Float64Array(this.#count);
    for (let i = 0; i < keys.length; i++) keys[i] = this.#values[i * FIELDS] * keys.length + i;
    keys.sort();
    const order = new Uint32Array(keys.length);
    for (let i = 0; i < keys.length; i++) order[i] = keys[i] % keys.length;
    return order;
  }

  #grow(): void {
    this.#memory.charge(this.#count * HEAP_MEMORY_LOCATION_BYTES, () => `over ${this.#count} locations`);
    const larger = new Uint32Array(this.#values.length * 2);
    larger.set(this.#values);
    this.#values = larger;
  }
}
