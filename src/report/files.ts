// All file writing of reports: run directories, atomic files, retention. Synchronous: it runs off the application's threads.
import {
  closeSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

const DIRECTORY_MODE = 0o700;
const FILE_MODE = 0o600;
/** A run without a goodbye that wrote within so long may be alive: twice the longest window, ms. */
export const YOUNG_MS = 2 * 3_600_000;
/** Part of the bound on bytes that a large heap snapshot leaves to all else: with it there may be more than the bound. */
const REST_RATIO = 0.25;
/** Of a run directory: heap profiles and snapshots. */
export const HEAP_DIRECTORY = 'heap';
/** `<service>.<YYYYMMDD-HHMMSS>.<pid>`: what pitot made, and so may remove. */
export const RUN_DIRECTORY = /^.+\.\d{8}-\d{6}\.(\d+)$/;
/** Its number is in the first group. */
export const REPORT_FILE = /^report-(\d{6,})\.json$/;

export const reportName = (seq: number): string => `report-${String(seq).padStart(6, '0')}.json`;

/** Name of a run directory: service, local wall-clock time, pid. */
export function runDirectoryName(service: string, startedWallMs: number, pid: number): string {
  const date = new Date(startedWallMs);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}${two(date.getMonth() + 1)}${two(date.getDate())}`;
  return `${service}.${day}-${two(date.getHours())}${two(date.getMinutes())}${two(date.getSeconds())}.${pid}`;
}

/**
 * Makes a run directory, also again after somebody removed it. Not by `recursive: true`, which never ends where a file system answers ENOENT
 * to mkdir itself, as /proc does (Node 20).
 */
export function ensureRunDirectory(directory: string): void {
  if (existsSync(directory)) return;
  const parent = dirname(directory);
  if (parent !== directory) ensureRunDirectory(parent);
  try {
    mkdirSync(directory, { mode: DIRECTORY_MODE });
  } catch (error) {
    // Another process of the same service made the parent at the same moment.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** Writes a whole file or nothing: a temporary name first, then a rename. */
export function writeAtomically(directory: string, name: string, data: string | Uint8Array): void {
  ensureRunDirectory(directory);
  const temporary = join(directory, `.${name}.${process.pid}.tmp`);
  try {
    writeFileSync(temporary, data, { mode: FILE_MODE });
    renameSync(temporary, join(directory, name));
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** Makes latest.json the same as a report: a hard link where the file system has them (no second copy of the bytes), else a copy. */
export function pointLatestAt(directory: string, name: string): void {
  const temporary = join(directory, `.latest.json.${process.pid}.tmp`);
  rmSync(temporary, { force: true });
  try {
    linkSync(join(directory, name), temporary);
  } catch {
    copyFileSync(join(directory, name), temporary);
  }
  renameSync(temporary, join(directory, 'latest.json'));
}

/** The highest report number in a directory, 0 without any: a second start in one process goes on counting. */
export function lastSeqIn(directory: string): number {
  if (!existsSync(directory)) return 0;
  return readdirSync(directory).reduce((highest, name) => Math.max(highest, Number(REPORT_FILE.exec(name)?.[1] ?? 0)), 0);
}

/** Number of the next report in a directory; 1 where it cannot be read. */
export function nextSeqIn(directory: string): number {
  try {
    return lastSeqIn(directory) + 1;
  } catch {
    return 1;
  }
}

export const reportExists = (directory: string, seq: number): boolean => existsSync(join(directory, reportName(seq)));

/** What retention may keep, over all run directories under one base. */
export interface RetentionBounds {
  bytes: number;
  runs: number;
}

interface Run {
  directory: string;
  bytes: number;
  newestMs: number;
  alive: boolean;
}

/**
 * Removes the oldest runs until both bounds hold, then the oldest flame files and reports of the own run. Directories that pitot did not make, and runs of
 * processes that live, stay. Returns what was removed.
 */
export function applyRetention(base: string, own: string, bounds: RetentionBounds, isAlive: (pid: number) => boolean, nowMs: number): string[] {
  const removed: string[] = [];
  const runs = listRuns(base, own, isAlive, nowMs);
  // The newest heap snapshot, of whatever run, is no reason to remove all else: a quarter of the bound is for the rest.
  const newestBytes = newestSnapshotBytes(runs.map(({ directory }) => directory));
  const bytesMax = Math.max(bounds.bytes, newestBytes + bounds.bytes * REST_RATIO);
  let bytes = runs.reduce((sum, run) => sum + run.bytes, 0);
  let count = runs.length;
  for (const run of runs.filter((candidate) => !candidate.alive).sort((a, b) => a.newestMs - b.newestMs)) {
    if (bytes <= bytesMax && count <= bounds.runs) break;
    rmSync(run.directory, { recursive: true, force: true });
    removed.push(run.directory);
    bytes -= run.bytes;
    count--;
  }
  if (bytes > bytesMax) removed.push(...removeOldFiles(own, bytes - bytesMax));
  return removed;
}

function listRuns(base: string, own: string, isAlive: (pid: number) => boolean, nowMs: number): Run[] {
  const runs: Run[] = [];
  for (const entry of readdirSync(base, { withFileTypes: true })) {
    const match = RUN_DIRECTORY.exec(entry.name);
    if (!entry.isDirectory() || match === null) continue;
    const directory = join(base, entry.name);
    const { bytes, newestMs, isRun } = measure(directory);
    if (isRun)
      runs.push({ directory, bytes, newestMs, alive: directory === own || mayBeAlive(directory, Number(match[1]), newestMs, isAlive, nowMs) });
  }
  return runs;
}

/**
 * A run that said goodbye is over, whoever has its pid now. One that did not may live: in a container each run may have the pid of this very
 * process, and the pid may be another container's, so there its newest file decides.
 */
function mayBeAlive(directory: string, pid: number, newestMs: number, isAlive: (pid: number) => boolean, nowMs: number): boolean {
  return !saidGoodbye(directory) && ((pid !== process.pid && isAlive(pid)) || nowMs - newestMs < YOUNG_MS);
}

/** Whether a run's last report says that its process has ended as it should, or stopped pitot. */
export const saidGoodbye = (directory: string): boolean => /"closedBy":"(?:exit|stop)"/.test(beginningOf(join(directory, 'latest.json')));

function beginningOf(file: string): string {
  try {
    const fd = openSync(file, 'r');
    try {
      const bytes = Buffer.alloc(1024);
      return bytes.toString('utf8', 0, readSync(fd, bytes, 0, bytes.length, 0));
    } finally {
      closeSync(fd);
    }
  } catch {
    return '';
  }
}

/** A directory counts as a run only when it holds what pitot writes: a name alone is no reason to remove somebody's files. */
function measure(directory: string): { bytes: number; newestMs: number; isRun: boolean } {
  let bytes = 0;
  let newestMs = 0;
  let isRun = false;
  try {
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      const path = join(directory, entry.name);
      if (entry.isDirectory()) {
        for (const inner of readdirSync(path)) bytes += statSync(join(path, inner)).size;
        continue;
      }
      const stat = statSync(path);
      if (entry.name === 'agent.log' || REPORT_FILE.test(entry.name)) isRun = true;
      if (entry.name !== 'latest.json') bytes += stat.size;
      newestMs = Math.max(newestMs, stat.mtimeMs);
    }
  } catch {
    // Removed or changed by another process meanwhile: it will be seen next time.
  }
  return { bytes, newestMs, isRun };
}

/** Older heap snapshots go first, each as large as much else; then flame files: what they showed is in the reports, merged small; then heap profiles and reports. The newest of each kind always stays. */
function removeOldFiles(own: string, excessBytes: number): string[] {
  const removed: string[] = [];
  const reports = readdirSync(own)
    .filter((name) => REPORT_FILE.test(name))
    .sort()
    .map((name) => join(own, name));
  const [flames, snapshots, profiles] = [
    ['flame', ''],
    [HEAP_DIRECTORY, '.heapsnapshot'],
    [HEAP_DIRECTORY, '.heapprofile'],
  ].map(([directory, ending]) => filesIn(own, directory, ending));
  let left = excessBytes;
  for (const path of [snapshots, flames, profiles, reports].flatMap((paths) => paths.slice(0, -1))) {
    if (left <= 0) break;
    left -= statSync(path).size;
    unlinkSync(path);
    removed.push(path);
  }
  return removed;
}

/** Heap snapshots and profiles of a run, as their paths from here, oldest first. */
export const heapFilesIn = (run: string): string[] => ['.heapsnapshot', '.heapprofile'].flatMap((ending) => filesIn(run, HEAP_DIRECTORY, ending));

/** By name, which is by time; those that are not whole yet are none. */
function filesIn(run: string, directory: string, ending: string): string[] {
  if (!existsSync(join(run, directory))) return [];
  return readdirSync(join(run, directory))
    .filter((name) => !name.startsWith('.') && name.endsWith(ending))
    .sort()
    .map((name) => join(run, directory, name));
}

function newestSnapshotBytes(runs: readonly string[]): number {
  let newest = { mtimeMs: 0, size: 0 };
  for (const run of runs) {
    for (const file of filesIn(run, HEAP_DIRECTORY, '.heapsnapshot').slice(-1)) {
      const stat = statSync(file, { throwIfNoEntry: false });
      if (stat !== undefined && stat.mtimeMs > newest.mtimeMs) newest = stat;
    }
  }
  return newest.size;
}
