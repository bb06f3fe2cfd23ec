// The classes of memory at each point of a run, as the page stacks them: they add up to the resident memory, or to more where a heap's pages are not all resident.
import type { TimelinePoint } from '../report-types.js';

/** From the bottom of the stack to its top. */
export const MEMORY_CLASSES = ['live', 'garbage', 'reserved', 'external', 'native', 'rest'] as const;
export type MemoryClass = (typeof MEMORY_CLASSES)[number];
/** Bytes of each class. */
export type MemoryLevels = Record<MemoryClass, number>;

export const CLASS_NAMES: Record<MemoryClass, string> = {
  live: 'live heap',
  garbage: 'garbage',
  reserved: 'heap, unused',
  external: 'external',
  native: 'native',
  rest: 'pitot’s own',
};

/** With worker threads the rest is theirs, too. */
export const restName = (timeline: readonly TimelinePoint[]): string =>
  timeline.some(({ handles }) => (handles?.['worker threads'] ?? 0) > 0) ? 'workers, pitot' : CLASS_NAMES.rest;

export const CLASS_MEANINGS: Record<MemoryClass, string> = {
  live: 'what the newest full collection left of the main thread’s heap',
  garbage: 'heap used on top of that, live or not: the next full collection tells',
  reserved: 'reserved by the heap and not used',
  external: 'array buffers and what native objects report',
  native: 'resident outside of all heaps: malloc, code, stacks',
  rest: 'the rest of the resident memory: pitot’s heaps and those of worker threads',
};

/** Before the first full collection nothing is known to live: all that is used counts as garbage then. */
export function memoryLevels({
  liveBytes = 0,
  heapUsedBytes,
  heapTotalBytes,
  externalBytes,
  nativeBytes = 0,
  rssBytes,
}: TimelinePoint): MemoryLevels {
  // A point holds means of its span, and the newest live size: that may be above the mean of what was used.
  const live = Math.min(liveBytes, heapUsedBytes);
  const inHeap = Math.max(heapUsedBytes, heapTotalBytes);
  return {
    live,
    garbage: heapUsedBytes - live,
    reserved: inHeap - heapUsedBytes,
    external: externalBytes,
    native: nativeBytes,
    rest: Math.max(0, rssBytes - inHeap - externalBytes - nativeBytes),
  };
}
