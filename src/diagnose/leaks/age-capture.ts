// A sampling heap profile as ages: every sample that is still alive, with the function that allocated it and its place in the order of births.
import { AGE_FUNCTIONS_MAX, AGE_SAMPLES_MAX } from '../../core/limits.js';

/** Node of HeapProfiler.getSamplingProfile: lines count from 0. */
export interface HeapProfileNode {
  id: number;
  callFrame: { functionName: string; url: string; lineNumber: number };
  children?: readonly HeapProfileNode[];
}

/** What HeapProfiler.getSamplingProfile answers, and when its sampler was started. */
export interface AgeSamples {
  /** ordinal: counts every sample taken since the sampler was started, dead or alive. */
  samples: readonly { size: number; nodeId: number; ordinal: number }[];
  head: HeapProfileNode;
  /** As atMs of the points. Ordinals of another sampler are other objects. */
  startedAtMs: number;
}

export interface AllocatingFunction {
  function: string;
  /** As the profile has it; empty: not known, or not the application's. */
  file: string;
  /** From 1; of the function's definition, not of the allocation: V8 keeps no more. 0: not known. */
  line: number;
  /** Who called it for most of these bytes: V8 charges what a constructor makes to the constructor. undefined: nobody of the application's. */
  caller?: { function: string; file: string; line: number };
}

/** Samples in order of birth. */
export interface AgeCapture {
  atMs: number;
  startedAtMs: number;
  /** Highest ordinal: the clock's hand at the capture. */
  lastOrdinal: number;
  /** One sample in so many was kept. */
  keptEvery: number;
  ordinals: Float64Array;
  sizes: Float64Array;
  /** Index into functions. */
  functionOf: Uint16Array;
  functions: AllocatingFunction[];
}

const UNKNOWN: AllocatingFunction = { function: '(other)', file: '', line: 0 };

/** Cost: linear in nodes and samples; 2 ms a GB of heap. */
export function captureAges(ages: AgeSamples, atMs: number): AgeCapture {
  const functions: AllocatingFunction[] = [UNKNOWN];
  const placed = placeNodes(ages.head, functions);
  const functionOfNode = placed.functionOf;
  nameCallers(ages.samples, placed, functions);
  const lastOrdinal = ages.samples.reduce((last, { ordinal }) => Math.max(last, ordinal), 0);
  const keptEvery = Math.max(1, Math.ceil(ages.samples.length / AGE_SAMPLES_MAX));
  // By ordinal, not by place: two captures must keep the same objects.
  const kept = ages.samples.filter(({ ordinal }) => ordinal % keptEvery === 0).sort((a, b) => a.ordinal - b.ordinal);
  return {
    atMs,
    startedAtMs: ages.startedAtMs,
    lastOrdinal,
    keptEvery,
    ordinals: Float64Array.from(kept, ({ ordinal }) => ordinal),
    sizes: Float64Array.from(kept, ({ size }) => size * keptEvery),
    functionOf: Uint16Array.from(kept, ({ nodeId }) => functionOfNode.get(nodeId) ?? 0),
    functions,
  };
}

/** null: not of a script of the application or its packages. */
export const scriptFunction = (name: string, url: string, line: number): AllocatingFunction | null =>
  url === '' || url.startsWith('node:') ? null : { function: name || '(anonymous)', file: url, line };

export const functionKey = ({ function: name, file, line }: AllocatingFunction): string => `${name}\n${file}\n${line}`;

interface PlacedNodes {
  /** Index into the functions, by node. */
  functionOf: Map<number, number>;
  callerOf: Map<number, number>;
}

function nameCallers(samples: AgeSamples['samples'], { functionOf, callerOf }: PlacedNodes, functions: AllocatingFunction[]): void {
  const bytes = new Map<number, Map<number, number>>();
  for (const { nodeId, size } of samples) {
    const caller = callerOf.get(nodeId) ?? 0;
    if (caller === 0) continue;
    const of = functionOf.get(nodeId) ?? 0;
    const byCaller = bytes.get(of) ?? new Map<number, number>();
    bytes.set(of, byCaller.set(caller, (byCaller.get(caller) ?? 0) + size));
  }
  for (const [index, byCaller] of bytes) {
    const [most] = [...byCaller].sort(([, a], [, b]) => b - a)[0];
    const { function: name, file, line } = functions[most];
    functions[index] = { ...functions[index], caller: { function: name, file, line } };
  }
}

/** Function of each node: its own, or the nearest caller's that is not Node's. What Node allocates is allocated for someone. */
function placeNodes(head: HeapProfileNode, functions: AllocatingFunction[]): PlacedNodes {
  const indexOf = new Map([[functionKey(UNKNOWN), 0]]);
  const functionOf = new Map<number, number>();
  const callerOf = new Map<number, number>();
  // With a stack of its own: a recursion of the application may be deeper than ours may go.
  const open: { node: HeapProfileNode; caller: number; callers: number }[] = [{ node: head, caller: 0, callers: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { node, caller, callers } = next;
    const { functionName, url, lineNumber } = node.callFrame;
    let index = caller;
    const own = scriptFunction(functionName, url, lineNumber + 1);
    if (own !== null) {
      const key = functionKey(own);
      index = indexOf.get(key) ?? 0;
      if (index === 0 && functions.length < AGE_FUNCTIONS_MAX) {
        index = functions.push(own) - 1;
        indexOf.set(key, index);
      }
    }
    functionOf.set(node.id, index);
    // A function that calls itself has been called by whoever called it first.
    const calledBy = index === caller ? callers : caller;
    callerOf.set(node.id, calledBy);
    for (const child of node.children ?? []) open.push({ node: child, caller: index, callers: calledBy });
  }
  return { functionOf, callerOf };
}
