// What KPIs remember from window to window: for how long a figure has been bad, and since when a projection has not moved.
import { SUSTAINED_MS, SUSTAINED_SLACK_RATIO } from './kpi-targets.js';

/** As it is saved. */
export interface KpiHistoryState {
  heldMs: { [kpi: string]: number };
  behind: { [series: string]: { position: number; atMs: number } };
}

/** Bounded by the number of KPIs and of projections, which are counters and gauges of the process. */
export class KpiHistory {
  /** How long a figure must be bad to be so for good, ms: 5 minutes divided by the time scale. */
  readonly sustainedMs: number;
  private readonly heldMs: Map<string, number>;
  private behind: Map<string, { position: number; atMs: number }>;

  /** saved: what save() gave, in this process or an earlier one; anything else is forgotten. */
  constructor(timeScale = 1, saved?: unknown) {
    this.sustainedMs = SUSTAINED_MS / timeScale;
    const { heldMs, behind } = (saved ?? {}) as Partial<KpiHistoryState>;
    this.heldMs = new Map(entriesOf(heldMs).filter((entry): entry is [string, number] => isAmount(entry[1])));
    this.behind = new Map(entriesOf(behind).flatMap(([key, it]) => (isStanding(it) ? [[key, { position: it.position, atMs: it.atMs }]] : [])));
  }

  /**
   * Adds a window in which a figure was bad, or was not; gives for how long it has been without a break, ms of windows.
   * The windows' own lengths are added up, so that a step of the wall clock makes no difference.
   */
  hold(key: string, isBad: boolean, spanMs: number): number {
    if (!isBad) {
      this.heldMs.delete(key);
      return 0;
    }
    const heldMs = (this.heldMs.get(key) ?? 0) + spanMs;
    this.heldMs.set(key, heldMs);
    return heldMs;
  }

  isSustained(heldMs: number): boolean {
    return heldMs >= this.sustainedMs * (1 - SUSTAINED_SLACK_RATIO);
  }

  /**
   * Takes the positions of all projections at the end of a window, and gives how long each of those that are behind the store has stood at its
   * position at least, ms: events were there at the end of an earlier window, and it has processed none since. A gauge of lag that the projection
   * itself sets cannot tell that it stopped.
   */
  standing(positions: readonly { key: string; position: number }[], head: number, atMs: number): Map<string, number> {
    const next = new Map<string, { position: number; atMs: number }>();
    const standing = new Map<string, number>();
    for (const { key, position } of positions) {
      if (!(position < head)) continue;
      const before = this.behind.get(key);
      const since = before !== undefined && before.position === position ? before.atMs : atMs;
      next.set(key, { position, atMs: since });
      standing.set(key, Math.max(0, atMs - since));
    }
    this.behind = next;
    return standing;
  }

  /** Plain JSON. */
  save(): KpiHistoryState {
    return { heldMs: Object.fromEntries(this.heldMs), behind: Object.fromEntries(this.behind) };
  }
}

const entriesOf = (value: unknown): [string, unknown][] => (typeof value === 'object' && value !== null ? Object.entries(value) : []);
const isAmount = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0;
const isStanding = (value: unknown): value is { position: number; atMs: number } =>
  typeof value === 'object' && value !== null && isAmount((value as { position?: unknown }).position) && isAmount((value as { atMs?: unknown }).atMs);
