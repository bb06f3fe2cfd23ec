// `pitot heap --take PID`: asks a running process for a heap snapshot, through a file in its run directory, and waits for what comes of it.
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { answerName, REQUEST_DIRECTORY, requestName, type SnapshotAnswer, type SnapshotSeen, seenName } from '../agent/evidence/snapshot-requests.js';
import { hasEnded } from '../agent/process-owner.js';
import { REQUEST_POLL_MS, SNAPSHOT_MS_MIN } from '../core/evidence-limits.js';
import { ensureRunDirectory, RUN_DIRECTORY, writeAtomically } from '../report/files.js';
import { type CliIo, EXIT_DONE, EXIT_FINDINGS } from './command.js';
import { usageError } from './parse-args.js';

/** How long an agent is given to see a request, ms: ten of its looks. */
const SEEN_MS_MAX = 10 * REQUEST_POLL_MS;
const LOOK_MS = 50;

export interface TakeOptions {
  /** As the user wrote it. */
  pid: string;
  /** PITOT_DIR of the process, where it is not found by itself. */
  dir?: string | undefined;
  /** What came of it as an object: `file`, or `refused` with the reason. */
  json?: boolean | undefined;
}

/**
 * Prints the file, or why there is none. Resolves to 0 or 1.
 * @throws PitotError CLI_USAGE for a pid that is none, or whose run directory is not found.
 */
export async function takeHeap({ pid: text, dir, json }: TakeOptions, io: CliIo, seenMsMax = SEEN_MS_MAX): Promise<number> {
  const pid = Number(text);
  if (!Number.isSafeInteger(pid) || pid <= 0) throw usageError('--take', 'the number of a process', text, 'See ps for the numbers of processes.');
  const closed: string[] = [];
  const bases = dir !== undefined ? [resolve(dir)] : basesOf(pid, io.env, closed);
  const open = dir !== undefined ? [] : openRuns(pid);
  const runs = [...new Set([...open, ...bases.map((base) => newestRun(base, pid, closed)).filter((found) => found !== null)])];
  // Run directories are their owner's alone.
  if (runs.length === 0 && closed.length > 0)
    throw usageError(
      '--take',
      'a process whose reports this user may read',
      `${text}, ${closed.join(', ')}`,
      'Run it as the user of the process, or as root; --dir names PITOT_DIR.',
    );
  if (runs.length === 0)
    throw usageError('--take', 'a process that runs under pitot', text, `No run directory of it in ${bases.join(', ')}: name PITOT_DIR by --dir.`);
  let answer = await ask(runs[0], seenMsMax);
  // A run of an earlier process of that number may lie where nobody looks any more.
  for (const run of runs.slice(1)) if (answer.unseen) answer = await ask(run, seenMsMax);
  const { file, reason } = answer;
  if (json) io.out(`${JSON.stringify(file === null ? { refused: reason } : { file })}\n`);
  else if (file === null) io.err(`pitot heap: refused: ${reason}\n`);
  else io.out(`${file}\n`);
  return file === null ? EXIT_FINDINGS : EXIT_DONE;
}

/** Unseen: no agent has taken the request. */
type Answer = SnapshotAnswer & { unseen?: true };

/** Writes the request and waits for its answer, as long as the process says that a snapshot may take, and while it lives. */
export async function ask(run: string, seenMsMax = SEEN_MS_MAX): Promise<Answer> {
  const directory = join(run, REQUEST_DIRECTORY);
  const token = randomBytes(8).toString('hex');
  const request = join(directory, requestName(token));
  const seen = join(directory, seenName(token));
  const answer = join(directory, answerName(token));
  ensureRunDirectory(directory);
  writeAtomically(directory, requestName(token), JSON.stringify({ at: new Date().toISOString() }));
  giveTo(run, directory, request);
  const askedMs = performance.now();
  let by: SnapshotSeen | null = null;
  try {
    for (;;) {
      // The agent removes it after a minute.
      if (by === null && existsSync(seen)) by = JSON.parse(readFileSync(seen, 'utf8')) as SnapshotSeen;
      // Before its answer is looked for, which may be the last that it did.
      const isOver = by !== null && hasEnded(by);
      if (existsSync(answer)) return JSON.parse(readFileSync(answer, 'utf8')) as SnapshotAnswer;
      if (isOver) return { file: null, reason: 'the process ended before it was done' };
      const waitedMs = performance.now() - askedMs;
      if (existsSync(request) && waitedMs > seenMsMax) return { file: null, reason: 'no agent of pitot answers in this process', unseen: true };
      if (waitedMs > (by?.withinMs ?? SNAPSHOT_MS_MIN) + seenMsMax) return { file: null, reason: 'there was no answer in time' };
      await new Promise((done) => setTimeout(done, LOOK_MS));
    }
  } finally {
    for (const file of [request, seen, answer]) rmSync(file, { force: true });
  }
}

/** The administrator asks in the name of the user whose process it is. */
function giveTo(run: string, ...files: string[]): void {
  if (process.geteuid?.() !== 0) return;
  const { uid, gid } = statSync(run);
  for (const file of files) {
    try {
      chownSync(file, uid, gid);
    } catch {
      // Taken already.
    }
  }
}

/** Where the process may write: as it has it itself, then as this shell has it. */
function basesOf(pid: number, env: NodeJS.ProcessEnv, closed: string[]): string[] {
  const bases: string[] = [];
  try {
    const cwd = readlinkSync(`/proc/${pid}/cwd`);
    const own = readFileSync(`/proc/${pid}/environ`, 'utf8')
      .split('\0')
      .find((line) => line.startsWith('PITOT_DIR='));
    bases.push(resolve(cwd, own?.slice('PITOT_DIR='.length) || 'pitot-reports'));
  } catch (error) {
    // Not this user's process; or not Linux, or no process.
    note(`/proc/${pid}`, error, closed);
  }
  bases.push(resolve(env.PITOT_DIR || 'pitot-reports'));
  return [...new Set(bases)];
}

/** The agent holds its log open: wherever the directory is, by whatever it was configured. */
function openRuns(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      const link = `/proc/${pid}/fd/${fd}`;
      const file = linkOf(link);
      const isLog = file.endsWith('/agent.log') && RUN_DIRECTORY.exec(basename(dirname(file)))?.[1] === String(pid);
      return isLog && isSame(link, file) ? [dirname(file)] : [];
    });
  } catch {
    // As above.
    return [];
  }
}

/** In a container of its own the process means another file by that name. */
function isSame(link: string, file: string): boolean {
  const [a, b] = [link, file].map((path) => statSync(path, { throwIfNoEntry: false }));
  return a !== undefined && a.ino === b?.ino && a.dev === b.dev;
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

/** closed: gets the directory with the error where it may not be read. */
function newestRun(base: string, pid: number, closed: string[]): string | null {
  const runs = namesIn(base, closed).filter((name) => /\.\d{8}-\d{6}\.\d+$/.test(name) && name.endsWith(`.${pid}`));
  const newest = runs.sort((a, b) => startOf(a).localeCompare(startOf(b))).at(-1);
  return newest === undefined ? null : join(base, newest);
}

function namesIn(base: string, closed: string[]): string[] {
  try {
    return readdirSync(base);
  } catch (error) {
    note(base, error, closed);
    return [];
  }
}

/** What is not there is no obstacle. */
function note(path: string, error: unknown, closed: string[]): void {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== 'ENOENT') closed.push(`${path}: ${code}`);
}

/** `20261123-142530` of a run directory's name. */
const startOf = (name: string): string => name.split('.').at(-2) ?? '';
