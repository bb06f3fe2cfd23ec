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
  /** Bytes by which a node counts: what it retains, or, of two snapshots, what it retains of the new. */
  weightBytes: Float64Array;
  /** The sum: of the heap, or of all that is new. */
  totalBytes: number;
  /** 1 for nodes that are in the later of two snapshots alone; null where there is but one. */
  isNew: Uint8Array | null;
}

export const classNameOf = ({ classes }: HeapView, node: number): string => classes.name(classes.of[node]);
export const typeOf = ({ snapshot }: HeapView, node: number): string => snapshot.meta.nodeTypes[snapshot.nodeType[node]];
export const nameOf = ({ snapshot }: HeapView, node: number): string => snapshot.strings.at(snapshot.nodeName[node]);
export const edgeTypeOf = ({ snapshot }: HeapView, edge: number): string => snapshot.meta.edgeTypes[snapshot.edgeType[edge]] ?? '';
export const edgeNameOf = ({ snapshot }: HeapView, edge: number): string => snapshot.strings.at(snapshot.edgeName[edge]);
