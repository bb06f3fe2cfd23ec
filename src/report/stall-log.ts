// stalls.ndjson: a line when a stall opens, lines while it lasts, a line when it ends. On disk as soon as it is known, since the process may not live to tell.
import { STALLS_BYTES_MAX } from '../core/limits.js';
import { appendLine, type NdjsonFile, readLines } from './ndjson-log.js';
import type { Stall } from './report-types.js';

export const STALLS_FILE = 'stalls.ndjson';
const FILE: NdjsonFile = { name: STALLS_FILE, olderName: 'stalls.1.ndjson', bytesMax: STALLS_BYTES_MAX };

/** One line of stalls.ndjson: the stall as it stood then. Lines of one stall share `id`. */
export interface StallLine extends Stall {
  event: 'open' | 'update' | 'end';
  /** Wall clock when the line was written, ISO 8601. */
  at: string;
}

/**
 * Appends a line: whole, or not at all. On a full disk the oldest flame files make room for it: the line says what happened, they only show it.
 * @throws the error of the file system when there is no room even so, or the directory cannot be written.
 */
export const appendStall = (directory: string, line: StallLine): void => appendLine(directory, FILE, line);

/**
 * The stalls of a run as their newest lines tell them, in the order of their openings; none where there is no file. A line that cannot be read is
 * passed over: a process may be killed in the middle of one.
 */
export function readStalls(directory: string): Stall[] {
  const stalls = new Map<number, Stall>();
  for (const line of readLines(directory, FILE)) if (isStall(line)) stalls.set(line.id, withoutEvent(line));
  return [...stalls.values()];
}

function isStall(line: unknown): line is StallLine {
  const { id, top } = (line ?? {}) as Partial<StallLine>;
  return Number.isInteger(id) && Array.isArray(top);
}

function withoutEvent({ event: _event, at: _at, ...stall }: StallLine): Stall {
  return stall;
}
