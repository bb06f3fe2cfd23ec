// All that is known of a heap when suspects are looked for.
import type { DominatorTree } from './dominator-tree.js';
import type { NodeClasses } from './node-classes.js';
import type { HeapSnapshot } from './read-snapshot.js';
import type { RootPaths } from './root-paths.js';
import type { SourcePlaces } from './source-places.js';

export interface HeapView {
  snapshot: HeapSnapshot;
  tree: DominatorTree;
  classes: NodeClasses;
  places: SourcePlaces;
  paths: RootPaths;
  /** Bytes by which a node counts: what it retains of the kind of memory that is looked for, or, of two snapshots, of the new. */
  weightBytes: Float64Array;
  /** What it retains of any kind: what is told. */
  toldBytes: Float64Array;
  /** The sum of weights: of the heap, or of all that is new. */
  totalBytes: number;
  /** 1 for nodes that may be suspected: the new of two snapshots, and of a kind that is rare, those that hold some; null: all. */
  counted: Uint8Array | null;
  /** Least number of objects of a suspect. */
  countMin: number;
}

export const classNameOf = ({ classes }: HeapView, node: number): string => classes.name(classes.of[node]);
export const typeOf = ({ snapshot }: HeapView, node: number): string => snapshot.meta.nodeTypes[snapshot.nodeType[node]];
export const nameOf = ({ snapshot }: HeapView, node: number): string => snapshot.strings.at(snapshot.nodeName[node]);
export const edgeTypeOf = ({ snapshot }: HeapView, edge: number): string => snapshot.meta.edgeTypes[snapshot.edgeType[edge]] ?? '';
export const edgeNameOf = ({ snapshot }: HeapView, edge: number): string => snapshot.strings.at(snapshot.edgeName[edge]);
