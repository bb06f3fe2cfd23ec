// How much memory the process may still take before it is killed: what its control groups, the machine and ulimit have left. Thread: agent, rarely.
import { join } from 'node:path';
import { type CgroupOptions, findCgroups, readText } from '../samplers/cgroup-tree.js';

export interface MemoryHeadroom {
  /** Null: nothing could be read. */
  leftBytes: number | null;
  /** Whose limit it is, in words. */
  of: string;
}

/** From 2^62 on a limit of cgroup v1 is none. */
const UNLIMITED_BYTES = 2 ** 62;

/** The least of what is left below the limit of each group, and of what the kernel says the machine has. Pages of files can be had back at once: not used. */
export function readMemoryHeadroom({ root = '/', pid }: CgroupOptions = {}): MemoryHeadroom {
  const groups = findCgroups('memory', { root, pid });
  let least: MemoryHeadroom = { leftBytes: availableBytes(root), of: 'by the machine' };
  const consider = (limitBytes: number | null, usedBytes: number | null, fileBytes: number | null): void => {
    if (limitBytes === null || limitBytes >= UNLIMITED_BYTES || usedBytes === null) return;
    const leftBytes = Math.max(0, limitBytes - Math.max(0, usedBytes - (fileBytes ?? 0)));
    if (least.leftBytes === null || leftBytes < least.leftBytes) least = { leftBytes, of: "below the cgroup's limit" };
  };
  for (const group of groups.v2) {
    const read = (file: string): string | null => readText(join(group, file));
    consider(number(read('memory.max')), number(read('memory.current')), field(read('memory.stat'), 'inactive_file'));
  }
  for (const group of groups.v1) {
    const read = (file: string): string | null => readText(join(group, file));
    consider(number(read('memory.limit_in_bytes')), number(read('memory.usage_in_bytes')), field(read('memory.stat'), 'total_inactive_file'));
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

function field(stat: string | null, name: string): number | null {
  return number(new RegExp(`^${name} (\\d+)$`, 'm').exec(stat ?? '')?.[1] ?? null);
}
