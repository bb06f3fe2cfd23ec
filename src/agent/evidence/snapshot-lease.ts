// Which process takes a heap snapshot at this moment: one of all under PITOT_DIR, whatever its service. What is left of the memory is left once, and each would
// be admitted against all of it.
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomically } from '../../report/files.js';
import { hasEnded, isSameProcess, type LocatedProcess, ownerOfPid, type ProcessOwner, thisProcess } from '../process-owner.js';
import { stateDirectory, underLock } from './state-lock.js';

const LEASE_FILE = 'taking.json';

export interface LeaseRequest {
  baseDirectory: string;
  service: string;
  /** How long it holds where the process never gives it back, ms. */
  maxMs: number;
}

export interface LeaseSources {
  /** Wall clock, ms since the epoch. */
  nowMs(): number;
  /** This process, and the owner of a pid of this host that lives; others in tests. */
  self?: LocatedProcess;
  ownerOf?(pid: number): ProcessOwner | null;
}

export interface SnapshotLease {
  release(): void;
  /** Lets it hold for its whole time from now on: the snapshot was given up, and V8 is still at it. */
  renew(): void;
}

interface Lease extends LocatedProcess {
  service: string;
  /** ISO 8601 wall clock. */
  at: string;
  maxMs: number;
}

/** The lease: no other process takes a snapshot until it is released, its time is over, or this process has ended. Else why not, naming who takes one. */
export function takeLease({ baseDirectory, service, maxMs }: LeaseRequest, sources: LeaseSources): SnapshotLease | string {
  const { nowMs, self = thisProcess(), ownerOf = ownerOfPid } = sources;
  const directory = stateDirectory(baseDirectory);
  const file = join(directory, LEASE_FILE);
  let own = '';
  const put = (): void => {
    own = JSON.stringify({ ...self, service, at: new Date(nowMs()).toISOString(), maxMs } satisfies Lease);
    writeAtomically(directory, LEASE_FILE, own);
  };
  try {
    const refused = underLock(`${file}.lock`, nowMs(), () => {
      const other = readLease(file);
      // Its own is that of an agent thread that died: main answers again, and so takes none.
      const isFree = other === null || isSameProcess(other, self) || isOver(other, nowMs()) || hasEnded(other, self, ownerOf);
      if (!isFree) return `${nameOf(other, self)} takes one at this moment`;
      put();
      return '';
    });
    if (refused !== '') return refused ?? 'another process is about to take one';
  } catch (error) {
    return `other processes cannot be told of it: ${(error as Error).message}`;
  }
  const ifOwn = (work: () => void): void => {
    try {
      if (readFileSync(file, 'utf8') === own) work();
    } catch {
      // It ends by itself.
    }
  };
  return { release: () => ifOwn(() => rmSync(file, { force: true })), renew: () => ifOwn(put) };
}

const nameOf = ({ pid, service, host }: Lease, self: ProcessOwner): string =>
  `process ${pid} of ${service}${host === self.host ? '' : ` on ${host}`}`;

/** Also where its time is far off: the clock was put back. */
const isOver = ({ at, maxMs }: Lease, nowMs: number): boolean => Math.abs(nowMs - Date.parse(at)) > maxMs;

/** Null: there is none, or none that says what it has to. */
function readLease(file: string): Lease | null {
  try {
    const lease = JSON.parse(readFileSync(file, 'utf8')) as Lease | null;
    const isWhole = Number.isInteger(lease?.pid) && Number.isFinite(Date.parse(lease?.at ?? '')) && Number.isFinite(lease?.maxMs);
    return isWhole ? lease : null;
  } catch {
    return null;
  }
}
