// What the whole process was given of CPU, beside what its threads wanted: throttling, pressure, and the agent thread's own account. Thread: agent, each poll.

import { nsToMs } from '../../core/units.js';
import type { StopEvidence } from '../../diagnose/stalls/stall-verdict.js';
import { sumThrottling, ThrottlingReader } from '../samplers/cgroup-cpu.js';
import { type CgroupDirectories, type CgroupOptions, findCgroups } from '../samplers/cgroup-tree.js';
import { readCpuPressure } from '../samplers/pressure.js';
import { parseSchedstat, ThreadTimesReader } from '../samplers/thread-times.js';

/** How often the groups are looked for again, ms: a process may be moved to another, and few are. */
const FIND_MS = 10_000;

/** One reading. Those with the same groups may be compared. */
export interface SupplyReading {
  groups: CgroupDirectories;
  /** Unparsed: see sumThrottling. */
  throttling: readonly (string | null)[];
  /** All lateness of the agent thread so far. */
  agentLateMs: number;
}

/** Taken once a poll and shared by all threads that are watched. Cost: 5 µs. Holds files open until it is closed. */
export class CpuSupply {
  private readonly where: CgroupOptions;
  private readonly own: ThreadTimesReader;
  private ownTimes: string | null = null;
  private ownTimesBefore: string | null = null;
  private groups: CgroupDirectories = { v1: [], v2: [] };
  private throttling = new ThrottlingReader(this.groups);
  private foundMs = Number.NEGATIVE_INFINITY;
  private reading: SupplyReading = { groups: this.groups, throttling: [], agentLateMs: 0 };
  private before: SupplyReading = this.reading;

  /** agentTid: the kernel's number of the agent thread. */
  constructor({ agentTid, ...where }: CgroupOptions & { agentTid: number }) {
    this.where = where;
    this.own = new ThreadTimesReader(agentTid, where);
  }

  /** agentLateMs: PollClock's sum. */
  poll(nowMs: number, agentLateMs: number): SupplyReading {
    if (nowMs - this.foundMs >= FIND_MS) this.find(nowMs);
    this.before = this.reading;
    this.reading = { groups: this.groups, throttling: this.throttling.readTexts(), agentLateMs };
    this.ownTimesBefore = this.ownTimes;
    this.ownTimes = this.own.readText();
    return this.reading;
  }

  get current(): SupplyReading {
    return this.reading;
  }

  /** What is known of the time between the last two polls, in which the process did not run. */
  stopEvidence(lateMs: number): StopEvidence {
    const from = parseSchedstat(this.ownTimesBefore ?? '');
    const to = parseSchedstat(this.ownTimes ?? '');
    const agentRunnableMs = from === null || to === null ? null : nsToMs(to.runnableNs - from.runnableNs);
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
  const before = from.groups === to.groups ? sumThrottling(from.throttling) : null;
  const after = sumThrottling(to.throttling);
  if (before === null || after === null) return { throttledMs: null, throttledCount: null };
  return { throttledMs: after.throttledMs - before.throttledMs, throttledCount: after.periodsThrottled - before.periodsThrottled };
}
