// Finds what is asked of figures: series by name, sums of counts. Percentiles are never put together.
import { POOL_AVAILABLE, POOL_TOTAL, POOL_WAITING, STORE_CONCURRENT } from '../core/instrument-names.js';
import type { Labels } from '../core/labels.js';
import { MS_PER_S } from '../core/units.js';
import type { DistributionFigures, Figures, GaugeFigures, PathFigures } from './figures.js';

/** Series of a path that were called within the stretch. */
export const pathsOf = (figures: Figures, name: string): PathFigures[] => figures.paths.filter((path) => path.name === name && path.count > 0);

export const distributionsOf = (figures: Figures, name: string): DistributionFigures[] =>
  figures.distributions.filter((it) => it.name === name && it.count > 0);

/** Gauges that were set. */
export const gaugesOf = (figures: Figures, name: string): GaugeFigures[] =>
  figures.gauges.filter((gauge) => gauge.name === name && Number.isFinite(gauge.value));

export const callsOf = (paths: readonly PathFigures[]): number => paths.reduce((sum, path) => sum + path.count, 0);

export const errorsOf = (paths: readonly PathFigures[]): number => paths.reduce((sum, path) => sum + path.errors, 0);

/** Time that calls took in all, ms: their mean times their number. */
export const busyMsOf = (paths: readonly PathFigures[]): number => paths.reduce((sum, path) => sum + path.meanMs * path.count, 0);

/** What all series of a counter counted within the stretch. */
export const deltaOf = (figures: Figures, name: string): number =>
  figures.counters.reduce((sum, counter) => (counter.name === name ? sum + counter.delta : sum), 0);

/** The same since the process started. */
export const totalOf = (figures: Figures, name: string): number =>
  figures.counters.reduce((sum, counter) => (counter.name === name ? sum + counter.value : sum), 0);

export const perSecond = (figures: Figures, count: number): number => (count * MS_PER_S) / Math.max(1, figures.spanMs);

/** The series with the highest value; undefined: there is none. */
export function highest<T>(list: readonly T[], of: (item: T) => number): T | undefined {
  return list.reduce<T | undefined>((best, item) => (best === undefined || of(item) > of(best) ? item : best), undefined);
}

/** One text for equal labels, whatever their order. */
export const labelKey = (labels: Labels): string =>
  Object.keys(labels)
    .sort()
    .map((key) => `${key}=${labels[key]}`)
    .join(',');

/** A connection pool, as its gauges stood at the end of the stretch. */
export interface PoolFigures {
  labels: Labels;
  total: number;
  inUse: number;
  /** Requests that wait for a connection; 0 where the pool does not tell. */
  waiting: number;
}

export function poolsOf(figures: Figures): PoolFigures[] {
  const at = (name: string, key: string): number | undefined => gaugesOf(figures, name).find((gauge) => labelKey(gauge.labels) === key)?.value;
  return gaugesOf(figures, POOL_TOTAL).flatMap(({ labels, value: total }) => {
    const key = labelKey(labels);
    const available = at(POOL_AVAILABLE, key);
    if (!(total > 0) || available === undefined) return [];
    return [{ labels, total, inUse: Math.min(total, Math.max(0, total - available)), waiting: at(POOL_WAITING, key) ?? 0 }];
  });
}

/** Operations of the store under way at the end of the stretch. */
export const storeUnderWay = (figures: Figures): number => gaugesOf(figures, STORE_CONCURRENT).reduce((sum, gauge) => sum + gauge.value, 0);
