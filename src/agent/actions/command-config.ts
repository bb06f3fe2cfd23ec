// The commands of a configuration, which alerts may run: read and checked, each by itself.
import { show } from '../../core/errors.js';
import { COMMAND_MS, COMMAND_MS_MAX, COMMANDS_MAX } from '../../core/limits.js';
import { parseDuration } from '../../diagnose/rules/durations.js';

export interface CommandConfig {
  /** The executable and its arguments; no shell is between. */
  run: readonly [file: string, ...args: string[]];
  timeoutMs: number;
}

/** What is wrong with one command; it is left out and the others hold. */
export interface CommandMistake {
  command: string;
  /** `run`, `timeoutMs`; empty: the command as a whole. */
  field: string;
  allowed: string;
  received: string;
  remedy: string;
}

export interface ParsedCommands {
  commands: Map<string, CommandConfig>;
  mistakes: CommandMistake[];
}

/** Names that rules use for something else. */
const TAKEN = new Set(['log', 'flame', 'heap-profile', 'heap-snapshot']);
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/;

/**
 * `{ "restart": { "run": ["/usr/bin/systemctl", "restart", "shop"], "timeoutMs": 10000 } }`. timeoutMs: ms, or text like "90s"; default 10 s, 1 ms to 10
 * min. Nothing (undefined, null): no commands.
 */
export function parseCommands(input: unknown): ParsedCommands {
  const commands = new Map<string, CommandConfig>();
  const mistakes: CommandMistake[] = [];
  if (input === undefined || input === null) return { commands, mistakes };
  if (!isObject(input)) {
    const allowed = 'an object of commands by name';
    return {
      commands,
      mistakes: [{ command: '', field: '', allowed, received: show(input), remedy: 'Write { "restart": { "run": ["/usr/bin/x"] } }.' }],
    };
  }
  for (const [name, value] of Object.entries(input)) {
    const found = mistakesOf(name, value, commands.size);
    mistakes.push(...found);
    if (found.length > 0) continue;
    const { run, timeoutMs } = value as { run: CommandConfig['run']; timeoutMs?: unknown };
    commands.set(name, { run: [...run], timeoutMs: timeoutMs === undefined ? COMMAND_MS : (parseMs(timeoutMs) as number) });
  }
  return { commands, mistakes };
}

function mistakesOf(command: string, value: unknown, taken: number): CommandMistake[] {
  const mistakes: CommandMistake[] = [];
  const add = (field: string, allowed: string, received: unknown, remedy: string): void => {
    mistakes.push({ command, field, allowed, received: show(received), remedy });
  };
  if (taken >= COMMANDS_MAX) add('', `at most ${COMMANDS_MAX} commands`, command, 'Leave out commands that no rule uses.');
  if (!NAME.test(command)) add('', 'a name of letters, digits, dot, dash and underscore, at most 80', command, 'Rename the command.');
  if (TAKEN.has(command)) add('', 'a name that no action of pitot has', command, 'Rename the command.');
  if (!isObject(value)) {
    add('', 'an object with run', value, 'Write { "run": ["/usr/bin/x", "argument"] }.');
    return mistakes;
  }
  const { run, timeoutMs, ...others } = value;
  // A NUL byte cannot be passed on to a program.
  const isText = (part: unknown): boolean => typeof part === 'string' && !part.includes('\0');
  if (!Array.isArray(run) || run.length === 0 || !run.every(isText) || run[0] === '')
    add('run', 'a list of texts: the executable and its arguments', run, 'A line for a shell is written ["/bin/sh", "-c", "line"].');
  if (timeoutMs !== undefined && parseMs(timeoutMs) === null)
    add('timeoutMs', `1 to ${COMMAND_MS_MAX} ms, or text like "90s"`, timeoutMs, 'Leave it out for 10 s.');
  for (const key of Object.keys(others)) add(key, 'run or timeoutMs', key, 'Remove the key.');
  return mistakes;
}

/** Null: not a duration within the bounds. */
function parseMs(value: unknown): number | null {
  const ms = parseDuration(value) ?? 0;
  return ms >= 1 && ms <= COMMAND_MS_MAX ? ms : null;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
