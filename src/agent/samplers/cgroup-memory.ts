// Memory limits of a process's control groups, and what each group uses of its own. Thread: agent, every few seconds. Cost: 0.1 to 0.2 ms.
import { join } from 'node:path';
import { type CgroupOptions, findCgroups, readText } from './cgroup-tree.js';

export interface CgroupMemory {
  limitBytes: number;
  limitSource: 'cgroup-v2' | 'cgroup-v1';
  /** The working set: all that is charged to the group but pages of files that the kernel can have back at once. Null: it cannot be read. */
  usedBytes: number | null;
}

/** cgroup v1 writes "no limit" as the largest multiple of a page, 2^63 - 4096; anything from 2^62 on is no limit. */
const UNLIMITED_BYTES = 2 ** 62;

const FILES = {
  v2: { source: 'cgroup-v2', limit: 'memory.max', used: 'memory.current', inactive: 'inactive_file' },
  v1: { source: 'cgroup-v1', limit: 'memory.limit_in_bytes', used: 'memory.usage_in_bytes', inactive: 'total_inactive_file' },
} as const;

/** Of those groups that have a limit: v2 first, the process's own before those above it. memory.high is no limit: it slows a process down and never ends it. */
export function readCgroupMemory(options: CgroupOptions = {}): CgroupMemory[] {
  const groups = findCgroups('memory', options);
  const limited: CgroupMemory[] = [];
  for (const version of ['v2', 'v1'] as const) {
    const files = FILES[version];
    for (const group of groups[version]) {
      const limitBytes = number(readText(join(group, files.limit)));
      if (limitBytes === null || limitBytes <= 0 || limitBytes >= UNLIMITED_BYTES) continue;
      limited.push({ limitBytes, limitSource: files.source, usedBytes: workingSet(group, files) });
    }
  }
  return limited;
}

function workingSet(group: string, { used, inactive }: { used: string; inactive: string }): number | null {
  const chargedBytes = number(readText(join(group, used)));
  if (chargedBytes === null) return null;
  const fileBytes = number(new RegExp(`^${inactive} (\\d+)$`, 'm').exec(readText(join(group, 'memory.stat')) ?? '')?.[1] ?? null);
  return Math.max(0, chargedBytes - (fileBytes ?? 0));
}

/** `max`, and what cannot be read, is null. */
function number(text: string | null): number | null {
  const bytes = Number(text?.trim() || Number.NaN);
  return Number.isFinite(bytes) ? bytes : null;
}
