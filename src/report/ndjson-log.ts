// A file of one JSON object a line, on disk as soon as it is known: lines whole or not at all, two files at the most, room made where the disk is full.
import { appendFileSync, existsSync, readFileSync, renameSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { ensureRunDirectory } from './files.js';
import { dropOldestFlame } from './flame-files.js';

const FILE_MODE = 0o600;
/** Codes of a disk, or of a share of one, that is full. */
const NO_ROOM = new Set(['ENOSPC', 'EDQUOT']);

/** Where the lines go. */
export interface NdjsonFile {
  /** `alerts.ndjson`. */
  name: string;
  /** The lines before, when there were too many for one file. */
  olderName: string;
  bytesMax: number;
}

/**
 * Appends a line: whole, or not at all. On a full disk the oldest flame files make room for it: the line says what happened, they only show it.
 * @throws the error of the file system when there is no room even so, or the directory cannot be written.
 */
export function appendLine(directory: string, { name, olderName, bytesMax }: NdjsonFile, line: object): void {
  ensureRunDirectory(directory);
  const file = join(directory, name);
  if (existsSync(file) && statSync(file).size > bytesMax) renameSync(file, join(directory, olderName));
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

/** The lines, oldest first; none where there is no file. What is no JSON is passed over: a process may be killed in the middle of a line. */
export function readLines(directory: string, { name, olderName }: NdjsonFile): unknown[] {
  const lines: unknown[] = [];
  for (const file of [join(directory, olderName), join(directory, name)]) {
    if (!existsSync(file)) continue;
    for (const text of readFileSync(file, 'utf8').split('\n')) {
      try {
        lines.push(JSON.parse(text));
      } catch {
        // Half a line, or the empty one at the end.
      }
    }
  }
  return lines;
}
