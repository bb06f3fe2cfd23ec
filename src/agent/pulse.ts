// One timer for all that the agent thread does again and again: each wake of a thread at rest costs 0.2 ms, whatever is done then.
import { machineMs } from '../core/clock.js';

/** To the next beat after one that threw, ms. */
const AFTER_FAULT_MS = 250;

interface Job {
  everyMs: number;
  dueMs: number;
  run(): void;
}

export class Pulse {
  private readonly beat: () => number;
  private readonly jobs: Job[] = [];
  private timer: NodeJS.Timeout | undefined;
  private isOn = false;

  /** beat: done each time; returns the time to the next, ms. */
  constructor(beat: () => number) {
    this.beat = beat;
  }

  /** Runs a job at the beat that is nearest to its time. A beat that came late is not made up for. */
  every(everyMs: number, run: () => void): void {
    this.jobs.push({ everyMs, dueMs: machineMs() + everyMs, run });
  }

  start(): void {
    this.isOn = true;
    this.turn();
  }

  stop(): void {
    this.isOn = false;
    clearTimeout(this.timer);
  }

  private turn(): void {
    let nextMs = AFTER_FAULT_MS;
    const faults: unknown[] = [];
    try {
      nextMs = this.beat();
    } catch (error) {
      faults.push(error);
    }
    const soonMs = machineMs() + nextMs / 2;
    for (const job of this.jobs) {
      if (soonMs < job.dueMs) continue;
      job.dueMs = Math.max(job.dueMs, soonMs - job.everyMs) + job.everyMs;
      try {
        job.run();
      } catch (error) {
        // One that throws each time must not keep the others from their turn.
        faults.push(error);
      }
    }
    if (this.isOn) this.timer = setTimeout(() => this.turn(), nextMs);
    if (faults.length > 0) throw faults[0];
  }
}
