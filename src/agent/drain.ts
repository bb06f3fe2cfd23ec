// Rings -> windows: takes slices, has them counted, merges and commits them. Nothing leaves a ring before its counts are in the window.
import { SLICE_FIELDS, SLICE_PATH, SLICE_TIMED, SLICE_UNTIMED, SliceAggregator, type SliceCounts } from '../aggregate/aggregate-slice.js';
import { isNearlyFull, mergeSlice } from '../aggregate/window.js';
import { machineMs } from '../core/clock.js';
import { INLINE_SLICE_RECORDS, SLICE_RECORDS } from '../core/limits.js';
import { TAIL } from '../memory/thread-memory.js';
import { JOURNAL_DONE, JOURNAL_FROM, JOURNAL_SERIAL, JOURNAL_TO, W_COMMITTED } from '../memory/window-memory.js';
import type { DrainedThread } from './drained-thread.js';
import type { Pool } from './pool.js';
import type { Windows } from './windows.js';

/** What the drain tells the agent. */
export interface DrainEvents {
  onFault(code: string, message: string): void;
  /** The window has no room for the next slice: it has to be closed; resolves when that was tried. */
  onWindowFull(): Promise<void>;
}

export class Drain {
  private readonly windows: Windows;
  private readonly events: DrainEvents;
  private readonly inline = new SliceAggregator(SLICE_RECORDS);
  pool: Pool | null = null;

  constructor(windows: Windows, events: DrainEvents) {
    this.windows = windows;
    this.events = events;
  }

  /** Drains every thread's ring up to where it stands now. */
  async drainAll(threads: Iterable<DrainedThread>): Promise<void> {
    await Promise.all(Array.from(threads, (thread) => this.drain(thread)));
  }

  /** Drains one ring; a drain under way is joined, then what came meanwhile is drained too. */
  async drain(thread: DrainedThread): Promise<void> {
    noteDrops(thread);
    if (thread.backlog === 0 && thread.draining === null) return;
    const target = thread.head;
    while (thread.draining !== null) await thread.draining;
    if (((target - thread.tail) | 0) <= 0) return;
    thread.draining = this.drainTo(thread).finally(() => {
      thread.draining = null;
    });
    await thread.draining;
  }

  /** Finishes the merge that an agent thread left half done when it died. */
  recover(threads: Iterable<DrainedThread>): void {
    const { head } = this.windows.memory;
    const serial = head[JOURNAL_SERIAL];
    if (serial < 0) return;
    const thread = Array.from(threads).find((candidate) => candidate.serial === serial);
    if (thread !== undefined && thread.tail === (head[JOURNAL_FROM] | 0)) {
      this.merge(thread, this.inline.aggregate(thread.memory, head[JOURNAL_FROM] | 0, head[JOURNAL_TO] | 0));
      this.commit(thread, head[JOURNAL_TO] | 0);
    }
    head[JOURNAL_SERIAL] = -1;
  }

  /** Until the ring is as good as empty: a producer at full speed would otherwise fill it between two ticks. */
  private async drainTo(thread: DrainedThread): Promise<void> {
    const enough = (thread.memory.ringMask + 1) >> 4;
    let target = thread.head;
    for (;;) {
      const from = thread.tail;
      const left = (target - from) | 0;
      if (left <= 0) {
        if (thread.backlog < enough) return;
        target = thread.head;
        continue;
      }
      const to = (from + Math.min(left, SLICE_RECORDS)) | 0;
      const slice = await this.count(thread, from, to);
      if (isNearlyFull(this.windows.current, slice.keys.length)) {
        await this.events.onWindowFull();
        // Not written, so no other window to go on with: the records wait in the ring, and are dropped and counted when that is full.
        if (isNearlyFull(this.windows.current, slice.keys.length)) return;
      }
      // While this awaited, the process may have begun to end and another drain may have taken the slice.
      if (thread.tail !== from) return;
      this.begin(thread, from, to);
      this.merge(thread, slice);
      this.commit(thread, to);
      this.remember(thread, slice);
      noteDrops(thread);
      if (slice.records !== ((to - from) | 0)) this.events.onFault('CONSERVATION', `slice of ${(to - from) | 0} records counted ${slice.records}`);
    }
  }

  private async count(thread: DrainedThread, from: number, to: number): Promise<SliceCounts> {
    const { pool } = this;
    const spans = { minSpanNs: thread.spans.minSpanNs, nowUs: nowUs() };
    if (pool?.isFree && ((to - from) | 0) > INLINE_SLICE_RECORDS) {
      try {
        return await pool.slice(thread.memory.sab, from, to, spans);
      } catch (error) {
        // The slice is still in the ring: it is counted here instead.
        this.events.onFault('POOL_TASK', (error as Error).message);
      }
    }
    return this.inline.aggregate(thread.memory, from, to, spans);
  }

  private begin(thread: DrainedThread, from: number, to: number): void {
    const { head } = this.windows.memory;
    head[JOURNAL_FROM] = from;
    head[JOURNAL_TO] = to;
    head[JOURNAL_DONE] = 0;
    head[JOURNAL_SERIAL] = thread.serial;
  }

  private merge(thread: DrainedThread, slice: SliceCounts): void {
    thread.readNewDefinitions();
    mergeSlice(this.windows.current, slice, thread.pathIds, this.windows.memory.head);
  }

  /** Straight line: the slice counts as taken, the ring has its space back and the journal is closed, or none of it. */
  private commit(thread: DrainedThread, to: number): void {
    const { head } = this.windows.memory;
    const { header } = this.windows.current;
    const { words } = thread.memory;
    const records = (to - words[TAIL]) | 0;
    header[W_COMMITTED] += records;
    Atomics.store(words, TAIL, to);
    head[JOURNAL_SERIAL] = -1;
  }

  private remember(thread: DrainedThread, slice: SliceCounts): void {
    for (let row = 0; row < slice.stats.length; row += SLICE_FIELDS) {
      const path = slice.stats[row + SLICE_PATH];
      thread.timedLately[path] += slice.stats[row + SLICE_TIMED];
      thread.untimedLately[path] += slice.stats[row + SLICE_UNTIMED];
    }
    if (slice.spans !== null) thread.spans.add(slice.spans, thread.pathIds, nowUs());
  }
}

const nowUs = (): number => machineMs() * 1000;

/** Dropped records may have been spans: the time since the last look is without some. */
function noteDrops({ spans, memory }: DrainedThread): void {
  if (!spans.isOn) return;
  let dropped = 0;
  for (let id = 0; id < memory.dropped.length; id++) dropped += memory.dropped[id];
  spans.noteDrops(dropped, nowUs());
}
