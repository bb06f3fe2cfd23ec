// The figures an event-sourced service is steered by, judged: value, target, alert threshold, status.
import type { Kpi } from '../core/alert-types.js';
import type { Figures } from './figures.js';
import { commandKpis } from './kpi/command-kpis.js';
import { projectionKpis } from './kpi/projection-kpis.js';
import { storeKpis } from './kpi/store-kpis.js';
import { systemKpis } from './kpi/system-kpis.js';
import { KpiHistory } from './kpi-history.js';

/**
 * All 17 KPIs of a window, in the order of commands, store, projections, system; those without traffic as no-data. Once a window, oldest first:
 * the history is what "sustained" is known from, and each call adds the window to it. Without one nothing is sustained unless the window itself
 * is as long. Figures of a step have no percentiles, and are not for this.
 */
export function kpisOf(figures: Figures, history: KpiHistory = new KpiHistory()): Kpi[] {
  return [...commandKpis(figures), ...storeKpis(figures, history), ...projectionKpis(figures, history), ...systemKpis(figures, history)];
}
