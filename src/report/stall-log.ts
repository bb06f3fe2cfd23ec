// stalls.ndjson: a line when a stall opens, lines while it lasts, a line when it ends. On disk as soon as it is known, since the process may not live to tell.
import { appendFileSync, existsSync, readFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { STALLS_BYTES_MAX } from '../core/limits.js';
import { ensureRunDirectory } from './files.js';
import type { Stall } from './report-types.js';

export const STALLS_FILE = 'stalls.ndjson';
/** The lines before, when there were too many for one file. */
const OLDER_FILE = 'stalls.1.ndjson';
const FILE_MODE = 0o600;

/** One line of stalls.ndjson: the stall as it stood then. Lines of one stall share `id`. */
export interface StallLine extends Stall {
  event: 'open' | 'update' | 'end';
  /** Wall clock when the line was written, ISO 8601. */
  at: string;
}

export function appendStall(directory: string, line: StallLine): void {
  ensureRunDirectory(directory);
  const file = join(directory, STALLS_FILE);
  if (existsSync(file) && statSync(file).size > STALLS_BYTES_MAX) renameSync(file, join(directory, OLDER_FILE));
  appendFileSync(file, `${JSON.stringify(line)}\n`, { mode: FILE_MODE });
}

/** Highest number of a stall in the run so far; 0: there is none. For an agent thread that follows on another. */
export function lastStallId(directory: string): number {
  let highest = 0;
  for (const name of [OLDER_FILE, STALLS_FILE]) {
    const file = join(directory, name);
    if (!existsSync(file)) continue;
    for (const [, id] of readFileSync(file, 'utf8').matchAll(/"id":(\d+)/g)) highest = Math.max(highest, Number(id));
  }
  return highest;
}
