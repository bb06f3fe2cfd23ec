// Faults that are still to be told, by code: so many messages a period, and what is beyond them as a number. Pure; time comes in.

export interface WaitingFault {
  code: string;
  /** The newest. */
  message: string;
  /** How often it came since it was last told. */
  count: number;
}

/** Codes are those of docs/faults.md, a handful. */
export class WaitingFaults {
  private readonly perPeriodMax: number;
  private readonly periodMs: number;
  private readonly waiting = new Map<string, WaitingFault>();
  private told = 0;
  private sinceMs = Number.NEGATIVE_INFINITY;

  constructor(perPeriodMax: number, periodMs: number) {
    this.perPeriodMax = perPeriodMax;
    this.periodMs = periodMs;
  }

  get size(): number {
    return this.waiting.size;
  }

  add(code: string, message: string): void {
    this.waiting.set(code, { code, message, count: (this.waiting.get(code)?.count ?? 0) + 1 });
  }

  /** Those that may be told now; they wait no more. */
  take(nowMs: number): WaitingFault[] {
    if (nowMs - this.sinceMs >= this.periodMs) {
      this.sinceMs = nowMs;
      this.told = 0;
    }
    const taken = [...this.waiting.values()].slice(0, this.perPeriodMax - this.told);
    this.told += taken.length;
    for (const { code } of taken) this.waiting.delete(code);
    return taken;
  }
}
