// The lowest memory limit of a process, and who sets it: cgroup v2, cgroup v1, --max-old-space-size, or the machine. Thread: agent, rarely.
import { BYTES_PER_MIB } from '../../core/units.js';
import type { MemoryUse } from '../../report/report-types.js';
import { readCgroupMemory } from './cgroup-memory.js';

export interface MemoryLimit {
  /** 0: none is known. */
  limitBytes: number;
  limitSource: MemoryUse['limitSource'];
}

export interface MemoryLimitInput {
  /** Where /proc and /sys are found; another directory in tests. */
  root?: string;
  pid?: number | 'self';
  /** From --max-old-space-size; null when the heap has its default limit. Taken as it was set: V8's own limit is that plus the young generation. */
  maxOldSpaceSizeBytes: number | null;
  /** Memory of the machine; 0 when unknown. */
  hostBytes: number;
}

/**
 * The smallest of the known limits. Limits that are the same go to the first in this order: cgroup v2, cgroup v1, max-old-space-size, host.
 * V8's heap limit counts only where the user has set it: the default one is derived from the machine's memory, and follows it. What a report says;
 * what is watched is each limit by itself: V8's against the live heap, and that of the process (process-memory.ts).
 */
export function findMemoryLimit({ root, pid, maxOldSpaceSizeBytes, hostBytes }: MemoryLimitInput): MemoryLimit {
  const candidates: MemoryLimit[] = [
    ...readCgroupMemory({ root, pid }),
    { limitBytes: maxOldSpaceSizeBytes ?? 0, limitSource: 'max-old-space-size' },
    { limitBytes: hostBytes, limitSource: 'host' },
  ];
  let lowest: MemoryLimit = { limitBytes: 0, limitSource: 'none' };
  for (const candidate of candidates) {
    if (candidate.limitBytes > 0 && (lowest.limitSource === 'none' || candidate.limitBytes < lowest.limitBytes)) lowest = candidate;
  }
  return { limitBytes: lowest.limitBytes, limitSource: lowest.limitSource };
}

/**
 * The old space's limit in bytes as V8 resolves it: the command line wins over NODE_OPTIONS, the last of several wins, dashes and underscores are the same.
 * null when it is not set, not a number, or 0, which stands for V8's default.
 */
export function parseMaxOldSpaceSize(execArgv: readonly string[], nodeOptions: string | undefined): number | null {
  const fromArguments = lastOldSpaceSize(execArgv);
  const mebibytes = fromArguments ?? lastOldSpaceSize(splitNodeOptions(nodeOptions ?? ''));
  return mebibytes === null || mebibytes === 0 ? null : mebibytes * BYTES_PER_MIB;
}

function lastOldSpaceSize(options: readonly string[]): number | null {
  let mebibytes: number | null = null;
  for (const option of options) {
    // Node takes the value after `=` only.
    const at = option.indexOf('=');
    if (at < 0 || option.slice(0, at).replaceAll('_', '-') !== '--max-old-space-size') continue;
    const value = option.slice(at + 1);
    if (/^\d+$/.test(value)) mebibytes = Number(value);
  }
  return mebibytes;
}

/** NODE_OPTIONS as Node splits it: at spaces outside of double quotes, in which a backslash escapes. */
function splitNodeOptions(text: string): string[] {
  const options: string[] = [];
  let option = '';
  let isQuoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === '\\' && isQuoted && i + 1 < text.length) option += text[++i];
    else if (c === '"') isQuoted = !isQuoted;
    else if (c === ' ' && !isQuoted) {
      options.push(option);
      option = '';
    } else option += c;
  }
  options.push(option);
  return options;
}
