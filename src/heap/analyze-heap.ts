// The whole analysis of a heap snapshot: reading, dominators, constructors, suspects, and growth since an earlier one.
import { HEAP_CONSTRUCTORS_MAX } from '../core/limits.js';
import { classFigures } from './constructors.js';
import { dominatorTree } from './dominator-tree.js';
import { markIdleEdges } from './edge-rules.js';
import { type ConstructorFigures, HEAP_SCHEMA, type HeapAnalysis, type HeapHints } from './heap-analysis.js';
import { selfBytes } from './heap-columns.js';
import { nodeClasses } from './node-classes.js';
import { type HeapSnapshot, readSnapshot } from './read-snapshot.js';
import { sourcePlaces } from './source-places.js';

export type HeapStage = 'reading' | 'dominators' | 'suspects';

export interface AnalyzeOptions {
  /** A later snapshot of the same process: it is analysed, and compared with `file`. */
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
  const snapshot = await read(main, options);
  try {
    const readMs = performance.now() - began;
    await pause(options, 'dominators', main);
    markIdleEdges(snapshot);
    const tree = dominatorTree(snapshot);
    const dominatorsMs = performance.now() - began - readMs;
    await pause(options, 'suspects', main);
    const classes = nodeClasses(snapshot);
    const places = sourcePlaces(snapshot, classes);
    const figures = classFigures(snapshot, classes, tree);
    const order = Uint32Array.from({ length: classes.count }, (_, i) => i)
      .filter((i) => figures.shallowBytes[i] > 0)
      .sort((a, b) => figures.retainedBytes[b] - figures.retainedBytes[a] || figures.shallowBytes[b] - figures.shallowBytes[a] || a - b);
    const constructors = [...order.subarray(0, HEAP_CONSTRUCTORS_MAX)].map(
      (index): ConstructorFigures => ({
        name: classes.name(index),
        count: figures.count[index],
        shallowBytes: figures.shallowBytes[index],
        retainedBytes: figures.retainedBytes[index],
        place: places.ofClass(index),
      }),
    );
    return {
      schema: HEAP_SCHEMA,
      file: main,
      fileBytes: snapshot.fileBytes,
      nodes: snapshot.nodeCount,
      edges: snapshot.edgeCount,
      totalBytes: sumOfSelf(snapshot),
      orphans: tree.orphans,
      constructors,
      constructorsLeftOut: order.length - constructors.length,
      growth: null,
      suspects: [],
      took: { readMs, dominatorsMs, totalMs: performance.now() - began },
    };
  } finally {
    await snapshot.close();
  }
}

const read = (file: string, { memoryBytesMax, onProgress, signal }: AnalyzeOptions): Promise<HeapSnapshot> =>
  readSnapshot(file, { memoryBytesMax, signal, onProgress: (done, of) => onProgress?.('reading', done / of, file) });

/** Tells of a stage and lets a signal through: what follows holds the thread for a second or two. */
async function pause({ onProgress, signal }: AnalyzeOptions, stage: HeapStage, file: string): Promise<void> {
  onProgress?.(stage, 0, file);
  await new Promise((resolve) => setImmediate(resolve));
  signal?.throwIfAborted();
}

function sumOfSelf(snapshot: HeapSnapshot): number {
  let bytes = 0;
  for (let node = 0; node < snapshot.nodeCount; node++) bytes += selfBytes(snapshot, node);
  return bytes;
}
