// KPIs of projections: how far behind, whether they keep up, how many events they fail on. Each projection by itself; the worst stands for all.
import type { Kpi } from '../../core/alert-types.js';
import { PROJECTION_ERRORS, PROJECTION_EVENTS, PROJECTION_SKIPPED, STORE_EVENTS_WRITTEN } from '../../core/instrument-names.js';
import { amount, counted, series, span } from '../figure-words.js';
import type { CounterFigures, Figures } from '../figures.js';
import type { KpiHistory } from '../kpi-history.js';
import { FAILURES_MIN, PROCESSING_RATE, PROJECTION_ERROR_RATE, PROJECTION_LAG, SHORTFALL_EVENTS_MIN } from '../kpi-targets.js';
import { type ProjectionLag, projectionKey, projectionLags } from '../projection-lags.js';
import { deltaOf, totalOf } from '../read-figures.js';
import { isInTarget, join, judged, noData, withStatus, worst } from './judge.js';

export function projectionKpis(figures: Figures, history: KpiHistory): Kpi[] {
  const lags = projectionLags(figures, history);
  return [lagKpi(lags), processingRate(figures, history, lags), errorRate(figures)];
}

function lagKpi(lags: readonly ProjectionLag[]): Kpi {
  const each = lags.map(({ labels, lagMs, stoodMs }) => {
    const stood = stoodMs > 0 ? { note: `no event processed for ${span(stoodMs)} at least, while newer ones were there` } : {};
    return judged(PROJECTION_LAG, lagMs / 1000, { of: series('projection', labels), ...stood });
  });
  return worst(each) ?? noData(PROJECTION_LAG, 'no projection tells its lag');
}

/** Events that a projection processed or skipped, by events that this process wrote. */
function processingRate(figures: Figures, history: KpiHistory, lags: readonly ProjectionLag[]): Kpi {
  const projections = handledBy(figures);
  const written = deltaOf(figures, STORE_EVENTS_WRITTEN);
  const each = projections.map(({ labels, key, handled }) => {
    const lag = lags.find((it) => it.key === key);
    const shortfall = written - handled;
    const heldMs = history.hold(`${PROCESSING_RATE.name} ${key}`, shortfall >= SHORTFALL_EVENTS_MIN, figures.spanMs);
    if (written === 0) return undefined;
    const rate = (handled / written) * 100;
    const of = series('projection', labels);
    const note = `${amount(handled)} of ${counted(written, 'event')} written`;
    if (isInTarget(PROCESSING_RATE, rate)) return judged(PROCESSING_RATE, rate, { of, note });
    // A lag that the projection told in this window is its own measure. Without one only a shortfall that lasts can tell it from a batch at the window's edge.
    const isBehind = lag !== undefined && !isInTarget(PROJECTION_LAG, lag.lagMs / 1000);
    const isKnown = lag !== undefined && handled > 0;
    if (isBehind || (!isKnown && heldMs > figures.spanMs)) return judged(PROCESSING_RATE, rate, { of, note });
    const why = lag === undefined ? 'the rest may be on its way' : `its lag is ${span(lag.lagMs)}`;
    return withStatus(PROCESSING_RATE, rate, 'ok', { of, note: join(note, why) });
  });
  const found = worst(each.filter((kpi) => kpi !== undefined));
  return found ?? noData(PROCESSING_RATE, projections.length === 0 ? 'no projection has run' : 'this process wrote no event');
}

function errorRate(figures: Figures): Kpi {
  const each = figures.counters
    .filter(({ name, delta }) => name === PROJECTION_ERRORS && delta > 0)
    .map(({ labels, delta: errors }) => {
      const processed = sameSeries(figures, PROJECTION_EVENTS, projectionKey(labels))?.delta ?? 0;
      const few = errors < FAILURES_MIN ? { atWorst: 'warn' as const } : {};
      const note = `${counted(errors, 'error')}, ${counted(processed, 'event')} processed`;
      return judged(PROJECTION_ERROR_RATE, (errors / Math.max(errors, processed)) * 100, { of: series('projection', labels), note, ...few });
    });
  const found = worst(each);
  if (found !== undefined) return found;
  return deltaOf(figures, PROJECTION_EVENTS) > 0
    ? judged(PROJECTION_ERROR_RATE, 0)
    : noData(PROJECTION_ERROR_RATE, totalOf(figures, PROJECTION_EVENTS) > 0 ? 'no event was processed' : 'no projection has run');
}

function handledBy(figures: Figures): { labels: CounterFigures['labels']; key: string; handled: number }[] {
  return figures.counters
    .filter(({ name }) => name === PROJECTION_EVENTS)
    .map(({ labels, delta }) => {
      const key = projectionKey(labels);
      return { labels, key, handled: delta + (sameSeries(figures, PROJECTION_SKIPPED, key)?.delta ?? 0) };
    });
}

const sameSeries = (figures: Figures, name: string, key: string): CounterFigures | undefined =>
  figures.counters.find((counter) => counter.name === name && projectionKey(counter.labels) === key);
