// The CPU profile as the agent uses it: samplers running, segments at hand, a task with everything of a window when it closes.
import { machineMs } from '../core/clock.js';
import { WINDOW_ROTATE_WAIT_MS } from '../core/limits.js';
import { type Attribution, attribute } from '../flame/attribution/attribute.js';
import type { SpanTable } from '../flame/attribution/span-table.js';
import type { Profile } from '../flame/profile.js';
import type { CpuTask } from '../report/cpu-summary.js';
import type { ApplicationThreads } from './application-threads.js';
import type { DrainedThread } from './drained-thread.js';
import { CallTable } from './leaks/call-table.js';
import { Profiler, type ThreadLoad } from './profiler/profiler.js';
import { WindowProfiles } from './profiler/window-profiles.js';
import type { ClosedBy } from './windows.js';

export interface CpuWatchOptions {
  /** 0: no CPU profile. */
  intervalUs: number;
  mayInspect: boolean;
  /** Whether a thread is pitot's own. */
  isOwn(threadId: number): boolean;
  cwd: string;
  formats: string[];
  keep: number;
}

export interface CpuWatchSources {
  threads: ApplicationThreads;
  /** Whether a process's path id is that of requests it answers. */
  isRequest(path: number): boolean;
  /** Whether a thread's loop has stopped at this moment. */
  isBlocked(thread: string): boolean;
  onSegment(segment: Profile): void;
  onStart(thread: string, intervalUs: number, tookMs: number): void;
  onFault(code: string, message: string): void;
}

export class CpuWatch {
  /** Of the main thread, since the agent began. */
  readonly calls = new CallTable();
  private readonly options: CpuWatchOptions;
  private readonly sources: CpuWatchSources;
  private readonly profiles = new WindowProfiles((thread, segment) => this.join(thread, segment));
  private readonly profiler: Profiler | null;
  private rotatedAtMs = 0;

  constructor(options: CpuWatchOptions, sources: CpuWatchSources) {
    this.options = options;
    this.sources = sources;
    this.profiler =
      options.intervalUs === 0
        ? null
        : new Profiler(
            options.intervalUs,
            (threadId) => options.isOwn(threadId),
            {
              onSegment: (threadId, segment) => {
                this.profiles.add(threadId, segment);
                if (segment.thread === 'main') this.calls.add(segment);
                sources.onSegment(segment);
              },
              onFault: sources.onFault,
              onStart: sources.onStart,
            },
            machineMs(),
          );
  }

  async start(): Promise<void> {
    if (this.profiler === null) return;
    if (!this.options.mayInspect || !(await this.profiler.connect(machineMs())))
      this.sources.onFault('NO_CPU_PROFILE', 'this Node has no inspector, or one that pitot may not use: no CPU profile');
  }

  /** Called about once a second. nativeBytes: resident memory outside of every heap that is known. */
  tick(loadOf: (thread: string) => ThreadLoad | null, nativeBytes: number): void {
    // A rotation takes the spans of the stretch before: a thread with very many of them would forget the oldest.
    const full = [...this.sources.threads].filter(({ spans }) => spans.fillRatio > SPANS_FILL_MAX);
    for (const { name } of full) this.profiles.joinPending(name);
    if (full.length > 0 && machineMs() - this.rotatedAtMs >= EARLY_ROTATE_MS) void this.rotateAll();
    this.profiles.joinOld(machineMs() * 1000, (thread) => this.sources.isBlocked(thread));
    this.profiler?.tick(machineMs(), loadOf, nativeBytes);
  }

  async rotate(thread: string): Promise<void> {
    await this.profiler?.rotate(thread, machineMs());
  }

  /** Newest segments of a thread that reach past a moment. */
  segments(thread: string, startUs: number): Profile[] {
    return this.profiles.since(thread, startUs);
  }

  /** Ends every thread's present stretch of samples. One that cannot answer at once, being in native code, has its samples in the next window. */
  async rotateAll(): Promise<void> {
    if (this.profiler === null) return;
    this.rotatedAtMs = machineMs();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, WINDOW_ROTATE_WAIT_MS);
    });
    await Promise.race([this.profiler.rotateAll(machineMs()), late]);
    clearTimeout(timer);
  }

  /** Everything of the window, with the threads' spans up to now; null: no CPU profile. A process that ends does not wait for drawings: the .cpuprofile has it all. */
  closeWindow(by: ClosedBy): CpuTask | null {
    const { profiler, options } = this;
    if (profiler === null) return null;
    return {
      threads: this.profiles.take(),
      intervalUs: profiler.currentIntervalUs,
      cwd: options.cwd,
      formats: by === 'exit' && options.formats.length > 0 ? ['cpuprofile'] : options.formats,
      keep: options.keep,
    };
  }

  /** A thread is about to be forgotten, and its spans with it. */
  retire({ name }: DrainedThread): void {
    this.profiles.joinPending(name);
  }

  private join(name: string, segment: Profile): Attribution {
    const spans = this.sources.threads.named(name)?.spans.take(segment.endUs) ?? NO_SPANS;
    return attribute(segment, spans, (path) => this.sources.isRequest(path));
  }

  /** To be done before the process ends. */
  end(): void {
    this.profiler?.end();
  }
}

/** Fill of a thread's span log at which it is emptied early, and the least time between two such rotations, ms. */
const SPANS_FILL_MAX = 0.8;
const EARLY_ROTATE_MS = 5000;

const NO_SPANS: SpanTable = {
  paths: new Uint16Array(0),
  startUs: new Float64Array(0),
  endUs: new Float64Array(0),
  sync: new Uint8Array(0),
  lost: [],
  minSpanNs: 0,
  shortUs: 0,
};
