// When a service's last heap snapshot was: a file that its processes share, written before each snapshot, so that whatever the snapshot does is known after it.
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { durationWords } from '../../diagnose/rules/durations.js';
import { writeAtomically } from '../../report/files.js';
import { stateDirectory, underLock } from './state-lock.js';

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
  const directory = stateDirectory(baseDirectory);
  const name = `${service}.heap-snapshot`;
  try {
    const claim = underLock(join(directory, `${name}.lock`), nowMs, () => {
      const last = readLast(join(directory, name));
      // A time in the future is one before the clock was put back.
      if (last !== null && last.atMs <= nowMs && nowMs - last.atMs < coolDownMs) {
        const who = last.pid === pid ? 'this process' : `process ${last.pid}`;
        return `${who} took one ${durationWords(nowMs - last.atMs)} ago, one in ${durationWords(coolDownMs)} is allowed`;
      }
      const own = JSON.stringify({ at: new Date(nowMs).toISOString(), pid });
      writeAtomically(directory, name, own);
      return { release: () => putBack(directory, name, own, last) };
    });
    return claim ?? 'another process of the service is about to take one';
  } catch (error) {
    return `the time of the last one cannot be kept: ${(error as Error).message}`;
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
