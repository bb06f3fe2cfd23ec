// The whole analysis of a heap snapshot: reading, dominators, constructors, suspects, and growth since an earlier one.
import { HEAP_CONSTRUCTORS_MAX } from '../core/limits.js';
import { type ClassFigures, classFigures } from './constructors.js';
import { dominatorTree } from './dominator-tree.js';
import { markIdleEdges } from './edge-rules.js';
import { compareHeaps, readEarlier } from './growth.js';
import { type ConstructorFigures, HEAP_SCHEMA, type HeapAnalysis, type HeapHints } from './heap-analysis.js';
import type { HeapView } from './heap-view.js';
import { kindWeights } from './kind-weights.js';
import { type NodeClasses, nodeClasses } from './node-classes.js';
import { type ReadOptions, readSnapshot } from './read-snapshot.js';
import { rootPaths } from './root-paths.js';
import { type SourcePlaces, sourcePlaces } from './source-places.js';
import { suspectsOf } from './suspects.js';

export type HeapStage = 'reading' | 'dominators' | 'suspects';

export interface AnalyzeOptions {
  /** A later snapshot: it is analysed, and compared with `file`; object by object where one numbering runs through both. */
  later?: string;
  hints?: HeapHints;
  /** Called often while a file is read, then once a stage; `doneRatio` is of the stage. */
  onProgress?: (stage: HeapStage, doneRatio: number, file: string) => void;
  /** Most memory it may take, bytes; a snapshot that needs more is refused before it is read. */
  memoryBytesMax: number;
  signal?: AbortSignal;
}

/**
 * Analyses one snapshot, or the later of two and what grew between them.
 * @throws PitotError INPUT_FILE for a file that is missing, cut off, no snapshot, or too large for `memoryBytesMax`; the signal's reason when aborted.
 */
export async function analyzeHeap(file: string, options: AnalyzeOptions): Promise<HeapAnalysis> {
  const began = performance.now();
  const main = options.later ?? file;
  const earlier = options.later === undefined ? null : await readEarlier(file, readOptions(file, options));
  const snapshot = await readSnapshot(main, { ...readOptions(main, options), earlierBytes: earlier?.keptBytes });
  try {
    const readMs = performance.now() - began;
    await pause(options, 'dominators', main);
    markIdleEdges(snapshot);
    const tree = dominatorTree(snapshot);
    const dominatorsMs = performance.now() - began - readMs;
    await pause(options, 'suspects', main);
    const classes = nodeClasses(snapshot);
    const places = sourcePlaces(snapshot, classes);
    const figures = classFigures(snapshot, classes, tree, tree.retainedBytes, null);
    const growth = earlier === null ? null : compareHeaps(earlier, snapshot, classes);
    const weights = kindWeights(snapshot, tree, options.hints?.kind, growth?.isNew ?? null);
    const view: HeapView = { snapshot, tree, classes, places, paths: rootPaths(snapshot), ...weights };
    const isAll = view.weightBytes === tree.retainedBytes;
    const suspected = isAll ? figures : classFigures(snapshot, classes, tree, view.weightBytes, view.counted);
    return {
      schema: HEAP_SCHEMA,
      file: main,
      fileBytes: snapshot.fileBytes,
      nodes: snapshot.nodeCount,
      edges: snapshot.edgeCount,
      totalBytes: tree.retainedBytes[0],
      orphans: tree.orphans,
      ...constructorsOf(figures, classes, places),
      growth: growth?.growth ?? null,
      suspects: suspectsOf(view, suspected, options.hints),
      took: { readMs, dominatorsMs, totalMs: performance.now() - began },
    };
  } finally {
    await snapshot.close();
  }
}

function constructorsOf(
  figures: ClassFigures,
  classes: NodeClasses,
  places: SourcePlaces,
): Pick<HeapAnalysis, 'constructors' | 'constructorsLeftOut'> {
  const { count, shallowBytes, retainedBytes } = figures;
  const order = Array.from({ length: classes.count }, (_, i) => i)
    .filter((i) => shallowBytes[i] > 0)
    .sort((a, b) => retainedBytes[b] - retainedBytes[a] || shallowBytes[b] - shallowBytes[a] || a - b);
  const constructors = order.slice(0, HEAP_CONSTRUCTORS_MAX).map(
    (index): ConstructorFigures => ({
      name: classes.name(index),
      count: count[index],
      shallowBytes: shallowBytes[index],
      retainedBytes: retainedBytes[index],
      place: places.ofClass(index),
    }),
  );
  return { constructors, constructorsLeftOut: order.length - constructors.length };
}

const readOptions = (file: string, { memoryBytesMax, onProgress, signal }: AnalyzeOptions): ReadOptions => ({
  memoryBytesMax,
  signal,
  onProgress: (done, of) => onProgress?.('reading', done / of, file),
});

/** Tells of a stage and lets a signal through: what follows holds the thread for a second or two. */
async function pause({ onProgress, signal }: AnalyzeOptions, stage: HeapStage, file: string): Promise<void> {
  onProgress?.(stage, 0, file);
  await new Promise((resolve) => setImmediate(resolve));
  signal?.throwIfAborted();
}
