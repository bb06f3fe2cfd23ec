// leaks.ndjson: a line when a verdict on a class of memory changes, and one more when what leaks is named. On disk before anything heavy is done about it.
import { LEAKS_BYTES_MAX } from '../core/leak-limits.js';
import { appendLine, type NdjsonFile, readLines } from './ndjson-log.js';
import type { Leak } from './report-types.js';

export const LEAKS_FILE = 'leaks.ndjson';
const FILE: NdjsonFile = { name: LEAKS_FILE, olderName: 'leaks.1.ndjson', bytesMax: LEAKS_BYTES_MAX };

/** A finding as it stood when it was written. */
export interface LoggedLeak extends Leak {
  /** Wall clock when the line was written, ISO 8601. */
  at: string;
}

/** One line of leaks.ndjson. */
export interface LeakLine extends LoggedLeak {
  event: 'verdict' | 'named' | 'files';
}

/**
 * Appends a line: whole, or not at all. On a full disk the oldest flame files make room for it.
 * @throws the error of the file system when there is no room even so, or the directory cannot be written.
 */
export const appendLeak = (directory: string, line: LeakLine): void => appendLine(directory, FILE, line);

/** The newest finding of each kind in a run; none where there is no file. A line that cannot be read is passed over. */
export function readLeaks(directory: string): LoggedLeak[] {
  const leaks = new Map<string, LoggedLeak>();
  for (const line of readLines(directory, FILE)) if (isLeak(line)) leaks.set(line.kind, withoutEvent(line));
  return [...leaks.values()];
}

function isLeak(line: unknown): line is LeakLine {
  const { verdict, kind, suspects } = (line ?? {}) as Partial<LeakLine>;
  return typeof verdict === 'string' && typeof kind === 'string' && Array.isArray(suspects);
}

function withoutEvent({ event: _event, ...leak }: LeakLine): LoggedLeak {
  return leak;
}
