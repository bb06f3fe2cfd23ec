// A lock for a few file operations on what processes share under PITOT_DIR: a file that only one of them can make.
import { rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SNAPSHOT_LOCK_MS_MAX } from '../../core/evidence-limits.js';
import { ensureRunDirectory } from '../../report/files.js';

/** Of the processes under PITOT_DIR: hidden, and no run directory. */
export const stateDirectory = (baseDirectory: string): string => join(baseDirectory, '.state');

/**
 * What work returns; null where another process has the lock. One that was left by a process that was killed is taken over. nowMs: wall clock.
 * @throws what work throws, and the error of the file system where there can be no lock.
 */
export function underLock<T>(lock: string, nowMs: number, work: () => T): T | null {
  ensureRunDirectory(dirname(lock));
  if (!takeLock(lock, nowMs)) return null;
  try {
    return work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function takeLock(lock: string, nowMs: number): boolean {
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      writeFileSync(lock, '', { flag: 'wx', mode: 0o600 });
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      if (ageMs(lock, nowMs) < SNAPSHOT_LOCK_MS_MAX) return false;
      rmSync(lock, { force: true });
    }
  }
  return false;
}

/** Of what is gone meanwhile: 0. */
function ageMs(file: string, nowMs: number): number {
  try {
    return Math.abs(nowMs - statSync(file).mtimeMs);
  } catch {
    return 0;
  }
}
