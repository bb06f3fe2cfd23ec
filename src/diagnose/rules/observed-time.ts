// The time that one rule has observed: what its figures cover, by the monotonic clock. A suspended process observes nothing, and a wall clock that is set changes nothing.
import { RULE_SPACING_RATIO_MAX } from '../../core/limits.js';
import type { Figures } from '../figures.js';

export interface Observed {
  /** By how much the newest figures make it longer, ms. */
  elapsedMs: number;
  /** Since the figures before, ms; undefined: there were none in this process. */
  gapMs: number | undefined;
}

export class ObservedTime {
  /** All of it, ms. */
  clockMs = 0;
  #machineMs: number | undefined;

  /** spacingMs: usual distance of two such figures. A longer one counts as one usual one. */
  take({ machineMs, atMs, spanMs }: Figures, spacingMs: number): Observed {
    const nowMs = machineMs ?? atMs;
    const gapMs = this.#machineMs === undefined ? undefined : nowMs - this.#machineMs;
    this.#machineMs = nowMs;
    // An open window that is judged again is told from its start each time.
    const coveredMs = Math.max(0, Math.min(gapMs ?? spanMs, spanMs));
    const elapsedMs = coveredMs > spacingMs * RULE_SPACING_RATIO_MAX ? spacingMs : coveredMs;
    this.clockMs += elapsedMs;
    return { elapsedMs, gapMs };
  }
}
