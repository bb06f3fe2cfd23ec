// What was counted between two looks at the open window: calls, errors and means of paths, and counters. Thread: agent, each step. Cost: 1 µs a path.
import { RESERVED_PATHS } from '../../core/limits.js';
import { NS_PER_MS } from '../../core/units.js';
import type { CounterFigures, PathFigures } from '../../diagnose/figures.js';
import type { Definition } from '../../memory/definition-log.js';
import { S_DROPPED, S_ERRORS, S_SAMPLED_OUT, S_SUM, S_TIMED, S_WEIGHT, STAT_FIELDS, type WindowMemory } from '../../memory/window-memory.js';

export class StepCounts {
  private window: WindowMemory | null = null;
  private seq = -1;
  private stats = new Float64Array(0);
  private counters = new Float64Array(0);

  /** Counts since the last look, or since the window was opened when that was later. seq: the window's number. */
  take(window: WindowMemory, seq: number, paths: readonly Definition[], counters: readonly Definition[], totals: Float64Array) {
    const isSame = this.window === window && this.seq === seq;
    const before = isSame ? this.stats : null;
    const countersBefore = isSame ? this.counters : null;
    const step = {
      paths: pathsBetween(paths, before, window.stats),
      counters: counters.map(
        ({ id, name, labels }): CounterFigures => ({ name, labels, value: totals[id], delta: window.counters[id] - (countersBefore?.[id] ?? 0) }),
      ),
    };
    this.window = window;
    this.seq = seq;
    this.stats = window.stats.slice();
    this.counters = window.counters.slice();
    return step;
  }
}

function pathsBetween(definitions: readonly Definition[], before: Float64Array | null, stats: Float64Array): PathFigures[] {
  const figures: PathFigures[] = [];
  for (const { id, kind, name, labels } of definitions) {
    if (kind !== 'path' || id < RESERVED_PATHS) continue;
    const of = (field: number): number => stats[id * STAT_FIELDS + field] - (before?.[id * STAT_FIELDS + field] ?? 0);
    const count = of(S_TIMED) + of(S_SAMPLED_OUT) + of(S_DROPPED);
    const weight = of(S_WEIGHT);
    // A path that has ever counted stays a series: that nothing ended is a figure too.
    if (count === 0 && stats[id * STAT_FIELDS + S_TIMED] === 0) continue;
    const meanMs = weight > 0 ? of(S_SUM) / weight / NS_PER_MS : Number.NaN;
    figures.push({ name, labels, count, errors: of(S_ERRORS), meanMs, p50Ms: Number.NaN, p95Ms: Number.NaN, p99Ms: Number.NaN, maxMs: Number.NaN });
  }
  return figures;
}
