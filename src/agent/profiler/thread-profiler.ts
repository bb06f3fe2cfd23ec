// The sampler of one application thread: always on, its profile rotated by starting the next before the last is ended, so that no sample is lost between.
import type { CpuProfile } from '../../flame/cpu-profile.js';
import type { Target } from './inspector-link.js';
import { renewOptimisedCode } from './optimised-code.js';
import { withoutOwnFrames } from './own-frames.js';

/** URL of the scripts that pitot evaluates; their frames are taken out of profiles. */
export const OWN_SCRIPT = 'pitot:profiler';

export interface ProfilerEvents {
  /** A stretch of samples, the previous one's continuation. */
  onSegment(profile: CpuProfile): void;
  onFault(code: string, message: string): void;
}

/**
 * Two titles in turn: V8 keeps every title it has ever heard. A title is told to every inspector session of the thread, a debugger's included,
 * so it says whose it is.
 */
const TITLES = [`pitot ${process.pid} a`, `pitot ${process.pid} b`] as const;

export class ThreadProfiler {
  readonly target: Target;
  intervalUs = 0;
  /** When it was started, ms of the caller's clock. */
  startedAtMs = 0;
  private readonly events: ProfilerEvents;
  /** Index of the title that is running; -1: none is. */
  private running = -1;
  private rotating: Promise<void> | null = null;
  /** Profiles the host asked for with console.profile: V8 starts them in every session. By id, with the time they began. */
  private readonly foreign = new Map<string, number>();
  private nowMs = 0;

  constructor(target: Target, events: ProfilerEvents) {
    this.target = target;
    this.events = events;
    target.onEvent = (method, params) => this.receive(method, params as ProfileEvent);
  }

  get isRunning(): boolean {
    return this.running >= 0;
  }

  /** True while a rotation has been asked for and not been answered. */
  get isRotating(): boolean {
    return this.rotating !== null;
  }

  /** Start of the oldest profile the host began and did not end: V8 keeps its samples in this session too. Infinity: there is none. */
  get foreignSinceMs(): number {
    return Math.min(...this.foreign.values());
  }

  /** Starts sampling: V8 walks the whole heap for compiled code, 8 ms and about 0.9 ms a MiB. Stops first where it runs: no other way changes the period. */
  async start(intervalUs: number, nowMs: number): Promise<void> {
    this.nowMs = nowMs;
    await this.stop();
    this.foreign.clear();
    await this.target.send('Profiler.enable');
    await this.target.send('Profiler.setSamplingInterval', { interval: intervalUs });
    await this.evaluate(`profile(${JSON.stringify(TITLES[0])})`);
    if (this.intervalUs === 0) await renewOptimisedCode(this.target, OWN_SCRIPT);
    this.running = 0;
    this.intervalUs = intervalUs;
    this.startedAtMs = nowMs;
  }

  /** Hands the samples so far to onSegment and goes on sampling. One that is under way is joined. */
  rotate(nowMs: number): Promise<void> {
    this.nowMs = nowMs;
    this.rotating ??= this.rotateNow().finally(() => {
      this.rotating = null;
    });
    return this.rotating;
  }

  /** Hands the last samples over and lets V8 forget what it knows. */
  async stop(): Promise<void> {
    if (this.rotating) await this.rotating.catch(() => {});
    if (this.running < 0) return;
    const last = TITLES[this.running];
    this.running = -1;
    await this.evaluate(`profileEnd(${JSON.stringify(last)})`);
    await this.target.send('Profiler.disable');
  }

  private async rotateNow(): Promise<void> {
    if (this.running < 0) return;
    const last = this.running;
    const next = 1 - last;
    this.running = next;
    await this.evaluate(`profile(${JSON.stringify(TITLES[next])});profileEnd(${JSON.stringify(TITLES[last])})`);
  }

  /** The command-line API reaches V8's own profile(): the host's console object is neither used nor touched. What it takes is a pause that pitot caused. */
  private async evaluate(statements: string): Promise<void> {
    const expression = `(h=>{const t=h?.pauseBegin();${statements};h?.pauseEnd(t)})(globalThis[Symbol.for('pitot.host.1')])\n//# sourceURL=${OWN_SCRIPT}`;
    const reply = (await this.target.send('Runtime.evaluate', { expression, includeCommandLineAPI: true, silent: true })) as EvaluateReply;
    const thrown = reply?.exceptionDetails;
    if (thrown) throw new Error(thrown.exception?.description ?? thrown.text);
  }

  private receive(method: string, { id, title, profile }: ProfileEvent): void {
    if (method === 'Profiler.consoleProfileStarted') {
      if (!isOwn(title)) this.foreign.set(id, this.nowMs);
    } else if (method === 'Profiler.consoleProfileFinished') {
      if (!isOwn(title)) this.foreign.delete(id);
      else {
        this.events.onSegment(withoutOwnFrames(profile, OWN_SCRIPT));
        // The host's console.profileEnd() without a title ends whichever profile is newest: this one. The next begins at once.
        if (this.running >= 0 && title === TITLES[this.running]) this.startAgain();
      }
    }
  }

  private startAgain(): void {
    this.running = 1 - this.running;
    this.evaluate(`profile(${JSON.stringify(TITLES[this.running])})`).catch((error: Error) => this.events.onFault('PROFILER', error.message));
  }
}

interface ProfileEvent {
  id: string;
  title?: string;
  profile: CpuProfile;
}

interface EvaluateReply {
  exceptionDetails?: { text: string; exception?: { description?: string } };
}

function isOwn(title: string | undefined): boolean {
  return title !== undefined && (TITLES as readonly string[]).includes(title);
}
