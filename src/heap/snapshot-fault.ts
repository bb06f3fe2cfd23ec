// How a file that is no good heap snapshot is told of.
import { PitotError } from '../core/errors.js';

/** Makes the error: what the file has instead, and what to do about it. */
export type SnapshotFault = (received: string, remedy?: string) => PitotError;

export const snapshotFault =
  (file: string): SnapshotFault =>
  (received, remedy = 'Take the snapshot again: v8.writeHeapSnapshot(), or the memory tab of DevTools.') =>
    new PitotError('INPUT_FILE', { option: file, allowed: 'a whole heap snapshot of V8', received, remedy });
