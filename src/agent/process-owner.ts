// Which process something on disk belongs to, and whether that one still lives. A pid alone says little: in a container each process of a service may have pid 1.
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

export interface ProcessOwner {
  host: string;
  pid: number;
  /** The kernel's start time of the process, ticks since boot; null where there is no /proc. */
  startTicks: number | null;
}

/** With the kernel's name of what its number counts in: two containers may have the name of their machine. Null where there is no /proc. */
export interface LocatedProcess extends ProcessOwner {
  pidNamespace: string | null;
}

export const isSameProcess = (a: ProcessOwner, b: ProcessOwner): boolean => a.host === b.host && a.pid === b.pid && a.startTicks === b.startTicks;

/** The process of that number here, whosever it is; null: nobody has it. */
export function ownerOfPid(pid: number): ProcessOwner | null {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives, under another user.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return null;
  }
  return { host: hostname(), pid, startTicks: startTicksOf(pid) };
}

export function thisProcess(): LocatedProcess {
  return { ...(ownerOfPid(process.pid) as ProcessOwner), pidNamespace: pidNamespace() };
}

/** True: it has ended. What runs where its number cannot be looked up may live. */
export function hasEnded(owner: LocatedProcess, self = thisProcess(), ownerOf = ownerOfPid): boolean {
  if (owner.host !== self.host || owner.pidNamespace !== self.pidNamespace) return false;
  return ownerOf(owner.pid)?.startTicks !== owner.startTicks;
}

/** Field 22 of /proc/<pid>/stat, counted after the name, which may hold spaces and brackets. */
function startTicksOf(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const ticks = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
    return Number.isFinite(ticks) ? ticks : null;
  } catch {
    return null;
  }
}

function pidNamespace(): string | null {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return null;
  }
}
