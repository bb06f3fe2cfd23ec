// A closed window -> its report. Pure: everything comes in as an argument. Thread: pool worker.

import type { StatsBuilder, ValueStats } from '../aggregate/path-stats.js';
import { groupByPath } from '../aggregate/window.js';
import { PATH_SLOTS, RESERVED_PATHS } from '../core/limits.js';
import type { Definition } from '../memory/definition-log.js';
import {
  S_DROPPED,
  S_ERRORS,
  S_MAX,
  S_MIN,
  S_SAMPLED_OUT,
  S_SUM,
  S_TIMED,
  S_WEIGHT,
  STAT_FIELDS,
  W_CLAMPED,
  W_COMMITTED,
  W_REJECTED,
  type WindowMemory,
} from '../memory/window-memory.js';
import type { CounterValue, DistributionStats, GcStats, PathStats, RecordCounts } from './report-types.js';

/** Ids of collections by kind lie side by side, so that their counts do too. */
const GC_FIRST = 1;
const GC_END = 5;
const OWN_PAUSE = 5;
const OVERFLOW = 0;

/** What a window's counts say. */
export interface WindowFigures {
  paths: PathStats[];
  distributions: DistributionStats[];
  records: RecordCounts;
  gc: GcStats;
  ownPauseNsMax: number;
}

/** encodeTop: how many paths, by total time, get their histogram encoded. */
export function windowFigures(window: WindowMemory, definitions: readonly Definition[], builder: StatsBuilder, encodeTop: number): WindowFigures {
  const groups = groupByPath(window, PATH_SLOTS);
  const { stats } = window;
  const statsOf = (id: number, encode: boolean): ValueStats =>
    builder.build(groups.buckets, groups.counts, groups.starts[id], groups.starts[id + 1], exactOf(stats, id, id + 1), encode);
  const active = definitions.filter(({ id }) => (id >= RESERVED_PATHS || id === OVERFLOW) && countOf(stats, id) > 0);
  const encoded = topBySum(active, stats, encodeTop);
  const paths: PathStats[] = [];
  const distributions: DistributionStats[] = [];
  const records: RecordCounts = {
    recorded: 0,
    aggregated: 0,
    dropped: 0,
    sampledOut: 0,
    rejected: window.header[W_REJECTED],
    clamped: window.header[W_CLAMPED],
    overflowed: countOf(stats, OVERFLOW),
  };
  for (const { id, kind, name, labels, unit } of active) {
    const row = id * STAT_FIELDS;
    records.aggregated += stats[row + S_TIMED];
    records.dropped += stats[row + S_DROPPED];
    records.sampledOut += stats[row + S_SAMPLED_OUT];
    const value = statsOf(id, encoded.has(id));
    const common = { count: countOf(stats, id), dropped: stats[row + S_DROPPED], sampled: sampledOf(stats, row) };
    if (kind === 'distribution') distributions.push({ name, labels, unit: unit ?? '1', ...common, ...value });
    else paths.push({ name, labels, ...common, errors: stats[row + S_ERRORS], ...inNs(value) });
  }
  // From the rings' positions, not from the sum of the others: a record that was lost on the way would show.
  records.recorded = window.header[W_COMMITTED] - timedOf(stats, GC_FIRST, RESERVED_PATHS) + records.dropped + records.sampledOut;
  const gc = gcOf(
    builder.build(groups.buckets, groups.counts, groups.starts[GC_FIRST], groups.starts[GC_END], exactOf(stats, GC_FIRST, GC_END), true),
    stats,
    definitions,
  );
  return { paths, distributions, records, gc, ownPauseNsMax: stats[OWN_PAUSE * STAT_FIELDS + S_MAX] };
}

/** Counters with what they counted in the window; the overflow's only when it counted. */
export function counterValues(window: WindowMemory, totals: Float64Array, definitions: readonly Definition[]): CounterValue[] {
  const known = definitions.filter(({ id }) => id !== OVERFLOW || totals[id] > 0);
  return known.map(({ id, name, labels }) => ({ name, labels, value: totals[id], delta: window.counters[id] }));
}

function countOf(stats: Float64Array, id: number): number {
  const row = id * STAT_FIELDS;
  return stats[row + S_TIMED] + stats[row + S_SAMPLED_OUT] + stats[row + S_DROPPED];
}

/** Timed records of the ids from..to: pitot's own, which are no calls of the application. */
function timedOf(stats: Float64Array, from: number, to: number): number {
  let timed = 0;
  for (let id = from; id < to; id++) timed += stats[id * STAT_FIELDS + S_TIMED];
  return timed;
}

function sampledOf(stats: Float64Array, row: number): number {
  const timed = stats[row + S_TIMED];
  return timed === 0 ? 1 : Math.round(((timed + stats[row + S_SAMPLED_OUT]) / timed) * 1000) / 1000;
}

function exactOf(stats: Float64Array, from: number, to: number): { min: number; max: number; weight: number; sum: number } {
  const exact = { min: Number.POSITIVE_INFINITY, max: 0, weight: 0, sum: 0 };
  for (let id = from; id < to; id++) {
    const row = id * STAT_FIELDS;
    if (stats[row + S_TIMED] === 0) continue;
    exact.min = Math.min(exact.min, stats[row + S_MIN]);
    exact.max = Math.max(exact.max, stats[row + S_MAX]);
    exact.weight += stats[row + S_WEIGHT];
    exact.sum += stats[row + S_SUM];
  }
  if (exact.weight === 0) exact.min = 0;
  return exact;
}

function topBySum(definitions: readonly Definition[], stats: Float64Array, top: number): Set<number> {
  const sumOf = (definition: Definition): number => stats[definition.id * STAT_FIELDS + S_SUM];
  return new Set(
    [...definitions]
      .sort((a, b) => sumOf(b) - sumOf(a))
      .slice(0, top)
      .map(({ id }) => id),
  );
}

function inNs(value: ValueStats): Pick<PathStats, 'minNs' | 'p50Ns' | 'p90Ns' | 'p95Ns' | 'p99Ns' | 'p999Ns' | 'maxNs' | 'meanNs' | 'hdr'> {
  return {
    minNs: value.min,
    p50Ns: value.p50,
    p90Ns: value.p90,
    p95Ns: value.p95,
    p99Ns: value.p99,
    p999Ns: value.p999,
    maxNs: value.max,
    meanNs: value.mean,
    hdr: value.hdr,
  };
}

function gcOf(all: ValueStats, stats: Float64Array, definitions: readonly Definition[]): GcStats {
  const gc: GcStats = { count: 0, hdr: all.hdr, pauseNsP50: all.p50, pauseNsP99: all.p99, pauseNsMax: all.max, totalMs: 0, byKind: {} };
  for (const { id, labels } of definitions.filter((definition) => definition.id >= GC_FIRST && definition.id < GC_END)) {
    const row = id * STAT_FIELDS;
    const count = stats[row + S_TIMED];
    if (count === 0) continue;
    const totalMs = stats[row + S_SUM] / 1e6;
    gc.byKind[labels.kind] = { count, totalMs, pauseNsMax: stats[row + S_MAX] };
    gc.count += count;
    gc.totalMs += totalMs;
  }
  return gc;
}
