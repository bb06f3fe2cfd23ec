// The trend of each class of memory that grows: its level over the run, the line of the verdict's slope through it, and the limit it runs to.
import { median } from '../../diagnose/rules/median.js';
import { leakKind, leakRate, timeToLimit } from '../leak-words.js';
import type { Leak, RunSummary, TimelinePoint } from '../report-types.js';

const MS_PER_HOUR = 3_600_000;

/** Time and level. */
export type TrendSpot = [atMs: number, level: number];

export interface PageTrend {
  title: string;
  /** Rate and time to the limit, in words. */
  about: string;
  verdict: Leak['verdict'];
  /** Levels are a number of things; otherwise bytes. */
  isCount: boolean;
  /** One a point of the timeline; null: not known then. */
  levels: (number | null)[];
  /** The slope through what was measured since it grows. Empty: nothing was measured since. */
  line: TrendSpot[];
  /** Outline of where the line may be at 99 %; empty: the slope's bounds are not known. */
  band: TrendSpot[];
  /** The limit this level runs to by itself, 0: none. That of all memory is no limit of one class. */
  limitBytes: number;
}

/** None where several processes are merged: their levels are added up, and a trend is of one. timeline: in order of time. */
export function memoryTrends(run: RunSummary, timeline: readonly TimelinePoint[]): PageTrend[] {
  if (run.processes.length !== 1 || timeline.length === 0) return [];
  const hourMs = MS_PER_HOUR / (typeof run.config.timeScale === 'number' && run.config.timeScale > 0 ? run.config.timeScale : 1);
  return run.leaks
    .filter((leak) => leak.verdict !== 'none' && leak.growthBytesPerHour > 0 && (leak.kind !== 'handles' || leak.name !== undefined))
    .map((leak) => trendOf(leak, run, timeline, hourMs));
}

function trendOf(leak: Leak, run: RunSummary, timeline: readonly TimelinePoint[], hourMs: number): PageTrend {
  const levels = timeline.map((point) => levelOf(leak, point));
  const limit = timeToLimit(leak);
  return {
    title: leak.kind === 'heap' ? 'Live heap' : leakKind(leak),
    about: `grows ${leakRate(leak)}${limit === '' ? '' : `; ${limit} at this rate`}`,
    verdict: leak.verdict,
    isCount: leak.kind === 'handles',
    levels,
    ...lineOf(leak, timeline, levels, hourMs),
    limitBytes: leak.kind === 'heap' ? run.runtime.memory.heapLimitBytes : 0,
  };
}

function levelOf({ kind, name = '' }: Leak, point: TimelinePoint): number | null {
  if (kind === 'heap') return point.liveBytes || null;
  if (kind === 'external') return point.externalBytes;
  if (kind === 'native') return point.nativeBytes ?? null;
  return point.handles?.[name] ?? null;
}

/** The slope is the verdict's; its height is the median of what the levels are above it, which a few of them do not move. */
function lineOf(
  leak: Leak,
  timeline: readonly TimelinePoint[],
  levels: readonly (number | null)[],
  hourMs: number,
): Pick<PageTrend, 'line' | 'band'> {
  const sinceMs = Date.parse(leak.since);
  const measured: TrendSpot[] = [];
  timeline.forEach(({ atMs }, index) => {
    const level = levels[index];
    if (level !== null && atMs >= sinceMs) measured.push([atMs, level]);
  });
  if (measured.length < 2) return { line: [], band: [] };
  const [fromMs] = measured[0];
  const [toMs] = measured[measured.length - 1];
  const pivotMs = (fromMs + toMs) / 2;
  const slope = leak.growthBytesPerHour / hourMs;
  const pivot = median(Float64Array.from(measured, ([atMs, level]) => level - slope * (atMs - pivotMs)));
  const spot = (atMs: number, perHour: number): TrendSpot => [Math.round(atMs), Math.round(pivot + (perHour / hourMs) * (atMs - pivotMs))];
  const { growthBytesPerHour: rate, growthLowBytesPerHour: low, growthHighBytesPerHour: high } = leak;
  return {
    line: [spot(fromMs, rate), spot(toMs, rate)],
    band:
      low === undefined || high === undefined
        ? []
        : [spot(fromMs, low), spot(pivotMs, rate), spot(toMs, high), spot(toMs, low), spot(pivotMs, rate), spot(fromMs, high)],
  };
}
