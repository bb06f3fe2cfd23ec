// Resident memory and CPU time of the process. Thread: agent, once a second; 0.1 ms.
import { usToMs } from '../../core/units.js';

/** CPU times since the process began. */
export interface ProcessUse {
  rssBytes: number;
  cpuUserMs: number;
  cpuSystemMs: number;
}

/** The part of pidusage that is used. */
export type PidUsage = (pid: number) => Promise<{ memory: number }>;

/** What the sampler reads besides pidusage; another in tests. */
export interface ProcessReadings {
  load(): Promise<PidUsage>;
  pid: number;
  rssBytes(): number;
  cpuUsage(): { user: number; system: number };
  /** Told once, when pidusage is given up. */
  onFault(code: string, message: string): void;
}

/** How far two readings of a process's memory, a moment apart, may differ. */
const FACTOR_MAX = 2;

/**
 * Resident memory from pidusage where it works: it needs /proc, or `ps`, and a permission to run `getconf`. Where it fails it is given up and Node is asked.
 * CPU always from Node: pidusage counts in ticks of 10 ms.
 */
export class ProcessSampler {
  private readonly readings: ProcessReadings;
  private pidusage: PidUsage | null | 'unloaded' = 'unloaded';
  private isJudged = false;

  constructor(readings: Partial<ProcessReadings> = {}) {
    this.readings = {
      load: loadPidUsage,
      pid: process.pid,
      rssBytes: () => process.memoryUsage.rss(),
      cpuUsage: () => process.cpuUsage(),
      onFault: () => {},
      ...readings,
    };
  }

  /** Never rejects. */
  async sample(): Promise<ProcessUse> {
    const rssBytes = (await this.residentBytes()) ?? this.readings.rssBytes();
    const { user, system } = this.readings.cpuUsage();
    return { rssBytes, cpuUserMs: usToMs(user), cpuSystemMs: usToMs(system) };
  }

  /** The same at once, for the end of a window or of the process. */
  sampleNow(): ProcessUse {
    const { user, system } = this.readings.cpuUsage();
    return { rssBytes: this.readings.rssBytes(), cpuUserMs: usToMs(user), cpuSystemMs: usToMs(system) };
  }

  /** Without `getconf` pidusage takes pages for 4 KiB, which is a factor of 4 or 16 too low on some arm64 systems. Judged once. */
  private isPlausible(bytes: number): boolean {
    if (this.isJudged) return true;
    this.isJudged = true;
    const ratio = bytes / this.readings.rssBytes();
    return ratio > 1 / FACTOR_MAX && ratio < FACTOR_MAX;
  }

  private async residentBytes(): Promise<number | null> {
    if (this.pidusage === null) return null;
    try {
      if (this.pidusage === 'unloaded') this.pidusage = await this.readings.load();
      const { memory } = await this.pidusage(this.readings.pid);
      if (memory > 0 && this.isPlausible(memory)) return memory;
      throw new Error(`it tells ${memory} bytes, Node ${this.readings.rssBytes()}`);
    } catch (error) {
      this.pidusage = null;
      this.readings.onFault('PIDUSAGE', `resident memory is taken from Node: ${(error as Error)?.message ?? error}`);
      return null;
    }
  }
}

/** Read before it is loaded: else it prints warnings on the application's terminal. */
async function loadPidUsage(): Promise<PidUsage> {
  process.env.PIDUSAGE_SILENT = '1';
  const loaded = (await import('pidusage')) as unknown as { default: PidUsage };
  return loaded.default;
}
