// What survives a full collection: V8's spaces, read as soon as the loop tells of the collection. Thread: application, once a batch of collections. Budget: 10 µs.
//
// Not by v8.GCProfiler, which reads them in the collection itself: what it registers with V8 stays until the collector takes the object, also after stop(), and
// each of these makes each collection 30 µs longer and keeps 3 KB of it. Rotated ten times a second, as its figures are to be read before they are a pause, a
// hundred of them lie there at a time, and scavenges take ten times as long. Node.js 20 to 26.
import v8 from 'node:v8';

/** Of V8's spaces those whose objects a full collection has judged; what is in the young ones has not been looked at for long. */
const isOld = (name: string): boolean => !name.startsWith('new_');
/** Told so soon, what is in the old spaces is what the collection left, and seldom more than a megabyte that was allocated there since. */
const SOON_MS = 5;
/** Levels that are too high, of which the least counts when there are so many, or the first is so old. */
const BOUNDS_MAX = 8;
const BOUND_MS_MAX = 60_000;
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

export type HeapSpace = Pick<v8.HeapSpaceInfo, 'space_name' | 'space_used_size' | 'space_available_size'>;

/**
 * The newest full collection's figures. Between its end and the look after it the old spaces grow by what is promoted, or allocated there at once: where the loop
 * has told late, by tens of megabytes. Such a level is a bound only, and is held back until one is exact or lower than the last; the eighth, or the first after a minute, brings the least of them.
 */
export class LiveSize {
  /** Bytes of objects that the newest full collection left; 0: there was none yet. */
  liveBytes = 0;
  /** Memory that objects of the heap hold outside of it, about as of that collection. */
  liveExternalBytes = 0;
  /** Full collections that these figures are of, or that were before. */
  fullCollections = 0;
  /** Full collections of which no more than a bound is known, and the least of these bounds. */
  private held = { count: 0, full: 0, sinceMs: 0, leastBytes: Number.POSITIVE_INFINITY };
  /** What the old spaces held at looks since the last full collection. */
  private looks: { atMs: number; oldBytes: number }[] = [];

  /** Soon after a batch of collections. */
  read({ full, fullEndMs }: CollectionBatch, nowMs: number, spaces: readonly HeapSpace[] = v8.getHeapSpaceStatistics()): void {
    if (full === 0) return;
    const { atMs, oldBytes } = this.looks.find((look) => look.atMs >= fullEndMs) ?? { atMs: nowMs, oldBytes: oldBytesOf(spaces) };
    this.looks = this.looks.filter((look) => look.atMs >= fullEndMs);
    const isExact = atMs - fullEndMs <= SOON_MS;
    const { held } = this;
    if (held.count === 0) held.sinceMs = nowMs;
    held.count++;
    held.full += full;
    held.leastBytes = Math.min(held.leastBytes, oldBytes);
    if (isExact || this.liveBytes === 0) this.take(oldBytes);
    else if (oldBytes < this.liveBytes || held.count >= BOUNDS_MAX || nowMs - held.sinceMs >= BOUND_MS_MAX) this.take(held.leastBytes);
  }

  /** Once a second, also while the loop stands. */
  look(nowMs: number, spaces: readonly HeapSpace[]): void {
    const oldBytes = oldBytesOf(spaces);
    // The agent's interrupt may come in the middle of a look.
    while (this.looks.length >= LOOKS_MAX) this.looks.shift();
    this.looks.push({ atMs: nowMs, oldBytes });
  }

  private take(liveBytes: number): void {
    this.liveBytes = liveBytes;
    this.liveExternalBytes = v8.getHeapStatistics().external_memory;
    this.fullCollections += this.held.full;
    this.held = { count: 0, full: 0, sinceMs: 0, leastBytes: Number.POSITIVE_INFINITY };
  }
}

function oldBytesOf(spaces: readonly HeapSpace[]): number {
  let oldBytes = 0;
  for (const { space_name: name, space_used_size: usedBytes } of spaces) if (isOld(name)) oldBytes += usedBytes;
  return oldBytes;
}
