// Which series of the figures a metric means, and their values. One index serves all rules of an evaluation.
import type { Labels } from '../../core/labels.js';
import type { CounterFigures, DistributionFigures, Figures, GaugeFigures, PathFigures } from '../figures.js';
import type { LabelFilter, Metric, PathStat } from './rule.js';

/** One value that is judged. */
export interface Series {
  /** Text of the labels: the same for the same labels. '' where there are none, as of a sum or of the runtime. */
  key: string;
  labels: Labels;
  /** NaN: there is none. */
  value: number;
  /** Calls (or values) within the stretch that it is of. Infinity where there is no such thing. */
  count: number;
}

/** Stats that add up over series. All others belong to one series each. */
const SUMS: ReadonlySet<string> = new Set<PathStat>(['count', 'rate', 'errors']);
const COUNTS: ReadonlySet<string> = new Set(['count', 'errors', 'delta']);
const NO_LABELS: Labels = Object.freeze({});

interface Entry<T> {
  figures: T;
  /** Made when first asked for. */
  key: string | undefined;
}

/** Whether a metric is judged series by series. */
export function isEach(metric: Metric): boolean {
  if ('path' in metric) return metric.each === true || !SUMS.has(metric.stat);
  if ('counter' in metric) return metric.each === true;
  return 'distribution' in metric || 'gauge' in metric;
}

/** Whether a metric exists in windows only: steps know counts, gauges and the runtime. */
export function isWindowMetric(metric: Metric): boolean {
  return 'distribution' in metric || ('path' in metric && !SUMS.has(metric.stat));
}

/** Whether a metric adds up from window to window. */
export const isCount = (metric: Metric): boolean => 'stat' in metric && COUNTS.has(metric.stat);

/** Whether series of a metric are there only while something is called. */
export const isOfCalls = (metric: Metric): boolean => 'path' in metric || 'distribution' in metric;

/** The figures by name. */
export class FiguresIndex {
  readonly figures: Figures;
  readonly #paths: ByName<PathFigures>;
  readonly #distributions: ByName<DistributionFigures>;
  readonly #counters: ByName<CounterFigures>;
  readonly #gauges: ByName<GaugeFigures>;
  readonly #selected = new Map<string, Series[]>();
  readonly #extremes = new Map<string, Series[]>();

  constructor(figures: Figures) {
    this.figures = figures;
    this.#paths = new ByName(figures.paths);
    this.#distributions = new ByName(figures.distributions);
    this.#counters = new ByName(figures.counters);
    this.#gauges = new ByName(figures.gauges);
  }

  /**
   * The series of a metric. A sum is always there: what was never counted is 0. One without a value, as a mean without calls, is NaN.
   * Rules that ask for the same metric share the answer.
   */
  select(metric: Metric): readonly Series[] {
    const text = metricText(metric);
    let series = this.#selected.get(text);
    if (series === undefined) {
      series = this.#select(metric);
      this.#selected.set(text, series);
    }
    return series;
  }

  /** Of a metric's series the largest, the smallest and one without a value, where there are such: enough where no series is beyond a limit. */
  extremes(metric: Metric): readonly Series[] {
    const text = metricText(metric);
    let extremes = this.#extremes.get(text);
    if (extremes === undefined) this.#extremes.set(text, (extremes = extremesOf(this.select(metric))));
    return extremes;
  }

  #select(metric: Metric): Series[] {
    const { figures } = this;
    if ('runtime' in metric) return [{ key: '', labels: NO_LABELS, value: figures.runtime[metric.runtime], count: Number.POSITIVE_INFINITY }];
    if ('gauge' in metric) return seriesOf(this.#gauges.matching(metric.gauge, metric.labels), ({ value }) => value, uncounted);
    if ('distribution' in metric) {
      const { stat } = metric;
      const entries = this.#distributions.matching(metric.distribution, metric.labels);
      return seriesOf(entries, (it) => (it.count > 0 || stat === 'count' ? it[stat] : Number.NaN), counted);
    }
    const seconds = figures.spanMs / 1000;
    if ('counter' in metric) {
      const entries = this.#counters.matching(metric.counter, metric.labels);
      const perS = metric.stat === 'rate' ? seconds : 1;
      const read = ({ delta }: CounterFigures): number => delta / perS;
      return metric.each ? seriesOf(entries, read, uncounted) : [sum(entries, read, uncounted)];
    }
    const { stat } = metric;
    const read = (it: PathFigures): number => {
      if (stat === 'rate') return it.count / seconds;
      return SUMS.has(stat) || it.count > 0 ? it[stat] : Number.NaN;
    };
    const entries = this.#paths.matching(metric.path, metric.labels);
    return isEach(metric) ? seriesOf(entries, read, counted) : [sum(entries, read, counted)];
  }
}

function extremesOf(all: readonly Series[]): Series[] {
  let largest: Series | undefined;
  let smallest: Series | undefined;
  let unknown: Series | undefined;
  for (const series of all) {
    if (Number.isNaN(series.value)) unknown ??= series;
    else {
      if (largest === undefined || series.value > largest.value) largest = series;
      if (smallest === undefined || series.value < smallest.value) smallest = series;
    }
  }
  return [largest, smallest, unknown].filter((series) => series !== undefined);
}

const uncounted = (): number => Number.POSITIVE_INFINITY;
const counted = ({ count }: { count: number }): number => count;

/** Metrics as text, once each: rules live as long as their engine. */
const texts = new WeakMap<Metric, string>();

function metricText(metric: Metric): string {
  let text = texts.get(metric);
  if (text === undefined) texts.set(metric, (text = JSON.stringify(metric)));
  return text;
}

/** Figures of one kind by name, and, once asked for, by a label's value. */
class ByName<T extends { name: string; labels: Labels }> {
  readonly #byName = new Map<string, Entry<T>[]>();
  readonly #byLabel = new Map<string, Map<string, Entry<T>[]>>();

  constructor(all: readonly T[]) {
    for (const figures of all) append(this.#byName, figures.name, { figures, key: undefined });
  }

  matching(name: string, filter: LabelFilter | undefined): readonly Entry<T>[] {
    const all = this.#byName.get(name) ?? [];
    const labels = filter === undefined ? [] : Object.keys(filter);
    if (labels.length === 0) return all;
    const [first, ...others] = labels;
    const found = this.#withLabel(name, first, all).get(filter![first]) ?? [];
    return others.length === 0 ? found : found.filter(({ figures }) => others.every((label) => figures.labels[label] === filter![label]));
  }

  #withLabel(name: string, label: string, all: readonly Entry<T>[]): Map<string, Entry<T>[]> {
    const id = `${name}\n${label}`;
    let byValue = this.#byLabel.get(id);
    if (byValue === undefined) {
      byValue = new Map();
      for (const entry of all) if (entry.figures.labels[label] !== undefined) append(byValue, entry.figures.labels[label], entry);
      this.#byLabel.set(id, byValue);
    }
    return byValue;
  }
}

function append<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

function seriesOf<T extends { labels: Labels }>(entries: readonly Entry<T>[], read: (figures: T) => number, count: (figures: T) => number): Series[] {
  return entries.map((entry) => {
    const { figures } = entry;
    entry.key ??= labelsKey(figures.labels);
    return { key: entry.key, labels: figures.labels, value: read(figures), count: count(figures) };
  });
}

function sum<T>(entries: readonly Entry<T>[], read: (figures: T) => number, counts: (figures: T) => number): Series {
  let value = 0;
  let count = 0;
  for (const { figures } of entries) {
    value += read(figures);
    count += counts(figures);
  }
  return { key: '', labels: NO_LABELS, value, count };
}

/** Text of labels, in order of their names. */
export function labelsKey(labels: Labels): string {
  const names = Object.keys(labels);
  if (names.length === 0) return '';
  if (names.length > 1) names.sort();
  let key = '';
  for (const name of names) key += `${name}=${labels[name]}\n`;
  return key;
}
