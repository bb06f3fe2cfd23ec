// What the whole process may still take, and what it uses of that: the limit of its control group or of the machine. Thread: agent, every few seconds.
import { readCgroupMemory } from './cgroup-memory.js';
import type { CgroupOptions } from './cgroup-tree.js';

/** The limit that is nearest. */
export interface ProcessMemory {
  /** 0: none is known. */
  limitBytes: number;
  /** What counts against it: the group's working set, which the kernel ends processes by; of the machine's memory, or where that cannot be read, resident memory. */
  usedBytes: number;
}

/** hostBytes: memory of the machine, 0 when unknown. Read anew each time, since a container's limit may be changed while it runs. */
export function readProcessMemory(rssBytes: number, hostBytes: number, options: CgroupOptions = {}): ProcessMemory {
  let nearest: ProcessMemory = { limitBytes: hostBytes, usedBytes: rssBytes };
  for (const { limitBytes, usedBytes } of readCgroupMemory(options)) {
    const used = usedBytes ?? rssBytes;
    if (nearest.limitBytes === 0 || limitBytes - used < nearest.limitBytes - nearest.usedBytes) nearest = { limitBytes, usedBytes: used };
  }
  return nearest;
}
