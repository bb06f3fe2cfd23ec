// The file of rules, sinks and commands that PITOT_ALERTS names, or the object that code gave: read once, when the agent starts. A mistake costs what it is in.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { DEFAULT_RULES } from '../../diagnose/rules/default-rules.js';
import { parseRules, type RuleMistake } from '../../diagnose/rules/parse-rules.js';
import type { Rule } from '../../diagnose/rules/rule.js';
import { parseSinks, type SinkConfig } from '../../export/sinks/parse-sinks.js';
import { type CommandConfig, parseCommands } from '../actions/command-config.js';

export interface LoadedAlerts {
  rules: readonly Rule[];
  sinks: ReadonlyMap<string, SinkConfig>;
  commands: ReadonlyMap<string, CommandConfig>;
  /** One sentence each. */
  mistakes: string[];
  /** Rules that cannot run. */
  invalid: readonly RuleMistake[];
}

/** given: a path, or the JSON text of an object, which begins with a brace; null: the default rules alone. Never throws. */
export function loadAlerts(given: string | null, cwd: string, env: NodeJS.ProcessEnv): LoadedAlerts {
  if (given === null) return { rules: DEFAULT_RULES, sinks: new Map(), commands: new Map(), mistakes: [], invalid: [] };
  let input: unknown;
  try {
    input = JSON.parse(given.startsWith('{') ? given : readFileSync(resolve(cwd, given), 'utf8'));
    if (typeof input !== 'object' || input === null || Array.isArray(input)) throw new Error('it holds no object');
  } catch (error) {
    const mistakes = [`${given.startsWith('{') ? 'alerts' : given}: ${(error as Error).message}; the default rules run`];
    return { rules: DEFAULT_RULES, sinks: new Map(), commands: new Map(), mistakes, invalid: [] };
  }
  const { rules, mistakes: ruleMistakes } = parseRules(input);
  const { sinks, mistakes: sinkMistakes } = parseSinks((input as { sinks?: unknown }).sinks, env);
  const { commands, mistakes: commandMistakes } = parseCommands((input as { commands?: unknown }).commands);
  const known = new Set([...BUILT_IN_ACTIONS, ...sinks.keys(), ...commands.keys()]);
  const unknown = rules.flatMap(({ name, actions }) =>
    actions
      .filter((action) => !known.has(action))
      .map((action) => `rule ${name}, actions: allowed ${[...known].join(', ')}; received ${action}; it is left out`),
  );
  const mistakes = [...ruleMistakes, ...sinkMistakes, ...commandMistakes].map(sayMistake);
  return { rules, sinks, commands, mistakes: [...mistakes, ...unknown], invalid: ruleMistakes };
}

/** What every agent can do; alerts.ndjson and on('alert') have every alert anyway. */
export const BUILT_IN_ACTIONS: readonly string[] = ['log', 'flame', 'heap-profile', 'heap-snapshot'];

function sayMistake(mistake: {
  rule?: string;
  sink?: string;
  command?: string;
  field: string;
  allowed: string;
  received: string;
  remedy: string;
}): string {
  const of = mistake.rule ?? mistake.sink ?? mistake.command ?? '';
  return `${of}${of === '' ? '' : ', '}${mistake.field}: expected ${mistake.allowed}, received ${mistake.received}. ${mistake.remedy}`;
}
