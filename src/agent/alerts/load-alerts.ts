// The file of rules, sinks and commands that PITOT_ALERTS names, or the object that code gave: read once, when the agent starts. A mistake costs what it is in.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { RuleStatus } from '../../core/alert-types.js';
import { jsonMistake } from '../../core/json-mistake.js';
import { DEFAULT_RULES } from '../../diagnose/rules/default-rules.js';
import { ALERTS_KEYS, parseRules } from '../../diagnose/rules/parse-rules.js';
import type { Rule } from '../../diagnose/rules/rule.js';
import { parseSinks, type SinkConfig } from '../../export/sinks/parse-sinks.js';
import { type CommandConfig, parseCommands } from '../actions/command-config.js';

export interface LoadedAlerts {
  rules: readonly Rule[];
  sinks: ReadonlyMap<string, SinkConfig>;
  commands: ReadonlyMap<string, CommandConfig>;
  /** One sentence each. */
  mistakes: string[];
  /** Rules that are switched off or cannot run. */
  notJudged: readonly RuleStatus[];
}

/** What every agent can do; alerts.ndjson and on('alert') have every alert anyway. */
export const BUILT_IN_ACTIONS: readonly string[] = ['log', 'flame', 'heap-profile', 'heap-snapshot'];

/** given: a path, or the JSON text of an object, which begins with a brace; null: the default rules alone. Never throws. */
export function loadAlerts(given: string | null, cwd: string, env: NodeJS.ProcessEnv): LoadedAlerts {
  if (given === null) return defaultsAlone([]);
  const source = given.startsWith('{') ? 'alerts' : given;
  let input: Record<string, unknown>;
  try {
    input = JSON.parse(source === given ? readFileSync(resolve(cwd, given), 'utf8') : given);
    if (typeof input !== 'object' || input === null || Array.isArray(input)) throw new Error('it is no object');
  } catch (error) {
    return defaultsAlone([`${source}: ${jsonMistake(error)}; the default rules run`]);
  }
  const { sinks, mistakes: sinkMistakes } = parseSinks(input.sinks, env);
  const { commands, mistakes: commandMistakes } = parseCommands(input.commands);
  // A sink or command that is left out for its mistake is still a known name: rules that name it run, and tell that they lack it.
  const knownActions = new Set([...BUILT_IN_ACTIONS, ...namesOf(input.sinks), ...namesOf(input.commands)]);
  const { rules, mistakes: ruleMistakes, notJudged } = parseRules(input, { knownActions: [...knownActions] });
  const mistakes = [
    ...ruleMistakes.map((mistake) => sayMistake('rule', mistake.rule, mistake)),
    ...sinkMistakes.map((mistake) => sayMistake('sink', mistake.sink, mistake)),
    ...commandMistakes.map((mistake) => sayMistake('command', mistake.command, mistake)),
  ];
  return { rules, sinks, commands, mistakes: mistakes.map((mistake) => `${source}: ${mistake}`), notJudged };
}

/** Whether a file is one of alerts, and no other configuration: it has a key that only those have. */
export function isAlertsFile(path: string): boolean {
  try {
    const input: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return typeof input === 'object' && input !== null && ALERTS_KEYS.some((key) => Object.hasOwn(input, key));
  } catch {
    // Whoever reads it says what is wrong with it.
    return false;
  }
}

const defaultsAlone = (mistakes: string[]): LoadedAlerts => ({
  rules: DEFAULT_RULES,
  sinks: new Map(),
  commands: new Map(),
  mistakes,
  notJudged: [],
});

const namesOf = (configured: unknown): string[] => (typeof configured === 'object' && configured !== null ? Object.keys(configured) : []);

function sayMistake(kind: string, name: string, mistake: { field: string; allowed: string; received: string; remedy: string }): string {
  const { field, allowed, received, remedy } = mistake;
  const of = [name === '' ? '' : `${kind} ${name}`, field].filter((part) => part !== '').join(', ');
  return `${of}: expected ${allowed}, received ${received}. ${remedy}`;
}
