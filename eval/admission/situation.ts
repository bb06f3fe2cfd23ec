// One situation of the admission's evaluation: a heap, what it may take, and what came of asking for a snapshot there.
import type { ShapeName } from './shapes.js';

export interface Situation {
  shape: ShapeName;
  /** Of the heap that is built beside an empty process's own. */
  heapMib: number;
  /** What is left below the memory limit when the snapshot is asked for. */
  leftMib: number;
  /** Free on the disk of the reports; null: the machine's own disk, which is large. */
  diskMib: number | null;
  /** The disk is in memory: its files count towards the limit. */
  isDiskMemory: boolean;
  seed: number;
}

/**
 * taken: a whole file. lost: admitted, and nothing was left but the reason. refused: no snapshot was begun. killed: the process was killed while it took one.
 * failed: the situation did not come about; it says nothing.
 */
export type Outcome = 'taken' | 'lost' | 'refused' | 'killed' | 'failed';

export interface Judged {
  situation: Situation;
  isReal: boolean;
  outcome: Outcome;
  /** Of a refusal: whether what the same heap really takes would not have fitted; null: not known. */
  isRefusalRight: boolean | null;
  /** Files under a final name: of no bytes, and of a part of the snapshot. */
  emptyFiles: number;
  halfFiles: number;
  /** Why there is none. */
  reason: string;
  /** Of heaps whose snapshot was measured, else null. */
  measured: Measured | null;
  tookMs: number;
}

/** What a snapshot really took, with room for all that it wanted. */
export interface Measured {
  usedBytes: number;
  largeRatio: number;
  /** Most resident memory during it, above that before. */
  spikeBytes: number;
  /** What was predicted at the most. */
  predictedBytes: number;
  fileBytes: number;
  /** Longest time that the main thread did not turn. */
  pauseMs: number;
}
