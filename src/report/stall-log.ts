// stalls.ndjson: a line when a stall opens, lines while it lasts, a line when it ends. On disk as soon as it is known, since the process may not live to tell.
import { appendFileSync, existsSync, readFileSync, renameSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { STALLS_BYTES_MAX } from '../core/limits.js';
import { ensureRunDirectory } from './files.js';
import { dropOldestFlame } from './flame-files.js';
import type { Stall } from './report-types.js';

export const STALLS_FILE = 'stalls.ndjson';
/** The lines before, when there were too many for one file. */
const OLDER_FILE = 'stalls.1.ndjson';
const FILE_MODE = 0o600;
/** Codes of a disk, or of a share of one, that is full. */
const NO_ROOM = new Set(['ENOSPC', 'EDQUOT']);

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
export function appendStall(directory: string, line: StallLine): void {
  ensureRunDirectory(directory);
  const file = join(directory, STALLS_FILE);
  if (existsSync(file) && statSync(file).size > STALLS_BYTES_MAX) renameSync(file, join(directory, OLDER_FILE));
  const size = existsSync(file) ? statSync(file).size : 0;
  for (;;) {
    try {
      appendFileSync(file, `${JSON.stringify(line)}\n`, { mode: FILE_MODE });
      return;
    } catch (error) {
      // A write that found room for a part of the line has left that part.
      if (existsSync(file)) truncateSync(file, size);
      if (!NO_ROOM.has((error as NodeJS.ErrnoException).code ?? '') || !dropOldestFlame(directory)) throw error;
    }
  }
}

/**
 * The stalls of a run as their newest lines tell them, in the order of their openings; none where there is no file. A line that cannot be read is
 * passed over: a process may be killed in the middle of one.
 */
export function readStalls(directory: string): Stall[] {
  const stalls = new Map<number, Stall>();
  for (const name of [OLDER_FILE, STALLS_FILE]) {
    const file = join(directory, name);
    if (!existsSync(file)) continue;
    for (const text of readFileSync(file, 'utf8').split('\n')) {
      const stall = stallOf(text);
      if (stall !== null) stalls.set(stall.id, stall);
    }
  }
  return [...stalls.values()];
}

function stallOf(text: string): Stall | null {
  try {
    const { event: _event, at: _at, ...stall } = JSON.parse(text) as StallLine;
    return Number.isInteger(stall.id) && Array.isArray(stall.top) ? stall : null;
  } catch {
    return null;
  }
}
