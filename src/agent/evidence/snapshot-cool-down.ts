// When a service's last heap snapshot was: a file that its processes share, written before each snapshot, so that whatever the snapshot does is known after it.
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SNAPSHOT_LOCK_MS_MAX } from '../../core/evidence-limits.js';
import { durationWords } from '../../diagnose/rules/durations.js';
import { ensureRunDirectory, writeAtomically } from '../../report/files.js';

/** Under PITOT_DIR: hidden, and no run directory. */
const STATE_DIRECTORY = '.state';

export interface SnapshotClaim {
  baseDirectory: string;
  service: string;
  pid: number;
  coolDownMs: number;
  /** Wall clock, ms since the epoch. */
  nowMs: number;
}

/** Given back where no snapshot came of it: the cool-down is then what it was before. */
export interface SnapshotGrant {
  release(): void;
}

/**
 * The grant: the snapshot is this process's to take, and no other of the service takes one until the cool-down is over. Else why not. A cool-down file that
 * cannot be read is as if there were none; one that cannot be written refuses: without it a crash loop would take a snapshot each time.
 */
export function claimSnapshot({ baseDirectory, service, pid, coolDownMs, nowMs }: SnapshotClaim): SnapshotGrant | string {
  const directory = join(baseDirectory, STATE_DIRECTORY);
  const name = `${service}.heap-snapshot`;
  const lock = join(directory, `${name}.lock`);
  try {
    ensureRunDirectory(directory);
    if (!takeLock(lock, nowMs)) return 'another process of the service is about to take one';
  } catch (error) {
    return `the time of the last one cannot be kept: ${(error as Error).message}`;
  }
  try {
    const last = readLast(join(directory, name));
    // A time in the future is one before the clock was put back.
    if (last !== null && last.atMs <= nowMs && nowMs - last.atMs < coolDownMs) {
      const who = last.pid === pid ? 'this process' : `process ${last.pid}`;
      return `${who} took one ${durationWords(nowMs - last.atMs)} ago, one in ${durationWords(coolDownMs)} is allowed`;
    }
    const own = JSON.stringify({ at: new Date(nowMs).toISOString(), pid });
    writeAtomically(directory, name, own);
    return { release: () => putBack(directory, name, own, last) };
  } catch (error) {
    return `the time of the last one cannot be kept: ${(error as Error).message}`;
  } finally {
    rmSync(lock, { force: true });
  }
}

/** Unless another process has taken one since. Whatever fails leaves the cool-down as it is. */
function putBack(directory: string, name: string, own: string, last: Last | null): void {
  try {
    const file = join(directory, name);
    if (readFileSync(file, 'utf8') !== own) return;
    if (last === null) rmSync(file, { force: true });
    else writeAtomically(directory, name, JSON.stringify({ at: new Date(last.atMs).toISOString(), pid: last.pid }));
  } catch {
    // A day without a snapshot is the worst that comes of it.
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

interface Last {
  atMs: number;
  pid: number;
}

function readLast(file: string): Last | null {
  try {
    const { at, pid } = JSON.parse(readFileSync(file, 'utf8')) as { at: string; pid: number };
    const atMs = Date.parse(at);
    return Number.isFinite(atMs) ? { atMs, pid } : null;
  } catch {
    return null;
  }
}
