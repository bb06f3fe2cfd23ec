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
  /** Counted between the last look and the end of windows since: it belongs to the next look. */
  private tailStats = new Float64Array(0);
  private tailCounters = new Float64Array(0);

  /** Before the open window is closed, when nothing more comes to it: without its tail a step that follows at once would see next to nothing. */
  closeWindow(window: WindowMemory, seq: number): void {
    const isSame = this.window === window && this.seq === seq;
    this.tailStats = plusSince(this.tailStats, window.stats, isSame ? this.stats : null);
    this.tailCounters = plusSince(this.tailCounters, window.counters, isSame ? this.counters : null);
    this.window = null;
  }

  /** Counts since the last look. seq: the window's number. */
  take(window: WindowMemory, seq: number, paths: readonly Definition[], counters: readonly Definition[], totals: Float64Array) {
    const isSame = this.window === window && this.seq === seq;
    const stats = plusSince(this.tailStats, window.stats, isSame ? this.stats : null);
    const deltas = plusSince(this.tailCounters, window.counters, isSame ? this.counters : null);
    const step = {
      paths: pathsOf(paths, stats, window.stats),
      counters: counters.map(({ id, name, labels }): CounterFigures => ({ name, labels, value: totals[id], delta: deltas[id] })),
    };
    this.tailStats = new Float64Array(0);
    this.tailCounters = new Float64Array(0);
    this.window = window;
    this.seq = seq;
    this.stats = window.stats.slice();
    this.counters = window.counters.slice();
    return step;
  }
}

/** What was counted since `before` (null: since nothing), and the tail of what was counted earlier. */
function plusSince(tail: Float64Array, now: Float64Array, before: Float64Array | null): Float64Array<ArrayBuffer> {
  const sum = new Float64Array(now);
  if (before !== null) for (let i = 0; i < before.length; i++) sum[i] -= before[i];
  for (let i = 0; i < tail.length; i++) sum[i] += tail[i];
  return sum;
}

/** inWindow: what the open window holds. */
function pathsOf(definitions: readonly Definition[], stats: Float64Array, inWindow: Float64Array): PathFigures[] {
  const figures: PathFigures[] = [];
  for (const { id, kind, name, labels } of definitions) {
    if (kind !== 'path' || id < RESERVED_PATHS) continue;
    const of = (field: number): number => stats[id * STAT_FIELDS + field];
    const count = of(S_TIMED) + of(S_SAMPLED_OUT) + of(S_DROPPED);
    const weight = of(S_WEIGHT);
    // A path that has ever counted stays a series: that nothing ended is a figure too.
    if (count === 0 && inWindow[id * STAT_FIELDS + S_TIMED] === 0) continue;
    const meanMs = weight > 0 ? of(S_SUM) / weight / NS_PER_MS : Number.NaN;
    figures.push({
      name,
      labels,
      count,
      errors: Math.min(count, of(S_ERRORS)),
      meanMs,
      p50Ms: Number.NaN,
      p95Ms: Number.NaN,
      p99Ms: Number.NaN,
      maxMs: Number.NaN,
    });
  }
  return figures;
}
