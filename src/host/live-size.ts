// What survives a full collection: V8's spaces, read as soon as the loop tells of the collection. Thread: application, once a batch of collections. Budget: 10 µs.
//
// Not by v8.GCProfiler, which reads them in the collection itself: what it registers with V8 stays until the collector takes the object, also after stop(), and
// each of these makes each collection 30 µs longer and keeps 3 KB of it. Rotated ten times a second, as its figures are to be read before they are a pause, a
// hundred of them lie there at a time, and scavenges take ten times as long. Node.js 20 to 26.
import v8 from 'node:v8';

/** Of V8's spaces those whose objects a full collection has judged; what is in the young ones has not been looked at for long. */
const isOld = (name: string): boolean => !name.startsWith('new_');
/** What is in the young space so soon after a collection has survived it; later, most of it is new. */
const SURVIVORS_MS = 5;
/** Looks that are kept while the loop stands: a minute. */
const LOOKS_MAX = 64;

/** Collections that the loop tells of at once. Times by the recorder's clock. */
export interface CollectionBatch {
  /** Those of the young space, and full ones. */
  young: number;
  full: number;
  /** End of the newest of each; 0: there is none. */
  youngEndMs: number;
  fullEndMs: number;
}

type HeapSpace = Pick<v8.HeapSpaceInfo, 'space_name' | 'space_used_size' | 'space_available_size'>;

/**
 * The newest full collection's figures. What was promoted, or allocated beside the young space, between its end and the look after it is counted in: 2 to 22 KB
 * where the loop turns, half a megabyte was the most measured where it had stood for a tenth of a second. Where it stands for long, what comes within a second;
 * where nothing looks meanwhile, as without the inspector, what comes until it turns.
 */
export class LiveSize {
  /** Bytes of objects that the newest full collection left; 0: there was none yet. */
  liveBytes = 0;
  /** Memory that objects of the heap hold outside of it, about as of that collection. */
  liveExternalBytes = 0;
  /** Full collections told of. */
  fullCollections = 0;
  /** Allocated on the heap since the first look: a clock that runs with the work. Large objects that die young are not in it: it may be slow by a quarter. */
  allocatedBytes = 0;
  /** Young space and large objects as of the last look; NaN: there was none. */
  private youngFreeBytes = Number.NaN;
  private largeBytes = 0;
  /** What the old spaces held at looks since the last batch. */
  private readonly looks: { atMs: number; oldBytes: number }[] = [];

  /** Soon after a batch of collections. */
  read({ young, full, youngEndMs, fullEndMs }: CollectionBatch, nowMs: number, spaces: readonly HeapSpace[] = v8.getHeapSpaceStatistics()): void {
    const { oldBytes, youngBytes, youngFreeBytes } = this.spacesOf(spaces);
    if (young > 0 && !Number.isNaN(this.youngFreeBytes)) {
      // The young space is full when it is collected.
      this.allocatedBytes += this.youngFreeBytes + (young - 1) * (youngBytes + youngFreeBytes);
      if (nowMs - youngEndMs > SURVIVORS_MS) this.allocatedBytes += youngBytes;
    }
    this.youngFreeBytes = youngFreeBytes;
    if (full > 0) {
      const soon = this.looks.find(({ atMs }) => atMs >= fullEndMs);
      this.liveBytes = Math.min(oldBytes, soon?.oldBytes ?? oldBytes);
      this.liveExternalBytes = v8.getHeapStatistics().external_memory;
      this.fullCollections += full;
    }
    this.looks.length = 0;
  }

  /** Once a second, also while the loop stands. */
  look(nowMs: number, spaces: readonly HeapSpace[]): void {
    const { oldBytes, youngFreeBytes } = this.spacesOf(spaces);
    this.allocatedBytes += Math.max(0, this.youngFreeBytes - youngFreeBytes) || 0;
    this.youngFreeBytes = youngFreeBytes;
    if (this.looks.length === LOOKS_MAX) this.looks.shift();
    this.looks.push({ atMs: nowMs, oldBytes });
  }

  /** Takes over what came to the large objects. */
  private spacesOf(spaces: readonly HeapSpace[]): { oldBytes: number; youngBytes: number; youngFreeBytes: number } {
    let oldBytes = 0;
    let largeBytes = 0;
    let youngBytes = 0;
    let youngFreeBytes = 0;
    for (const { space_name: name, space_used_size: usedBytes, space_available_size: freeBytes } of spaces) {
      if (isOld(name)) oldBytes += usedBytes;
      if (name === 'large_object_space') largeBytes = usedBytes;
      if (name === 'new_space') {
        youngBytes = usedBytes;
        youngFreeBytes = freeBytes;
      }
    }
    if (!Number.isNaN(this.youngFreeBytes)) this.allocatedBytes += Math.max(0, largeBytes - this.largeBytes);
    this.largeBytes = largeBytes;
    return { oldBytes, youngBytes, youngFreeBytes };
  }
}
