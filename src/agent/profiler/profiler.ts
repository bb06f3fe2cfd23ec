// All samplers of the process: one for each application thread, started as early as can be, rotated together, kept alive.
import { CPU_ROTATE_MS, PROFILED_THREADS_MAX, PROFILER_WEDGED_MS } from '../../core/limits.js';
import { type CpuProfile, fromCpuProfile } from '../../flame/cpu-profile.js';
import type { Profile } from '../../flame/profile.js';
import { connectInspector, type InspectorLink, type Target } from './inspector-link.js';
import { ProfileGrowth } from './profile-growth.js';
import { SamplingRate } from './sampling-rate.js';
import { ThreadProfiler } from './thread-profiler.js';

/** What the profiler tells the agent. */
export interface ProfilerSink {
  onSegment(threadId: number, segment: Profile): void;
  onFault(code: string, message: string): void;
  onStart(thread: string, intervalUs: number, tookMs: number): void;
}

/** What is known of a thread at one moment. */
export interface ThreadLoad {
  /** Share of a core since the last look; NaN: unknown. */
  busyRatio: number;
  heapBytes: number;
  /** Times its loop has turned; rises as long as it does. */
  turns: number;
}

interface Profiled {
  profiler: ThreadProfiler;
  rate: SamplingRate;
  growth: ProfileGrowth;
  /** A start or restart is under way. */
  starting: boolean;
  /** When the rotation that is under way was asked for, and the turns of the loop then. */
  askedAtMs: number;
  turnsAsked: number;
}

export class Profiler {
  private readonly intervalUs: number;
  private readonly isOwn: (threadId: number) => boolean;
  private readonly sink: ProfilerSink;
  private readonly threads = new Map<string, Profiled>();
  private link: InspectorLink | null = null;
  private rotatedAtMs = 0;
  private refused = false;
  private ended = false;
  private lastIntervalUs = 0;
  private nowMs: number;

  constructor(intervalUs: number, isOwn: (threadId: number) => boolean, sink: ProfilerSink, nowMs: number) {
    this.intervalUs = intervalUs;
    this.isOwn = isOwn;
    this.sink = sink;
    this.nowMs = nowMs;
  }

  /** False: this Node has no inspector, or one that may not be used. */
  async connect(nowMs: number): Promise<boolean> {
    this.nowMs = nowMs;
    this.rotatedAtMs = nowMs;
    this.link = await connectInspector(this.isOwn, {
      onTarget: (target) => this.adopt(target),
      onGone: (target) => this.threads.delete(target.name),
    });
    if (this.ended) this.end();
    return this.link !== null;
  }

  /** Sampling period of the main thread now; 0: it is not sampled. */
  get currentIntervalUs(): number {
    return this.threads.get('main')?.profiler.intervalUs ?? this.lastIntervalUs;
  }

  /**
   * Called about once a second: rotates when it is time, so that no profile grows large; adapts the period to each thread's load; renews what has grown;
   * replaces a session that no longer answers. `nativeBytes`: see ProfileGrowth.
   */
  tick(nowMs: number, loadOf: (thread: string) => ThreadLoad | null, nativeBytes: number): void {
    this.nowMs = nowMs;
    if (nowMs - this.rotatedAtMs >= CPU_ROTATE_MS) void this.rotateAll(nowMs);
    for (const [name, thread] of this.threads) {
      const load = loadOf(name);
      if (load === null || thread.starting) continue;
      if (this.isWedged(thread, load, nowMs)) {
        this.sink.onFault('PROFILER_WEDGED', `the sampler of ${name} did not answer for ${PROFILER_WEDGED_MS} ms; it was replaced`);
        if (name === 'main') void this.reconnect();
        else this.threads.delete(name);
        return;
      }
      this.adapt(name, thread, load, nowMs, nativeBytes);
    }
  }

  /** Ends the current stretch of every thread and begins the next. Resolves when all have answered; threads in native code answer late. */
  async rotateAll(nowMs: number): Promise<void> {
    this.rotatedAtMs = nowMs;
    await Promise.all([...this.threads.keys()].map((name) => this.rotate(name, nowMs)));
  }

  /** The same for one thread. */
  async rotate(name: string, nowMs: number): Promise<void> {
    const thread = this.threads.get(name);
    if (thread === undefined || !thread.profiler.isRunning) return;
    if (!thread.profiler.isRotating) {
      thread.askedAtMs = nowMs;
      thread.turnsAsked = -1;
    }
    try {
      await thread.profiler.rotate(nowMs);
    } catch (error) {
      // A thread that ends while it is asked has nothing left to tell.
      if (this.threads.has(name) && !this.ended) this.sink.onFault('PROFILER', (error as Error).message);
    }
  }

  /** To be done before the process ends. */
  end(): void {
    this.ended = true;
    this.lastIntervalUs = this.currentIntervalUs;
    this.threads.clear();
    this.link?.disconnect();
    this.link = null;
  }

  private adopt(target: Target): void {
    if (this.threads.size >= PROFILED_THREADS_MAX) {
      if (!this.refused)
        this.sink.onFault('PROFILED_THREADS_MAX', `more than ${PROFILED_THREADS_MAX} threads at once; the CPU profile leaves some out`);
      this.refused = true;
      return;
    }
    const thread: Profiled = {
      profiler: new ThreadProfiler(target, {
        onSegment: (profile) => this.receive(target, thread.profiler.intervalUs, profile),
        onFault: (code, message) => this.sink.onFault(code, message),
      }),
      rate: new SamplingRate(this.intervalUs, this.nowMs),
      growth: new ProfileGrowth(),
      starting: false,
      askedAtMs: 0,
      turnsAsked: -1,
    };
    this.threads.set(target.name, thread);
    void this.start(thread, this.intervalUs);
  }

  private receive(target: Target, intervalUs: number, profile: CpuProfile): void {
    try {
      this.sink.onSegment(target.threadId, fromCpuProfile(profile, { thread: target.name, intervalUs }));
    } catch (error) {
      this.sink.onFault('PROFILE', (error as Error).message);
    }
  }

  private async start(thread: Profiled, intervalUs: number): Promise<void> {
    thread.starting = true;
    const { target } = thread.profiler;
    const beganAt = process.hrtime();
    try {
      await thread.profiler.start(intervalUs, this.nowMs);
      const [seconds, ns] = process.hrtime(beganAt);
      this.sink.onStart(target.name, intervalUs, seconds * 1e3 + ns / 1e6);
    } catch (error) {
      if (this.threads.has(target.name) && !this.ended) this.sink.onFault('PROFILER_START', `${target.name}: ${(error as Error).message}`);
    }
    thread.starting = false;
  }

  private adapt(name: string, thread: Profiled, load: ThreadLoad, nowMs: number, nativeBytes: number): void {
    const { profiler, rate, growth } = thread;
    if (!profiler.isRunning || profiler.isRotating || Number.isNaN(load.busyRatio)) return;
    const wantedUs = rate.decide(profiler.intervalUs, { nowMs, ...load });
    if (wantedUs !== profiler.intervalUs) {
      void this.start(thread, wantedUs);
    } else if (
      name === 'main' &&
      growth.isDue({
        nativeBytes,
        heapBytes: load.heapBytes,
        foreignMs: Math.max(0, nowMs - profiler.foreignSinceMs),
        isQuiet: load.busyRatio < QUIET_RATIO,
      })
    ) {
      this.sink.onFault('PROFILER_RENEWED', `the sampler of ${name} was made anew at a quiet moment, because what V8 keeps for it had grown`);
      void this.start(thread, profiler.intervalUs);
    }
  }

  /** A thread that turns its loop answers within a turn. One that is in native code answers when it is done, however long that takes. */
  private isWedged(thread: Profiled, { turns }: ThreadLoad, nowMs: number): boolean {
    if (!thread.profiler.isRotating) return false;
    if (thread.turnsAsked < 0) {
      thread.turnsAsked = turns;
      thread.askedAtMs = nowMs;
      return false;
    }
    return turns !== thread.turnsAsked && nowMs - thread.askedAtMs >= PROFILER_WEDGED_MS;
  }

  private async reconnect(): Promise<void> {
    this.threads.clear();
    this.link?.disconnect();
    this.link = null;
    if (!(await this.connect(this.nowMs))) this.sink.onFault('NO_INSPECTOR', 'the CPU profile ends here: the inspector could not be reached again');
  }
}

/** Share of a core below which a thread idles at the moment. */
const QUIET_RATIO = 0.05;
