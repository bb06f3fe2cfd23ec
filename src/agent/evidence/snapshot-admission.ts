// Whether a heap snapshot may be taken: predicts from the heap's make-up the memory, the disk and the standstill it takes, and holds them against what is there. Pure.
import {
  REPORT_FIRST_MS_MAX,
  SNAPSHOT_COLLECT_BYTES_MAX,
  SNAPSHOT_COLLECT_MS_PER_MIB_MAX,
  SNAPSHOT_COLLECT_MS_PER_MIB_MIN,
  SNAPSHOT_DISK_RATIO,
  SNAPSHOT_DISK_RESERVE_BYTES,
  SNAPSHOT_FILE_RATIO,
  SNAPSHOT_HEAP_RATIO_MAX,
  SNAPSHOT_MS_MIN,
  SNAPSHOT_PAUSE_MS_PER_MIB,
  SNAPSHOT_PAUSE_MS_PER_MIB_NODE_20,
  SNAPSHOT_PAUSE_PER_COLLECTION,
  SNAPSHOT_PAUSE_RATIO_MAX,
  SNAPSHOT_RESERVE_BYTES,
  SNAPSHOT_RESERVE_RATIO,
  SNAPSHOT_RETAIN_RATIO_MAX,
  SNAPSHOT_SPIKE_BYTES,
  SNAPSHOT_SPIKE_RATIO,
  SNAPSHOT_SPIKE_RATIO_CODE,
  SNAPSHOT_SPIKE_RATIO_LARGE,
  SNAPSHOT_START_MS_MAX,
} from '../../core/evidence-limits.js';
import { BYTES_PER_MIB, formatBytes } from '../../core/units.js';
import { durationWords } from '../../diagnose/rules/durations.js';
import type { MemoryHeadroom } from './memory-headroom.js';

/** What the main thread's heap consists of. Strings and small objects look alike from outside: what is not seen counts as the worst. */
export interface HeapMakeUp {
  usedBytes: number;
  /** Part of it in V8's spaces for large objects, and in those for code, 0..1. */
  largeRatio: number;
  codeRatio: number;
  /** V8's limit; null: unknown. */
  limitBytes: number | null;
  /** How long a full collection of it takes, ms; null: not measured. */
  collectionMs: number | null;
}

export interface SnapshotRoom {
  memory: MemoryHeadroom;
  /** Free on the disk of the run directory; null: unknown. */
  diskBytes: number | null;
  /** Its files are in memory: they count twice. */
  isDiskMemory: boolean;
  /** Longest standstill allowed, ms. */
  pauseMsMax: number;
  /** What all files of pitot may take, bytes; absent: as much as they will. */
  retainBytes?: number;
}

/** The most memory and disk that a snapshot takes, and the standstill that is to be expected. */
export interface SnapshotNeeds {
  spikeBytes: number;
  fileBytes: number;
  pauseMs: number;
}

/** isNode20: V8 before 12, which takes longer. */
export function predictSnapshot({ usedBytes, largeRatio, codeRatio, collectionMs }: HeapMakeUp, isNode20: boolean): SnapshotNeeds {
  const large = usedBytes * largeRatio;
  const code = usedBytes * codeRatio;
  const other = Math.max(0, usedBytes - large - code);
  return {
    // Native memory, for a table of all nodes and edges: it does not count towards V8's own limit, and towards the kernel's it does.
    spikeBytes: SNAPSHOT_SPIKE_BYTES + large * SNAPSHOT_SPIKE_RATIO_LARGE + code * SNAPSHOT_SPIKE_RATIO_CODE + other * SNAPSHOT_SPIKE_RATIO,
    fileBytes: usedBytes * SNAPSHOT_DISK_RATIO,
    pauseMs: Math.min(
      (usedBytes / BYTES_PER_MIB) * (isNode20 ? SNAPSHOT_PAUSE_MS_PER_MIB_NODE_20 : SNAPSHOT_PAUSE_MS_PER_MIB),
      collectionMs === null ? Number.POSITIVE_INFINITY : collectionMs * SNAPSHOT_PAUSE_PER_COLLECTION,
    ),
  };
}

/** Null: it may. Else why not, with the figures. What is not known about memory refuses: the kernel kills without asking. */
export function refuseSnapshot(heap: HeapMakeUp, room: SnapshotRoom, isNode20: boolean): string | null {
  const { spikeBytes, fileBytes, pauseMs } = predictSnapshot(heap, isNode20);
  const { memory, diskBytes, isDiskMemory, pauseMsMax, retainBytes = Number.POSITIVE_INFINITY } = room;
  const { usedBytes, limitBytes } = heap;
  if (limitBytes !== null && usedBytes > limitBytes * SNAPSHOT_HEAP_RATIO_MAX)
    return `${formatBytes(usedBytes)} of the heap's limit of ${formatBytes(limitBytes)} are used: it might end the process`;
  const memoryBytes = spikeBytes + (isDiskMemory ? fileBytes : 0);
  if (memory.leftBytes === null) return `it may need ${formatBytes(memoryBytes)}, and how much memory is left cannot be read here`;
  const reserveBytes = reserveOf(memory.leftBytes);
  if (memoryBytes > memory.leftBytes - reserveBytes)
    return `it may need ${formatBytes(memoryBytes)}, and of the ${formatBytes(memory.leftBytes)} left ${memory.of} ${formatBytes(reserveBytes)} are kept back`;
  if (diskBytes !== null && fileBytes > diskBytes - SNAPSHOT_DISK_RESERVE_BYTES)
    return `its file may take ${formatBytes(fileBytes)}, and of the ${formatBytes(diskBytes)} free on the disk ${formatBytes(SNAPSHOT_DISK_RESERVE_BYTES)} are kept back`;
  const likelyBytes = usedBytes * SNAPSHOT_FILE_RATIO;
  if (likelyBytes > retainBytes * SNAPSHOT_RETAIN_RATIO_MAX)
    return `its file may take ${formatBytes(likelyBytes)}, too much of the ${formatBytes(retainBytes)} that all files of pitot may take (PITOT_RETAIN_BYTES)`;
  if (pauseMs > pauseMsMax)
    return `the process would stand still for about ${durationWords(pauseMs)} and ${durationWords(pauseMsMax)} are allowed (PITOT_HEAP_PAUSE_MS)`;
  return null;
}

/** Kept back of what is left, bytes: the service goes on. */
export const reserveOf = (leftBytes: number): number => Math.max(SNAPSHOT_RESERVE_BYTES, leftBytes * SNAPSHOT_RESERVE_RATIO);

/** How long a snapshot is waited for, with all that comes before its begin, ms: the standstill is expected, not bound. */
export const longestSnapshotMs = (pauseMsMax: number): number =>
  Math.max(SNAPSHOT_MS_MIN, REPORT_FIRST_MS_MAX + SNAPSHOT_START_MS_MAX + pauseMsMax * SNAPSHOT_PAUSE_RATIO_MAX);

/**
 * Whether a collection is worth its pause: the expected standstill is all that stands against a snapshot, and goes by the bytes alone so far; the shortest that
 * such a heap may take would admit one, and the longest is allowed.
 */
export function isCollectionWorth(heap: HeapMakeUp, room: SnapshotRoom, isNode20: boolean): boolean {
  if (heap.collectionMs !== null || heap.usedBytes > SNAPSHOT_COLLECT_BYTES_MAX) return false;
  const usedMib = heap.usedBytes / BYTES_PER_MIB;
  if (usedMib * SNAPSHOT_COLLECT_MS_PER_MIB_MIN * SNAPSHOT_PAUSE_PER_COLLECTION > room.pauseMsMax) return false;
  if (usedMib * SNAPSHOT_COLLECT_MS_PER_MIB_MAX > room.pauseMsMax) return false;
  const isRefused = (pauseMsMax: number): boolean => refuseSnapshot(heap, { ...room, pauseMsMax }, isNode20) !== null;
  return isRefused(room.pauseMsMax) && !isRefused(Number.POSITIVE_INFINITY);
}

/** Parts of the heap in V8's spaces for large objects and for code. Where no spaces are told, all of it is taken for large objects. */
export function makeUpOf(spaces: readonly { name: string; usedBytes: number }[]): Pick<HeapMakeUp, 'largeRatio' | 'codeRatio'> {
  let usedBytes = 0;
  let largeBytes = 0;
  let codeBytes = 0;
  for (const space of spaces) {
    usedBytes += space.usedBytes;
    if (/^code_/.test(space.name)) codeBytes += space.usedBytes;
    else if (space.name.includes('large_object')) largeBytes += space.usedBytes;
  }
  return usedBytes > 0 ? { largeRatio: largeBytes / usedBytes, codeRatio: codeBytes / usedBytes } : { largeRatio: 1, codeRatio: 0 };
}
