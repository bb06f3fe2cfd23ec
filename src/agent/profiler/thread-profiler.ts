// The sampler of one application thread: always on, its profile handed over in stretches that follow each other without a gap and at no cost of a new start.
import type { CpuProfile } from '../../flame/formats/cpu-profile.js';
import type { Target } from './inspector-link.js';
import { renewOptimisedCode } from './optimised-code.js';
import { untilExitWait, wholeStretch, withoutOwnFrames } from './own-frames.js';
import { readinessOf } from './thread-readiness.js';

/** URL of the scripts that pitot evaluates; their frames are taken out of profiles. */
export const OWN_SCRIPT = 'pitot:profiler';

/** Title of the bridge, and all that another inspector session of the thread gets to see of pitot. */
export const BRIDGE_TITLE = `pitot ${process.pid}`;

export interface ProfilerEvents {
  /** A stretch of samples, the previous one's continuation. */
  onSegment(profile: CpuProfile): void;
}

/**
 * Rotation: V8 walks the heap for compiled code whenever a session goes from no profile to one (55 to 150 ms with 67 MB), and never in between. So a second
 * profile, the bridge, is started by V8's console.profile, the first is ended and started again, and the bridge is ended: under a millisecond in all. What
 * runs between rotations is known to this session alone.
 *
 * Limit: console.profile speaks to every session of the thread that has enabled the Profiler domain. Another one (DevTools, a profiler of the host's)
 * sees the bridge come and go, with its title and a sample or two; V8 walks the heap for it when it records nothing itself, at each rotation. Its own
 * profiles, its setSamplingInterval and a console.profileEnd() without a title work as they do alone. (Overlapping console profiles in turn, without a
 * bridge, would have had such a session record at 1 kHz for ever, refuse setSamplingInterval, and end pitot's profile instead of its own.)
 */
export class ThreadProfiler {
  readonly target: Target;
  intervalUs = 0;
  /** How long the other sessions of the thread made the last rotation wait, and the own overhead with it, ms. */
  bridgeMs = 0;
  private readonly events: ProfilerEvents;
  private state: 'stopped' | 'running' = 'stopped';
  /** Nothing of pitot's may run in the thread yet. */
  isBooting = false;
  private rotating: Promise<void> | null = null;
  /** Share of the last stretch in which it did not idle; NaN: there was none. */
  busyRatio = Number.NaN;
  /** Last moment that was handed over, µs; NaN: nothing was. */
  private endUs = Number.NaN;
  /** The profile of the rotation that is under way, from its beginning to its end. */
  private bridge: CpuProfile | null = null;
  /** Profiles the host asked for with console.profile: V8 starts them in every session. By id, with the time they began. */
  private readonly foreign = new Map<string, number>();
  private nowMs = 0;

  constructor(target: Target, events: ProfilerEvents) {
    this.target = target;
    this.events = events;
    target.onEvent = (method, params) => this.receive(method, params as ProfileEvent);
  }

  get isRunning(): boolean {
    return this.state === 'running';
  }

  /** True while a rotation has been asked for and not been answered. */
  get isRotating(): boolean {
    return this.rotating !== null;
  }

  /** Start of the oldest profile the host began and did not end: V8 keeps its samples in this session too. Infinity: there is none. */
  get foreignSinceMs(): number {
    return Math.min(...this.foreign.values());
  }

  /**
   * Starts sampling: V8 walks the whole heap for compiled code, 8 ms and about 0.9 ms a MiB. Stops first where it runs: no other way changes the period.
   * Resolves with the pause this was for the thread, ms; 0: the thread cannot tell.
   */
  async start(intervalUs: number, nowMs: number): Promise<number> {
    this.nowMs = nowMs;
    await this.stop();
    const readiness = await readinessOf(this.target, OWN_SCRIPT);
    this.isBooting = readiness === 'booting';
    // What a start that failed half-way may have left.
    await this.target.send('Profiler.disable');
    this.foreign.clear();
    await this.target.send('Profiler.enable');
    await this.target.send('Profiler.setSamplingInterval', { interval: intervalUs });
    const answers = await Promise.all(
      this.isBooting
        ? [this.target.send('Profiler.start')]
        : [
            // The bridge walks the heap, within a script that can tell how long it takes; the profile beside it then starts at once.
            this.evaluate(bridgeBegin),
            this.target.send('Profiler.start'),
            ...(readiness === 'ready' ? renewOptimisedCode(this.target) : []),
            this.evaluate(bridgeEnd(START_MS_MAX)),
          ],
    );
    this.bridge = null;
    this.state = 'running';
    this.intervalUs = intervalUs;
    return this.isBooting ? 0 : (answers.at(-1) as number);
  }

  /** Size of the thread's heap. */
  async heapBytes(): Promise<number> {
    const { totalSize } = (await this.target.send('Runtime.getHeapUsage')) as { totalSize: number };
    return totalSize;
  }

  /** Hands the samples so far to onSegment and goes on sampling. One that is under way is joined. */
  rotate(nowMs: number): Promise<void> {
    this.nowMs = nowMs;
    this.rotating ??= this.rotateNow().finally(() => {
      this.rotating = null;
    });
    return this.rotating;
  }

  /** Hands the last samples over and lets V8 forget what it knows, profiles of the host's in this session included. */
  async stop(): Promise<void> {
    if (this.rotating) await this.rotating.catch(() => {});
    if (this.state === 'stopped') return;
    this.state = 'stopped';
    await this.takeSamples();
    await this.target.send('Profiler.disable');
  }

  private async rotateNow(): Promise<void> {
    if (this.isBooting) this.isBooting = (await readinessOf(this.target, OWN_SCRIPT)) === 'booting';
    if (this.isBooting || this.state === 'stopped') return;
    // Sent at once, so that one interrupt serves them all; where the thread is busy elsewhere in between, the bridge has the samples.
    const [bridgeMs] = await Promise.all([
      this.evaluate(bridgeBegin),
      this.takeSamples(),
      this.target.send('Profiler.start'),
      this.evaluate(bridgeEnd(ROTATION_MS_MAX)),
    ]);
    this.bridgeMs = bridgeMs;
    // In the ordinary case it has nothing that is not in the stretches beside it.
    if (this.bridge !== null && this.bridge.endTime - this.endUs > this.intervalUs) this.handOver(this.bridge);
    this.bridge = null;
  }

  private async takeSamples(): Promise<void> {
    const { profile } = (await this.target.send('Profiler.stop')) as { profile: CpuProfile };
    this.handOver(profile);
  }

  private handOver(profile: CpuProfile): void {
    this.endUs = profile.endTime;
    this.busyRatio = busyRatio(profile);
    this.events.onSegment(wholeStretch(untilExitWait(withoutOwnFrames(profile, OWN_SCRIPT), isExitWait)));
  }

  /**
   * V8's own console.profile, as pitot's host kept it before the application could change it. Not the inspector's command-line API, which has the same: there
   * Node.js compiles its module loader in the middle of whatever the thread does, and a worker thread that is terminated in that moment takes the process down.
   */
  private async evaluate(expression: string): Promise<number> {
    const params = { expression: `${expression}\n//# sourceURL=${OWN_SCRIPT}`, silent: true, returnByValue: true };
    const reply = (await this.target.send('Runtime.evaluate', params)) as EvaluateReply;
    const thrown = reply?.exceptionDetails;
    if (thrown) throw new Error(thrown.exception?.description ?? thrown.text);
    return Number(reply?.result?.value ?? 0);
  }

  private receive(method: string, { id, title, profile }: ProfileEvent): void {
    const isOwn = title === BRIDGE_TITLE;
    if (method === 'Profiler.consoleProfileStarted') {
      if (!isOwn) this.foreign.set(id, this.nowMs);
    } else if (method === 'Profiler.consoleProfileFinished') {
      if (isOwn) this.bridge = profile;
      else this.foreign.delete(id);
    }
  }
}

/**
 * Time between the end of the bridge's first script and the begin of its second that is the rotation's, or the start's, ms: they are served in one go. When it
 * was longer, the thread did work of the host's in between.
 */
const ROTATION_MS_MAX = 50;
const START_MS_MAX = 2000;

const HOST = "globalThis[Symbol.for('pitot.host.1')]";
const TITLE = JSON.stringify(BRIDGE_TITLE);
/** A thread without pitot's host has its own console, as long as that is V8's. */
const CONSOLE = `(h?.console??(/native code/.test(Function.prototype.toString.call(console.profile))?console:null))`;
/** Both scripts return how long the thread stood still, ms: the first for itself, the second for all; 0 where the thread does not carry pitot's host. */
const bridgeBegin = `(h=>{const t=h?.pauseBegin()??0;${CONSOLE}.profile(${TITLE});const e=h?.pauseBegin()??0;if(h)h.bridge=[t,e];return e-t})(${HOST})`;
/** What a rotation or a start takes is a pause that pitot caused, and counted as one. */
const bridgeEnd = (betweenMsMax: number): string =>
  `(h=>{const t=h?.pauseBegin()??0;${CONSOLE}.profileEnd(${TITLE});if(!h)return 0;const [b,e]=h.bridge??[t,t];const s=t-e<${betweenMsMax}?b:t-(e-b);h.pauseEnd(s);return h.pauseBegin()-s})(${HOST})`;

/** The function of src/host/exit-handshake.ts, in the bundle that the host loads or as it was compiled. */
const isExitWait = (functionName: string, url: string): boolean =>
  functionName === 'waitForLastReport' && /[/\\](?:process-host|exit-handshake)\.c?js$/.test(url);

function busyRatio({ nodes, samples, timeDeltas, startTime, endTime }: CpuProfile): number {
  const idle = nodes.find(({ callFrame }) => callFrame.functionName === '(idle)')?.id;
  let [idleUs, atUs] = [0, startTime];
  for (let i = 0; i < samples.length; i++) {
    atUs += timeDeltas[i];
    if (samples[i] === idle) idleUs += i + 1 < samples.length ? timeDeltas[i + 1] : endTime - atUs;
  }
  return 1 - idleUs / (endTime - startTime);
}

interface ProfileEvent {
  id: string;
  title?: string;
  profile: CpuProfile;
}

interface EvaluateReply {
  result?: { value?: unknown };
  exceptionDetails?: { text: string; exception?: { description?: string } };
}
