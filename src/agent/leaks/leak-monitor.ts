// Leaks as they show: points into the detector, verdicts to disk at once, a heap profile where one would tell more, the culprit once a snapshot was looked into. Thread: agent.
import { LEAK_CRITICAL_PER_HOUR, LEAK_HOURS_TO_LIMIT, LEAK_PER_HOUR } from '../../core/instrument-names.js';
import {
  AFTER_SNAPSHOT_MS,
  ANALYSIS_TRIES_MAX,
  INDUCED_GC_BUSY_MS,
  INDUCED_GC_GROWTH_BYTES,
  INDUCED_GC_GROWTH_RATIO,
  INDUCED_GC_HEAP_BYTES_MAX,
  INDUCED_GC_LOOP_RATIO_MAX,
  INDUCED_GC_MS,
  LEAK_OVER_MS,
  LEAK_START_MS,
} from '../../core/leak-limits.js';
import { ACTION_RETRY_MS } from '../../core/limits.js';
import type { GaugeFigures } from '../../diagnose/figures.js';
import { LeakDetector } from '../../diagnose/leaks/leak-detector.js';
import type { LeakKind, LeakVerdict } from '../../diagnose/leaks/leak-verdict.js';
import type { LeakLimits } from '../../diagnose/leaks/memory-point.js';
import { durationWords, HOUR_MS } from '../../diagnose/rules/durations.js';
import type { HeapAnalysis, HeapHints } from '../../heap/heap-analysis.js';
import { appendLeak, type LeakLine } from '../../report/leaks-log.js';
import type { Leak } from '../../report/report-types.js';
import type { ThreadSample } from '../drained-thread.js';
import { ANALYSIS_REFUSED } from '../evidence/analyze-if-room.js';
import type { CallTable } from './call-table.js';
import { hintsOf } from './heap-hints.js';
import type { SamplingProfile } from './heap-sampler.js';
import { LeakFiles } from './leak-files.js';
import { leakOf, type NamedSuspects } from './leak-of-verdict.js';
import { grownIn, type TakenSnapshot } from './taken-snapshot.js';

export interface LeakMonitorOptions {
  /** The run directory. */
  directory: string;
  cwd: string;
  timeScale: number;
  /** Whether an idle heap may be collected for its figures. */
  mayCollect: boolean;
  /** When the process began, monotonic, ms. */
  startMs: number;
}

export interface LeakSources {
  /** Newest sample of the main thread. */
  readMain(): ThreadSample | null;
  nativeBytes(): number;
  handles(): { [name: string]: number };
  /** Of the application, since the process began; 0: it records none, and its work is told by what it allocates. */
  finishedCalls(): number;
  limits(): LeakLimits;
  sampler: { readonly startedAtMs: number; readonly usedBytes: number; profile(): Promise<SamplingProfile | null> };
  /** Of the main thread. */
  calls: CallTable;
  /** Looks into a snapshot, in a process of its own. */
  analyze(file: string, hints: HeapHints): Promise<HeapAnalysis>;
  nowMs(): number;
  nowWallMs(): number;
  onLeak(line: LeakLine): void;
  onFault(code: string, message: string): void;
}

/** A leak whose culprit was found in a snapshot. culprit: the same for the same one. */
export interface NamedLeak {
  kind: LeakKind;
  culprit: string;
}

export class LeakMonitor {
  private readonly options: LeakMonitorOptions;
  private readonly sources: LeakSources;
  private readonly detector: LeakDetector;
  private readonly told = new Map<LeakKind, LeakVerdict['verdict']>();
  private fullCollections = 0;
  private collectedAtMs: number;
  private loop = { activeMs: 0, idleMs: 0 };
  private readonly overSinceMs = new Map<LeakKind, number>();
  private isProfiling = false;
  /** Memory is not looked at before this time; 0: it is. */
  private blindUntilMs = 0;
  private allocatedBefore = Number.NaN;
  /** What a snapshot shows of each kind that was growing then. */
  private readonly suspects = new Map<LeakKind, NamedSuspects>();
  /** The newest; null: there is none. */
  private snapshot: TakenSnapshot | null = null;
  private analysing: Promise<void> = Promise.resolve();
  /** Kinds whose analysis was refused or failed: when it is tried again, and how often it was. */
  private readonly unnamed = new Map<LeakKind, { atMs: number; tries: number }>();
  /** Since they were taken last. */
  private named: NamedLeak[] = [];
  private readonly files = new LeakFiles();

  constructor(options: LeakMonitorOptions, sources: LeakSources) {
    this.options = options;
    this.sources = sources;
    this.collectedAtMs = sources.nowMs();
    this.detector = new LeakDetector({ timeScale: options.timeScale, startMs: options.startMs });
  }

  /** Looks at the memory as it is now. */
  look(): void {
    const main = this.sources.readMain();
    const { nativeBytes, handles, limits, nowMs } = this.sources;
    if (main === null || nowMs() - this.options.startMs < LEAK_START_MS || nowMs() < this.blindUntilMs) return;
    if (this.blindUntilMs > 0) {
      this.blindUntilMs = 0;
      this.detector.rebaseline(nowMs());
    }
    const isCollected = main.fullCollections > this.fullCollections;
    const calls = this.sources.finishedCalls();
    this.fullCollections = main.fullCollections;
    this.detector.add(
      {
        atMs: nowMs(),
        liveBytes: isCollected ? main.liveBytes : null,
        externalBytes: main.externalBytes,
        arrayBuffersBytes: main.arrayBuffersBytes,
        nativeBytes: nativeBytes(),
        handles: handles(),
        allocatedBytes: this.allocatedSinceStart(main),
        ...(calls > 0 ? { work: calls } : {}),
      },
      limits(),
    );
    this.tellChanges();
    this.nameAgain();
    const wantsProfile = this.detector.wantsProfile || this.isCollectionDue(main, isCollected);
    if (wantsProfile && !this.isProfiling) void this.corroborate();
  }

  /** Without a full collection nothing is known of what lives: the thread is made to have one, rarely, where its heap has grown meanwhile and is small. */
  private isCollectionDue(main: ThreadSample, isCollected: boolean): boolean {
    const nowMs = this.sources.nowMs();
    const activeMs = main.loopActiveMs - this.loop.activeMs;
    const idleMs = main.loopIdleMs - this.loop.idleMs;
    this.loop = { activeMs: main.loopActiveMs, idleMs: main.loopIdleMs };
    if (isCollected) this.collectedAtMs = nowMs;
    const isIdle = activeMs < (activeMs + idleMs) * INDUCED_GC_LOOP_RATIO_MAX;
    const everyMs = (isIdle ? INDUCED_GC_MS : INDUCED_GC_BUSY_MS) / this.options.timeScale;
    const hasGrown = main.heapUsedBytes > main.liveBytes * INDUCED_GC_GROWTH_RATIO + INDUCED_GC_GROWTH_BYTES;
    const isSmall = main.heapUsedBytes <= INDUCED_GC_HEAP_BYTES_MAX;
    const isDue = this.options.mayCollect && isSmall && hasGrown && nowMs - this.collectedAtMs >= everyMs;
    // One that did not come is not asked for again at once.
    if (isDue) this.collectedAtMs = nowMs;
    return isDue;
  }

  /** Whether there are figures to judge by. */
  get isWatching(): boolean {
    return this.detector.verdicts().length > 0;
  }

  /** Resident memory that pitot's own snapshots left behind. */
  get snapshotBytes(): number {
    return this.detector.snapshotBytes;
  }

  /** What has been named since the last call. */
  takeNamed(): NamedLeak[] {
    return this.named.splice(0);
  }

  /** What is known of each class of memory, for a report. */
  leaks(): Leak[] {
    return this.detector.verdicts().map((verdict) => this.leakOf(verdict));
  }

  /** The same for rules. */
  gauges(): GaugeFigures[] {
    return this.detector.verdicts().flatMap(({ kind, verdict, severity, growthRatioPerHour, msToLimit }): GaugeFigures[] => {
      const isLeak = verdict === 'leak';
      return [
        { name: LEAK_PER_HOUR, labels: { kind }, value: isLeak ? growthRatioPerHour : 0 },
        { name: LEAK_CRITICAL_PER_HOUR, labels: { kind }, value: severity === 'critical' ? growthRatioPerHour : 0 },
        { name: LEAK_HOURS_TO_LIMIT, labels: { kind }, value: isLeak && msToLimit !== null ? msToLimit / HOUR_MS : Number.NaN },
      ];
    });
  }

  /** Of what leaks or may, for alerts: what it is first, then the figures behind it. */
  sentences(): string[] {
    const leaks = this.leaks().filter(({ verdict }) => verdict !== 'none');
    return [...leaks.map(({ message }) => `${message}.`), ...leaks.flatMap(({ evidence }) => evidence)];
  }

  /** From the first look on, soon after the sampler's start, and on and on: a sampler that begins anew reads its births on the same clock. */
  private allocatedSinceStart({ allocatedBytes }: ThreadSample): number {
    if (Number.isNaN(this.allocatedBefore)) this.allocatedBefore = allocatedBytes;
    return allocatedBytes - this.allocatedBefore;
  }

  /** What came of the heap actions of alerts about leaks: files, and why one was refused. */
  noteFiles(results: readonly string[]): void {
    if (this.files.note(results)) this.tellFiles();
  }

  private tellFiles(): void {
    for (const verdict of this.detector.verdicts()) if (verdict.verdict === 'leak') this.tell('files', verdict);
  }

  /** A snapshot is being taken: what memory does now is pitot's own doing. */
  lookAway(): void {
    this.blindUntilMs = Number.POSITIVE_INFINITY;
  }

  /** It was, or was given up: malloc gives back what it can within some seconds. */
  lookAgain(): void {
    this.blindUntilMs = this.sources.nowMs() + AFTER_SNAPSHOT_MS;
  }

  /** A snapshot was taken, by whatever asked for it: what leaks may be named. file: relative to the run directory. */
  lookInto(file: string, note = ''): Promise<void> {
    const verdicts = this.detector.verdicts();
    this.snapshot = { file, atMs: this.sources.nowMs(), grownBytes: new Map(verdicts.map(({ kind, grownBytes }) => [kind, grownBytes])) };
    this.suspects.clear();
    this.unnamed.clear();
    this.files.removeRefusals();
    if (this.files.add({ path: file, note })) this.tellFiles();
    for (const { kind, verdict } of verdicts) if (verdict !== 'none' && kind !== 'handles') this.name(kind);
    return this.analysing;
  }

  /** Looks into the newest snapshot for what a kind leaks, one analysis at a time. */
  private name(kind: LeakKind): void {
    const find = (): LeakVerdict | undefined => this.detector.verdicts().find((verdict) => verdict.kind === kind && verdict.verdict !== 'none');
    this.analysing = this.analysing.then(async () => {
      const before = find();
      const { snapshot } = this;
      const grownBytes = before === undefined || snapshot === null ? null : grownIn(snapshot, before);
      if (before === undefined || snapshot === null || grownBytes === null) {
        this.unnamed.delete(kind);
        return;
      }
      try {
        const { suspects } = await this.sources.analyze(snapshot.file, hintsOf(before, grownBytes, this.sources.calls));
        this.unnamed.delete(kind);
        this.files.removeRefusals();
        this.suspects.set(kind, { suspects, takenAtMs: snapshot.atMs });
        const now = find();
        if (now === undefined || suspects.length === 0) return;
        if (now.verdict === 'leak') this.named.push({ kind, culprit: `${suspects[0].constructor} ${suspects[0].holder}` });
        this.tell('named', now);
      } catch (error) {
        const { message } = error as Error;
        this.sources.onFault('HEAP_ANALYSIS', message);
        this.planRetry(kind, snapshot, message);
      }
    });
  }

  /** Where memory did not allow it; what has failed fails again. */
  private planRetry(kind: LeakKind, { file }: TakenSnapshot, message: string): void {
    const tries = (this.unnamed.get(kind)?.tries ?? 0) + 1;
    const isLast = tries >= ANALYSIS_TRIES_MAX || !message.startsWith(ANALYSIS_REFUSED);
    const retryMs = ACTION_RETRY_MS / this.options.timeScale;
    if (isLast) this.unnamed.delete(kind);
    else this.unnamed.set(kind, { atMs: this.sources.nowMs() + retryMs, tries });
    const next = isLast ? '' : `; tried again every ${durationWords(retryMs)}`;
    const isNews = this.files.add({ path: '', note: `analysis of ${file}: refused: ${message}${next}` });
    if (isNews || isLast) this.tellFiles();
  }

  /** What memory did not allow then it may allow by now. */
  private nameAgain(): void {
    for (const [kind, { atMs, tries }] of this.unnamed) {
      if (this.sources.nowMs() < atMs) continue;
      this.unnamed.set(kind, { atMs: Number.POSITIVE_INFINITY, tries });
      this.name(kind);
    }
  }

  /** What is over is told when it has stayed so: a trend at its threshold comes and goes. */
  private tellChanges(): void {
    const nowMs = this.sources.nowMs();
    for (const verdict of this.detector.verdicts()) {
      const { kind } = verdict;
      const told = this.told.get(kind) ?? 'none';
      if (verdict.verdict !== 'none' || told === 'none') this.overSinceMs.delete(kind);
      if (told === verdict.verdict || (told === 'leak' && verdict.verdict === 'suspected')) continue;
      if (verdict.verdict === 'none') {
        const sinceMs = this.overSinceMs.get(kind) ?? nowMs;
        this.overSinceMs.set(kind, sinceMs);
        if (nowMs - sinceMs < LEAK_OVER_MS / this.options.timeScale) continue;
        this.suspects.delete(kind);
      }
      this.told.set(kind, verdict.verdict);
      this.tell('verdict', verdict);
      // A snapshot that was taken since it began shows less of it, and more than nothing: the next may be a day away.
      const isNameable = verdict.verdict === 'leak' && kind !== 'handles';
      if (isNameable && this.snapshot !== null && !this.suspects.has(kind)) this.name(kind);
    }
  }

  /** On disk first, then to whoever listens. */
  private tell(event: LeakLine['event'], verdict: LeakVerdict): void {
    const line: LeakLine = { event, at: new Date(this.sources.nowWallMs()).toISOString(), ...this.leakOf(verdict) };
    try {
      appendLeak(this.options.directory, line);
    } catch (error) {
      this.sources.onFault('LEAKS_LOG', (error as Error).message);
    }
    this.sources.onLeak(line);
  }

  /** One full collection on the main thread, for the ages of everything that is alive. */
  private async corroborate(): Promise<void> {
    const { sampler, nowMs, onFault } = this.sources;
    this.isProfiling = true;
    try {
      const profile = await sampler.profile();
      if (profile === null) return;
      this.detector.corroborate({ ...profile, startedAtMs: sampler.startedAtMs }, nowMs(), this.liveAfterProfile());
      this.tellChanges();
    } catch (error) {
      onFault('HEAP_PROFILE', (error as Error).message);
    } finally {
      this.isProfiling = false;
    }
  }

  private liveAfterProfile(): number | null {
    const main = this.sources.readMain();
    if (main === null) return null;
    if (main.fullCollections > this.fullCollections) return main.liveBytes;
    // The loop of a thread that does not turn tells of no collection.
    return this.sources.sampler.usedBytes > 0 ? this.sources.sampler.usedBytes : null;
  }

  private leakOf(verdict: LeakVerdict): Leak {
    return leakOf(verdict, {
      cwd: this.options.cwd,
      timeScale: this.options.timeScale,
      nowMs: this.sources.nowMs(),
      wallAheadMs: this.sources.nowWallMs() - this.sources.nowMs(),
      named: this.suspects.get(verdict.kind) ?? null,
      calls: this.sources.calls,
      files: verdict.verdict === 'none' ? [] : this.files.all,
    });
  }
}
