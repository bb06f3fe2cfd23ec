// Store operations that are under way and do not end: those that have stayed open while others went well are no sign of an outage. Pure: time is in the figures.
import { STORE_CONCURRENT, STORE_READ, STORE_WRITE } from '../core/instrument-names.js';
import type { Figures, GaugeFigures } from './figures.js';

/** For how long the lowest count is remembered while others go well, ms, divided by the time scale: so long a lost operation may look like a waiting one. */
const REMEMBERED_MS = 300_000;
/** While main's loop stands longer than this, ms, nothing ends there, and the store has no part in it. */
const STANDS_MS = 1000;

interface Lowest {
  count: number;
  atMs: number;
  /** Others have gone well beside it. */
  isAllowed: boolean;
}

/**
 * Takes from each gauge of concurrent operations what was open while others went well: live subscriptions, reads of an hour, and operations that were begun
 * and never ended. Until an operation has gone well, all that are open count: the store may hang from the process' first step on.
 * While main's loop stands there is no gauge of it.
 */
export class OperationsUnderWay {
  private readonly rememberedMs: number;
  private readonly lowest = new Map<string, Lowest>();

  constructor(timeScale: number) {
    this.rememberedMs = REMEMBERED_MS / timeScale;
  }

  /** For steps and windows, oldest first. */
  correct(figures: Figures): Figures {
    if (!figures.gauges.some(({ name }) => name === STORE_CONCURRENT)) return figures;
    // One that failed is no sign that the store lets others end.
    const goesWell = figures.paths.some(({ name, count, errors }) => (name === STORE_READ || name === STORE_WRITE) && count > errors);
    const { loopStalledMs, ownStandstillMs = 0 } = figures.runtime;
    const stands = loopStalledMs + ownStandstillMs > STANDS_MS;
    const gauges: GaugeFigures[] = [];
    for (const gauge of figures.gauges) {
      if (gauge.name !== STORE_CONCURRENT) gauges.push(gauge);
      else if (!stands || gauge.labels.thread !== undefined) gauges.push({ ...gauge, value: this.above(gauge, figures.atMs, goesWell) });
    }
    return { ...figures, gauges };
  }

  private above({ labels, value }: GaugeFigures, atMs: number, goesWell: boolean): number {
    const key = labels.thread ?? '';
    const before = this.lowest.get(key);
    const isDue = before === undefined || value <= before.count || (goesWell && Math.abs(atMs - before.atMs) > this.rememberedMs);
    const lowest = { ...(isDue ? { count: value, atMs } : before), isAllowed: goesWell || before?.isAllowed === true };
    this.lowest.set(key, lowest);
    return lowest.isAllowed ? Math.max(0, value - lowest.count) : value;
  }
}
