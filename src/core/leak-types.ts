// What a report says of leaks: a finding a class of memory, and who is suspected.

/** What was found of one class of memory, a leak or not. */
export interface Leak {
  verdict: 'leak' | 'suspected' | 'none';
  kind: 'heap' | 'external' | 'native' | 'handles';
  /** Robust slope of what stays; of handles: their number an hour. 0 where there is too little to tell. */
  growthBytesPerHour: number;
  /** The same as a part of what was there at the beginning of the trend, 0.1 is 10 % an hour. */
  growthRatioPerHour: number;
  /** Bounds of growthBytesPerHour, 99 % each; absent: not known. */
  growthLowBytesPerHour?: number;
  growthHighBytesPerHour?: number;
  /** Of handles: which count, as `descriptors`. */
  name?: string;
  /** That the growth is real, 0..1. */
  confidence: number;
  /** Time at this rate until the limit that comes first; null: no growth, or no limit is known. */
  msToLimit: number | null;
  /** That limit: V8's of the heap, or the memory's of the cgroup or machine. */
  limit: 'heap' | 'memory' | null;
  /** Since when it is so, ISO 8601 wall clock. */
  since: string;
  /** The verdict in one sentence, with the culprit where it is known. */
  message: string;
  /** What is most likely leaking; null: not known (yet). */
  culprit: LeakSuspect | null;
  /** The likeliest three, the culprit first. */
  suspects: LeakSuspect[];
  /** The figures behind the verdict, in words. */
  evidence: string[];
  /** Why this is no alarm; empty for a leak. */
  whyNot: string;
  /** When the snapshot was taken that the suspects were found in, ISO 8601 wall clock; absent: they were found without one. */
  snapshotAt?: string;
  /** Heap profiles and snapshots that may show it, and why one was refused. */
  files: LeakFile[];
}

/** What came of taking a heap profile or snapshot. */
export interface LeakFile {
  /** Relative to the run directory; empty: there is no file, and the note says why. */
  path: string;
  /** About it, in words: `48.7 MiB, the main thread stood still for 1.8 s`, `heap-snapshot: refused: …`. */
  note: string;
}

/** Objects that may be what leaks. */
export interface LeakSuspect {
  /** As DevTools calls them: `Session`, `(string)`, `(closure) onData`. Empty: only the allocation is known. */
  constructor: string;
  /** Objects of it; 0: not known. */
  count: number;
  /** What would be freed with them; 0: not known. */
  retainedBytes: number;
  /** Who holds them: `SessionStore.sessions (Map)`; empty: not known. */
  holder: string;
  /** Where the holder or the class is defined; empty: not known. */
  file: string;
  line: number;
  /** The function that made them, by heap sampler and CPU profile, and its part of the growth; null: not known. */
  allocation: LeakAllocation | null;
  /** From the root to the objects. */
  retainers: string[];
  /** The sentence that names it. */
  sentence: string;
}

export interface LeakAllocation {
  function: string;
  file: string;
  line: number;
  ratio: number;
  /**
   * The function stands neither in the file of the class nor of the holder, so that one of these may be meant, which V8 has inlined into it: those that the CPU
   * profile has seen it call, likeliest first, two at most. Absent: it is the function itself.
   */
  inlined?: { function: string; file: string; line: number }[];
}

/** What was found of one class of memory of a process, and whose it is. */
export interface RunLeak extends Leak {
  /** Index into `processes`; absent: there is one process only. */
  process?: number;
}
