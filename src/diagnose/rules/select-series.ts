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

/** The figures by name. */
export class FiguresIndex {
  readonly figures: Figures;
  readonly #paths = new Map<string, Entry<PathFigures>[]>();
  readonly #distributions = new Map<string, Entry<DistributionFigures>[]>();
  readonly #counters = new Map<string, Entry<CounterFigures>[]>();
  readonly #gauges = new Map<string, Entry<GaugeFigures>[]>();

  constructor(figures: Figures) {
    this.figures = figures;
    fill(this.#paths, figures.paths);
    fill(this.#distributions, figures.distributions);
    fill(this.#counters, figures.counters);
    fill(this.#gauges, figures.gauges);
  }

  /**
   * The series of a metric. A sum is always there: what was never counted is 0. One without a value, as a mean without calls, is NaN.
   */
  select(metric: Metric): Series[] {
    const { figures } = this;
    if ('runtime' in metric) return [{ key: '', labels: NO_LABELS, value: figures.runtime[metric.runtime], count: Number.POSITIVE_INFINITY }];
    if ('gauge' in metric) return pick(this.#gauges.get(metric.gauge), metric.labels, ({ value }) => value, uncounted);
    if ('distribution' in metric) {
      const { stat } = metric;
      return pick(
        this.#distributions.get(metric.distribution),
        metric.labels,
        (it) => (it.count > 0 || stat === 'count' ? it[stat] : Number.NaN),
        counted,
      );
    }
    const seconds = figures.spanMs / 1000;
    if ('counter' in metric) {
      const perS = metric.stat === 'rate' ? seconds : 1;
      const all = pick(this.#counters.get(metric.counter), metric.labels, ({ delta }) => delta / perS, uncounted);
      return metric.each ? all : [sum(all)];
    }
    const { stat } = metric;
    const read = (it: PathFigures): number => {
      if (stat === 'rate') return it.count / seconds;
      return SUMS.has(stat) || it.count > 0 ? it[stat] : Number.NaN;
    };
    const all = pick(this.#paths.get(metric.path), metric.labels, read, counted);
    return isEach(metric) ? all : [sum(all)];
  }
}

const uncounted = (): number => Number.POSITIVE_INFINITY;
const counted = ({ count }: { count: number }): number => count;

function fill<T extends { name: string }>(map: Map<string, Entry<T>[]>, all: readonly T[]): void {
  for (const figures of all) {
    const entry = { figures, key: undefined };
    const list = map.get(figures.name);
    if (list === undefined) map.set(figures.name, [entry]);
    else list.push(entry);
  }
}

function pick<T extends { labels: Labels }>(
  entries: readonly Entry<T>[] | undefined,
  filter: LabelFilter | undefined,
  read: (figures: T) => number,
  count: (figures: T) => number,
): Series[] {
  const found: Series[] = [];
  if (entries === undefined) return found;
  const names = filter === undefined ? [] : Object.keys(filter);
  next: for (const entry of entries) {
    const { figures } = entry;
    for (const name of names) if (figures.labels[name] !== filter![name]) continue next;
    entry.key ??= labelsKey(figures.labels);
    found.push({ key: entry.key, labels: figures.labels, value: read(figures), count: count(figures) });
  }
  return found;
}

function sum(all: readonly Series[]): Series {
  let value = 0;
  let count = 0;
  for (const series of all) {
    value += series.value;
    count += series.count;
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
