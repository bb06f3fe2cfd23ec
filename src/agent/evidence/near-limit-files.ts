// Heap files that Node.js itself wrote when a process came near its heap's limit: moved to where the run's other files are, by the next process of the service.
import { readdirSync, readFileSync, renameSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ensureRunDirectory, HEAP_DIRECTORY, RUN_DIRECTORY, saidGoodbye, writeAtomically, YOUNG_MS } from '../../report/files.js';
import { hasEnded, isSameProcess, type LocatedProcess, type ProcessOwner } from '../process-owner.js';
import type { HeapEnding } from './heap-files.js';

const HEAP_FILE = /^Heap\.(\d{8})\.(\d{6})\.(\d+)\.\d+\.\d+\.(heapprofile|heapsnapshot)$/;
/** In a run directory: what Node.js was told to write near the limit, and which process that is. */
const MARKER = '.near-limit.json';

interface Marker {
  ending: HeapEnding;
  of: LocatedProcess;
}

export interface NearLimitSources {
  self: LocatedProcess;
  /** See ownerOfPid. */
  ownerOf(pid: number): ProcessOwner | null;
  /** When this process began, and now: wall clock, ms since the epoch. */
  startedMs: number;
  nowMs: number;
}

/** Says in the run directory that the process may leave such a file: only of such runs are any moved. Never throws. */
export function markNearLimit(runDirectory: string, marker: Marker): void {
  try {
    writeAtomically(runDirectory, MARKER, JSON.stringify(marker));
  } catch {
    // The file, should there be one, stays where Node.js puts it.
  }
}

/**
 * Looks in the directories where Node.js may have put them (its --diagnostic-dir, the working directory) for files of runs beside this process's own: older
 * than this process, of a run that was to leave such a file, said no goodbye, and whose process is gone. The application's own files have the same names, so
 * that all of this must hold. The pid says little, in a container it is always 1. Returns where they are now. Never throws: what cannot be moved stays.
 */
export function collectNearLimitFiles(ownRun: string, directories: readonly string[], sources: NearLimitSources): string[] {
  const base = dirname(ownRun);
  const moved: string[] = [];
  try {
    const runs = readdirSync(base).filter((name) => RUN_DIRECTORY.test(name) && name !== basename(ownRun));
    for (const directory of new Set(directories)) {
      for (const name of readdirSync(directory)) {
        const [, day, time, pid, ending] = HEAP_FILE.exec(name) ?? [];
        if (pid === undefined) continue;
        const file = join(directory, name);
        const { size, mtimeMs } = statSync(file);
        const run = runs
          .filter((candidate) => candidate.endsWith(`.${pid}`) && startOf(candidate) <= `${day}-${time}`)
          .sort((a, b) => startOf(a).localeCompare(startOf(b)))
          .at(-1);
        if (run === undefined || size === 0 || mtimeMs >= sources.startedMs) continue;
        if (!mayHaveLeft(join(base, run), ending as HeapEnding, mtimeMs, sources)) continue;
        const heap = join(base, run, HEAP_DIRECTORY);
        ensureRunDirectory(heap);
        renameSync(file, join(heap, name));
        moved.push(join(heap, name));
      }
    }
  } catch {
    // Another process moves them, or another file system has them: they are where Node.js said.
  }
  return moved;
}

/**
 * Where nobody can ask for the process, as in another container, it is gone if it has written nothing for long; or if it had the name and the number that this
 * one has now, as in a container that was started again.
 */
function mayHaveLeft(run: string, ending: HeapEnding, fileMs: number, { self, ownerOf, nowMs }: NearLimitSources): boolean {
  const marker = markerOf(run);
  if (marker?.ending !== ending || marker.of === undefined || saidGoodbye(run)) return false;
  const { of } = marker;
  const isBeforeThis = of.host === self.host && of.pid === self.pid && !isSameProcess(of, self);
  const isElsewhere = of.host !== self.host || of.pidNamespace !== self.pidNamespace;
  return isBeforeThis || hasEnded(of, self, ownerOf) || (isElsewhere && nowMs - Math.max(fileMs, statSync(run).mtimeMs) > YOUNG_MS);
}

function markerOf(run: string): Partial<Marker> | null {
  try {
    return JSON.parse(readFileSync(join(run, MARKER), 'utf8')) as Partial<Marker> | null;
  } catch {
    return null;
  }
}

/** `20261123-142530` of a run directory's name: local time, as in the names of heap files. */
const startOf = (run: string): string => run.split('.').at(-2) ?? '';
