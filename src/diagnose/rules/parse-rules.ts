// Rules from configuration or code: checked, put over the default ones. A rule with a mistake is left out and named; the others run.
import { nearestName } from '../../config/nearest-name.js';
import type { RuleStatus } from '../../core/alert-types.js';
import { RULES_MAX } from '../../core/limits.js';
import { DEFAULT_ACTIONS, DEFAULT_LIMITS, DEFAULT_RULES } from './default-rules.js';
import { parseCondition } from './parse-condition.js';
import type { ActionLimits, ActionName, Rule, Severity } from './rule.js';
import {
  FieldError,
  join,
  optional,
  type RuleMistake,
  readChoice,
  readDuration,
  readFields,
  readNumber,
  readObject,
  readText,
  readTexts,
  unknownKeys,
} from './rule-mistakes.js';

export type { RuleMistake } from './rule-mistakes.js';

export interface ParsedRules {
  rules: Rule[];
  mistakes: RuleMistake[];
  /** Rules that are switched off, and those with a mistake: for the report, beside the engine's own. */
  notJudged: RuleStatus[];
}

export interface ParseRulesOptions {
  /** Default: the ten of default-rules.ts. */
  defaults?: readonly Rule[];
  /** Names of all actions there are. An unknown one is a mistake. Left out: none is checked. */
  knownActions?: readonly ActionName[];
}

const SEVERITIES: readonly Severity[] = ['critical', 'warning', 'info'];
const RULE_KEYS = ['name', 'severity', 'summary', 'condition', 'for', 'forMs', 'keepFiringFor', 'keepFiringForMs', 'actions', 'limits', 'runbook'];
/** What the file of alerts may hold. */
export const ALERTS_KEYS: readonly string[] = ['rules', 'off', 'sinks', 'commands', 'actions'];
const LIMIT_KEYS = ['count', 'window', 'windowMs', 'coolDown', 'coolDownMs'];

/**
 * input: the `alerts` object of the configuration, of which `rules`, `off` and `actions` are read here; or a list of rules; or nothing.
 * `actions` are those of rules that name none, and are added to what a default rule does by itself. A rule named as a default one takes its place.
 */
export function parseRules(input: unknown, { defaults = DEFAULT_RULES, knownActions }: ParseRulesOptions = {}): ParsedRules {
  const mistakes: RuleMistake[] = [];
  const attempt = <T>(rule: string, read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof FieldError)) throw error;
      mistakes.push({ rule, ...error.mistake });
      return undefined;
    }
  };
  const fields = attempt('', () => alertsOf(input)) ?? {};
  // It costs itself alone: what else the file says holds.
  for (const { mistake } of unknownKeys(fields, 'alerts', ALERTS_KEYS)) mistakes.push({ rule: '', ...mistake });
  const actions = attempt('', () => optional(fields, 'actions', () => knownOf(readTexts(fields, '', 'actions'), knownActions, mistakes)));
  const off = readOff(fields.off, defaults, mistakes);
  const severities = new Map<string, Severity>();
  const byName = new Map<string, Rule>();
  for (const rule of defaults) {
    severities.set(rule.name, rule.severity);
    if (!off.has(rule.name)) byName.set(rule.name, actions === undefined ? rule : { ...rule, actions: [...new Set([...rule.actions, ...actions])] });
  }

  const own = new Set<string>();
  const given = attempt('', () => listOf(fields.rules)) ?? [];
  given.forEach((value, index) => {
    const name = nameOf(value) ?? `rules[${index}]`;
    const rule = attempt(name, () => {
      const parsed = parseRule(value, actions ?? DEFAULT_ACTIONS, knownActions);
      if (own.has(parsed.name)) throw new FieldError('name', 'a name that no other rule has', parsed.name, 'Rename one of them.');
      if (!byName.has(parsed.name) && byName.size >= RULES_MAX)
        throw new FieldError('name', `at most ${RULES_MAX} rules`, parsed.name, 'Put some together.');
      return parsed;
    });
    if (rule === undefined) return;
    own.add(rule.name);
    byName.set(rule.name, rule);
  });
  return { rules: [...byName.values()], mistakes, notJudged: notJudged(new Set([...off].filter((name) => !byName.has(name))), mistakes, severities) };
}

function parseRule(value: unknown, actions: readonly ActionName[], known: readonly ActionName[] | undefined): Rule {
  const fields = readFields(value, 'rule', RULE_KEYS);
  const name = readText(fields, '', 'name');
  return {
    name,
    severity: optional(fields, 'severity', () => readChoice(fields, '', 'severity', SEVERITIES)) ?? 'warning',
    summary: optional(fields, 'summary', () => readText(fields, '', 'summary')) ?? name,
    condition: parseCondition(fields.condition, 'condition'),
    forMs: readDuration(fields, '', 'for', 0),
    keepFiringForMs: readDuration(fields, '', 'keepFiringFor', 0),
    actions: optional(fields, 'actions', () => readActions(fields, '', known)) ?? actions,
    limits: optional(fields, 'limits', () => parseLimits(fields.limits, DEFAULT_LIMITS)) ?? DEFAULT_LIMITS,
    runbook: optional(fields, 'runbook', () => readText(fields, '', 'runbook')) ?? '',
  };
}

/** @throws FieldError. */
export function parseLimits(value: unknown, defaults: ActionLimits): ActionLimits {
  const fields = readFields(value, 'limits', LIMIT_KEYS);
  return {
    count: optional(fields, 'count', () => readNumber(fields, 'limits', 'count', 0)) ?? defaults.count,
    windowMs: readDuration(fields, 'limits', 'window', defaults.windowMs),
    coolDownMs: readDuration(fields, 'limits', 'coolDown', defaults.coolDownMs),
  };
}

function readActions(fields: Readonly<Record<string, unknown>>, field: string, known: readonly ActionName[] | undefined): ActionName[] {
  const names = readTexts(fields, field, 'actions');
  for (const name of names) if (known !== undefined && !known.includes(name)) throw unknownAction(name, join(field, 'actions'), known);
  return names;
}

/** Those of the file's actions that there are: one wrong name must not cost every rule its sinks. */
function knownOf(names: readonly ActionName[], known: readonly ActionName[] | undefined, mistakes: RuleMistake[]): ActionName[] {
  if (known === undefined) return [...names];
  for (const name of names) if (!known.includes(name)) mistakes.push({ rule: '', ...unknownAction(name, 'actions', known).mistake });
  return names.filter((name) => known.includes(name));
}

function unknownAction(name: ActionName, field: string, known: readonly ActionName[]): FieldError {
  const near = nearestName(name, known);
  const remedy = near === undefined ? `Configure ${name} under sinks or commands.` : `Did you mean ${near}?`;
  return new FieldError(field, `names of actions: ${known.join(', ')}`, name, remedy);
}

/** Names of default rules that are known; each that is not is a mistake. */
function readOff(value: unknown, defaults: readonly Rule[], mistakes: RuleMistake[]): Set<string> {
  const names = defaults.map(({ name }) => name);
  const off = new Set<string>();
  if (value === undefined) return off;
  for (const one of Array.isArray(value) ? value : [value]) {
    if (names.includes(one)) {
      off.add(one);
      continue;
    }
    const near = typeof one === 'string' ? nearestName(one, names) : undefined;
    const remedy = near === undefined ? 'Name a default rule.' : `Did you mean ${near}?`;
    mistakes.push({ rule: '', ...new FieldError('off', `names of default rules: ${names.join(', ')}`, one, remedy).mistake });
  }
  return off;
}

function alertsOf(input: unknown): Readonly<Record<string, unknown>> {
  if (input === undefined || input === null) return {};
  if (Array.isArray(input)) return { rules: input };
  return readObject(input, 'alerts', ALERTS_KEYS);
}

function listOf(value: unknown): unknown[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value;
  throw new FieldError('rules', 'a list of rules', value, 'Put the rule into brackets.');
}

function nameOf(value: unknown): string | undefined {
  const name = (value as { name?: unknown } | null | undefined)?.name;
  return typeof name === 'string' && name !== '' ? name : undefined;
}

function notJudged(off: ReadonlySet<string>, mistakes: readonly RuleMistake[], severities: ReadonlyMap<string, Severity>): RuleStatus[] {
  const statuses = Array.from(off, (rule): RuleStatus => {
    return { rule, severity: severities.get(rule) ?? 'warning', state: 'off', why: 'switched off by the configuration' };
  });
  for (const { rule, field, allowed, received, remedy } of mistakes) {
    if (rule === '') continue;
    const instead = severities.has(rule) && !off.has(rule) ? ' The default rule of this name runs instead.' : '';
    const why = `${field}: expected ${allowed}, received ${received}. ${remedy}${instead}`;
    statuses.push({ rule, severity: severities.get(rule) ?? 'warning', state: 'invalid', why });
  }
  return statuses;
}
