// What the pool's workers can be asked.
import type { SpanQuery } from '../aggregate/slice-spans.js';
import type { StallSamplesTask } from '../report/stall-samples.js';
import type { FiguresTask } from '../report/window-figures.js';
import type { PageTask, ReportTask } from '../report/write-report.js';

export interface SliceTask {
  kind: 'slice';
  memory: SharedArrayBuffer;
  from: number;
  to: number;
  /** Left out: no spans. */
  spans?: SpanQuery;
}

/** Asks for the kernel's id of the worker's thread and the size of its heap. */
export interface IdentifyTask {
  kind: 'identify';
}

export interface WorkerIdentity {
  tid: number;
  heapBytes: number;
}

/** Reads a stall's samples and writes its flame files. */
export interface StallTask extends StallSamplesTask {
  kind: 'stall';
}

export type PoolTask = SliceTask | IdentifyTask | FiguresTask | ReportTask | PageTask | StallTask;
