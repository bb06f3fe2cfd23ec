// In which order findings are shown, and how a KPI's limits and a runbook are read: the same for the page and the terminal.
import type { Alert, Kpi, Leak, RuleStatus } from './report-types.js';

const STATES: readonly Alert['state'][] = ['firing', 'pending', 'resolved'];
const SEVERITIES: readonly Alert['severity'][] = ['critical', 'warning', 'info'];
const STATUSES: readonly Kpi['status'][] = ['breach', 'warn', 'ok', 'no-data'];
const RULE_STATES: readonly RuleStatus['state'][] = ['firing', 'pending', 'invalid', 'learning', 'inactive', 'no-data', 'off'];

/** Firing before pending before resolved, then by severity, then the newest first. */
export function alertsInOrder(alerts: readonly Alert[]): Alert[] {
  return [...alerts].sort(
    (a, b) =>
      STATES.indexOf(a.state) - STATES.indexOf(b.state) ||
      SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
      (a.since < b.since ? 1 : a.since > b.since ? -1 : 0),
  );
}

const VERDICTS: readonly Leak['verdict'][] = ['leak', 'suspected', 'none'];
const LEAK_KINDS: readonly Leak['kind'][] = ['heap', 'external', 'native', 'handles'];

/** Leaks before suspicions before what does not leak; within a verdict what reaches its limit first, then what grows most by its own level. */
export function leaksInOrder<T extends Leak>(leaks: readonly T[]): T[] {
  const toLimit = ({ msToLimit }: Leak): number => msToLimit ?? Number.MAX_VALUE;
  return [...leaks].sort(
    (a, b) =>
      VERDICTS.indexOf(a.verdict) - VERDICTS.indexOf(b.verdict) ||
      (a.verdict === 'none' ? LEAK_KINDS.indexOf(a.kind) - LEAK_KINDS.indexOf(b.kind) : 0) ||
      toLimit(a) - toLimit(b) ||
      b.growthRatioPerHour - a.growthRatioPerHour,
  );
}

/** `>`, `≥`, `<` or `≤`: what stands before a KPI's target. */
export const targetSign = ({ direction, orEqual }: Kpi): string => (direction === 'higher' ? (orEqual ? '≥' : '>') : orEqual ? '≤' : '<');

/** Breaches first, those without data last; within a status as they come. */
export const kpisInOrder = (kpis: readonly Kpi[]): Kpi[] => [...kpis].sort((a, b) => STATUSES.indexOf(a.status) - STATUSES.indexOf(b.status));

export function rulesInOrder(rules: readonly RuleStatus[]): RuleStatus[] {
  return [...rules].sort(
    (a, b) => RULE_STATES.indexOf(a.state) - RULE_STATES.indexOf(b.state) || SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity),
  );
}

/** `10 rules: 1 firing, 9 inactive`. */
export function rulesInWords(rules: readonly RuleStatus[]): string {
  const states = RULE_STATES.map((state) => [state, rules.filter((rule) => rule.state === state).length] as const).filter(([, count]) => count > 0);
  return `${rules.length} ${rules.length === 1 ? 'rule' : 'rules'}: ${states.map(([state, count]) => `${count} ${state}`).join(', ')}`;
}

export type RunbookPart = { kind: 'text'; text: string } | { kind: 'list'; items: string[] };

/** A runbook's lines: those that begin with a dash are a list. */
export function runbookParts(runbook: string): RunbookPart[] {
  const parts: RunbookPart[] = [];
  for (const line of runbook.split('\n')) {
    if (line.trim() === '') continue;
    const last = parts.at(-1);
    if (!line.startsWith('- ')) parts.push({ kind: 'text', text: line });
    else if (last?.kind === 'list') last.items.push(line.slice(2));
    else parts.push({ kind: 'list', items: [line.slice(2)] });
  }
  return parts;
}
