// The figures of one thread since its loop last turned, for the verdict on a stall. Thread: agent, each poll. Cost: 3 µs while the loop turns, 80 µs a look.
import { nsToMs } from '../../core/units.js';
import type { StallEvidence } from '../../diagnose/stalls/stall-verdict.js';
import { parseSchedstat, ThreadTimesReader } from '../samplers/thread-times.js';
import { type CpuSupply, type SupplyReading, throttledBetween } from './cpu-supply.js';
import { readThreadState, type ThreadState, type ThreadStateOptions } from './thread-state.js';

/** A stall's start is known to a poll and a heartbeat: a child started that much before it may be the one that is waited for, ms. */
const CHILD_SLACK_MS = 200;

/** Looks at every poll until there are so many; from then on one in a while: a long stall must not cost more than a short one. */
const LOOKS_DENSE = 8;
const LOOK_MS = 500;
/** Different waits that are told apart. */
const WAITS_MAX = 16;

/** What the profile and the watch add. */
export type ThreadEvidence = Omit<StallEvidence, 'gcRatio' | 'topFrame' | 'startup'>;

export interface StallEvidenceOptions extends ThreadStateOptions {
  tid: number;
  supply: CpuSupply;
  lookAfterMs: number;
  isNew?: boolean;
}

/** Of a thread that has just begun: 1 ns stands for none, which a kernel without schedstats writes. */
const NO_TIMES = '1 0 0';

/** Readings at the begin of the interval. */
interface Baseline {
  supply: SupplyReading;
  /** Unparsed: see parseSchedstat. */
  times: string | null;
  /** Only where there are no such times, and CPU time comes at ten times the cost. */
  ticksCpuNs: number | null;
  processCpuMs: number | null;
  /** Read at the first look. */
  pressureMs: number | null;
}

export class StallEvidenceReader {
  private readonly tid: number;
  private readonly where: ThreadStateOptions;
  private readonly supply: CpuSupply;
  private readonly lookAfterMs: number;
  /** The first interval begins with the thread itself. */
  private isNew: boolean;
  private readonly times: ThreadTimesReader;
  /** False where there is no /proc: five files a poll would not be found. */
  private readonly hasProc: boolean;
  /** NaN before the first poll: its interval is a new one whatever it is. */
  private sinceMs = Number.NaN;
  private from: Baseline;
  private lookedMs = Number.NaN;
  /** The last look of the interval. */
  private state: ThreadState | null = null;
  /** What the thread was found asleep in, by call and descriptor, and for how long: the longest tells what it waits for. */
  private readonly waits = new Map<string, { forMs: number; state: ThreadState }>();
  private looks = 0;
  private looksRunning = 0;

  /**
   * tid: the kernel's number of the thread. lookAfterMs: how long without a turn until the thread's state is looked at, ms: half of the limit of a stall.
   * isNew: the first poll's interval begins with the thread (and the process), so that all CPU time so far belongs to it.
   */
  constructor({ tid, supply, lookAfterMs, isNew = false, ...where }: StallEvidenceOptions) {
    this.tid = tid;
    this.where = where;
    this.supply = supply;
    this.lookAfterMs = lookAfterMs;
    this.isNew = isNew;
    this.times = new ThreadTimesReader(tid, where);
    this.hasProc = readThreadState(tid, where).state !== null;
    this.from = { supply: supply.current, times: null, ticksCpuNs: null, processCpuMs: null, pressureMs: null };
  }

  /**
   * After the supply's and the watch's poll, and after read where an event asks for it. sinceMs: the watch's, where the interval without a turn
   * begins; when it is a new one, the figures begin anew.
   */
  poll(nowMs: number, sinceMs: number): void {
    if (sinceMs !== this.sinceMs) this.begin(sinceMs);
    else if (nowMs - sinceMs >= this.lookAfterMs && (this.looks < LOOKS_DENSE || nowMs - this.lookedMs >= LOOK_MS)) this.look(nowMs);
  }

  /**
   * All that is known of the interval from its begin to now, at a stall's opening, its updates and its end.
   * isOver: the loop turns again, so what the thread does now has no part in it; the last look before is told.
   */
  read(nowMs: number, isOver: boolean): ThreadEvidence {
    const { from } = this;
    if (!isOver) this.look(nowMs);
    const state = this.longestWait() ?? this.state;
    const wallMs = nowMs - this.sinceMs;
    const times = this.times.read();
    const timesFrom = parseSchedstat(from.times ?? '');
    const hasTimes = times !== null && timesFrom !== null;
    const ticksNs = hasTimes ? null : readThreadState(this.tid, this.where).cpuNs;
    const ticksMs = ticksNs === null || from.ticksCpuNs === null ? null : nsToMs(ticksNs - from.ticksCpuNs);
    const pressureMs = from.pressureMs === null ? null : this.supply.readPressureMs();
    const child = state?.children.findLast(({ ageMs }) => ageMs === null || ageMs <= wallMs + CHILD_SLACK_MS);
    return {
      wallMs,
      cpuMs: hasTimes ? nsToMs(times.cpuNs - timesFrom.cpuNs) : ticksMs,
      runnableMs: hasTimes ? nsToMs(times.runnableNs - timesFrom.runnableNs) : null,
      looks: this.looks,
      looksRunning: this.looksRunning,
      agentLateMs: this.supply.current.agentLateMs - from.supply.agentLateMs,
      ...throttledBetween(from.supply, this.supply.current),
      pressureMs: pressureMs === null || from.pressureMs === null ? null : pressureMs - from.pressureMs,
      processCpuMs: from.processCpuMs === null ? null : processCpuMs() - from.processCpuMs,
      threadState: state?.state ?? null,
      syscall: state?.syscall ?? null,
      wchan: state?.wchan ?? null,
      child: child ?? null,
    };
  }

  close(): void {
    this.times.close();
  }

  private begin(sinceMs: number): void {
    this.sinceMs = sinceMs;
    this.looks = 0;
    this.looksRunning = 0;
    this.state = null;
    this.waits.clear();
    const isFirst = this.isNew;
    this.isNew = false;
    const text = this.times.readText();
    // A kernel without schedstats writes zeros.
    const hasTimes = text !== null && !text.startsWith('0 ');
    this.from = { supply: this.supply.current, times: hasTimes && isFirst ? NO_TIMES : text, ticksCpuNs: null, processCpuMs: null, pressureMs: null };
    if (hasTimes) return;
    if (this.hasProc) this.from.ticksCpuNs = isFirst ? 0 : readThreadState(this.tid, this.where).cpuNs;
    this.from.processCpuMs = isFirst ? 0 : processCpuMs();
  }

  private look(nowMs: number): void {
    if (!this.hasProc || nowMs === this.lookedMs) return;
    const sinceLookMs = this.looks === 0 ? 1 : nowMs - this.lookedMs;
    this.lookedMs = nowMs;
    if (this.looks === 0) this.from.pressureMs = this.supply.readPressureMs();
    const state = readThreadState(this.tid, this.where);
    if (state.state === null) return;
    this.looks++;
    this.state = state;
    if (state.state === 'R') this.looksRunning++;
    else this.addWait(state, sinceLookMs);
  }

  /** The newest look at a wait stands for all of it: its child process or file may have become known late. */
  private addWait(state: ThreadState, forMs: number): void {
    const key = `${state.syscall?.name ?? state.wchan} ${state.syscall?.fd ?? ''}`;
    const before = this.waits.get(key);
    if (before === undefined && this.waits.size >= WAITS_MAX) return;
    this.waits.set(key, { forMs: (before?.forMs ?? 0) + forMs, state });
  }

  private longestWait(): ThreadState | null {
    let longest: { forMs: number; state: ThreadState } | null = null;
    for (const wait of this.waits.values()) if (longest === null || wait.forMs >= longest.forMs) longest = wait;
    return longest?.state ?? null;
  }
}

function processCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
