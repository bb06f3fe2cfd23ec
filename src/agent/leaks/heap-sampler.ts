// V8's sampling heap profiler on the main thread, always on at a period that costs nearly nothing: what it still holds when a leak is suspected tells when and
// where the living objects were made. V8 has one such sampler for all that ask.
import type { HeapSession } from '../evidence/heap-session.js';
import { sendAsPause } from '../evidence/own-pause.js';
import { SamplerIdentity } from './sampler-identity.js';

/** As HeapProfiler.getSamplingProfile answers. */
export interface SamplingProfile {
  head: SamplingNode;
  /** Of objects that are still alive: bytes they stand for, the node that made them, and how many samples had been taken before, dead ones included. */
  samples: { size: number; nodeId: number; ordinal: number }[];
}

export interface SamplingNode {
  id: number;
  callFrame: { functionName: string; scriptId: string; url: string; lineNumber: number; columnNumber: number };
  selfSize: number;
  children: SamplingNode[];
}

export interface HeapSamplerSources {
  open(isEnding: () => boolean): Promise<HeapSession | null>;
  /** Monotonic, ms. */
  nowMs(): number;
  onFault(code: string, message: string): void;
}

export class HeapSampler {
  /** When the sampler began, monotonic, ms: objects older than that are in no profile. NaN: it does not run. */
  startedAtMs = Number.NaN;
  /** Of main's heap, right after the collection that the newest profile made; NaN: not known. */
  usedBytes = Number.NaN;
  private readonly intervalBytes: number;
  private readonly sources: HeapSamplerSources;
  private session: HeapSession | null = null;
  private isEnded = false;
  private identity = new SamplerIdentity(Number.NaN);
  /** V8's sampler is another tool's now. The session stays: to close it would end that one. */
  private isTaken = false;

  constructor(intervalBytes: number, sources: HeapSamplerSources) {
    this.intervalBytes = intervalBytes;
    this.sources = sources;
  }

  async start(): Promise<void> {
    if (this.intervalBytes === 0 || this.isEnded) return;
    const session = await this.sources.open(() => this.isEnded);
    // The process may have come to its end meanwhile.
    if (session === null || this.isEnded) return session?.close();
    this.session = session;
    try {
      await session.send('HeapProfiler.enable');
      if ((await this.takeRunning(session)) !== null) {
        // To start anew would keep the other's period, and to end ours would end theirs.
        this.session = null;
        session.close();
        this.sources.onFault('HEAP_SAMPLER', 'another tool samples the heap: leaks are judged by their trend, without the ages of what is alive');
        return;
      }
      await this.begin(session);
    } catch (error) {
      if (!this.isEnded) this.sources.onFault('HEAP_SAMPLER', (error as Error).message);
    }
  }

  /** What is alive of all that was made since `startedAtMs`; pauses the main thread for one full collection, 0.3 to 0.9 ms a MiB. Null: there is no sampler. */
  async profile(): Promise<SamplingProfile | null> {
    const { session } = this;
    if (session === null || this.isTaken) return null;
    const taken = this.takeRunning(session);
    // Waits behind the profile: what its collection left.
    const using = readUsedBytes(session);
    const profile = await taken;
    this.usedBytes = await using;
    if (this.isEnded) return profile;
    if (profile === null) {
      this.sources.onFault('HEAP_SAMPLER', "another tool ended pitot's sampling of the heap: it begins anew");
      await this.begin(session);
      return null;
    }
    if (this.identity.isOther(profile.samples, this.usedBytes)) {
      this.isTaken = true;
      this.startedAtMs = Number.NaN;
      this.sources.onFault(
        'HEAP_SAMPLER',
        "another tool put its sampler of the heap in the place of pitot's: leaks are judged by their trend, without ages",
      );
      return null;
    }
    this.identity.accept(profile.samples);
    return profile;
  }

  private async begin(session: HeapSession): Promise<void> {
    const using = readUsedBytes(session);
    await session.send('HeapProfiler.startSampling', { samplingInterval: this.intervalBytes });
    this.startedAtMs = this.sources.nowMs();
    this.identity = new SamplerIdentity(await using);
  }

  /** Before the process ends, else Node waits for "the debugger". */
  end(): void {
    this.isEnded = true;
    this.startedAtMs = Number.NaN;
    this.session?.close();
    this.session = null;
  }

  /** Null: V8's sampler is not running. */
  private async takeRunning(session: HeapSession): Promise<SamplingProfile | null> {
    try {
      return ((await sendAsPause(session, 'HeapProfiler.getSamplingProfile')) as { profile: SamplingProfile }).profile;
    } catch {
      return null;
    }
  }
}

/** Of main's heap; NaN: its code has hidden `process`, or the session was closed. */
async function readUsedBytes(session: HeapSession): Promise<number> {
  try {
    const answer = await session.send('Runtime.evaluate', { expression: 'process.memoryUsage().heapUsed', returnByValue: true, silent: true });
    const { value } = (answer as { result: { value?: unknown } }).result;
    return typeof value === 'number' ? value : Number.NaN;
  } catch {
    return Number.NaN;
  }
}
