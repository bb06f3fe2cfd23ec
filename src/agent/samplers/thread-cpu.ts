// CPU time of each thread of a process, from /proc. Thread: agent, once a second. Cost: about 20 µs a thread.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NS_PER_S } from '../../core/units.js';

/** CPU time of one thread since it began. */
export interface ThreadCpu {
  /** The kernel's thread id. */
  tid: number;
  /** As the kernel knows it: at most 15 characters. */
  name: string;
  cpuNs: number;
}

/** Ticks of /proc's stat files: USER_HZ, which is 100 on every architecture that Node runs on. */
const TICKS_PER_S = 100;
/** Indexes in a stat file, counted from the field after the name. */
const STAT_UTIME = 11;
const STAT_STIME = 12;

/** Empty where there is no /proc. Threads that end while it reads are left out. */
export function readThreadCpu({ root = '/', pid = 'self' }: { root?: string; pid?: number | 'self' } = {}): ThreadCpu[] {
  const tasks = join(root, 'proc', String(pid), 'task');
  let names: string[];
  try {
    names = readdirSync(tasks);
  } catch {
    return [];
  }
  const threads: ThreadCpu[] = [];
  for (const name of names) {
    const tid = Number(name);
    const thread = Number.isInteger(tid) ? readThread(join(tasks, name), tid) : null;
    if (thread !== null) threads.push(thread);
  }
  return threads.sort((a, b) => a.tid - b.tid);
}

function readThread(directory: string, tid: number): ThreadCpu | null {
  const name = read(join(directory, 'comm'))?.trimEnd() ?? '';
  // `on-cpu ns, waiting ns, times scheduled`; kernels without schedstats have no file, or zeros.
  const onCpuNs = Number(read(join(directory, 'schedstat'))?.split(' ')[0] ?? Number.NaN);
  if (onCpuNs > 0) return { tid, name, cpuNs: onCpuNs };
  const stat = read(join(directory, 'stat'));
  if (stat === null) return Number.isNaN(onCpuNs) ? null : { tid, name, cpuNs: onCpuNs };
  // The name is in parentheses and may hold any character, parentheses included.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[STAT_UTIME]) + Number(fields[STAT_STIME]);
  return Number.isFinite(ticks) ? { tid, name, cpuNs: (ticks / TICKS_PER_S) * NS_PER_S } : null;
}

function read(file: string): string | null {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return null;
  }
}
