// When windows are closed: at the end of their interval, on request, and again soon where that failed.
import { machineMs } from '../core/clock.js';
import type { CloseOutcome } from './reporter.js';
import type { ClosedBy } from './windows.js';

/** Time to the next try after a window could not be written. */
const RETRY_MS = 5000;
/** Shortest time to the next close: an interval that has passed meanwhile must not make a loop. */
const SOON_MS = 10;

export interface WindowScheduleSources {
  /** When the open window was opened, on the machine's clock. */
  openedAtMs(): number;
  /** Never rejects. */
  close(by: ClosedBy): Promise<CloseOutcome>;
}

export class WindowSchedule {
  private readonly intervalMs: number;
  private readonly sources: WindowScheduleSources;
  private timer: NodeJS.Timeout | undefined;
  private isOver = false;

  constructor(intervalMs: number, sources: WindowScheduleSources) {
    this.intervalMs = intervalMs;
    this.sources = sources;
  }

  start(): void {
    const dueMs = Math.max(SOON_MS, this.sources.openedAtMs() + this.intervalMs - machineMs());
    clearTimeout(this.timer);
    if (!this.isOver) this.timer = setTimeout(() => void this.closeDue(), dueMs);
  }

  /** Closes the window now; the next interval begins with the next window. */
  async closeNow(): Promise<CloseOutcome> {
    if (this.isOver) return { file: null, reason: 'the process ends' };
    const outcome = await this.sources.close('flush');
    if (outcome.file !== null) this.start();
    return outcome;
  }

  /** The window of the exit is the last one. */
  end(): void {
    this.isOver = true;
    clearTimeout(this.timer);
  }

  private async closeDue(): Promise<void> {
    const { file } = await this.sources.close('interval');
    if (this.isOver) return;
    if (file !== null) this.start();
    else this.timer = setTimeout(() => void this.closeDue(), Math.min(this.intervalMs, RETRY_MS));
  }
}
