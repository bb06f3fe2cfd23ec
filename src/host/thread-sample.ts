// Samples of a thread's own heap and loop, written to shared memory. Thread: application, about once a second and never from a timer of its own. Budget: 50 µs.
import { performance } from 'node:perf_hooks';
import v8 from 'node:v8';
import { monotonicMs } from '../core/clock.js';
import { SAMPLE_MS } from '../core/limits.js';
import { NS_PER_MS } from '../core/units.js';
import { SAMPLE, SAMPLE_SEQ, SPACES_MAX, type ThreadMemory } from '../memory/thread-memory.js';
import { AllocationClock } from './allocation-clock.js';
import { OWN_PAUSE_ID } from './instruments.js';
import { type CollectionBatch, LiveSize } from './live-size.js';
import type { RingWriter } from './ring-writer.js';

/** Samples of this thread's own come after so many times the period: others are not forestalled. */
const SELF_SAMPLE_RATIO = 1.5;

/** Writes samples under a sequence lock: odd while writing, so that a reader sees a torn sample and reads again. */
export class ThreadSampler {
  private readonly memory: ThreadMemory;
  private readonly ring: RingWriter;
  private readonly live = new LiveSize();
  private readonly allocation = new AllocationClock();
  private lastMs = 0;

  constructor(memory: ThreadMemory, ring: RingWriter) {
    this.memory = memory;
    this.ring = ring;
  }

  /** Samples unless the last sample is younger than most of a second. Not after a collection: how full the young space is at any time is looked at. */
  sampleIfDue(): void {
    if (monotonicMs() - this.lastMs > SAMPLE_MS * 0.9) this.sample();
  }

  /** Soon after a batch of collections. withLive: what they left is of interest on this thread. Where nobody else asks for samples, it is sampled then. */
  afterCollections(batch: CollectionBatch, withLive: boolean): void {
    const nowMs = monotonicMs();
    const spaces = withLive ? v8.getHeapSpaceStatistics() : [];
    if (withLive) {
      this.live.read(batch, nowMs, spaces);
      this.allocation.read(batch, nowMs, spaces);
    }
    if (nowMs - this.lastMs > SAMPLE_MS * SELF_SAMPLE_RATIO) this.write(nowMs, withLive ? spaces : v8.getHeapSpaceStatistics());
  }

  sample(): void {
    const nowMs = monotonicMs();
    this.lastMs = nowMs;
    const spaces = v8.getHeapSpaceStatistics();
    this.live.look(nowMs, spaces);
    this.allocation.look(spaces);
    this.write(nowMs, spaces);
  }

  private write(nowMs: number, spaces: readonly v8.HeapSpaceInfo[]): void {
    this.lastMs = nowMs;
    const use = process.memoryUsage();
    const heap = v8.getHeapStatistics();
    // Not eventLoopUtilization(), which is zero as long as the loop has not begun: code at the top of a module blocks as any other does.
    const idleMs = performance.nodeTiming.idleTime;
    const { words, sample } = this.memory;
    Atomics.add(words, SAMPLE_SEQ, 1);
    sample[SAMPLE.heapUsedBytes] = use.heapUsed;
    sample[SAMPLE.heapTotalBytes] = use.heapTotal;
    sample[SAMPLE.externalBytes] = use.external;
    sample[SAMPLE.arrayBuffersBytes] = use.arrayBuffers;
    sample[SAMPLE.heapLimitBytes] = heap.heap_size_limit;
    sample[SAMPLE.loopIdleMs] = idleMs;
    sample[SAMPLE.loopActiveMs] = monotonicMs() - idleMs;
    sample[SAMPLE.liveBytes] = this.live.liveBytes;
    sample[SAMPLE.liveExternalBytes] = this.live.liveExternalBytes;
    sample[SAMPLE.fullCollections] = this.live.fullCollections;
    // V8 counts it itself from Node 26 on.
    sample[SAMPLE.allocatedBytes] = (heap as { total_allocated_bytes?: number }).total_allocated_bytes ?? this.allocation.allocatedBytes;
    sample[SAMPLE.nativeContexts] = heap.number_of_native_contexts;
    sample[SAMPLE.detachedContexts] = heap.number_of_detached_contexts;
    const count = Math.min(spaces.length, SPACES_MAX);
    sample[SAMPLE.spaceCount] = count;
    for (let i = 0; i < count; i++) {
      sample[SAMPLE.spaces + i * 2] = spaces[i].space_used_size;
      sample[SAMPLE.spaces + i * 2 + 1] = spaces[i].space_size;
    }
    Atomics.add(words, SAMPLE_SEQ, 1);
    this.recordPause(this.lastMs);
  }

  /** Something of pitot's ran on this thread from then until now: a pause that pitot caused. The report shows the longest. */
  recordPause(sinceMs: number): void {
    const endMs = monotonicMs();
    this.ring.write(OWN_PAUSE_ID, (endMs * 1000) >>> 0, (endMs - sinceMs) * NS_PER_MS);
  }
}
