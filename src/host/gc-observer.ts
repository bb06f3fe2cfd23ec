// Collections of the thread's heap, into its ring. Thread: application, once a collection, asynchronously. Budget: 5 µs a collection.
import { PerformanceObserver } from 'node:perf_hooks';
import { NS_PER_MS } from '../core/units.js';
import { GC_INCREMENTAL_ID, GC_MAJOR_ID, GC_MINOR_ID, GC_WEAK_ID } from './instruments.js';
import type { CollectionBatch } from './live-size.js';
import type { RingWriter } from './ring-writer.js';

/** perf_hooks.constants.NODE_PERFORMANCE_GC_*: 1 minor, 2 minor mark-sweep (newer V8), 4 major, 8 incremental, 16 weak callbacks. */
const ID_OF_KIND: readonly number[] = kinds({ 1: GC_MINOR_ID, 2: GC_MINOR_ID, 4: GC_MAJOR_ID, 8: GC_INCREMENTAL_ID, 16: GC_WEAK_ID });

/** Starts observing; returns the stop. `after` is called once a batch, for work that suits the moment after a collection. */
export function observeGc(ring: RingWriter, dropped: Float64Array, after: (batch: CollectionBatch) => void): () => void {
  const observer = new PerformanceObserver((list) => {
    const entries = list.getEntries();
    const batch: CollectionBatch = { young: 0, full: 0, youngEndMs: 0, fullEndMs: 0 };
    for (const entry of entries) {
      const kind = (entry as unknown as { detail?: { kind?: number } }).detail?.kind ?? 0;
      const id = ID_OF_KIND[kind] ?? GC_WEAK_ID;
      const endMs = entry.startTime + entry.duration;
      if (id === GC_MAJOR_ID) {
        batch.full++;
        batch.fullEndMs = Math.max(batch.fullEndMs, endMs);
      } else if (id === GC_MINOR_ID) {
        batch.young++;
        batch.youngEndMs = Math.max(batch.youngEndMs, endMs);
      }
      const endUs = (endMs * 1000) >>> 0;
      if (!ring.write(id, endUs, Math.max(0, entry.duration) * NS_PER_MS)) dropped[id]++;
    }
    after(batch);
  });
  observer.observe({ entryTypes: ['gc'] });
  return () => observer.disconnect();
}

function kinds(table: Record<number, number>): number[] {
  const list: number[] = new Array(17).fill(GC_WEAK_ID);
  for (const kind of Object.keys(table)) list[Number(kind)] = table[Number(kind)];
  return list;
}
