// stalls.ndjson: a line when a stall opens, lines while it lasts, a line when it ends. On disk as soon as it is known, since the process may not live to tell.
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureRunDirectory } from './files.js';
import type { Stall } from './report-types.js';

export const STALLS_FILE = 'stalls.ndjson';
const FILE_MODE = 0o600;

/** One line of stalls.ndjson: the stall as it stood then. Lines of one stall share `id`. */
export interface StallLine extends Stall {
  event: 'open' | 'update' | 'end';
  /** Wall clock when the line was written, ISO 8601. */
  at: string;
}

export function appendStall(directory: string, line: StallLine): void {
  ensureRunDirectory(directory);
  appendFileSync(join(directory, STALLS_FILE), `${JSON.stringify(line)}\n`, { mode: FILE_MODE });
}
