// How much memory the process may still take before it is killed: what its control groups, the machine and ulimit have left. Thread: agent, rarely.
import { join } from 'node:path';
import { readCgroupMemory } from '../samplers/cgroup-memory.js';
import { type CgroupOptions, readText } from '../samplers/cgroup-tree.js';

export interface MemoryHeadroom {
  /** Null: nothing could be read. */
  leftBytes: number | null;
  /** Whose limit it is, in words. */
  of: string;
}

/** The least of what is left below the limit of each group, and of what the kernel says the machine has. Pages of files can be had back at once: not used. */
export function readMemoryHeadroom({ root = '/', pid }: CgroupOptions = {}): MemoryHeadroom {
  let least: MemoryHeadroom = { leftBytes: availableBytes(root), of: 'by the machine' };
  for (const { limitBytes, usedBytes } of readCgroupMemory({ root, pid })) {
    if (usedBytes === null) continue;
    const leftBytes = Math.max(0, limitBytes - usedBytes);
    if (least.leftBytes === null || leftBytes < least.leftBytes) least = { leftBytes, of: "below the cgroup's limit" };
  }
  const space = addressSpaceBytes(root, pid);
  if (space !== null && (least.leftBytes === null || space < least.leftBytes))
    least = { leftBytes: space, of: 'of the address space that ulimit allows' };
  return least;
}

/** What ulimit -v leaves; null without such a limit. malloc fails there, and V8 ends the process. */
function addressSpaceBytes(root: string, pid: CgroupOptions['pid'] = 'self'): number | null {
  const limitBytes = number(/^Max address space\s+(\d+)/m.exec(readText(join(root, 'proc', String(pid), 'limits')) ?? '')?.[1] ?? null);
  if (limitBytes === null) return null;
  const usedKib = number(/^VmSize:\s+(\d+) kB$/m.exec(readText(join(root, 'proc', String(pid), 'status')) ?? '')?.[1] ?? null);
  return usedKib === null ? null : Math.max(0, limitBytes - usedKib * 1024);
}

function availableBytes(root: string): number | null {
  const kibibytes = /^MemAvailable:\s+(\d+) kB$/m.exec(readText(join(root, 'proc', 'meminfo')) ?? '')?.[1];
  return kibibytes === undefined ? null : Number(kibibytes) * 1024;
}

/** `max`, and what cannot be read, is null. */
function number(text: string | null): number | null {
  const bytes = Number(text?.trim() || Number.NaN);
  return Number.isFinite(bytes) ? bytes : null;
}
