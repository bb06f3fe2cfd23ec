// Begun heap files of processes that were killed: removed when the next process of the service starts. They have no name that anybody looks for, and are large.
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { LEFTOVER_MS_MIN } from '../../core/evidence-limits.js';
import { HEAP_DIRECTORY, RUN_DIRECTORY } from '../../report/files.js';

const TEMPORARY = /\.heap(?:profile|snapshot)\.(\d+)(?:\.([\w-]+))?\.tmp$/;

export interface LeftoverSources {
  /** This process. */
  pid: number;
  host: string;
  isAlive(pid: number): boolean;
  /** Wall clock, ms since the epoch. */
  nowMs: number;
}

/**
 * Looks through all runs under PITOT_DIR, which containers may share. Of this host, a file goes when its process has ended, or was this one, whose agent thread
 * begins only now; of another, when nobody has written to it for longer than a snapshot may take. Returns what was removed. Never throws.
 */
export function removeLeftovers(baseDirectory: string, { pid: ownPid, host: ownHost, isAlive, nowMs }: LeftoverSources): string[] {
  const removed: string[] = [];
  for (const run of namesIn(baseDirectory).filter((name) => RUN_DIRECTORY.test(name))) {
    const heap = join(baseDirectory, run, HEAP_DIRECTORY);
    for (const name of namesIn(heap)) {
      const [, pid, host] = TEMPORARY.exec(name) ?? [];
      if (pid === undefined) continue;
      const hasEnded = host === ownHost && (Number(pid) === ownPid || !isAlive(Number(pid)));
      const file = join(heap, name);
      try {
        if (!hasEnded && nowMs - statSync(file).mtimeMs < LEFTOVER_MS_MIN) continue;
        rmSync(file, { force: true });
        removed.push(file);
      } catch {
        // Gone meanwhile, or another user's: it is tried again at the next start.
      }
    }
  }
  return removed;
}

/** None of what cannot be read. */
function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
