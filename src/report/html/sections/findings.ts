// What diagnosis found: alerts, stalls, leaks and KPIs, each a section of its own where there is any.
import { formatBytes } from '../../../core/units.js';
import { formatRatio, formatTime, significant } from '../../../flame/draw/page/figures.js';
import { html, type Markup } from '../../../flame/draw/page/markup.js';
import type { Alert, Kpi, Leak, RunSummary } from '../../report-types.js';
import type { ToDirectory } from '../file-link.js';
import { stallsSection } from './stalls.js';
import { staticTable } from './static-table.js';

export function findingsSections(run: RunSummary, toDirectory: ToDirectory): Markup {
  return html`${run.alerts.length > 0 && section('alerts', 'Alerts', alerts(run.alerts))}
${run.kpis.length > 0 && section('kpis', 'KPIs', kpis(run.kpis))}
${run.stalls.length > 0 && stallsSection(run, toDirectory)}
${run.leaks.length > 0 && section('leaks', 'Leaks', leaks(run.leaks))}`;
}

function alerts(rows: readonly Alert[]): Markup {
  return staticTable(
    'Alerts',
    [
      { name: 'State', cell: (alert) => tag(alert.state, alert.state === 'firing' ? 'bad' : 'calm') },
      {
        name: 'Severity',
        cell: (alert) => tag(alert.severity, alert.severity === 'critical' ? 'bad' : alert.severity === 'warning' ? 'warn' : 'calm'),
      },
      { name: 'Rule', cell: (alert) => alert.rule },
      { name: 'Since, UTC', cell: (alert) => html`<time>${formatTime(alert.since)}</time>` },
      { name: 'Value', figure: true, cell: (alert) => significant(alert.value) },
      { name: 'Threshold', figure: true, cell: (alert) => significant(alert.threshold) },
      { name: 'Message', cell: (alert) => html`${alert.message}${alert.runbook !== '' && html` <small>Runbook: ${alert.runbook}</small>`}` },
      { name: 'Actions', cell: (alert) => alert.actions.join(', ') },
    ],
    rows,
  );
}

function kpis(rows: readonly Kpi[]): Markup {
  const tone = { ok: 'calm', warn: 'warn', breach: 'bad', 'no-data': 'calm' } as const;
  return staticTable(
    'KPIs',
    [
      { name: 'Status', cell: (kpi) => tag(kpi.status, tone[kpi.status]) },
      { name: 'Name', cell: (kpi) => kpi.name },
      { name: 'Value', figure: true, cell: (kpi) => (kpi.value === null || kpi.status === 'no-data' ? '–' : significant(kpi.value)) },
      { name: 'Target', figure: true, cell: (kpi) => significant(kpi.target) },
      { name: 'Alert at', figure: true, cell: (kpi) => significant(kpi.alert) },
      { name: 'Unit', cell: (kpi) => kpi.unit },
    ],
    rows,
  );
}

function leaks(rows: readonly Leak[]): Markup {
  return staticTable(
    'Leaks',
    [
      { name: 'Verdict', cell: (leak) => tag(leak.verdict, leak.verdict === 'leak' ? 'bad' : leak.verdict === 'suspected' ? 'warn' : 'calm') },
      { name: 'Kind', cell: (leak) => leak.kind },
      { name: 'Growth an hour', figure: true, cell: (leak) => `${formatBytes(leak.growthBytesPerHour)} (${formatRatio(leak.growthRatioPerHour)})` },
      { name: 'Confidence', figure: true, cell: (leak) => formatRatio(leak.confidence) },
      { name: 'Culprit', cell: (leak) => html`<code>${leak.culprit.constructor}</code>${frames([leak.culprit.allocation])}` },
      { name: 'Held by', cell: (leak) => leak.culprit.retainers.join(' ← ') },
      { name: 'Evidence', cell: (leak) => html`${leak.evidence.map((line) => html`<div>${line}</div>`)}` },
    ],
    rows,
  );
}

const section = (id: string, title: string, body: Markup): Markup => html`<section id="${id}"><h2>${title}</h2>${body}</section>`;
const tag = (text: string, tone: 'bad' | 'warn' | 'calm'): Markup => html`<span class="tag ${tone}">${text}</span>`;
const frames = (top: Leak['culprit']['allocation'][]): Markup =>
  html`${top.map((frame) => html`<div><code>${frame.function}</code> <small>${frame.file}${frame.file !== '' && frame.line > 0 && `:${frame.line}`} ${formatRatio(frame.ratio)}</small></div>`)}`;
