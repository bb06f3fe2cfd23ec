// All samplers of the process: one for each application thread, started as early as can be, rotated together, kept alive.
import { CPU_ROTATE_MS, PROFILED_THREADS_MAX, PROFILER_WEDGED_MS } from '../../core/limits.js';
import { type CpuProfile, fromCpuProfile } from '../../flame/formats/cpu-profile.js';
import type { Profile } from '../../flame/profile.js';
import { AnswerWatch } from './answer-watch.js';
import { connectInspector, type InspectorLink, type LinkEvents, type Target } from './inspector-link.js';
import { ProfileGrowth } from './profile-growth.js';
import { RotationPace } from './rotation-pace.js';
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

export type Link = Pick<InspectorLink, 'disconnect' | 'reattachWorkers'>;

/** Reaches the threads; null where nothing does. */
export type Connect = (isOwn: (threadId: number) => boolean, events: LinkEvents, isEnding: () => boolean) => Promise<Link | null>;

interface Profiled {
  profiler: ThreadProfiler;
  rate: SamplingRate;
  growth: ProfileGrowth;
  pace: RotationPace;
  /** A start or restart is under way. */
  starting: boolean;
  adoptedAtMs: number;
  startedAtMs: number;
  rotatedAtMs: number;
  /** Rotations in a row that other sessions made dear. */
  dear: number;
  /** Size of the heap by V8, for threads of which nothing else is known. */
  heapBytes: number;
}

export class Profiler {
  private readonly intervalUs: number;
  private readonly isOwn: (threadId: number) => boolean;
  private readonly connectLink: Connect;
  private readonly sink: ProfilerSink;
  private readonly threads = new Map<string, Profiled>();
  /** Kept while a thread is replaced: a sampler that was replaced in vain is given more time. */
  private readonly answers = new Map<string, AnswerWatch>();
  /** Threads beyond the limit, in order: one takes the place of one that ends. */
  private readonly waiting = new Map<string, Target>();
  private link: Link | null = null;
  private rotatedAtMs = 0;
  private isCrowded = false;
  private ended = false;
  private lastIntervalUs = 0;
  private nowMs: number;

  /** isOwn: whether a thread is pitot's and not the application's. connectLink: for tests. */
  constructor(intervalUs: number, isOwn: (threadId: number) => boolean, sink: ProfilerSink, nowMs: number, connectLink: Connect = connectInspector) {
    this.intervalUs = intervalUs;
    this.isOwn = isOwn;
    this.sink = sink;
    this.nowMs = nowMs;
    this.connectLink = connectLink;
  }

  /** False: this Node has no inspector, or one that may not be used. An end meanwhile is neither. */
  async connect(nowMs: number): Promise<boolean> {
    this.nowMs = nowMs;
    this.rotatedAtMs = nowMs;
    const events = { onTarget: (target: Target) => this.adopt(target), onGone: (target: Target) => this.forget(target) };
    this.link = await this.connectLink(this.isOwn, events, () => this.ended);
    if (this.ended) this.end();
    return this.link !== null || this.ended;
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
    if (nowMs - this.rotatedAtMs >= this.rotateEveryMs) void this.rotateAll(nowMs);
    const loads = new Map([...this.threads].map(([name, thread]) => [name, loadOf(name) ?? loadByProfile(thread)]));
    const mainTurns = loads.get('main')?.turns ?? 0;
    let workerHeapBytes = 0;
    for (const [name, { heapBytes }] of loads) if (name !== 'main') workerHeapBytes += heapBytes;
    for (const [name, thread] of this.threads) {
      const load = loads.get(name) as ThreadLoad;
      const isPending = thread.starting || thread.profiler.isRotating;
      // Messages for worker threads go through main.
      if (this.answersOf(name).isSilent({ nowMs, isPending, turns: [mainTurns, load.turns] })) {
        this.sink.onFault('PROFILER_WEDGED', `the sampler of ${name} did not answer for ${PROFILER_WEDGED_MS} ms; it was replaced`);
        void this.replace(name);
        return;
      }
      if (thread.starting) continue;
      if (thread.profiler.isBooting && nowMs - thread.adoptedAtMs >= BOOT_MS_MAX) this.leave(name, thread);
      else if (!thread.profiler.isRunning) this.retryStart(thread, nowMs);
      else if (isYoungAndDue(thread, nowMs)) void this.rotate(name, nowMs);
      else this.adapt(name, thread, load, nowMs, nativeBytes - workerHeapBytes);
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
    if (!thread.profiler.isRotating) thread.pace.rotated(nowMs);
    thread.rotatedAtMs = nowMs;
    try {
      await thread.profiler.rotate(nowMs);
      this.watchCost(name, thread);
    } catch (error) {
      // A thread that ends while it is asked has nothing left to tell.
      if (this.threads.get(name) === thread && !this.ended) this.sink.onFault('PROFILER', (error as Error).message);
    }
  }

  /** To be done before the process ends. */
  end(): void {
    this.ended = true;
    this.lastIntervalUs = this.currentIntervalUs;
    this.threads.clear();
    this.waiting.clear();
    this.link?.disconnect();
    this.link = null;
  }

  private adopt(target: Target): void {
    if (this.threads.size >= PROFILED_THREADS_MAX) {
      if (!this.isCrowded)
        this.sink.onFault('PROFILED_THREADS_MAX', `more than ${PROFILED_THREADS_MAX} threads at once; the CPU profile leaves some out`);
      this.isCrowded = true;
      this.waiting.set(target.name, target);
      return;
    }
    const thread: Profiled = {
      profiler: new ThreadProfiler(target, { onSegment: (profile) => this.receive(thread, profile) }),
      rate: new SamplingRate(this.intervalUs, this.nowMs),
      growth: new ProfileGrowth(),
      pace: new RotationPace(this.nowMs),
      starting: false,
      adoptedAtMs: this.nowMs,
      startedAtMs: this.nowMs,
      rotatedAtMs: this.nowMs,
      dear: 0,
      heapBytes: 0,
    };
    this.threads.set(target.name, thread);
    this.threads.get('main')?.growth.forgetBase();
    void this.start(thread, this.intervalUs);
  }

  private forget({ name }: Target): void {
    this.waiting.delete(name);
    this.answers.delete(name);
    if (!this.threads.delete(name)) return;
    this.threads.get('main')?.growth.forgetBase();
    for (const [waitingName, target] of this.waiting) {
      this.waiting.delete(waitingName);
      this.adopt(target);
      return;
    }
  }

  private receive({ profiler: { target, intervalUs }, pace }: Profiled, profile: CpuProfile): void {
    try {
      const segment = fromCpuProfile(profile, { thread: target.name, intervalUs });
      pace.received(segment.nodeFrames.length);
      this.sink.onSegment(target.threadId, segment);
    } catch (error) {
      this.sink.onFault('PROFILE', (error as Error).message);
    }
  }

  private async start(thread: Profiled, intervalUs: number): Promise<void> {
    thread.starting = true;
    thread.startedAtMs = this.nowMs;
    const { target } = thread.profiler;
    const beganAt = process.hrtime();
    try {
      const pauseMs = await thread.profiler.start(intervalUs, this.nowMs);
      const [seconds, ns] = process.hrtime(beganAt);
      this.sink.onStart(target.name, intervalUs, pauseMs || seconds * 1e3 + ns / 1e6);
      thread.heapBytes = await thread.profiler.heapBytes();
    } catch (error) {
      if (this.threads.get(target.name) === thread && !this.ended) this.sink.onFault('PROFILER_START', `${target.name}: ${(error as Error).message}`);
    }
    thread.starting = false;
  }

  /** A start that failed leaves the thread without a profile: tried again, not in a hurry. */
  private retryStart(thread: Profiled, nowMs: number): void {
    if (nowMs - thread.startedAtMs >= RETRY_START_MS) void this.start(thread, this.intervalUs);
  }

  /** A worker thread that never begins a script is Node's own, for module hooks: no rotation can be made in it, and it hands over what it has. */
  private leave(name: string, thread: Profiled): void {
    this.threads.delete(name);
    thread.profiler.stop().catch(() => {});
  }

  private adapt(name: string, thread: Profiled, load: ThreadLoad, nowMs: number, nativeBytes: number): void {
    const { profiler, rate, growth } = thread;
    if (profiler.isRotating || Number.isNaN(load.busyRatio)) return;
    const wantedUs = rate.decide(profiler.intervalUs, { nowMs, ...load });
    if (wantedUs !== profiler.intervalUs) {
      void this.start(thread, wantedUs);
      return;
    }
    const isDue = growth.isDue({
      ageMs: nowMs - thread.startedAtMs,
      // Native memory cannot be told apart by thread: main stands for all.
      nativeBytes: name === 'main' ? nativeBytes : 0,
      heapBytes: load.heapBytes,
      foreignMs: Math.max(0, nowMs - profiler.foreignSinceMs),
      isQuiet: load.busyRatio < QUIET_RATIO,
    });
    if (!isDue) return;
    this.sink.onFault('PROFILER_RENEWED', `the sampler of ${name} was made anew at a quiet moment, because what V8 keeps for it had grown`);
    void this.start(thread, profiler.intervalUs);
  }

  /** The threads rotate together: the one with the most to hand over says when. */
  private get rotateEveryMs(): number {
    let everyMs = CPU_ROTATE_MS;
    for (const { dear, pace } of this.threads.values()) {
      if (dear >= DEAR_IN_A_ROW) return ROTATE_SHARED_MS;
      everyMs = Math.min(everyMs, pace.lengthMs);
    }
    return everyMs;
  }

  private watchCost(name: string, thread: Profiled): void {
    thread.dear = thread.profiler.bridgeMs > DEAR_MS ? thread.dear + 1 : 0;
    if (thread.dear === DEAR_IN_A_ROW)
      this.sink.onFault(
        'PROFILER_SHARED',
        `another inspector session of ${name} has the Profiler domain enabled: each rotation of the CPU profile takes ${Math.round(thread.profiler.bridgeMs)} ms of the thread, and is made less often`,
      );
  }

  private answersOf(name: string): AnswerWatch {
    let watch = this.answers.get(name);
    if (watch === undefined) this.answers.set(name, (watch = new AnswerWatch()));
    return watch;
  }

  private async replace(name: string): Promise<void> {
    if (name !== 'main') {
      this.link?.reattachWorkers();
      return;
    }
    this.threads.clear();
    this.waiting.clear();
    this.link?.disconnect();
    this.link = null;
    if (!(await this.connect(this.nowMs))) this.sink.onFault('NO_INSPECTOR', 'the CPU profile ends here: the inspector could not be reached again');
  }
}

/** Share of a core below which a thread idles at the moment. */
const QUIET_RATIO = 0.05;
/** How long a worker thread may take to begin its script, ms. */
const BOOT_MS_MAX = 30_000;
/** Distance of tries to start a sampler, ms. */
const RETRY_START_MS = 30_000;
/** A bridge of so many ms, so often in a row, is another session's walk of the heap; a machine that is busy elsewhere makes one long now and then. */
const DEAR_MS = 5;
const DEAR_IN_A_ROW = 3;
/** Rotation is then left to windows and incidents, and made this often at the least, ms. */
const ROTATE_SHARED_MS = 60_000;

/** Of a thread that does not tell of itself, as one without pitot's preload: what its samples say, and V8. */
function loadByProfile({ profiler, heapBytes }: Profiled): ThreadLoad {
  return { busyRatio: profiler.busyRatio, heapBytes, turns: 0 };
}

/** A thread that is terminated takes the samples since its last rotation with it: while it is young they are fetched whenever its age has doubled. */
function isYoungAndDue({ adoptedAtMs, rotatedAtMs }: Profiled, nowMs: number): boolean {
  return nowMs - adoptedAtMs < CPU_ROTATE_MS && nowMs - rotatedAtMs >= (nowMs - adoptedAtMs) / 2;
}
