// What a report says of targets, rules and advice. Apart from what writes reports: the agent thread needs this and none of the histograms.
import type { Alert, Exemplar, Finding, Kpi, RuleStatus } from '../core/alert-types.js';
import type { Leak } from './report-types.js';

export interface Judgement {
  kpis: Kpi[];
  alerts: Alert[];
  rules: RuleStatus[];
  advice: Finding[];
  exemplars: Exemplar[];
  leaks: Leak[];
}

/** Nothing was judged. */
export const NO_JUDGEMENT: Judgement = { kpis: [], alerts: [], rules: [], advice: [], exemplars: [], leaks: [] };
