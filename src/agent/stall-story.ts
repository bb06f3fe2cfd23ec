// One stall from its opening to its end: its samples as they come, and its lines in stalls.ndjson, each with what is known by then.
import { wallMs } from '../core/clock.js';
import { EVIDENCE_WAIT_MS } from '../core/limits.js';
import { judgeStall, type StallEvidence } from '../diagnose/stall-verdict.js';
import type { Profile } from '../flame/profile.js';
import { mergeSegments, sliceProfile } from '../flame/profile-segments.js';
import type { Stall } from '../report/report-types.js';
import { appendStall, type StallLine } from '../report/stall-log.js';
import type { StallSamples, StallSamplesTask } from '../report/stall-samples.js';

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
  onStall(line: StallLine): void;
  onFault(code: string, message: string): void;
}

/** What the verdict is judged by, but for the samples. */
export type StallFigures = Omit<StallEvidence, 'gcRatio' | 'topFrame'>;

export class StallStory {
  /** As it stands. */
  readonly stall: Stall;
  readonly startMs: number;
  private readonly base: string;
  private readonly segments: Profile[];
  private readonly options: StallStoryOptions;
  private readonly sources: StallStorySources;
  /** Lines are written one after the other. */
  private chain: Promise<void> = Promise.resolve();

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
    this.segments.push(segment);
  }

  /** Writes a line. isOver: the process ends and waits for this thread, so that none is asked for samples. */
  tell(event: StallLine['event'], figures: StallFigures, isOver: boolean): void {
    const { stall } = this;
    stall.durationMs = figures.wallMs;
    stall.cpuMs = figures.cpuMs ?? figures.processCpuMs ?? 0;
    stall.ongoing = event !== 'end';
    const told = { durationMs: stall.durationMs, cpuMs: stall.cpuMs, ongoing: stall.ongoing };
    this.chain = this.chain
      .then(async () => {
        const samples = await this.samplesFor(told.durationMs, event === 'end', isOver);
        if (samples !== null && samples.top.length > 0) {
          stall.top = samples.top;
          stall.file = samples.file;
          stall.flame = samples.flame;
        }
        const { verdict, reason } = judgeStall({ ...figures, gcRatio: samples?.gcRatio ?? null, topFrame: samples?.topFrame ?? null });
        stall.verdict = verdict;
        stall.reason = reason;
        const { flame, ...line } = stall;
        this.write({ event, at: new Date(wallMs()).toISOString(), ...line, ...told });
      })
      .catch((error: Error) => this.sources.onFault('STALL', error.message));
  }

  /** Resolves when all that was told is on disk. */
  settle(): Promise<void> {
    return this.chain;
  }

  private write(line: StallLine): void {
    appendStall(this.options.directory, line);
    this.sources.onStall(line);
  }

  /** The line is written whatever becomes of its samples. */
  private async samplesFor(durationMs: number, isLast: boolean, isOver: boolean): Promise<StallSamples | null> {
    try {
      if (!isOver) await this.askForSamples();
      return await this.readSamples(durationMs, isLast);
    } catch (error) {
      this.sources.onFault('STALL_SAMPLES', (error as Error).message);
      return null;
    }
  }

  private async askForSamples(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, EVIDENCE_WAIT_MS);
    });
    await Promise.race([this.sources.rotate(this.stall.thread), late]);
    clearTimeout(timer);
  }

  private async readSamples(durationMs: number, isLast: boolean): Promise<StallSamples | null> {
    if (this.segments.length === 0) return null;
    const startUs = this.startMs * 1000;
    const profile = sliceProfile(mergeSegments(this.segments), startUs, startUs + durationMs * 1000);
    if (profile.samples.length === 0) return null;
    const { options, stall } = this;
    return this.sources.readSamples({
      profile,
      cwd: options.cwd,
      directory: options.directory,
      base: this.base,
      isLast,
      formats: options.formats,
      keep: options.keep,
      title: `${options.service} · stall ${stall.id} of ${stall.thread}`,
      subtitle: `${stall.startAt}, ${Math.round(durationMs)} ms · ${profile.samples.length} samples`,
    });
  }
}
