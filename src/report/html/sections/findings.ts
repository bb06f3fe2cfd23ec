// What diagnosis found: alerts, KPIs, advice, stalls, what leaks or may, and the slowest commands, each a section of its own where there is any.
import { html, type Markup } from '../../../flame/draw/page/markup.js';
import type { RunSummary } from '../../report-types.js';
import type { ToDirectory } from '../file-link.js';
import { adviceSection } from './advice.js';
import { alertsSection } from './alerts.js';
import { exemplarsSection } from './exemplars.js';
import { kpisSection } from './kpis.js';
import { leaksSection } from './leaks.js';
import { stallsSection } from './stalls.js';

/** What was found, in the order of the page: anchor, title, and the section where there is any. */
const KINDS: readonly [string, string, (run: RunSummary) => number, (run: RunSummary, toDirectory: ToDirectory) => Markup][] = [
  ['alerts', 'Alerts', (run) => run.alerts.length, alertsSection],
  ['kpis', 'KPIs', (run) => run.kpis.length, (run) => kpisSection(run.kpis)],
  ['advice', 'Advice', (run) => run.advice.length, (run) => adviceSection(run.advice)],
  ['stalls', 'Stalls', (run) => run.stalls.length, stallsSection],
  ['leaks', 'Leaks', (run) => run.leaks.filter(({ verdict }) => verdict !== 'none').length, leaksSection],
  ['exemplars', 'Slowest commands', (run) => run.exemplars.length, (run) => exemplarsSection(run.exemplars)],
];

export function findingsSections(run: RunSummary, toDirectory: ToDirectory): Markup {
  return html`${KINDS.map(([, , count, draw]) => count(run) > 0 && draw(run, toDirectory))}`;
}

/** For the page's navigation: anchor and title of the sections that are there. */
export const findingsLinks = (run: RunSummary): [string, string][] =>
  KINDS.filter(([, , count]) => count(run) > 0).map(([id, title]): [string, string] => [id, title]);
