// KPIs, alerts, rules and advice as text for people.
import { alertsInOrder, kpisInOrder, rulesInOrder, rulesInWords, targetSign } from './finding-order.js';
import { nameOf } from './name-of.js';
import type { Alert, Kpi, RuleStatus, RunSummary } from './report-types.js';
import { type Column, cut, printable, textTable, wrapped } from './text-table.js';

/** Alerts that are listed. */
const ALERTS_SHOWN = 10;
/** Of the first alerts that fire, evidence and runbook are printed, too. */
const TOLD_IN_FULL = 3;
const INDENT = '    ';

const KPI_COLUMNS: readonly Column[] = [
  { title: 'KPI', align: 'left' },
  { title: 'status', align: 'left' },
  { title: 'value', align: 'right' },
  { title: 'target', align: 'right' },
  { title: 'alert', align: 'right' },
];

/** Breaches first, each with what its figure is of; those without data in one line. */
export function kpiLines({ kpis }: RunSummary, width: number): string[] {
  const withData = kpisInOrder(kpis).filter((kpi) => kpi.status !== 'no-data');
  const without = kpis.filter((kpi) => kpi.status === 'no-data');
  const rows = withData.map((kpi) => [
    printable(kpi.of === undefined ? kpi.name : `${kpi.name}, ${kpi.of}`),
    kpi.status,
    `${kpi.value === null ? '–' : plain(kpi.value)} ${printable(kpi.unit)}`,
    `${targetSign(kpi)} ${plain(kpi.target)}`,
    `${kpi.direction === 'higher' ? '<' : '>'} ${plain(kpi.alert)}`,
  ]);
  const table = rows.length === 0 ? [] : textTable(KPI_COLUMNS, rows, width);
  const notes = withData.filter(isNoteworthy).flatMap(({ name, note }) => wrapped(`${name}: ${note}`, width, '  '));
  return [...table, ...notes, ...(without.length > 0 ? wrapped(`no data: ${without.map((kpi) => kpi.name).join(', ')}`, width, '  ') : [])];
}

const isNoteworthy = ({ status, note }: Kpi): boolean => note !== undefined && (status === 'warn' || status === 'breach');

export const alertsShown = (count: number): string => (count > ALERTS_SHOWN ? ` (${ALERTS_SHOWN} of ${count})` : '');

/** Firing ones first; the first of them with evidence, what was done, and runbook. */
export function alertLines({ alerts }: RunSummary, width: number): string[] {
  return alertsInOrder(alerts)
    .slice(0, ALERTS_SHOWN)
    .flatMap((alert, index) =>
      alert.state === 'firing' && index < TOLD_IN_FULL ? fullText(alert, width) : [cut(`${headline(alert)}: ${printable(alert.message)}`, width)],
    );
}

function headline({ state, severity, rule, labels = {}, since }: Alert): string {
  const of = Object.keys(labels).length > 0 ? nameOf('', labels) : '';
  return `  ${state} ${severity} ${printable(rule)}${of} since ${printable(since)}`;
}

function fullText(alert: Alert, width: number): string[] {
  const { message, evidence = [], actions = [], runbook = '' } = alert;
  const oneLine = `${headline(alert)}: ${printable(message)}`;
  const lines = (title: string, items: readonly string[]): string[] =>
    items.length === 0 ? [] : [`${INDENT}${title}`, ...items.flatMap((item) => wrapped(item, width, `${INDENT}  `))];
  return [
    ...(oneLine.length <= width ? [oneLine] : [cut(headline(alert), width), ...wrapped(message, width, INDENT)]),
    ...lines('evidence', evidence),
    ...lines('done', actions),
    ...lines(
      'runbook',
      runbook.split('\n').filter((line) => line.trim() !== ''),
    ),
  ];
}

export function adviceLines({ advice }: RunSummary, width: number): string[] {
  return advice.flatMap(({ title, figures, advice }) => [
    ...wrapped(title, width, '  '),
    ...wrapped(figures, width, INDENT),
    ...wrapped(advice, width, INDENT),
  ]);
}

/** Each rule with its state and why, those that fire first: what `pitot report --rules` prints. Ends with a line break. */
export function renderRules(run: RunSummary, { width, colour }: { width: number; colour: boolean }): string {
  const bold = (text: string): string => (colour ? `\u001b[1m${text}\u001b[22m` : text);
  const red = (text: string): string => (colour ? `\u001b[31m${text}\u001b[39m` : text);
  if (run.rules.length === 0) return `${bold(printable(run.service))}  no rules: the newest report was written without them\n`;
  const lines = rulesInOrder(run.rules).flatMap((rule) => [ruleLine(rule, bold, red), ...wrapped(rule.why, width, INDENT)]);
  return `${[`${bold(printable(run.service))}  ${rulesInWords(run.rules)}, at ${run.endAt}`, ...lines].join('\n')}\n`;
}

function ruleLine({ rule, severity, state }: RuleStatus, bold: (text: string) => string, red: (text: string) => string): string {
  return `  ${state === 'firing' || state === 'invalid' ? red(state) : state} ${severity} ${bold(printable(rule))}`;
}

function plain(value: number): string {
  if (!Number.isFinite(value)) return '–';
  return Math.abs(value) >= 1000 ? String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ' ') : String(Number(value.toPrecision(3)));
}
