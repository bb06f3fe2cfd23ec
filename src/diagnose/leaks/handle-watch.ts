// Counts that grow without end: native contexts, workers, descriptors, active resources, listener warnings. By their least value a cell, each by itself.
import { LEAK_HANDLES_MAX } from '../../core/limits.js';
import type { GrowthScale, WindowTrend } from './growth-trend.js';
import { GrowthWatch, type SavedWatch } from './growth-watch.js';
import type { LevelHistory } from './level-history.js';

/** A count that rises by fewer is no leak; growth is a part of this count at least. */
const COUNT_MIN = 20;
const COUNT_SCALE: GrowthScale = {
  baseMin: COUNT_MIN,
  growthMin: COUNT_MIN,
  perHourMin: COUNT_MIN,
  patienceMin: COUNT_MIN,
  noiseMin: 0.5,
  isAged: false,
};

export interface HandleGrowth {
  name: string;
  trend: WindowTrend;
  watch: GrowthWatch;
}

export class HandleWatch {
  readonly #watches: Map<string, GrowthWatch>;

  constructor(saved: readonly [name: string, watch: SavedWatch][] = []) {
    this.#watches = new Map(saved.slice(0, LEAK_HANDLES_MAX).map(([name, watch]) => [name, new GrowthWatch('least', COUNT_SCALE, watch)]));
  }

  /** A name that is missing counts 0 where it was known. */
  add(atMs: number, handles: { readonly [name: string]: number }): void {
    for (const [name, watch] of this.#watches) if (!(name in handles)) watch.history.add(atMs, 0);
    for (const [name, count] of Object.entries(handles)) {
      let watch = this.#watches.get(name);
      if (watch === undefined && this.#watches.size < LEAK_HANDLES_MAX) {
        watch = new GrowthWatch('least', COUNT_SCALE);
        this.#watches.set(name, watch);
      }
      watch?.history.add(atMs, count);
    }
  }

  check(nowMs: number, startMs: number, work?: LevelHistory): void {
    for (const watch of this.#watches.values()) watch.check(nowMs, startMs, work);
  }

  /** Counts that grow, the one that grows most by its own level first. */
  growing(): HandleGrowth[] {
    const found: HandleGrowth[] = [];
    for (const [name, watch] of this.#watches) {
      const trend = watch.persisting;
      if (trend !== undefined) found.push({ name, trend, watch });
    }
    return found.sort((a, b) => b.trend.ratioPerHour - a.trend.ratioPerHour);
  }

  save(): [string, SavedWatch][] {
    return [...this.#watches].map(([name, watch]) => [name, watch.save()]);
  }
}
