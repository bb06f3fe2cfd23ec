// The application's threads as the agent knows them, from the memory each of them announced.
import type { IntervalHistogram } from 'node:perf_hooks';
import { THREADS_MAX } from '../core/limits.js';
import { SERIAL, viewThreadMemory } from '../memory/thread-memory.js';
import type { WindowMemory } from '../memory/window-memory.js';
import type { Directory } from './directory.js';
import { DrainedThread } from './drained-thread.js';
import { Heartbeat } from './heartbeat.js';

export interface ThreadEvents {
  onAdopted(thread: DrainedThread): void;
  /** Once a thread, where its heartbeat could be handed over. */
  onHeartbeat(thread: DrainedThread, heartbeat: Heartbeat): void;
  /** The thread has ended and is drained; it is forgotten next. */
  onRetiring(thread: DrainedThread): void;
  onFault(code: string, message: string): void;
}

export class ApplicationThreads implements Iterable<DrainedThread> {
  private readonly bySerial = new Map<number, DrainedThread>();
  private readonly beating = new Set<DrainedThread>();
  private readonly directory: Directory;
  private readonly heartbeatMs: number;
  private readonly events: ThreadEvents;

  /** heartbeatMs: period of the threads' heartbeats. */
  constructor(directory: Directory, heartbeatMs: number, events: ThreadEvents) {
    this.directory = directory;
    this.heartbeatMs = heartbeatMs;
    this.events = events;
  }

  [Symbol.iterator](): Iterator<DrainedThread> {
    return this.bySerial.values();
  }

  /** Takes a thread's memory; one that is known, or done with, is left. loopDelay: null where it has not come, or cannot. */
  adopt(sab: SharedArrayBuffer, name: string, loopDelay: IntervalHistogram | null): void {
    const memory = viewThreadMemory(sab);
    if (memory === null) {
      this.events.onFault('LAYOUT', `thread ${name} uses another version of pitot`);
      return;
    }
    const thread = this.bySerial.get(memory.words[SERIAL]) ?? this.take(new DrainedThread(memory, name, this.directory));
    if (thread === null || loopDelay === null || this.beating.has(thread)) return;
    this.beating.add(thread);
    this.events.onHeartbeat(thread, new Heartbeat(loopDelay, this.heartbeatMs));
  }

  private take(thread: DrainedThread): DrainedThread | null {
    if (thread.isRetired) return null;
    if (this.bySerial.size >= THREADS_MAX) {
      this.events.onFault('THREADS_MAX', `more than ${THREADS_MAX} threads; ${thread.name} is not measured`);
      return null;
    }
    this.bySerial.set(thread.serial, thread);
    this.events.onAdopted(thread);
    return thread;
  }

  get main(): DrainedThread | undefined {
    return this.named('main');
  }

  named(name: string): DrainedThread | undefined {
    for (const thread of this.bySerial.values()) if (thread.name === name) return thread;
    return undefined;
  }

  /** Name of the thread with the kernel's number tid; null: it is none of these. */
  nameOf(tid: number): string | null {
    for (const thread of this.bySerial.values()) if (thread.osTid === tid) return thread.name;
    return null;
  }

  /** Whoever made the thread saw it end. */
  markEnded(threadId: number): void {
    for (const thread of this.bySerial.values()) if (thread.threadId === threadId) thread.ended = true;
  }

  /** Moves what threads counted outside their rings into a window, and lets go of those that have ended and are drained. */
  moveSlots(window: WindowMemory, totals: Float64Array): void {
    for (const thread of this.bySerial.values()) {
      thread.moveSlots(window, totals);
      if (!thread.isEnded || thread.backlog > 0 || thread.draining !== null || thread.name === 'main') continue;
      // Once more: it may have counted between the move and its end.
      thread.moveSlots(window, totals);
      thread.retire();
      this.events.onRetiring(thread);
      this.bySerial.delete(thread.serial);
      this.beating.delete(thread);
    }
  }
}
