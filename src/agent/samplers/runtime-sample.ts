// What is known of the process at one moment. Counters are cumulative: differences are taken by the window.
import type { MemoryUse } from '../../report/report-types.js';
import type { LoopDelay } from './loop-delay.js';
import type { ThreadCpu } from './thread-cpu.js';

export interface RuntimeSample {
  /** Monotonic. */
  atMs: number;
  wallMs: number;
  rssBytes: number;
  /** Resident memory outside of all heaps and of what their objects hold, without pitot's own. */
  nativeBytes: number;
  /** What the process keeps open, counted by name. */
  handles: { [name: string]: number };
  /** CPU of the whole process since it began. */
  cpuUserMs: number;
  cpuSystemMs: number;
  /** null: the main thread has told nothing yet. */
  main: MainSample | null;
  /** CPU of each thread since it began; empty where the platform does not tell. */
  threads: ThreadCpu[];
  /** Since the window began. */
  loop: LoopDelay;
  /** Since the window began. */
  gc: { count: number; totalMs: number; pauseNsMax: number };
}

/** The main thread's heap and loop. */
export interface MainSample {
  heapUsedBytes: number;
  heapTotalBytes: number;
  externalBytes: number;
  arrayBuffersBytes: number;
  heapLimitBytes: number;
  /** What the newest full collection left of the heap, and what those objects hold outside of it; 0: there was none. */
  liveBytes: number;
  liveExternalBytes: number;
  /** Full collections since the thread was attached. */
  fullCollections: number;
  /** Allocated on the heap; before Node 26 without large objects that died young. */
  allocatedBytes: number;
  nativeContexts: number;
  detachedContexts: number;
  /** Since the loop began. */
  loopIdleMs: number;
  loopActiveMs: number;
  spaces: MemoryUse['spaces'];
}
