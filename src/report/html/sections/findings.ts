// What diagnosis found: alerts, KPIs, advice, stalls, leaks and the slowest commands, each a section of its own where there is any.
import { formatBytes } from '../../../core/units.js';
import { formatRatio } from '../../../flame/draw/page/figures.js';
import { html, type Markup } from '../../../flame/draw/page/markup.js';
import type { Leak, RunSummary } from '../../report-types.js';
import type { ToDirectory } from '../file-link.js';
import { adviceSection } from './advice.js';
import { alertsSection } from './alerts.js';
import { exemplarsSection } from './exemplars.js';
import { kpisSection } from './kpis.js';
import { stallsSection } from './stalls.js';
import { staticTable } from './static-table.js';
import { tag } from './tag.js';

/** What was found, in the order of the page: anchor, title, and the section where there is any. */
const KINDS: readonly [string, string, (run: RunSummary) => number, (run: RunSummary, toDirectory: ToDirectory) => Markup][] = [
  ['alerts', 'Alerts', (run) => run.alerts.length, (run) => alertsSection(run.alerts)],
  ['kpis', 'KPIs', (run) => run.kpis.length, (run) => kpisSection(run.kpis)],
  ['advice', 'Advice', (run) => run.advice.length, (run) => adviceSection(run.advice)],
  ['stalls', 'Stalls', (run) => run.stalls.length, stallsSection],
  ['leaks', 'Leaks', (run) => run.leaks.length, (run) => section('leaks', 'Leaks', leaks(run.leaks))],
  ['exemplars', 'Slowest commands', (run) => run.exemplars.length, (run) => exemplarsSection(run.exemplars)],
];

export function findingsSections(run: RunSummary, toDirectory: ToDirectory): Markup {
  return html`${KINDS.map(([, , count, draw]) => count(run) > 0 && draw(run, toDirectory))}`;
}

/** For the page's navigation: anchor and title of the sections that are there. */
export const findingsLinks = (run: RunSummary): [string, string][] =>
  KINDS.filter(([, , count]) => count(run) > 0).map(([id, title]): [string, string] => [id, title]);

function leaks(rows: readonly Leak[]): Markup {
  return staticTable(
    'Leaks',
    [
      { name: 'Verdict', cell: (leak) => tag(leak.verdict, leak.verdict === 'leak' ? 'bad' : leak.verdict === 'suspected' ? 'warn' : 'calm') },
      { name: 'Kind', cell: (leak) => leak.kind },
      { name: 'Growth an hour', figure: true, cell: (leak) => `${formatBytes(leak.growthBytesPerHour)} (${formatRatio(leak.growthRatioPerHour)})` },
      { name: 'Confidence', figure: true, cell: (leak) => formatRatio(leak.confidence) },
      { name: 'What', cell: (leak) => html`<div>${leak.message}</div>${leak.suspects.map(({ sentence }) => html`<div>${sentence}</div>`)}` },
      { name: 'Held by', cell: (leak) => leak.culprit?.retainers.join(' ← ') ?? '' },
      { name: 'Evidence', cell: (leak) => html`${[leak.whyNot, ...leak.evidence].map((line) => line !== '' && html`<div>${line}</div>`)}` },
    ],
    rows,
  );
}

const section = (id: string, title: string, body: Markup): Markup => html`<section id="${id}"><h2>${title}</h2>${body}</section>`;
