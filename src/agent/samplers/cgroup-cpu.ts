// What the CPU quota of the process's control groups has taken from it. cgroup v1 and v2. Thread: agent, while a loop does not turn. Cost: 25 µs a group.
import { join } from 'node:path';
import { nsToMs, usToMs } from '../../core/units.js';
import { type CgroupDirectories, type CgroupOptions, findCgroups, readText } from './cgroup-tree.js';
import { HeldFile } from './held-file.js';

/** Counts since the groups were made; a difference of two readings belongs to the time between them. */
export interface Throttling {
  /** Periods (of 100 ms mostly) in which the quota ran out. */
  periodsThrottled: number;
  /** Time without CPU for that reason, summed over the CPUs on which the groups had something to run: it may exceed the time passed. */
  throttledMs: number;
}

export interface CgroupCpu extends Throttling {
  /** Smallest CPU quota of the groups, in cores: 0.5 is half of one. null: none has a quota. */
  quotaRatio: number | null;
}

/** Where the groups are: found once, as that costs more than reading them. */
export const findCpuGroups = (options: CgroupOptions = {}): CgroupDirectories => findCgroups('cpu', options);

/** The process's group and those above it, as far as they are mounted, added up: each of them throttles for itself. null when none can be read. */
export function readCgroupCpu({ groups, ...where }: CgroupOptions & { groups?: CgroupDirectories } = {}): CgroupCpu | null {
  const { v2, v1 } = groups ?? findCpuGroups(where);
  const stats = [...v2, ...v1].map((directory) => readText(join(directory, 'cpu.stat')));
  const throttling = sumThrottling(stats);
  if (throttling === null) return null;
  // cpu.max: `max 100000` or `50000 100000`, in µs. cpu.cfs_quota_us is -1 without a quota.
  const quotas = v2.map((directory) => ratio(...((readText(join(directory, 'cpu.max')) ?? '').split(' ') as [string, string])));
  for (const directory of v1) {
    quotas.push(ratio(readText(join(directory, 'cpu.cfs_quota_us')) ?? '', readText(join(directory, 'cpu.cfs_period_us')) ?? ''));
  }
  const known = quotas.filter((quota) => quota > 0 && Number.isFinite(quota));
  return { quotaRatio: known.length === 0 ? null : Math.min(...known), ...throttling };
}

/** The throttling alone, cheap enough for every poll: the files stay open until it is closed. */
export class ThrottlingReader {
  private readonly files: HeldFile[] = [];

  constructor({ v2, v1 }: CgroupDirectories) {
    for (const directory of [...v2, ...v1]) {
      const file = new HeldFile(join(directory, 'cpu.stat'));
      if (sumThrottling([file.read()]) === null) file.close();
      else this.files.push(file);
    }
  }

  read(): Throttling | null {
    return sumThrottling(this.readTexts());
  }

  /** For sumThrottling: a reading that is kept at each poll is parsed when it is asked for, once in many thousands. */
  readTexts(): (string | null)[] {
    return this.files.map((file) => file.read());
  }

  close(): void {
    for (const file of this.files) file.close();
  }
}

/** Files without these fields, as v2's groups without the CPU controller have them, count for nothing; null when all are such. */
export function sumThrottling(stats: readonly (string | null)[]): Throttling | null {
  const found = stats.map(parseThrottling).filter((throttling) => throttling !== null);
  if (found.length === 0) return null;
  return {
    periodsThrottled: found.reduce((sum, { periodsThrottled }) => sum + periodsThrottled, 0),
    throttledMs: found.reduce((sum, { throttledMs }) => sum + throttledMs, 0),
  };
}

/** v2 writes throttled_usec, v1 throttled_time in ns. */
function parseThrottling(stat: string | null): Throttling | null {
  const periodsThrottled = field(stat, 'nr_throttled');
  const us = field(stat, 'throttled_usec');
  const ns = field(stat, 'throttled_time');
  if (periodsThrottled === null || (us === null && ns === null)) return null;
  return { periodsThrottled, throttledMs: us === null ? nsToMs(ns!) : usToMs(us) };
}

/** Of lines of `name value`; null when there is none of that name. */
function field(stat: string | null, name: string): number | null {
  const digits = new RegExp(`^${name} (\\d+)$`, 'm').exec(stat ?? '')?.[1];
  return digits === undefined ? null : Number(digits);
}

const ratio = (quotaUs: string, periodUs: string): number => Number.parseInt(quotaUs, 10) / Number.parseInt(periodUs, 10);
