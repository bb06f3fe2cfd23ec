// Paths, distributions, counters and gauges of many windows and processes as one: histograms and counts are added, nothing is averaged but means.
import { HdrSum } from './hdr-sum.js';
import type { CounterValue, DistributionStats, GaugeValue, Labels, PathStats } from './report-types.js';

/** Told about a histogram that cannot be read: the path's counts are kept, its percentiles are of the rest. */
export type OnUnreadable = (name: string, message: string) => void;

/** What paths and distributions have in common. `times` is what the histogram holds, in the unit of the value. */
interface Sums {
  count: number;
  dropped: number;
  /** Calls that were timed: not the calls they stand for. */
  timed: number;
  min: number;
  max: number;
  /** Sum of mean times weight, and of weights: means add up exactly. */
  sum: number;
  weight: number;
  hdr: HdrSum;
}

interface Window {
  count: number;
  dropped: number;
  sampled: number;
  min: number;
  max: number;
  mean: number;
  hdr: string;
}

/**
 * Sums paths. Percentiles are those of the added histograms. `sampled` of a sum is calls over timed calls — (count - dropped) / timed, where each
 * window's timed calls are its (count - dropped) / sampled — so that it is 1 only where every call of every window was timed.
 */
export class PathMerger {
  private readonly sums = new Map<string, Sums & { name: string; labels: Labels; errors: number }>();
  private readonly onUnreadable: OnUnreadable;

  constructor(onUnreadable: OnUnreadable) {
    this.onUnreadable = onUnreadable;
  }

  add(path: PathStats): void {
    const key = keyOf(path.name, path.labels);
    const sums = this.sums.get(key) ?? { name: path.name, labels: path.labels, errors: 0, ...noSums() };
    this.sums.set(key, sums);
    sums.errors += path.errors;
    const { count, dropped, sampled, hdr } = path;
    addWindow(sums, { count, dropped, sampled, min: path.minNs, max: path.maxNs, mean: path.meanNs, hdr }, path.name, this.onUnreadable);
  }

  /** In the order of names and labels. */
  take(): PathStats[] {
    return sorted(this.sums).map(({ name, labels, errors, ...sums }) => {
      const { p50, p90, p95, p99, p999, hdr } = sums.hdr.stats(sums.min, sums.max);
      return {
        name,
        labels,
        count: sums.count,
        errors,
        dropped: sums.dropped,
        sampled: sampledOf(sums),
        minNs: atMost(sums.min),
        p50Ns: p50,
        p90Ns: p90,
        p95Ns: p95,
        p99Ns: p99,
        p999Ns: p999,
        maxNs: sums.max,
        meanNs: meanOf(sums),
        hdr,
      };
    });
  }
}

/** Sums distributions; the same name and labels in another unit stay apart. */
export class DistributionMerger {
  private readonly sums = new Map<string, Sums & { name: string; labels: Labels; unit: string }>();
  private readonly onUnreadable: OnUnreadable;

  constructor(onUnreadable: OnUnreadable) {
    this.onUnreadable = onUnreadable;
  }

  add(distribution: DistributionStats): void {
    const { name, labels, unit } = distribution;
    const key = keyOf(name, labels, unit);
    const sums = this.sums.get(key) ?? { name, labels, unit, ...noSums() };
    this.sums.set(key, sums);
    addWindow(sums, distribution, name, this.onUnreadable);
  }

  take(): DistributionStats[] {
    return sorted(this.sums).map(({ name, labels, unit, ...sums }) => {
      const { hdr, ...percentiles } = sums.hdr.stats(sums.min, sums.max);
      const range = { min: atMost(sums.min), max: sums.max, mean: meanOf(sums) };
      return { name, labels, unit, count: sums.count, dropped: sums.dropped, sampled: sampledOf(sums), ...range, ...percentiles, hdr };
    });
  }
}

/** Sums counters: `value` is the last of each process, added over processes; `delta` is added over all windows. */
export class CounterMerger {
  private readonly sums = new Map<string, CounterValue & { last: Map<number, { seq: number; value: number }> }>();

  /** `group` tells processes apart, `seq` their windows. */
  add(counter: CounterValue, group: number, seq: number): void {
    const key = keyOf(counter.name, counter.labels);
    const sum = this.sums.get(key) ?? { name: counter.name, labels: counter.labels, value: 0, delta: 0, last: new Map() };
    this.sums.set(key, sum);
    sum.delta += counter.delta;
    if (seq >= (sum.last.get(group)?.seq ?? 0)) sum.last.set(group, { seq, value: counter.value });
  }

  take(): CounterValue[] {
    return sorted(this.sums).map(({ name, labels, delta, last }) => {
      let value = 0;
      for (const process of last.values()) value += process.value;
      return { name, labels, value, delta };
    });
  }
}

/** Last value of each gauge. Gauges of several processes do not add up: each carries its process's labels instead. */
export class GaugeMerger {
  private readonly last = new Map<string, GaugeValue & { seq: number; group: number }>();

  add(gauge: GaugeValue, group: number, seq: number): void {
    const key = keyOf(gauge.name, gauge.labels, String(group));
    if (seq >= (this.last.get(key)?.seq ?? 0)) this.last.set(key, { ...gauge, seq, group });
  }

  /** `labelsOf` gives what to add for a group; a label that the application has set itself is kept. */
  take(labelsOf: (group: number) => Labels): GaugeValue[] {
    return sorted(this.last).map(({ name, labels, value, group }) => ({ name, labels: { ...labelsOf(group), ...labels }, value }));
  }
}

function addWindow(sums: Sums, window: Window, name: string, onUnreadable: OnUnreadable): void {
  const calls = window.count - window.dropped;
  sums.count += window.count;
  sums.dropped += window.dropped;
  sums.timed += calls / Math.max(1, window.sampled);
  if (window.hdr === '') {
    if (window.max > 0) onUnreadable(name, 'the report has none');
    return;
  }
  let weight: number;
  try {
    weight = sums.hdr.add(window.hdr);
  } catch (error) {
    onUnreadable(name, error instanceof Error ? error.message : String(error));
    return;
  }
  if (weight === 0) return;
  sums.weight += weight;
  sums.sum += window.mean * weight;
  sums.min = Math.min(sums.min, window.min);
  sums.max = Math.max(sums.max, window.max);
}

const noSums = (): Sums => ({ count: 0, dropped: 0, timed: 0, min: Number.POSITIVE_INFINITY, max: 0, sum: 0, weight: 0, hdr: new HdrSum() });
/** To three decimals, as in a report. */
const sampledOf = (sums: Sums): number => (sums.timed === 0 ? 1 : Math.round(((sums.count - sums.dropped) / sums.timed) * 1000) / 1000);
const meanOf = (sums: Sums): number => (sums.weight === 0 ? 0 : sums.sum / sums.weight);
const atMost = (min: number): number => (min === Number.POSITIVE_INFINITY ? 0 : min);

/** The same for the same labels in any order. */
function keyOf(name: string, labels: Labels, more = ''): string {
  const sortedLabels = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([name, sortedLabels, more]);
}

function sorted<T>(map: Map<string, T>): T[] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, value]) => value);
}
