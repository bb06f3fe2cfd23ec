// From the arguments of `pitot run` to the process it starts: pure, so that every case can be tested without one.
import { OPTION_KEYS, OPTIONS, type OptionKey } from '../config/options.js';
import { checkOption } from '../config/resolve.js';
import { parseCommandLine, usageError } from './parse-args.js';

export interface ChildProcess {
  /** Arguments for node. */
  args: string[];
  env: Record<string, string | undefined>;
}

/** `intervalMs` as an option of the command line: `interval-ms`. */
export const flagOf = (key: OptionKey): string => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

const isBoolean = (key: OptionKey): boolean => typeof OPTIONS[key].default === 'boolean';

const options = {
  help: { type: 'boolean', short: 'h' },
  ...Object.fromEntries(OPTION_KEYS.map((key) => [flagOf(key), { type: isBoolean(key) ? 'boolean' : 'string' }])),
} as { help: { type: 'boolean'; short: 'h' } } & Record<string, { type: 'boolean' | 'string' }>;

/**
 * Options before the script are pitot's, the script and everything after it the application's. An option goes to the process as its
 * environment variable, over one that is set already. 'help': only the help is wanted.
 * @throws PitotError CLI_USAGE for an unknown option or no script, CONFIG_VALUE for a value out of range: a person is there to correct it.
 */
export function childOf(args: readonly string[], env: ChildProcess['env'], registerUrl: string): ChildProcess | 'help' {
  const { own, application } = split(args);
  const { values } = parseCommandLine({ args: own, options, allowNegative: true });
  if (values.help) return 'help';
  if (application.length === 0) throw usageError('app.js', 'a script to run', 'none', 'For example: pitot run app.js.');
  const given: Record<string, string> = {};
  for (const key of OPTION_KEYS) {
    const flag = flagOf(key);
    const value = values[flag];
    if (value === undefined) continue;
    given[OPTIONS[key].env] = typeof value === 'boolean' ? (value ? '1' : '0') : String(value);
    // Only what was typed is judged here; the file and the environment are where the application starts, which goes on without pitot then.
    checkOption(key, value, `--${flag}`);
  }
  return { args: ['--import', registerUrl, ...application], env: { ...env, ...given } };
}

/** Cuts at the first argument that is neither an option nor an option's value, or after `--`. */
function split(args: readonly string[]): { own: string[]; application: string[] } {
  let at = 0;
  while (at < args.length && args[at].startsWith('-')) {
    const arg = args[at++];
    if (arg === '--') return { own: args.slice(0, at - 1), application: args.slice(at) };
    const option = Object.hasOwn(options, arg.slice(2)) ? options[arg.slice(2)] : undefined;
    if (option?.type === 'string' && at < args.length && !args[at].startsWith('-')) at++;
  }
  return { own: args.slice(0, at), application: args.slice(at) };
}

/** One line an option, for --help. */
export function optionLines(): string {
  const flags = OPTION_KEYS.map((key) =>
    isBoolean(key) ? (OPTIONS[key].default ? `--no-${flagOf(key)}` : `--${flagOf(key)}`) : `--${flagOf(key)} VALUE`,
  );
  const width = Math.max(...flags.map((flag) => flag.length));
  return OPTION_KEYS.map((key, index) => {
    const spec = OPTIONS[key];
    const fallback = isBoolean(key) ? '' : ` [${spec.defaultText ?? spec.default}]`;
    const doc = isBoolean(key) ? booleanDoc(key) : spec.doc.replaceAll('`', '');
    return `  ${flags[index].padEnd(width)}  ${doc}${fallback}`;
  }).join('\n');
}

function booleanDoc(key: OptionKey): string {
  if (key === 'enabled') return 'run without pitot';
  if (key === 'http') return 'do not measure HTTP';
  return OPTIONS[key].doc.replace(/^1: /, '');
}
