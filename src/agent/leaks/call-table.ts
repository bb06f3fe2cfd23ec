// Who calls whom, as a thread's CPU profile saw it: that one keeps functions apart which V8 has inlined, as its heap sampler does not. Thread: agent. Cost: linear in a profile's nodes and samples.
import { CALLS_MAX } from '../../core/leak-limits.js';
import { type AllocatingFunction, functionKey, scriptFunction } from '../../diagnose/leaks/age-capture.js';
import type { Profile } from '../../flame/profile.js';

export type SeenFunction = Omit<AllocatingFunction, 'caller'>;

/** Calls from one to the other: what was inlined into a function is seldom deeper. */
const DEPTH_MAX = 3;

export class CallTable {
  private readonly functions = new Map<string, SeenFunction>();
  /** Samples in a callee and below it, by caller. What Node.js calls is called by who called Node.js. */
  private readonly calls = new Map<string, Map<string, number>>();
  private count = 0;

  add({ frames, nodeFrames, nodeParents, samples }: Profile): void {
    // Of what stands at the top of a module the CPU profile knows no line, and the heap sampler the first.
    const seen = frames.map((frame) => scriptFunction(frame.function, frame.url, frame.line === 0 ? 1 : frame.line));
    const keys = seen.map((it) => (it === null ? '' : functionKey(it)));
    const keyAt = (node: number): string => keys[nodeFrames[node]];
    const below = new Uint32Array(nodeFrames.length);
    for (const leaf of samples) below[leaf]++;
    // A parent stands before its children.
    const callers = new Int32Array(nodeFrames.length).fill(-1);
    for (let node = 1; node < nodeFrames.length; node++) {
      const parent = nodeParents[node];
      callers[node] = keyAt(parent) === '' ? callers[parent] : parent;
    }
    for (let node = nodeFrames.length - 1; node > 0; node--) {
      below[nodeParents[node]] += below[node];
      const caller = callers[node];
      if (caller >= 0 && below[node] > 0 && keyAt(node) !== '') this.note(seen[nodeFrames[caller]], seen[nodeFrames[node]], below[node]);
    }
    while (this.count > CALLS_MAX) this.forget();
  }

  /** Functions that a function calls, and what these call, three calls deep; those seen most often first. */
  below(caller: SeenFunction): SeenFunction[] {
    const from = functionKey(caller);
    const samples = new Map<string, number>();
    let level = [from];
    for (let depth = 0; depth < DEPTH_MAX; depth++) {
      const next = new Set<string>();
      for (const key of level) {
        for (const [callee, seen] of this.calls.get(key) ?? []) {
          if (callee === from) continue;
          if (!samples.has(callee)) next.add(callee);
          samples.set(callee, (samples.get(callee) ?? 0) + seen);
        }
      }
      level = [...next];
    }
    return [...samples].sort(([, a], [, b]) => b - a).map(([key]) => this.functions.get(key) as SeenFunction);
  }

  /** Samples in which a function was seen to call one of a kind. */
  samplesTo(caller: SeenFunction, isCallee: (it: SeenFunction) => boolean): number {
    const callees = [...(this.calls.get(functionKey(caller)) ?? [])];
    return callees.reduce((all, [key, samples]) => (isCallee(this.functions.get(key) as SeenFunction) ? all + samples : all), 0);
  }

  /** Of scripts of the application or its packages, both. */
  private note(caller: SeenFunction | null, callee: SeenFunction | null, samples: number): void {
    if (caller === null || callee === null) return;
    const from = functionKey(caller);
    const to = functionKey(callee);
    if (from === to) return;
    this.functions.set(from, caller).set(to, callee);
    const callees = this.calls.get(from) ?? new Map<string, number>();
    this.calls.set(from, callees);
    if (!callees.has(to)) this.count++;
    callees.set(to, (callees.get(to) ?? 0) + samples);
  }

  /** What was seen seldom, or long ago, makes place. */
  private forget(): void {
    const kept = new Set<string>();
    this.count = 0;
    for (const [caller, callees] of this.calls) {
      for (const [callee, samples] of callees) {
        if (samples < 2) callees.delete(callee);
        else {
          callees.set(callee, samples / 2);
          kept.add(caller).add(callee);
        }
      }
      if (callees.size === 0) this.calls.delete(caller);
      this.count += callees.size;
    }
    for (const key of this.functions.keys()) if (!kept.has(key)) this.functions.delete(key);
  }
}
