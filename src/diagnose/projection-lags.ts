// The lag of each projection: what it tells itself, or how long it has stood still while events were there, whichever is longer.
import { PROJECTION_LAG_MS, PROJECTION_POSITION, STORE_HEAD } from '../core/instrument-names.js';
import type { Labels } from '../core/labels.js';
import type { Figures } from './figures.js';
import type { KpiHistory } from './kpi-history.js';
import { gaugesOf, highest, labelKey } from './read-figures.js';

export interface ProjectionLag {
  /** Of the projection, the thread left out. */
  labels: Labels;
  key: string;
  /** Time between an event and its processing, ms. */
  lagMs: number;
  /** How long it has processed nothing at least although events were there, ms, by its position and the store's; 0: it moves, or that is not known. */
  stoodMs: number;
}

/** The history takes the positions; twice at one time is once. Projections that tell neither lag nor position are not in it. */
export function projectionLags(figures: Figures, history: KpiHistory): ProjectionLag[] {
  const head = gaugesOf(figures, STORE_HEAD).reduce((max, gauge) => Math.max(max, gauge.value), Number.NEGATIVE_INFINITY);
  const told = projectionsOf(figures);
  const stood = history.standing(
    told.flatMap(({ key, position }) => (position === undefined ? [] : [{ key, position }])),
    head,
    figures.atMs,
  );
  return told.flatMap(({ labels, key, lagMs }) => {
    const stoodMs = stood.get(key) ?? 0;
    return lagMs === undefined && stoodMs === 0 ? [] : [{ labels, key, lagMs: Math.max(0, lagMs ?? 0, stoodMs), stoodMs }];
  });
}

/**
 * Figures in which the lag of each projection is what projectionLags makes of it, one gauge a projection, so that rules, too, learn of one that stopped:
 * it does not set its gauge any more. For steps and windows, oldest first.
 */
export function withProjectionLags(figures: Figures, history: KpiHistory): Figures {
  const lags = projectionLags(figures, history).map(({ labels, lagMs }) => ({ name: PROJECTION_LAG_MS, labels, value: lagMs }));
  return lags.length === 0 ? figures : { ...figures, gauges: [...figures.gauges.filter(({ name }) => name !== PROJECTION_LAG_MS), ...lags] };
}

/** A projection that moved to another thread left its old gauges behind: the thread that came further is the one that counts. */
function projectionsOf(figures: Figures): { labels: Labels; key: string; position?: number; lagMs?: number }[] {
  const positions = gaugesOf(figures, PROJECTION_POSITION);
  const lags = gaugesOf(figures, PROJECTION_LAG_MS);
  const labelsOf = new Map([...positions, ...lags].map(({ labels }) => [projectionKey(labels), withoutThread(labels)]));
  return Array.from(labelsOf, ([key, labels]) => {
    const furthest = highest(
      positions.filter((gauge) => projectionKey(gauge.labels) === key),
      ({ value }) => value,
    );
    const own = lags.filter((gauge) => projectionKey(gauge.labels) === key);
    const lag =
      own.find((gauge) => furthest !== undefined && labelKey(gauge.labels) === labelKey(furthest.labels)) ?? highest(own, ({ value }) => value);
    return { labels, key, position: furthest?.value, lagMs: lag?.value };
  });
}

/** The same for counters, which are summed over threads, and gauges, which are not. */
export const projectionKey = (labels: Labels): string => labelKey(withoutThread(labels));

const withoutThread = ({ thread: _, ...labels }: Labels): Labels => labels;
