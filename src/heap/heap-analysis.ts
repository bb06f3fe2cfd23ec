// What the analysis of a heap snapshot says: the document of `pitot heap --json`, plain data.

export const HEAP_SCHEMA = 'pitot.heap/1';

/** A place in the application's source. Lines count from 1. */
export interface SourcePlace {
  file: string;
  line: number;
}

/** All objects of one class. `(string)`, `(array)`, `(closure)`, `(compiled code)`, `(system)` and the like stand for what has no constructor. */
export interface ConstructorFigures {
  name: string;
  count: number;
  /** Bytes of the objects alone. */
  shallowBytes: number;
  /** Bytes that would be freed with them all; an object below another of its class is counted once. Classes overlap: these do not add up. */
  retainedBytes: number;
  /** Where the class's constructor stands, if the snapshot knows. */
  place: SourcePlace | null;
}

export interface ConstructorGrowth {
  name: string;
  /** Objects that are in the later snapshot alone, and their bytes; null where ids do not tell. */
  addedCount: number | null;
  addedBytes: number | null;
  /** Objects that are in the earlier snapshot alone, and their bytes; null where ids do not tell. */
  removedCount: number | null;
  removedBytes: number | null;
  /** The later snapshot's less the earlier's: exact of any two. */
  netCount: number;
  netBytes: number;
}

/** The parts of a suspect's score, 0 to 1 each but for the last; null where there was nothing to compare with. */
export interface SuspectScore {
  /** Weighted mean of the parts that are known, 0 at least. */
  total: number;
  /** Share of the heap, or of the growth between two snapshots, that it retains; of the memory that is known to grow. */
  size: number;
  /** How near the bytes of all that its holder holds come to the growth that was measured: 1 between its least and its most. */
  growth: number | null;
  /** How many objects one holder has, by magnitude: 1 for 100 000. null where no growth was measured. */
  count: number | null;
  /**
   * Whether a function whose objects stay alive carries the class's name; less where it stands in the same file. Below 0, to -1: such a function is known not
   * to leak.
   */
  allocation: number | null;
}

/** What may be leaking: many objects of one class in one place, or reached in one way. */
export interface HeapSuspect {
  constructor: string;
  /** Objects of the constructor; what else the holder has stands in the sentence. */
  count: number;
  /** Of all that the holder holds many of, its table included. */
  retainedBytes: number;
  /** What holds them, in words: `SessionStore.sessions (Map)`; where many do, and who holds these: `Tenant.sessions (Map) of 40 × Tenant held by tenants (Map)`. */
  holder: string;
  /** Where the holder's class, or the function that holds it in a variable, stands; of several the outermost. */
  holderPlace: SourcePlace | null;
  /** Where the class of the objects stands, or the function if they are closures. */
  place: SourcePlace | null;
  /** Edges and objects from the root to the objects. Indices are generalised, repeated stretches told once: `(.next Node)×N`. */
  retainers: string[];
  /** accumulation: one object holds them. path: they are reached in the same way, from `pathRatio` of a sample. */
  kind: 'accumulation' | 'path';
  pathRatio: number;
  score: SuspectScore;
  /** The suspect as one sentence. */
  sentence: string;
}

export interface HeapGrowth {
  /** The earlier snapshot. */
  file: string;
  /** Whether an id means the same object in both: only in two snapshots of one process between which no session of the inspector was closed. */
  comparableById: boolean;
  /** Ids that both have, and those of them that name an object of another class, or a string of another size. */
  sharedIds: number;
  differingIds: number;
  /** null where ids do not tell. */
  addedCount: number | null;
  addedBytes: number | null;
  removedCount: number | null;
  removedBytes: number | null;
  netBytes: number;
  /** By net bytes, the most first. */
  constructors: ConstructorGrowth[];
}

export interface HeapAnalysis {
  schema: typeof HEAP_SCHEMA;
  /** The snapshot, the later of two. */
  file: string;
  fileBytes: number;
  nodes: number;
  edges: number;
  /** Sum of all nodes' own bytes. */
  totalBytes: number;
  /** Nodes that nothing holds: garbage that the collection before the snapshot left. */
  orphans: number;
  /** By retained bytes, the most first. */
  constructors: ConstructorFigures[];
  /** How many more there are. */
  constructorsLeftOut: number;
  /** null for one snapshot. */
  growth: HeapGrowth | null;
  /** At most three, the likeliest first. */
  suspects: HeapSuspect[];
  /** ms. */
  took: { readMs: number; dominatorsMs: number; totalMs: number };
}

/** What a leak detector measured: candidates that agree with it come first. */
export interface HeapHints {
  /** The memory that grows: suspects are weighed by it. heap: of V8; external: of ArrayBuffers; native: of objects of Node.js. Default: all that a snapshot shows. */
  kind?: 'heap' | 'external' | 'native';
  /** Growth of that memory since its floor, bytes: caches that filled meanwhile are in it. */
  growthBytes?: number;
  /** Growth of what leaks, as far as it was seen, bytes: anything from here to `growthBytes` agrees. Default: growthBytes. */
  growthBytesMin?: number;
  /** Functions whose objects stay alive, as a sampling profile has them. */
  functions?: AllocatingHint[];
  /** Functions whose objects were looked at as well, and do not leak: allocated long ago and no more, or all at once, or seen to die. */
  quietFunctions?: AllocatingHint[];
}

export interface AllocatingHint {
  function: string;
  file: string;
  line: number;
  /** Alive. */
  bytes: number;
  /** Seen to be called below one that allocates, and so perhaps inlined into it: its file agrees as much as that one's, its name says nothing. */
  inlined?: boolean;
}
