// An analysis as a process of its own: arguments in, lines of JSON out. What runs out of memory here reaches nobody else.
import { PitotError } from '../core/errors.js';
import { type AnalyzeOptions, analyzeHeap, type HeapStage } from './analyze-heap.js';
import type { HeapAnalysis } from './heap-analysis.js';

/** What the process is asked for: its only argument, as JSON. */
export interface AnalysisRequest extends Pick<AnalyzeOptions, 'later' | 'hints' | 'memoryBytesMax'> {
  file: string;
}

/** A line of its standard output; the last is a result or an error. */
export type AnalysisLine =
  | { progress: { stage: HeapStage; doneRatio: number; file: string } }
  | { result: HeapAnalysis }
  | { error: { code: string; detail: PitotError['detail'] } }
  | { fault: string };

/** Progress is told in steps of this share of a file. */
const PROGRESS_STEP_RATIO = 0.05;

/** Answers one request. Resolves to the exit code: 0 with a result, 2 with an error of the input, 1 with a fault of ours. */
export async function answer(request: string, write: (line: string) => void): Promise<number> {
  const say = (line: AnalysisLine): void => write(`${JSON.stringify(line)}\n`);
  try {
    const { file, ...options } = JSON.parse(request) as AnalysisRequest;
    let told = { stage: '', file: '', doneRatio: 0 };
    const onProgress = (stage: HeapStage, doneRatio: number, of: string): void => {
      if (stage === told.stage && of === told.file && doneRatio - told.doneRatio < PROGRESS_STEP_RATIO && doneRatio < 1) return;
      told = { stage, doneRatio, file: of };
      say({ progress: { stage, doneRatio, file: of } });
    };
    say({ result: await analyzeHeap(file, { ...options, onProgress }) });
    return 0;
  } catch (error) {
    if (error instanceof PitotError) {
      say({ error: { code: error.code, detail: error.detail } });
      return 2;
    }
    say({ fault: error instanceof Error ? error.message : String(error) });
    return 1;
  }
}
