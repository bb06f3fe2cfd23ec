// What survives a full collection, exact: read by V8 in the collection's epilogue. Thread: application, after collections. Budget: 50 µs a collection, most of it V8's.
import { GCProfiler } from 'node:v8';
import { monotonicMs } from '../core/clock.js';
import { CollectionBudget } from './collection-budget.js';

/** Of V8's spaces those whose objects a full collection has judged; what is in the young ones has not been looked at for long. */
const isOld = (name: string): boolean => !name.startsWith('new_');

interface Collection {
  gcType: string;
  beforeGC: { heapStatistics: { usedHeapSize: number } };
  afterGC: {
    heapStatistics: { usedHeapSize: number; externalMemory: number };
    heapSpaceStatistics: { spaceName: string; spaceUsedSize: number }[];
  };
}

/** The newest full collection's figures. V8 keeps 3 KB a collection until `read`, which costs 20 µs for each. Where there are too many, some go unseen. */
export class LiveSize {
  /** Bytes of objects that the newest full collection left; 0: there was none yet. */
  liveBytes = 0;
  /** Memory that objects of the heap hold outside of it, as of that collection. */
  liveExternalBytes = 0;
  /** Full collections seen. */
  fullCollections = 0;
  /** Allocated on the heap since the first collection, up to the newest: a clock that runs with the work. NaN from the first collection on that went unseen. */
  allocatedBytes = 0;
  private leftBytes = Number.NaN;
  private profiler: GCProfiler | null = null;
  private readonly nowMs: () => number;
  private readonly budget: CollectionBudget;
  /** Collections go unseen until then; 0: they do not. */
  private restsUntilMs = 0;

  /** nowMs: monotonic; another in tests. */
  constructor(nowMs: () => number = monotonicMs) {
    this.nowMs = nowMs;
    this.budget = new CollectionBudget(nowMs());
  }

  start(): void {
    this.profiler = new GCProfiler();
    this.profiler.start();
  }

  /** Takes over what was collected since the last call. */
  read(): void {
    const { profiler } = this;
    if (profiler === null) return;
    // The agent's interrupt may call this in the middle of this very method: then the profiler is not there, and the call under it goes on.
    this.profiler = null;
    const nowMs = this.nowMs();
    if (this.restsUntilMs === 0) this.takeAll(profiler, nowMs);
    else if (nowMs >= this.restsUntilMs) {
      this.restsUntilMs = 0;
      profiler.start();
    }
    this.profiler = profiler;
  }

  /** For good. */
  stop(): void {
    this.profiler?.stop();
    this.profiler = null;
  }

  private takeAll(profiler: GCProfiler, nowMs: number): void {
    const { statistics } = profiler.stop() as unknown as { statistics: Collection[] };
    const restMs = this.budget.spend(statistics.length, nowMs);
    if (restMs === 0) profiler.start();
    for (const { gcType, beforeGC, afterGC } of statistics) {
      this.allocatedBytes += Math.max(0, beforeGC.heapStatistics.usedHeapSize - this.leftBytes) || 0;
      this.leftBytes = afterGC.heapStatistics.usedHeapSize;
      if (gcType === 'MarkSweepCompact') this.take(afterGC);
    }
    if (restMs === 0) return;
    this.restsUntilMs = nowMs + restMs;
    // What is allocated meanwhile is not known, so no total is any more.
    this.allocatedBytes = Number.NaN;
  }

  private take({ heapStatistics, heapSpaceStatistics }: Collection['afterGC']): void {
    let liveBytes = 0;
    for (const { spaceName, spaceUsedSize } of heapSpaceStatistics) if (isOld(spaceName)) liveBytes += spaceUsedSize;
    this.liveBytes = liveBytes;
    this.liveExternalBytes = heapStatistics.externalMemory;
    this.fullCollections++;
  }
}
