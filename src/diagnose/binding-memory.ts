// Which of a process's two limits of memory is nearest: that of the whole process, or V8's of its heap.
import type { RuntimeFigures } from './figures.js';

export interface BindingMemory {
  of: 'memory' | 'live heap';
  bytes: number;
  limitBytes: number;
  ratio: number;
}

/** The larger part of its limit; undefined: neither limit is known. */
export function bindingMemory({
  memoryBytes,
  memoryLimitBytes,
  liveBytes,
  heapLimitBytes,
}: Pick<RuntimeFigures, 'memoryBytes' | 'memoryLimitBytes' | 'liveBytes' | 'heapLimitBytes'>): BindingMemory | undefined {
  const uses: BindingMemory[] = [
    { of: 'memory', bytes: memoryBytes, limitBytes: memoryLimitBytes, ratio: memoryBytes / memoryLimitBytes },
    { of: 'live heap', bytes: liveBytes, limitBytes: heapLimitBytes, ratio: liveBytes / heapLimitBytes },
  ];
  const known = uses.filter(({ limitBytes, ratio }) => limitBytes > 0 && Number.isFinite(ratio));
  return known.sort((a, b) => b.ratio - a.ratio)[0];
}
