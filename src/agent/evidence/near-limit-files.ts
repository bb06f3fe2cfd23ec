// Heap files that Node.js itself wrote when a process came near its heap's limit: moved to where the run's other files are, by the next process of the service.
import { existsSync, readdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ensureRunDirectory } from '../../report/files.js';
import { HEAP_DIRECTORY } from './heap-files.js';

const HEAP_FILE = /^Heap\.(\d{8})\.(\d{6})\.(\d+)\.\d+\.\d+\.heap(profile|snapshot)$/;

/**
 * Looks in the directories where Node.js may have put them (its --diagnostic-dir, the working directory) for files of runs under PITOT_DIR that are not of this
 * process: the pid is in both names, and the file is the younger one. Returns where they are now. Never throws: what cannot be moved stays where it is.
 */
export function collectNearLimitFiles(baseDirectory: string, directories: readonly string[], ownPid: number): string[] {
  const moved: string[] = [];
  try {
    const runs = readdirSync(baseDirectory).filter((name) => /\.\d{8}-\d{6}\.\d+$/.test(name));
    for (const directory of new Set(directories)) {
      for (const name of readdirSync(directory)) {
        const [, day, time, pid] = HEAP_FILE.exec(name) ?? [];
        if (pid === undefined || Number(pid) === ownPid) continue;
        const run = runs
          .filter((candidate) => candidate.endsWith(`.${pid}`) && startOf(candidate) <= `${day}-${time}`)
          .sort((a, b) => startOf(a).localeCompare(startOf(b)))
          .at(-1);
        if (run === undefined || !existsSync(join(baseDirectory, run)) || statSync(join(directory, name)).size === 0) continue;
        const heap = join(baseDirectory, run, HEAP_DIRECTORY);
        ensureRunDirectory(heap);
        renameSync(join(directory, name), join(heap, name));
        moved.push(join(heap, name));
      }
    }
  } catch {
    // Another process moves them, or another file system has them: they are where Node.js said.
  }
  return moved;
}

/** `20261123-142530` of a run directory's name: local time, as in the names of heap files. */
const startOf = (run: string): string => run.split('.').at(-2) ?? '';
