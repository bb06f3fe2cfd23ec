// How much was allocated on the heap, estimated by how its young space fills and is emptied. Thread: application, once a batch of collections and once a second. Budget: 1 µs.
import type { CollectionBatch, HeapSpace } from './live-size.js';

/** What is in the young space so soon after a collection has survived it; later, most of it is new. */
const SURVIVORS_MS = 5;
/** Looks by which it is known how full the young space is when it is collected; before that many it is taken for full. */
const LOOKS_MIN = 10;
/** A look counts for so many. */
const LOOKS_TAU = 30;

/**
 * A clock that runs with the work. Collections come when the young space is full, or, where buffers press, long before: so a space that fills evenly is told by
 * looks at any time, half as full on the average as when it is collected. Large objects count when they stay until the next look.
 */
export class AllocationClock {
  /** Since the first look. */
  allocatedBytes = 0;
  /** Young space and large objects as of the last look or batch; NaN: there was none. */
  private youngBytes = Number.NaN;
  private largeBytes = 0;
  private looks = 0;
  private meanFillRatio = 0;

  /** Soon after a batch of collections: full ones empty the young space as well. */
  read({ young, full, youngEndMs, fullEndMs }: CollectionBatch, nowMs: number, spaces: readonly HeapSpace[]): void {
    this.advance(young + full, nowMs - Math.max(youngEndMs, fullEndMs) > SURVIVORS_MS, spaces);
  }

  /** At a time that has nothing to do with collections. */
  look(spaces: readonly HeapSpace[]): void {
    const { youngBytes, capacityBytes } = this.advance(0, true, spaces);
    if (capacityBytes === 0) return;
    this.looks++;
    this.meanFillRatio += (youngBytes / capacityBytes - this.meanFillRatio) / Math.min(this.looks, LOOKS_TAU);
  }

  private advance(collections: number, isLate: boolean, spaces: readonly HeapSpace[]): { youngBytes: number; capacityBytes: number } {
    const { youngBytes, capacityBytes, largeBytes } = sizesOf(spaces);
    const before = this.youngBytes;
    if (!Number.isNaN(before)) {
      this.allocatedBytes += Math.max(0, largeBytes - this.largeBytes);
      if (collections === 0) this.allocatedBytes += Math.max(0, youngBytes - before);
      else {
        const fillRatio = this.looks < LOOKS_MIN ? 1 : Math.min(1, 2 * this.meanFillRatio);
        const fullBytes = fillRatio * capacityBytes;
        this.allocatedBytes += Math.max(0, fullBytes - before) + (collections - 1) * fullBytes + (isLate ? youngBytes : 0);
      }
    }
    this.youngBytes = youngBytes;
    this.largeBytes = largeBytes;
    return { youngBytes, capacityBytes };
  }
}

function sizesOf(spaces: readonly HeapSpace[]): { youngBytes: number; capacityBytes: number; largeBytes: number } {
  let youngBytes = 0;
  let capacityBytes = 0;
  let largeBytes = 0;
  for (const { space_name: name, space_used_size: usedBytes, space_available_size: freeBytes } of spaces) {
    if (name === 'large_object_space') largeBytes = usedBytes;
    if (name === 'new_space') {
      youngBytes = usedBytes;
      capacityBytes = usedBytes + freeBytes;
    }
  }
  return { youngBytes, capacityBytes, largeBytes };
}
