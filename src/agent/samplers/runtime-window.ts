// Sums the samples of the process up, a window at a time, and draws the run's timeline from them. Time is an argument. Nothing that a cumulative counter told is lost between windows.
import { MS_PER_S, NS_PER_MS } from '../../core/units.js';
import type { EventLoopStats, MemoryUse, Runtime, TimelinePoint } from '../../report/report-types.js';
import type { MemoryLimit } from './memory-limit.js';
import type { MainSample, RuntimeSample } from './runtime-sample.js';
import { ThreadUseWindow } from './thread-use.js';
import { joinPoints } from './timeline.js';

/** What a window answers: the report's runtime but for collections, and the window's points. */
export interface WindowUse extends Omit<Runtime, 'gc'> {
  timeline: TimelinePoint[];
}

export interface RuntimeWindowOptions {
  /** Length of a window: a point on the timeline stands for a 60th of it, and for no less than a second. */
  windowMs?: number;
  /** When the process began, monotonic: its counters count from zero there. null: it has run before, so that the first sample is where counting begins. */
  startMs?: number | null;
}

const POINTS_A_WINDOW = 60;
/** A point is done this much early: samples come some ms before or after their second. */
const JITTER_MS = 100;

/** What was counted since the window began. */
const nothing = () => ({ samples: 0, elapsedMs: 0, cpuUserMs: 0, cpuSystemMs: 0, loopActiveMs: 0, loopIdleMs: 0, rssBytesMax: 0 });

export class RuntimeWindow {
  /** Where the memory ends: set by the owner, who looks it up. */
  limit: MemoryLimit = { limitBytes: 0, limitSource: 'none' };
  private readonly pointMs: number;
  private readonly countsFromZero: boolean;
  private readonly threads: ThreadUseWindow;
  private sum = nothing();
  /** Newest sample; before the first, zeros at the start of the process when that is known. */
  private last: RuntimeSample | null;
  private lastMain: MainSample | null = null;
  private lastUse: WindowUse | null = null;
  private utilization = 0;
  private openPoint: TimelinePoint | null = null;
  private points: TimelinePoint[] = [];

  constructor({ windowMs = 60 * MS_PER_S, startMs = null }: RuntimeWindowOptions = {}) {
    this.pointMs = Math.max(MS_PER_S, windowMs / POINTS_A_WINDOW);
    this.countsFromZero = startMs !== null;
    this.last = startMs === null ? null : { ...ZEROS, atMs: startMs };
    this.threads = new ThreadUseWindow(this.countsFromZero);
  }

  /** Adds a sample. The owner takes one right before it closes a window, so that the window is covered to its end. */
  add(sample: RuntimeSample): void {
    const { sum } = this;
    const before = this.last ?? { ...sample, gc: ZEROS.gc, loop: ZEROS.loop };
    const spanMs = Math.max(0, sample.atMs - before.atMs);
    const fullGcCount = Math.max(0, (sample.main?.fullCollections ?? 0) - (this.lastMain?.fullCollections ?? 0));
    const cpuUserMs = Math.max(0, sample.cpuUserMs - before.cpuUserMs);
    const cpuSystemMs = Math.max(0, sample.cpuSystemMs - before.cpuSystemMs);
    sum.cpuUserMs += cpuUserMs;
    sum.cpuSystemMs += cpuSystemMs;
    sum.elapsedMs += spanMs;
    sum.rssBytesMax = Math.max(sum.rssBytesMax, sample.rssBytes);
    this.addMain(sample.main);
    this.threads.add(sample.threads);
    // Loop and collections count from the start of the window.
    const inWindow = sum.samples === 0 ? ZEROS : before;
    sum.samples++;
    const cpuRatio = spanMs > 0 ? (cpuUserMs + cpuSystemMs) / spanMs : 0;
    if (this.last !== null)
      this.addPoint({
        ...levels(sample, this.lastMain),
        spanMs,
        cpuRatio,
        loopUtilization: this.utilization,
        fullGcCount,
        ...rises(sample, inWindow),
      });
    this.last = sample;
  }

  get newestMemory(): MemoryUse {
    const rssBytes = this.last?.rssBytes ?? 0;
    return this.memory(rssBytes, rssBytes);
  }

  /**
   * Closes the window. Ratios are of the time from the last sample of the window before to the last of this one. Without a sample, levels and ratios
   * are the last known ones, and amounts zero: what was used meanwhile comes with the next sample.
   */
  close(): WindowUse {
    const use = this.sum.samples > 0 ? this.sumUp() : this.lastKnown();
    this.lastUse = use;
    this.sum = nothing();
    this.points = [];
    return use;
  }

  private sumUp(): WindowUse {
    const { sum } = this;
    const { rssBytes, loop } = this.last as RuntimeSample;
    this.endPoint();
    const cpuRatio = sum.elapsedMs > 0 ? (sum.cpuUserMs + sum.cpuSystemMs) / sum.elapsedMs : 0;
    const loopMs = sum.loopActiveMs + sum.loopIdleMs;
    const eventLoop: EventLoopStats = { ...loop, utilization: loopMs > 0 ? sum.loopActiveMs / loopMs : (this.lastUse?.eventLoop.utilization ?? 0) };
    return {
      cpu: { userMs: sum.cpuUserMs, systemMs: sum.cpuSystemMs, cpuRatio },
      memory: this.memory(rssBytes, sum.rssBytesMax),
      eventLoop,
      threads: this.threads.close(sum.elapsedMs),
      timeline: this.points,
    };
  }

  private lastKnown(): WindowUse {
    const { lastUse } = this;
    const rssBytes = lastUse?.memory.rssBytes ?? 0;
    return {
      cpu: { userMs: 0, systemMs: 0, cpuRatio: lastUse?.cpu.cpuRatio ?? 0 },
      memory: this.memory(rssBytes, rssBytes),
      eventLoop: lastUse?.eventLoop ?? { ...ZEROS.loop, utilization: 0 },
      threads: lastUse?.threads ?? [],
      timeline: [],
    };
  }

  private memory(rssBytes: number, rssBytesMax: number): MemoryUse {
    const { heapUsedBytes, heapTotalBytes, externalBytes, arrayBuffersBytes, heapLimitBytes, spaces } = this.lastMain ?? NO_MAIN;
    return {
      rssBytes,
      rssBytesMax,
      heapUsedBytes,
      heapTotalBytes,
      externalBytes,
      arrayBuffersBytes,
      limitBytes: this.limit.limitBytes,
      limitSource: this.limit.limitSource,
      heapLimitBytes,
      spaces,
    };
  }

  private addMain(main: MainSample | null): void {
    if (main === null) return;
    const before = this.lastMain ?? (this.countsFromZero ? NO_MAIN : main);
    const activeMs = Math.max(0, main.loopActiveMs - before.loopActiveMs);
    const idleMs = Math.max(0, main.loopIdleMs - before.loopIdleMs);
    this.sum.loopActiveMs += activeMs;
    this.sum.loopIdleMs += idleMs;
    if (activeMs + idleMs > 0) this.utilization = activeMs / (activeMs + idleMs);
    this.lastMain = main;
  }

  private addPoint(point: TimelinePoint): void {
    this.openPoint = this.openPoint === null ? point : joinPoints(this.openPoint, point);
    if (this.openPoint.spanMs < this.pointMs - JITTER_MS) return;
    this.points.push(this.openPoint);
    this.openPoint = null;
  }

  /** With the window. What is left of a short time goes with the point before it. */
  private endPoint(): void {
    const rest = this.openPoint;
    this.openPoint = null;
    if (rest === null) return;
    const before = rest.spanMs < this.pointMs / 2 ? this.points.pop() : undefined;
    this.points.push(before === undefined ? rest : joinPoints(before, rest));
  }
}

const NO_MAIN: MainSample = {
  heapUsedBytes: 0,
  heapTotalBytes: 0,
  externalBytes: 0,
  arrayBuffersBytes: 0,
  heapLimitBytes: 0,
  liveBytes: 0,
  liveExternalBytes: 0,
  fullCollections: 0,
  allocatedBytes: 0,
  nativeContexts: 0,
  detachedContexts: 0,
  loopIdleMs: 0,
  loopActiveMs: 0,
  spaces: [],
};

const ZEROS: RuntimeSample = {
  atMs: 0,
  wallMs: 0,
  rssBytes: 0,
  nativeBytes: 0,
  handles: {},
  cpuUserMs: 0,
  cpuSystemMs: 0,
  main: null,
  threads: [],
  loop: { delayNsP50: 0, delayNsP99: 0, delayNsMax: 0 },
  gc: { count: 0, totalMs: 0, pauseNsMax: 0 },
};

function levels({ wallMs, rssBytes, nativeBytes, handles }: RuntimeSample, main: MainSample | null) {
  const { heapUsedBytes, heapTotalBytes, liveBytes, externalBytes, arrayBuffersBytes } = main ?? NO_MAIN;
  return { atMs: wallMs, rssBytes, heapUsedBytes, heapTotalBytes, liveBytes, externalBytes, arrayBuffersBytes, nativeBytes, handles };
}

/**
 * What of a window's running figures belongs to the time since the sample before. A maximum that rose did so in this time; one that did not is bounded:
 * a delay by nothing better than the p99 so far, a pause by the time of all pauses.
 */
function rises({ loop, gc }: RuntimeSample, before: Pick<RuntimeSample, 'loop' | 'gc'>) {
  const gcTotalMs = Math.max(0, gc.totalMs - before.gc.totalMs);
  return {
    loopDelayNsP99: loop.delayNsP99,
    loopDelayNsMax: loop.delayNsMax > before.loop.delayNsMax ? loop.delayNsMax : Math.min(loop.delayNsMax, loop.delayNsP99),
    gcCount: Math.max(0, gc.count - before.gc.count),
    gcTotalMs,
    gcPauseNsMax: gc.pauseNsMax > before.gc.pauseNsMax ? gc.pauseNsMax : Math.min(gc.pauseNsMax, gcTotalMs * NS_PER_MS),
  };
}
