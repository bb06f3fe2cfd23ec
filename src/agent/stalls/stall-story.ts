// One stall from its opening to its end: its samples as they come, and its lines in stalls.ndjson, each with what is known by then.
import { wallMs } from '../../core/clock.js';
import { EVIDENCE_WAIT_MS, LAST_EVIDENCE_WAIT_MS, STALL_SAMPLES_MAX } from '../../core/limits.js';
import { isOwnDoing, judgeStall, type StallEvidence } from '../../diagnose/stalls/stall-verdict.js';
import type { Profile } from '../../flame/profile.js';
import { mergeSegments, sliceProfile } from '../../flame/profile-segments.js';
import type { Stall } from '../../report/report-types.js';
import { appendStall, type StallLine } from '../../report/stall-log.js';
import type { StallSamples, StallSamplesTask } from '../../report/stall-samples.js';

export interface StallStoryOptions {
  directory: string;
  service: string;
  cwd: string;
  /** Formats of the flame files when the stall is over. */
  formats: string[];
  keep: number;
}

export interface StallStorySources {
  /** Ends the thread's current stretch of samples; resolves when it has come. A thread in native code answers late. */
  rotate(thread: string): Promise<void>;
  /** Names frames, judges samples, writes flame files: in the pool where there is one. */
  readSamples(task: StallSamplesTask): Promise<StallSamples>;
  /** How much of an interval, on the machine's clock, pitot itself held the thread up, ms. */
  ownMs(fromMs: number, toMs: number): number;
  onStall(line: StallLine): void;
  onFault(code: string, message: string): void;
}

/** What the verdict is judged by, but for the samples. */
export type StallFigures = Omit<StallEvidence, 'gcRatio' | 'topFrame' | 'ownMs'>;

/** Share of the stall that busy samples must be of to say that the collector is to blame. */
const BUSY_MIN = 0.5;

/** What samples are read for. isOver: none are asked for, those at hand have to do. */
interface Reading {
  isLast: boolean;
  isOver: boolean;
  mayRest: boolean;
}

/** Lines are written as they come, or none any more: see StallStory. */
type State = { kind: 'telling'; isTold: boolean } | { kind: 'resting'; isTold: boolean };

/**
 * A worker thread that waits on a futex inside of a package is at rest, not stalled: so do the workers of a pool between their tasks (Piscina's in
 * Atomics.wait), and never turn their loop in between. A story of that is not told, and one that was told ends where the rest began. Main never rests.
 */
export class StallStory {
  /** As it stands. */
  readonly stall: Stall;
  readonly startMs: number;
  private readonly base: string;
  private segments: Profile[];
  private readonly options: StallStoryOptions;
  private readonly sources: StallStorySources;
  /** Lines are written one after the other. */
  private chain: Promise<void> = Promise.resolve();
  private state: State = { kind: 'telling', isTold: false };
  /** Duration of the last line: no line tells a shorter one. */
  private toldMs = 0;
  private readonly hurry: { isOn: boolean; now(): void } = { isOn: false, now: () => {} };

  /** startMs: on the machine's clock. base: name of its flame files. segments: the newest samples, those before the stall included. */
  constructor(stall: Stall, startMs: number, base: string, segments: Profile[], options: StallStoryOptions, sources: StallStorySources) {
    this.stall = stall;
    this.startMs = startMs;
    this.base = base;
    this.segments = segments;
    this.options = options;
    this.sources = sources;
  }

  addSegment(segment: Profile): void {
    if (this.isResting) return;
    this.segments.push(segment);
    if (this.segments.reduce((sum, { samples }) => sum + samples.length, 0) > STALL_SAMPLES_MAX)
      this.segments = [everyOther(mergeSegments(this.segments))];
  }

  /** Whether a line of it has been written. */
  get isTold(): boolean {
    return this.state.isTold;
  }

  /** Whether no more lines are written, since its thread only waits for work. */
  get isResting(): boolean {
    return this.state.kind === 'resting';
  }

  /** Writes a line. isOver: the process ends and waits for this thread, so that none is asked for samples. */
  tell(event: StallLine['event'], figures: StallFigures, isOver: boolean): void {
    const { stall } = this;
    if (this.isResting) return;
    stall.durationMs = figures.wallMs;
    stall.cpuMs = figures.cpuMs ?? figures.processCpuMs ?? 0;
    stall.ongoing = event !== 'end';
    const told = { durationMs: stall.durationMs, cpuMs: stall.cpuMs, ongoing: stall.ongoing };
    const mayRest = stall.thread !== 'main' && waitsOnFutex(figures);
    this.chain = this.chain
      .then(async () => {
        if (this.isResting) return;
        const ownMs = (): number => this.sources.ownMs(this.startMs, this.startMs + told.durationMs);
        const how = { isLast: event === 'end', isOver, mayRest };
        const read = isOwnDoing(ownMs(), told.durationMs) ? null : await this.samplesFor(told.durationMs, how);
        // That a snapshot has begun may have shown meanwhile. What it interrupted has no part in it.
        const isOwn = isOwnDoing(ownMs(), told.durationMs);
        const samples = isOwn ? null : read;
        const restsSinceUs = samples?.inPackageSinceUs ?? null;
        if (restsSinceUs !== null) return await this.rest(restsSinceUs / 1000 - this.startMs, told.cpuMs);
        // Nothing shows yet whether it rests.
        if (mayRest && samples === null && !this.isTold) return;
        const { gcRatio = null, topFrame = null } = samples ?? {};
        const { verdict, reason } = judgeStall({ ...figures, gcRatio, topFrame, ownMs: ownMs() });
        if (isOwn) Object.assign(this.stall, { top: [], file: '', flame: undefined });
        this.take(samples);
        stall.verdict = verdict;
        stall.reason = reason;
        this.write(event, told);
      })
      .catch((error: Error) => this.sources.onFault('STALL', error.message));
  }

  /** Resolves when all that was told is on disk. */
  settle(): Promise<void> {
    return this.chain;
  }

  /** The process is about to end: what waits for samples waits no more. */
  hurryUp(): void {
    this.hurry.isOn = true;
    this.hurry.now();
  }

  /** Ends it where the rest began, with the verdict it had. */
  private async rest(durationMs: number, cpuMs: number): Promise<void> {
    const { isTold } = this;
    if (isTold) {
      this.take(await this.samplesFor(durationMs, { isLast: true, isOver: true, mayRest: false }));
      const end = { durationMs: Math.max(durationMs, this.toldMs), cpuMs, ongoing: false };
      Object.assign(this.stall, end);
      this.write('end', end);
    }
    this.state = { kind: 'resting', isTold };
    this.segments = [];
  }

  private take(samples: StallSamples | null): void {
    if (samples === null || samples.top.length === 0) return;
    this.stall.top = samples.top;
    this.stall.file = samples.file;
    this.stall.flame = samples.flame;
  }

  private write(event: StallLine['event'], told: Pick<Stall, 'durationMs' | 'cpuMs' | 'ongoing'>): void {
    this.state.isTold = true;
    this.toldMs = told.durationMs;
    const { flame, ...stall } = this.stall;
    const line = { event, at: new Date(wallMs()).toISOString(), ...stall, ...told };
    appendStall(this.options.directory, line);
    this.sources.onStall(line);
  }

  /** The line is written whatever becomes of its samples. */
  private async samplesFor(durationMs: number, how: Reading): Promise<StallSamples | null> {
    try {
      if (!how.isOver) await this.askForSamples(how.isLast ? LAST_EVIDENCE_WAIT_MS : EVIDENCE_WAIT_MS);
      return await this.readSamples(durationMs, how);
    } catch (error) {
      this.sources.onFault('STALL_SAMPLES', (error as Error).message);
      return null;
    }
  }

  private async askForSamples(waitMs: number): Promise<void> {
    if (this.hurry.isOn) return;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, waitMs);
      this.hurry.now = resolve;
    });
    await Promise.race([this.sources.rotate(this.stall.thread), late]);
    clearTimeout(timer);
  }

  private async readSamples(durationMs: number, { isLast, mayRest }: Reading): Promise<StallSamples | null> {
    if (this.segments.length === 0) return null;
    const startUs = this.startMs * 1000;
    const profile = sliceProfile(mergeSegments(this.segments), startUs, startUs + durationMs * 1000);
    if (profile.samples.length === 0) return null;
    const { options, stall } = this;
    const samples = await this.sources.readSamples({
      profile,
      cwd: options.cwd,
      directory: options.directory,
      base: this.base,
      isLast,
      mayRest,
      formats: options.formats,
      keep: options.keep,
      title: `${options.service} · stall ${stall.id} of ${stall.thread}`,
      subtitle: `${stall.startAt}, ${Math.round(durationMs)} ms · ${profile.samples.length} samples`,
    });
    // Samples of a small part, as those of a start-up at first, or beside much idle time, say nothing of the whole.
    return samples.busyUs >= BUSY_MIN * durationMs * 1000 ? samples : { ...samples, gcRatio: null };
  }
}

/** No CPU, and nothing says that it waits for anything but a futex: where the platform does not tell, the samples decide. */
function waitsOnFutex(figures: StallFigures): boolean {
  const { syscall, child } = figures;
  const isFutex = syscall === null || syscall.name === 'futex' || syscall.name === 'restart_syscall';
  return child === null && isFutex && judgeStall({ ...figures, gcRatio: null, topFrame: null }).verdict === 'waiting';
}

/** Half of the samples, each for twice the time; the first and the last stay. */
function everyOther(profile: Profile): Profile {
  const isKept = (_: number, i: number): boolean => i % 2 === 0 || i === profile.samples.length - 1;
  return { ...profile, intervalUs: profile.intervalUs * 2, samples: profile.samples.filter(isKept), timesUs: profile.timesUs.filter(isKept) };
}
