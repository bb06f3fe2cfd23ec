// What a thread is doing now, from /proc: its state, its system call, the children it has started. Thread: agent, while a loop does not turn. Cost: 80 µs.
import { readFileSync, readlinkSync } from 'node:fs';
import { join, posix } from 'node:path';
import { STALL_CHILDREN_MAX } from '../../core/limits.js';
import { MS_PER_S, NS_PER_S } from '../../core/units.js';
import type { ChildProcess, SystemCall } from '../../diagnose/stalls/stall-words.js';
import { parseSchedstat } from '../samplers/thread-times.js';
import { systemCallName, waitsOnDescriptor } from './system-calls.js';

export interface ThreadState {
  /** CPU time since the thread began; in steps of 10 ms where the kernel keeps no schedstats. */
  cpuNs: number | null;
  /** Time ready to run without a CPU, up to the last time it got one; null without schedstats. */
  runnableNs: number | null;
  /** R running or ready, S asleep, D asleep without interruption, T stopped, t traced, Z ended. null: no such thread, or no /proc. */
  state: string | null;
  /** Function of the kernel in which it sleeps; null while it runs, or where the kernel does not tell. */
  wchan: string | null;
  /** null while it runs, and where the kernel does not tell (a sandbox, or another user's process). */
  syscall: SystemCall | null;
  /** Processes started by this thread, oldest first, the newest 8. Ended ones that nobody has waited for included. */
  children: ChildProcess[];
}

export interface ThreadStateOptions {
  /** Where /proc is found; another directory in tests. */
  root?: string;
  pid?: number | 'self';
  /** As process.arch: whose numbers of system calls they are. */
  architecture?: string;
}

/** Ticks of /proc's stat files: USER_HZ, which is 100 on every architecture that Node runs on. */
const TICKS_PER_S = 100;
/** Indexes in a stat file, counted from the field after the name. */
const STAT_STATE = 0;
const STAT_UTIME = 11;
const STAT_STIME = 12;
const STAT_STARTED = 19;
/** Shells, which stand between execSync and the command it is given. */
const SHELLS = new Set(['sh', 'dash', 'bash', 'ash', 'ksh', 'zsh', 'busybox']);

/** Never throws: what cannot be read is null, or empty. */
export function readThreadState(tid: number, { root = '/', pid = 'self', architecture = process.arch }: ThreadStateOptions = {}): ThreadState {
  const processDirectory = join(root, 'proc', String(pid));
  const directory = join(processDirectory, 'task', String(tid));
  const fields = statFields(directory);
  const times = parseSchedstat(read(join(directory, 'schedstat')) ?? '');
  const ticks = Number(fields[STAT_UTIME]) + Number(fields[STAT_STIME]);
  const wchan = read(join(directory, 'wchan'))?.trim() ?? '';
  return {
    cpuNs: times?.cpuNs ?? (Number.isFinite(ticks) ? (ticks / TICKS_PER_S) * NS_PER_S : null),
    runnableNs: times?.runnableNs ?? null,
    state: fields[STAT_STATE] || null,
    wchan: wchan === '' || wchan === '0' ? null : wchan,
    syscall: parseSystemCall(read(join(directory, 'syscall')) ?? '', processDirectory, architecture),
    children: readChildren(root, directory),
  };
}

/** `number, six arguments, stack pointer, program counter`; `running`; `-1 …` when it waits outside of a system call. */
function parseSystemCall(text: string, processDirectory: string, architecture: string): SystemCall | null {
  const [first, argument] = text.trim().split(' ');
  if (!/^\d+$/.test(first)) return null;
  const number = Number(first);
  const name = systemCallName(number, architecture);
  const fd = Number(argument);
  if (!waitsOnDescriptor(name) || !Number.isInteger(fd)) return { number, name };
  const path = readLink(join(processDirectory, 'fd', String(fd)));
  return path === null ? { number, name, fd } : { number, name, fd, path };
}

function readChildren(root: string, directory: string): ChildProcess[] {
  const pids = childPids(directory);
  if (pids.length === 0) return [];
  const uptimeMs = Number.parseFloat(read(join(root, 'proc', 'uptime')) ?? '') * MS_PER_S;
  return pids.map((pid) => ({ pid, command: commandOf(root, pid), ageMs: ageOf(root, pid, uptimeMs) }));
}

function ageOf(root: string, pid: number, uptimeMs: number): number | null {
  const startedMs = (Number(statFields(join(root, 'proc', String(pid)))[STAT_STARTED]) / TICKS_PER_S) * MS_PER_S;
  const ageMs = uptimeMs - startedMs;
  return Number.isFinite(ageMs) ? Math.max(0, ageMs) : null;
}

/** The fields after the name, which is in parentheses and may hold any character, parentheses included. */
function statFields(directory: string): string[] {
  const stat = read(join(directory, 'stat'));
  return stat === null ? [] : stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function childPids(directory: string): number[] {
  const pids = read(join(directory, 'children'))?.trim() || null;
  return pids === null ? [] : pids.split(' ').slice(-STALL_CHILDREN_MAX).map(Number);
}

/** `sleep`; `sh > sleep` where a shell runs it. Names of executables only: arguments may hold secrets. */
function commandOf(root: string, pid: number): string {
  const name = executableOf(root, pid);
  if (!SHELLS.has(name)) return name;
  const inner = childPids(join(root, 'proc', String(pid), 'task', String(pid))).at(-1);
  return inner === undefined ? name : `${name} > ${executableOf(root, inner)}`;
}

function executableOf(root: string, pid: number): string {
  const directory = join(root, 'proc', String(pid));
  // The link of an executable that was replaced since ends in ` (deleted)`. Another user's process shows only what the kernel calls it.
  const path = readLink(join(directory, 'exe'))?.replace(/ \(deleted\)$/, '');
  return path === undefined ? (read(join(directory, 'comm'))?.trimEnd() ?? '?') : posix.basename(path);
}

function readLink(file: string): string | null {
  try {
    return readlinkSync(file);
  } catch {
    return null;
  }
}

function read(file: string): string | null {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return null;
  }
}
