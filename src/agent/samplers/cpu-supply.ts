// What the whole process was given of CPU, beside what its threads wanted: throttling, pressure, and the agent thread's own account. Thread: agent, each poll.

import { nsToMs } from '../../core/units.js';
import type { StopEvidence } from '../../diagnose/stall-verdict.js';
import { type Throttling, ThrottlingReader } from './cgroup-cpu.js';
import { type CgroupDirectories, type CgroupOptions, findCgroups } from './cgroup-tree.js';
import { readCpuPressure } from './pressure.js';
import { type ThreadTimes, ThreadTimesReader } from './thread-times.js';

/** How often the groups are looked for again, ms: a process may be moved to another, and few are. */
const FIND_MS = 10_000;

/** One reading. Those with the same groups may be compared. */
export interface SupplyReading {
  groups: CgroupDirectories;
  throttling: Throttling | null;
  /** All lateness of the agent thread so far. */
  agentLateMs: number;
}

/** Taken once a poll and shared by all threads that are watched. Cost: 5 µs. Holds files open until it is closed. */
export class CpuSupply {
  private readonly where: CgroupOptions;
  private readonly own: ThreadTimesReader;
  private ownTimes: ThreadTimes | null = null;
  private groups: CgroupDirectories = { v1: [], v2: [] };
  private throttling = new ThrottlingReader(this.groups);
  private foundMs = Number.NEGATIVE_INFINITY;
  private reading: SupplyReading = { groups: this.groups, throttling: null, agentLateMs: 0 };
  private before: SupplyReading = this.reading;
  private runnableNs: number | null = null;

  /** agentTid: the kernel's number of the agent thread. */
  constructor({ agentTid, ...where }: CgroupOptions & { agentTid: number }) {
    this.where = where;
    this.own = new ThreadTimesReader(agentTid, where);
  }

  /** agentLateMs: PollClock's sum. */
  poll(nowMs: number, agentLateMs: number): SupplyReading {
    if (nowMs - this.foundMs >= FIND_MS) this.find(nowMs);
    this.before = this.reading;
    this.reading = { groups: this.groups, throttling: this.throttling.read(), agentLateMs };
    const times = this.own.read();
    this.runnableNs = times !== null && this.ownTimes !== null ? times.runnableNs - this.ownTimes.runnableNs : null;
    this.ownTimes = times;
    return this.reading;
  }

  get current(): SupplyReading {
    return this.reading;
  }

  /** What is known of the time between the last two polls, in which the process did not run. */
  stopEvidence(lateMs: number): StopEvidence {
    const agentRunnableMs = this.runnableNs === null ? null : nsToMs(this.runnableNs);
    return { lateMs, agentRunnableMs, ...throttledBetween(this.before, this.reading) };
  }

  /** Time in which a task waited for a CPU, ms, cumulative; null where the kernel does not tell. */
  readPressureMs(): number | null {
    return readCpuPressure({ groups: this.groups, root: this.where.root })?.someTotalMs ?? null;
  }

  close(): void {
    this.own.close();
    this.throttling.close();
  }

  private find(nowMs: number): void {
    this.foundMs = nowMs;
    const groups = findCgroups('cpu', this.where);
    if (JSON.stringify(groups) === JSON.stringify(this.groups)) return;
    this.groups = groups;
    this.throttling.close();
    this.throttling = new ThrottlingReader(groups);
  }
}

/** null when the groups are not the same any more, or tell nothing. */
export function throttledBetween(from: SupplyReading, to: SupplyReading): { throttledMs: number | null; throttledCount: number | null } {
  if (from.groups !== to.groups || from.throttling === null || to.throttling === null) return { throttledMs: null, throttledCount: null };
  return {
    throttledMs: to.throttling.throttledMs - from.throttling.throttledMs,
    throttledCount: to.throttling.periodsThrottled - from.throttling.periodsThrottled,
  };
}
