// What rules have learned and actions have used up, on disk across restarts: a file in each run directory, taken over by the next process of the service when its own is gone.
import { existsSync, readFileSync, renameSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FOREIGN_STATE_MS, STATE_AGE_MS_MAX, STATE_BYTES_MAX } from '../core/limits.js';
import { ensureRunDirectory, writeAtomically } from '../report/files.js';
import { findRuns } from '../report/run-directories.js';
import { isSameProcess, ownerOfPid, type ProcessOwner } from './process-owner.js';

export const STATE_FILE = 'state.json';
const SCHEMA = 'pitot.state/1';

export interface StateOptions {
  nowMs: number;
  /** Told of files that cannot be used. */
  onFault?(code: 'STATE_FILE', message: string): void;
  /** This process; another one in tests. */
  self?: ProcessOwner;
  /** The owner of a pid of this host that lives; null: nobody has it. */
  ownerOf?(pid: number): ProcessOwner | null;
}

interface StateFile extends ProcessOwner {
  schema: typeof SCHEMA;
  service: string;
  /** ISO 8601 wall clock. */
  savedAt: string;
  state: unknown;
}

/**
 * The state to begin with: this process's own (its agent thread was started anew), else that of the process of the same service that was the last to end.
 * That one's file moves to this process's run directory, so that no other takes it too. null: there is none. Never throws: a file that cannot be used is a fault.
 */
export function loadState(runDirectory: string, service: string, options: StateOptions): unknown {
  const { nowMs, onFault, self = ownerOfPid(process.pid) as ProcessOwner } = options;
  try {
    const files = filesOf(dirname(runDirectory), service, onFault);
    const mine = files.find(({ content }) => isSameProcess(content, self));
    if (mine !== undefined) return mine.content.state;
    const isGone = ({ content, savedMs }: Found): boolean =>
      nowMs - savedMs <= STATE_AGE_MS_MAX && !isAlive(content, self, nowMs, options.ownerOf ?? ownerOfPid);
    for (const { file, content } of files.filter(isGone).sort((a, b) => b.savedMs - a.savedMs)) {
      ensureRunDirectory(runDirectory);
      if (!take(file, join(runDirectory, STATE_FILE))) continue;
      saveState(runDirectory, service, content.state, { nowMs, self });
      return content.state;
    }
  } catch (error) {
    onFault?.('STATE_FILE', (error as Error).message);
  }
  return null;
}

/**
 * Writes the state of this process, whole or not at all, for its owner's eyes only.
 * @throws the error of the file system where it cannot be written.
 */
export function saveState(
  runDirectory: string,
  service: string,
  state: unknown,
  { nowMs, self = ownerOfPid(process.pid) as ProcessOwner }: StateOptions,
): void {
  const content: StateFile = { schema: SCHEMA, service, ...self, savedAt: new Date(nowMs).toISOString(), state };
  writeAtomically(runDirectory, STATE_FILE, JSON.stringify(content));
}

interface Found {
  file: string;
  content: StateFile;
  savedMs: number;
}

function filesOf(baseDirectory: string, service: string, onFault: StateOptions['onFault']): Found[] {
  const found: Found[] = [];
  const runs = existsSync(baseDirectory) ? findRuns(baseDirectory, { acceptEmpty: true }) : [];
  for (const { directory } of runs.filter((run) => run.service === service)) {
    const file = join(directory, STATE_FILE);
    try {
      if (statSync(file).size > STATE_BYTES_MAX) throw new Error(`larger than ${STATE_BYTES_MAX} bytes`);
      const content = JSON.parse(readFileSync(file, 'utf8')) as StateFile;
      const savedMs = Date.parse(content?.savedAt);
      if (content?.schema !== SCHEMA || Number.isNaN(savedMs) || !Number.isInteger(content.pid)) throw new Error('no state of this version');
      if (content.service === service) found.push({ file, content, savedMs });
    } catch (error) {
      // There is none, or another process has taken it over at this moment: nothing is wrong.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') onFault?.('STATE_FILE', `${file}: ${(error as Error).message}`);
    }
  }
  return found;
}

/** False where another process was faster. */
function take(file: string, own: string): boolean {
  try {
    renameSync(file, own);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

function isAlive(content: StateFile, self: ProcessOwner, nowMs: number, ownerOf: (pid: number) => ProcessOwner | null): boolean {
  if (content.host !== self.host) return Math.abs(nowMs - Date.parse(content.savedAt)) < FOREIGN_STATE_MS;
  // Its pid is this process's now.
  if (content.pid === self.pid) return false;
  const owner = ownerOf(content.pid);
  return owner !== null && owner.startTicks === content.startTicks;
}
