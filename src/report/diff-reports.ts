// What changed between two runs, path by path: calls, errors and latency percentiles, each percentile with an interval and a p value.
import { type Difference, difference, drawer, type Estimate, minimumEffectP } from '../flame/diff/bootstrap.js';
import { normalQuantile } from '../flame/diff/student.js';
import type { Labels, PathStats, Report } from './report-types.js';
import { type Buckets, readBuckets, WindowCounts } from './window-counts.js';

/** The least change of a percentile worth telling: smaller ones are noise by definition. */
export const PATH_RATIO_MIN = 0.05;
/** With so many windows a side, the windows themselves show the noise. */
export const PATH_WINDOWS_MIN = 8;
/** Replicates of the bootstrap over windows. */
export const PATH_REPLICATES = 1000;
/**
 * With fewer windows, calls are counted as if only one in so many told something of its own: neighbours wait for the same collection, the same
 * query, the same noisy neighbour.
 */
const CALLS_DESIGN_EFFECT = 10;
/**
 * And a noise from window to window is assumed that one window cannot show: standard deviation of the logarithm of each percentile.
 * Of the order seen between windows of a steady service on a shared machine; see docs/diff.md.
 */
const ASSUMED_NOISE = { p50: 0.07, p95: 0.1, p99: 0.15 };
/** Windows show all of that but how much whole runs differ: another place in memory, another hour. Assumed as well, of the same kind. */
const RUN_NOISE = { p50: 0.03, p95: 0.1, p99: 0.15 };
/**
 * Whole runs differ in how many calls were slow, too, by about a quarter of them: a percentile that lies at the edge of these jumps from one side to
 * the other. So far the rank is moved, on both sides towards no change, and a change must still be one.
 */
const RANK_NOISE = { p50: 0.02, p95: 0.025, p99: 0.005 };
/** With so many paths, a change must be one against the typical path too: all of them together follow the machine, or the process as a whole. */
const TYPICAL_PATHS_MIN = 5;
/** Values that must lie beyond a percentile on each side, after the design effect. */
const TAIL_MIN = 5;

export const PERCENTILES = { p50: 0.5, p95: 0.95, p99: 0.99 } as const;
export type Percentile = keyof typeof PERCENTILES;
const NAMES = Object.keys(PERCENTILES) as Percentile[];
const NONE = new Float64Array(0);

export interface PercentileChange {
  beforeNs: number;
  afterNs: number;
  /** after / before, and its interval at 1 - level; null where no percentile of the path changed by the least effect, or where there are too few calls. */
  ratio: number;
  low: number | null;
  high: number | null;
  /** Whether there are enough calls to ask. */
  enough: boolean;
  /** That the ratio is within the least effect; 1 where the percentile lies at an edge that runs differ in, or moved with those of all paths. */
  p: number;
}

/** A path that both sides have. Calls and errors are told, not judged: they follow the load. */
export interface PathChange {
  name: string;
  labels: Labels;
  beforeCalls: number;
  afterCalls: number;
  beforeErrors: number;
  afterErrors: number;
  percentiles: Record<Percentile, PercentileChange>;
  /** Where the noise is taken from. */
  method: 'windows' | 'counts';
}

export interface PathDiff {
  paths: PathChange[];
  /** after / before of the typical path (median); 1 with fewer than TYPICAL_PATHS_MIN paths to take it from. */
  typical: Record<Percentile, number>;
  /** Paths that only one side has. */
  gone: string[];
  added: string[];
  windows: { before: number; after: number };
}

export interface PathDiffOptions {
  level: number;
  random: () => number;
  replicates?: number;
  onUnreadable?: (path: string, message: string) => void;
}

/** Compares the reports of two sides; a report is a window. Histograms are added, never percentiles. */
export function diffReports(before: Iterable<Report>, after: Iterable<Report>, options: PathDiffOptions): PathDiff {
  const left = collect(before, options);
  const right = collect(after, options);
  const paths: PathChange[] = [];
  for (const [key, from] of left.paths) {
    const to = right.paths.get(key);
    if (to !== undefined) paths.push(comparePath(from, to, options));
  }
  const typical = { p50: typicalRatio(paths, 'p50'), p95: typicalRatio(paths, 'p95'), p99: typicalRatio(paths, 'p99') };
  for (const { percentiles } of paths) {
    for (const name of NAMES) if (movedWithAll(percentiles[name].ratio, typical[name])) percentiles[name].p = 1;
  }
  return {
    paths,
    typical,
    gone: [...left.paths].filter(([key]) => !right.paths.has(key)).map(([, path]) => nameOf(path)),
    added: [...right.paths].filter(([key]) => !left.paths.has(key)).map(([, path]) => nameOf(path)),
    windows: { before: left.windows, after: right.windows },
  };
}

interface PathWindows {
  name: string;
  labels: Labels;
  calls: number;
  errors: number;
  /** Calls that were timed: a sampled path's histogram counts each of them several times. */
  timed: number;
  buckets: Buckets[];
}

function collect(reports: Iterable<Report>, { onUnreadable }: PathDiffOptions): { paths: Map<string, PathWindows>; windows: number } {
  const paths = new Map<string, PathWindows>();
  let windows = 0;
  for (const report of reports) {
    windows++;
    for (const path of report.paths) {
      const key = nameOf(path);
      const sum = paths.get(key) ?? { name: path.name, labels: path.labels, calls: 0, errors: 0, timed: 0, buckets: [] };
      paths.set(key, sum);
      sum.calls += path.count;
      sum.errors += path.errors;
      if (path.hdr === '') continue;
      try {
        sum.buckets.push(readBuckets(path.hdr));
        sum.timed += timedOf(path);
      } catch (error) {
        onUnreadable?.(key, error instanceof Error ? error.message : String(error));
      }
    }
  }
  return { paths, windows };
}

const timedOf = ({ count, dropped, sampled }: PathStats): number => (count - dropped) / Math.max(1, sampled);

function comparePath(before: PathWindows, after: PathWindows, { level, random, replicates = PATH_REPLICATES }: PathDiffOptions): PathChange {
  const method = Math.min(before.buckets.length, after.buckets.length) >= PATH_WINDOWS_MIN ? 'windows' : 'counts';
  const sides = [new Side(before), new Side(after)] as const;
  // Where no percentile has changed by the least effect there is nothing to ask, and resampling costs.
  const isAsked = NAMES.some((name) => Math.abs(sides[1].log(name) - sides[0].log(name)) > Math.log1p(PATH_RATIO_MIN));
  if (isAsked && method === 'windows') for (const side of sides) side.resample(replicates, random);
  const change = (name: Percentile): PercentileChange => {
    const [from, to] = [sides[0].log(name), sides[1].log(name)];
    const values = { beforeNs: Math.round(Math.exp(from)), afterNs: Math.round(Math.exp(to)), ratio: Math.exp(to - from) };
    const callsDivisor = method === 'windows' ? 1 : CALLS_DESIGN_EFFECT;
    const enough = sides.every((side) => side.reaches(name, callsDivisor));
    if (!isAsked || !enough) return { ...values, low: null, high: null, enough, p: 1 };
    const { low, high, p } = method === 'windows' ? byWindows(name, sides, level) : byCounts(name, sides, level);
    return { ...values, low: Math.exp(low), high: Math.exp(high), enough, p: isAtEdge(name, sides) ? 1 : p };
  };
  return {
    name: before.name,
    labels: before.labels,
    beforeCalls: before.calls,
    afterCalls: after.calls,
    beforeErrors: before.errors,
    afterErrors: after.errors,
    percentiles: { p50: change('p50'), p95: change('p95'), p99: change('p99') },
    method,
  };
}

function typicalRatio(paths: readonly PathChange[], name: Percentile): number {
  const ratios = paths
    .map(({ percentiles }) => percentiles[name])
    .filter(({ enough }) => enough)
    .map(({ ratio }) => ratio)
    .sort((a, b) => a - b);
  return ratios.length < TYPICAL_PATHS_MIN ? 1 : Math.sqrt(ratios[(ratios.length - 1) >> 1] * ratios[ratios.length >> 1]);
}

/** Whether a change is less than the least one, or none in its direction, when the typical path's is taken off. */
const movedWithAll = (ratio: number, typical: number): boolean => Math.sign(Math.log(ratio)) * Math.log(ratio / typical) < Math.log1p(PATH_RATIO_MIN);

type Sides = readonly [Side, Side];
type LogInterval = Pick<Difference, 'low' | 'high' | 'p'>;

/** Bootstrap over windows: each replicate adds the histograms of the windows drawn and reads the percentile of the sum. */
function byWindows(name: Percentile, sides: Sides, level: number): LogInterval {
  const [before, after] = sides.map((side) => side.estimate(name));
  return difference(before, after, Math.log1p(PATH_RATIO_MIN), level);
}

/** Whether the change is less than the least one when the ranks are moved by what runs differ in. */
function isAtEdge(name: Percentile, [before, after]: Sides): boolean {
  const towards = Math.sign(after.log(name) - before.log(name)) * RANK_NOISE[name];
  return Math.sign(towards) * (after.log(name, -towards) - before.log(name, towards)) < Math.log1p(PATH_RATIO_MIN);
}

/** Order statistics, with the noise that counts cannot show assumed. */
function byCounts(name: Percentile, sides: Sides, level: number): LogInterval {
  const change = sides[1].log(name) - sides[0].log(name);
  const error = Math.hypot(...sides.map((side) => side.countError(name)), Math.SQRT2 * ASSUMED_NOISE[name]);
  const reach = normalQuantile(level / 2) * error;
  return {
    low: change - reach,
    high: change + reach,
    p: minimumEffectP(Math.abs(change), Math.log1p(PATH_RATIO_MIN), error, Number.POSITIVE_INFINITY),
  };
}

/** One side of one path; percentiles as logarithms, so that twice and half are as far from the same. */
class Side {
  private readonly counts: WindowCounts;
  private readonly timed: number;
  private readonly once: Float64Array;
  private readonly replicates: Record<Percentile, Float64Array> = { p50: NONE, p95: NONE, p99: NONE };

  constructor({ buckets, timed }: PathWindows) {
    this.counts = new WindowCounts(buckets);
    this.timed = timed;
    this.once = this.counts.once();
  }

  /** `shift` moves the rank, as a share of all calls. */
  log(name: Percentile, shift = 0): number {
    return Math.log(Math.max(1, this.counts.quantile(PERCENTILES[name] + shift, this.once)));
  }

  /** Whether enough calls lie beyond the percentile. */
  reaches(name: Percentile, callsDivisor: number): boolean {
    return (this.timed / callsDivisor) * Math.min(PERCENTILES[name], 1 - PERCENTILES[name]) >= TAIL_MIN;
  }

  resample(replicates: number, random: () => number): void {
    const weights = new Float64Array(this.counts.windows);
    const draw = drawer(new Uint32Array(weights.length), random);
    for (const name of NAMES) this.replicates[name] = new Float64Array(replicates);
    for (let replicate = 0; replicate < replicates; replicate++) {
      draw(weights);
      for (const name of NAMES) this.replicates[name][replicate] = Math.log(Math.max(1, this.counts.quantile(PERCENTILES[name], weights)));
    }
  }

  estimate(name: Percentile): Estimate {
    return {
      value: this.log(name),
      replicates: this.replicates[name],
      blocks: this.counts.windows,
      varianceMin: this.countError(name, 1) ** 2,
      varianceMore: RUN_NOISE[name] ** 2,
    };
  }

  /**
   * Standard error from the values two binomial standard deviations below and above the percentile's rank: half the farther of the two distances.
   */
  countError(name: Percentile, callsDivisor = CALLS_DESIGN_EFFECT): number {
    const share = PERCENTILES[name];
    const reach = Math.min(1 - share, 2 * Math.sqrt((share * (1 - share)) / (this.timed / callsDivisor)));
    return Math.max(this.log(name, reach) - this.log(name), this.log(name) - this.log(name, -reach)) / 2;
  }
}

/** `name{a=1,b=2}`, the same for the same labels in any order. */
export function nameOf({ name, labels }: { name: string; labels: Labels }): string {
  const entries = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.length === 0 ? name : `${name}{${entries.map(([key, value]) => `${key}=${value}`).join(',')}}`;
}
