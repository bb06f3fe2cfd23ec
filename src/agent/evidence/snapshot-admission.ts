// Whether a heap snapshot may be taken: whether the memory, the disk and the standstill it will need are there. Pure.
import { SNAPSHOT_DISK_RATIO, SNAPSHOT_PAUSE_MS_PER_MIB, SNAPSHOT_SPIKE_RATIO, SNAPSHOT_SPIKE_RATIO_LARGE } from '../../core/limits.js';
import { BYTES_PER_MIB, formatBytes } from '../../core/units.js';
import { durationWords } from '../../diagnose/rules/durations.js';
import type { MemoryHeadroom } from './memory-headroom.js';

export interface SnapshotNeeds {
  /** V8's heap of the main thread. */
  heapUsedBytes: number;
  /** Part of it in large strings and arrays, 0..1; 0 where it is not known. */
  largeRatio: number;
}

export interface SnapshotRoom {
  memory: MemoryHeadroom;
  /** Free on the disk of the run directory; null: unknown. */
  diskBytes: number | null;
  /** Longest standstill allowed, ms. */
  pauseMsMax: number;
}

/** Null: it may. Else why not, with the figures. What is not known about memory refuses: the kernel kills without asking. */
export function refuseSnapshot({ heapUsedBytes, largeRatio }: SnapshotNeeds, { memory, diskBytes, pauseMsMax }: SnapshotRoom): string | null {
  // Native memory, for a table of all nodes and edges: it does not count towards V8's own limit, and towards the kernel's it does.
  const spikeBytes = heapUsedBytes * (largeRatio >= 0.5 ? SNAPSHOT_SPIKE_RATIO_LARGE : SNAPSHOT_SPIKE_RATIO);
  if (memory.leftBytes === null) return `it would need about ${formatBytes(spikeBytes)}, and how much memory is left cannot be read here`;
  if (spikeBytes > memory.leftBytes)
    return `it would need about ${formatBytes(spikeBytes)} and ${formatBytes(memory.leftBytes)} are left ${memory.of}`;
  const fileBytes = heapUsedBytes * SNAPSHOT_DISK_RATIO;
  if (diskBytes !== null && fileBytes > diskBytes)
    return `its file may take ${formatBytes(fileBytes)} and ${formatBytes(diskBytes)} are free on the disk`;
  const pauseMs = (heapUsedBytes / BYTES_PER_MIB) * SNAPSHOT_PAUSE_MS_PER_MIB;
  if (pauseMs > pauseMsMax) return `the process would stand still for about ${durationWords(pauseMs)} and ${durationWords(pauseMsMax)} are allowed`;
  return null;
}

/** Part of the heap in V8's spaces for large objects. */
export function largeRatioOf(spaces: readonly { name: string; usedBytes: number }[]): number {
  let usedBytes = 0;
  let largeBytes = 0;
  for (const space of spaces) {
    usedBytes += space.usedBytes;
    if (space.name.includes('large_object')) largeBytes += space.usedBytes;
  }
  return usedBytes > 0 ? largeBytes / usedBytes : 0;
}
