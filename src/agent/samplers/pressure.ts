// How long tasks have waited for a CPU: the kernel's pressure stall information. Thread: agent, while a loop does not turn. Cost: 13 µs.
import { join } from 'node:path';
import { usToMs } from '../../core/units.js';
import { type CgroupDirectories, type CgroupOptions, findCgroups, readText } from './cgroup-tree.js';

/** Counts since the group was made (or the machine started); a difference of two readings belongs to the time between them. */
export interface CpuPressure {
  /** Time in which at least one task waited for a CPU. */
  someTotalMs: number;
  /** Time in which all tasks that were not idle did; 0 for the machine, where it has no meaning. */
  fullTotalMs: number;
  /** Whose tasks are counted. */
  scope: 'cgroup' | 'machine';
}

/** That of the process's cgroup (v2 only), else the machine's; null on kernels without it, and where it is switched off. */
export function readCpuPressure({ groups, ...where }: CgroupOptions & { groups?: CgroupDirectories } = {}): CpuPressure | null {
  const [own] = (groups ?? findCgroups('cpu', where)).v2;
  return parse(join(own, 'cpu.pressure'), 'cgroup') ?? parse(join(where.root ?? '/', 'proc', 'pressure', 'cpu'), 'machine');
}

/** `some avg10=0.00 avg60=0.00 avg300=0.00 total=<µs>`, and the same for `full`, which kernels before 5.13 do not write. */
function parse(file: string, scope: CpuPressure['scope']): CpuPressure | null {
  const text = readText(file) ?? '';
  const total = (kind: string): number | null => {
    const digits = new RegExp(`^${kind} .*\\btotal=(\\d+)`, 'm').exec(text)?.[1];
    return digits === undefined ? null : usToMs(Number(digits));
  };
  const someTotalMs = total('some');
  return someTotalMs === null ? null : { someTotalMs, fullTotalMs: total('full') ?? 0, scope };
}
