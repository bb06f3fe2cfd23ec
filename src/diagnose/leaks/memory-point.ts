// What the leak detector is given: one look at the process's memory, and the limits that bound it.

export interface MemoryPoint {
  /** Monotonic time. */
  atMs: number;
  /** Live size of the heap after the newest full collection since the last point; null: there was none. */
  liveBytes: number | null;
  externalBytes: number;
  arrayBuffersBytes: number;
  /** RSS without V8's pages, external memory and pitot's own. */
  nativeBytes: number;
  /** Things counted by name: native contexts, worker threads, open descriptors, active resources by type, listener warnings. */
  handles: { readonly [name: string]: number };
  /** Bytes the main thread has allocated so far, at an even pace if not all of them: the clock that birth ages are read by. NaN: not known any more. */
  allocatedBytes: number;
  /** Calls finished so far. Without it, bytes allocated are taken for the work. */
  work?: number;
}

/** null: no such limit is known. */
export interface LeakLimits {
  heapLimitBytes: number | null;
  /** Of the cgroup or the machine, on the whole process; whatever V8's own limit is. */
  memoryLimitBytes: number | null;
  /** The cgroup's working set, or of the machine's memory the resident set: what memoryLimitBytes is about. */
  usedBytes: number;
}
