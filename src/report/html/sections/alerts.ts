// The alerts: one row each, that opens its evidence, what was done, and its runbook. The first that fire are open.
import { formatTime, significant } from '../../../flame/draw/page/figures.js';
import { html, type Markup } from '../../../flame/draw/page/markup.js';
import { alertsInOrder, runbookParts } from '../../finding-order.js';
import type { Alert, RunSummary } from '../../report-types.js';
import { linkedText, type ToDirectory } from '../file-link.js';
import { labelChips } from './label-chips.js';
import { tag } from './tag.js';
import { unbroken } from './unbroken.js';

/** Rows that are shown before the rest folds away. */
const ROWS_SHOWN = 10;
/** Of the alerts that fire, those that are open from the start. */
const OPEN = 2;

export function alertsSection(run: RunSummary, toDirectory: ToDirectory): Markup {
  const { alerts } = run;
  const inOrder = alertsInOrder(alerts);
  const items = inOrder.map((alert, index) => item(alert, index < OPEN && alert.state === 'firing', directoryOf(alert, run, toDirectory)));
  const rest = items.slice(ROWS_SHOWN);
  const states = (['firing', 'pending', 'resolved'] as const)
    .map((state) => [state, alerts.filter((alert) => alert.state === state).length] as const)
    .filter(([, count]) => count > 0);
  return html`<section id="alerts"><h2>Alerts <small>${states.map(([state, count]) => `${count} ${state}`).join(', ')}, times in UTC</small></h2>
<div class="list alerts"><div class="head" aria-hidden="true"><span>State</span><span>Severity</span><span>Since, UTC</span><span>Rule</span></div>
${items.slice(0, ROWS_SHOWN)}
${rest.length > 0 && html`<details class="rest"><summary>${rest.length} more</summary>${rest}</details>`}</div></section>`;
}

/** Of the process that it is of; where there are several, its labels tell which. */
function directoryOf({ labels }: Alert, { processes }: RunSummary, toDirectory: ToDirectory): string | null {
  if (processes.length === 1) return toDirectory(0);
  const index = processes.findIndex(({ pid, host }) => String(pid) === labels?.pid && (labels.host === undefined || labels.host === host));
  return index < 0 ? null : toDirectory(index);
}

function item(alert: Alert, isOpen: boolean, to: string | null): Markup {
  const { state, severity, since, rule, labels, message } = alert;
  return html`<details class="item"${isOpen && html` open`}><summary>
<span>${tag(state, state === 'firing' ? (severity === 'critical' ? 'bad' : 'warn') : 'calm')}</span>
<span>${tag(severity, severity === 'critical' ? 'bad' : severity === 'warning' ? 'warn' : 'calm')}</span>
<time>${formatTime(since)}</time>
<span class="name"><b>${rule}</b>${labelChips(labels ?? {})}</span>
<span class="reason">${message}</span>
</summary><div class="body">${body(alert, to)}</div></details>`;
}

function body({ value, threshold, firedAt, resolvedAt, evidence = [], actions = [], runbook = '' }: Alert, to: string | null): Markup {
  const times = html`${firedAt !== undefined && html`, firing since <time>${formatTime(firedAt)}</time>`}${resolvedAt !== undefined && html`, resolved <time>${formatTime(resolvedAt)}</time>`}`;
  return html`<p>Value <b>${significant(value)}</b> against a threshold of ${significant(threshold)}${times}.</p>
<div class="alert-parts">
<div>${evidence.length > 0 && html`<h3>Evidence</h3><ul>${evidence.map((line) => html`<li>${unbroken(line)}</li>`)}</ul>`}
${actions.length > 0 && html`<h3>Done</h3><ul>${actions.map((line) => html`<li>${linkedText(line, to)}</li>`)}</ul>`}</div>
${runbook !== '' && html`<div><h3>Runbook</h3>${runbookParts(runbook).map((part) => (part.kind === 'text' ? html`<p>${part.text}</p>` : html`<ul>${part.items.map((line) => html`<li>${line}</li>`)}</ul>`))}</div>`}
</div>`;
}
