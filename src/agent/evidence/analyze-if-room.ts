// Looks into a heap snapshot where the memory that is left allows it, some seconds later where it did not at once.
import { AFTER_SNAPSHOT_MS } from '../../core/leak-limits.js';
import type { AnalyzeOptions } from '../../heap/analyze-heap.js';
import type { HeapAnalysis } from '../../heap/heap-analysis.js';
import { admitAnalysis, type Program, refuseProgram } from './analysis-admission.js';
import { analyzeInChild } from './analyze-in-child.js';
import { type MemoryHeadroom, readMemoryHeadroom } from './memory-headroom.js';

/** How the message begins where it was not begun. */
export const ANALYSIS_REFUSED = 'heap analysis refused';

/** The machine's own; others in tests. */
export interface RoomSources {
  headroom?(): MemoryHeadroom;
  program?: Program;
  /** How long is waited before it is looked again, ms. */
  pauseMs?: number;
}

/** As analyzeInChild, where the memory that is left allows it. @throws Error with the reason also where it does not. */
export async function analyzeIfRoom(file: string, options: Omit<AnalyzeOptions, 'memoryBytesMax'>, sources: RoomSources = {}): Promise<HeapAnalysis> {
  const { headroom = readMemoryHeadroom, pauseMs = AFTER_SNAPSHOT_MS } = sources;
  const wrong = refuseProgram(sources.program);
  if (wrong !== null) throw new Error(`${ANALYSIS_REFUSED}: ${wrong}`);
  let admitted = admitAnalysis(headroom());
  if (typeof admitted === 'string') {
    // What the snapshot took is given back within seconds.
    await new Promise((resolve) => setTimeout(resolve, pauseMs).unref());
    admitted = admitAnalysis(headroom());
  }
  if (typeof admitted === 'string') throw new Error(`${ANALYSIS_REFUSED}: ${admitted}`);
  return analyzeInChild(file, { ...options, memoryBytesMax: admitted });
}
