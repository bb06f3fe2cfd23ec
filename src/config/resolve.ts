// Puts code, environment, JSON file and defaults together into one frozen configuration. Runs in the application before its first line.
import { PitotError, show } from '../core/errors.js';
import { jsonMistake } from '../core/json-mistake.js';
import { nearestName } from './nearest-name.js';
import { OPTION_BY_ENV, OPTION_KEYS, OPTIONS, type OptionKey, type Options, type ResolvedConfig } from './options.js';

export type { LogLevel, OptionKey, Options, ResolvedConfig } from './options.js';

export interface ConfigInput {
  env: Readonly<Record<string, string | undefined>>;
  /** Options of `start(options)`. */
  code?: Options | undefined;
  /** Reads a file as UTF-8 text; the default is `fs.readFileSync`. */
  readFile?: ((path: string) => string) | undefined;
}

export interface ConfigResult {
  config: ResolvedConfig;
  /** Things that are odd but harmless, one sentence each: PITOT_ variables that pitot does not know. */
  warnings: string[];
}

type Values = Partial<Record<OptionKey, unknown>>;

/**
 * Precedence: code, then environment, then the JSON file, then defaults. An empty variable is as good as none.
 * Where code or environment say `enabled: false` nothing else is read, so that a broken configuration cannot reach a switched-off agent.
 * @throws PitotError CONFIG_VALUE, CONFIG_UNKNOWN_KEY, CONFIG_FILE or CONFIG_JSON.
 */
export function resolveConfig({ env, code = {}, readFile = readText }: ConfigInput): ConfigResult {
  if ((code as unknown) === null || typeof code !== 'object' || Array.isArray(code)) throw notAnObject('options', code);
  const fromCode = readKeys(code as Record<string, unknown>, '');
  if (fromCode.enabled === false) return { config: finish({ enabled: false }), warnings: [] };
  const fromEnv = readEnv(env, fromCode.enabled === undefined);
  if (fromCode.enabled === undefined && fromEnv.values.enabled === false) return { config: finish({ enabled: false }), warnings: [] };

  const path = (fromCode.config !== undefined ? fromCode.config : fromEnv.values.config) as string | null | undefined;
  const fromFile = path ? readFileOptions(path, readFile) : {};
  const values: Values = { ...fromFile, ...fromEnv.values, ...fromCode };
  const otelService = env.OTEL_SERVICE_NAME?.trim();
  if ((values.service === undefined || values.service === null) && otelService) {
    values.service = checkOption('service', otelService.slice(0, 200), 'OTEL_SERVICE_NAME');
  }
  return { config: finish(values), warnings: fromEnv.warnings };
}

/** The configuration as it may be printed: what code gave as an object may hold secrets. */
export function printableConfig(config: ResolvedConfig): ResolvedConfig {
  return config.alerts?.startsWith('{') ? { ...config, alerts: '(an object)' } : config;
}

/** Whether a configuration error should end the process: answers without throwing even where the configuration is broken. */
export function isStrict({ env, code, readFile = readText }: ConfigInput): boolean {
  const parse = OPTIONS.strict.parse;
  const said = parse(code?.strict) ?? parse(env.PITOT_STRICT?.trim());
  if (said !== undefined) return said;
  const path = code?.config ?? env.PITOT_CONFIG?.trim();
  if (!path) return false;
  try {
    return parse((JSON.parse(readFile(path)) as Options).strict) ?? false;
  } catch {
    return false;
  }
}

/** Options of a JSON file, each checked. `path` is used in messages. */
export function readFileOptions(path: string, readFile: (path: string) => string = readText): Values {
  let content: string;
  try {
    content = readFile(path);
  } catch (error) {
    const received = error instanceof Error ? error.message : String(error);
    throw new PitotError('CONFIG_FILE', {
      option: 'PITOT_CONFIG',
      allowed: 'a JSON file that can be read',
      received,
      remedy: `Check the path ${show(path)}.`,
    });
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(content.charCodeAt(0) === 0xfeff ? content.slice(1) : content);
  } catch (error) {
    throw new PitotError('CONFIG_JSON', {
      option: path,
      allowed: 'valid JSON',
      received: jsonMistake(error),
      remedy: 'Correct the file, or check it with `pitot check-config`.',
    });
  }
  if (parsed === null || typeof parsed !== 'object' || Array.isArray(parsed)) throw notAnObject(path, parsed);
  if (Object.hasOwn(parsed, 'config')) {
    const remedy = 'Remove the key: a configuration file cannot name another.';
    throw new PitotError('CONFIG_UNKNOWN_KEY', {
      option: `config in ${path}`,
      allowed: 'no such key',
      received: show((parsed as Options).config),
      remedy,
    });
  }
  return readKeys(parsed as Record<string, unknown>, ` in ${path}`);
}

function readKeys(input: Record<string, unknown>, where: string): Values {
  const values: Values = {};
  for (const key of Object.keys(input)) {
    if (!Object.hasOwn(OPTIONS, key)) throw unknownKey(key, where);
    if (input[key] !== undefined) values[key as OptionKey] = checkOption(key as OptionKey, input[key], key + where);
  }
  return values;
}

function readEnv(env: ConfigInput['env'], enabledCounts: boolean): { values: Values; warnings: string[] } {
  const values: Values = {};
  const warnings: string[] = [];
  const enabled = env.PITOT_ENABLED?.trim();
  if (enabledCounts && enabled && checkOption('enabled', enabled, 'PITOT_ENABLED') === false) return { values: { enabled: false }, warnings };
  for (const name of Object.keys(env)) {
    if (!name.startsWith('PITOT_')) continue;
    const key = OPTION_BY_ENV.get(name);
    const value = env[name]?.trim();
    if (!value) continue;
    if (key === undefined) {
      const near = nearestName(name, [...OPTION_BY_ENV.keys()]);
      warnings.push(`${name} is not a variable of pitot and is ignored.${near ? ` Did you mean ${near}?` : ''}`);
    } else {
      values[key] = checkOption(key, value, name);
    }
  }
  return { values, warnings };
}

/**
 * The value of one option, parsed. `option` is its name as the user wrote it.
 * @throws PitotError CONFIG_VALUE.
 */
export function checkOption(key: OptionKey, value: unknown, option: string): unknown {
  const spec = OPTIONS[key];
  const parsed = spec.parse(value);
  if (parsed === undefined) {
    throw new PitotError('CONFIG_VALUE', {
      option,
      allowed: spec.allowed,
      received: show(value),
      remedy: `Correct it, for example to ${spec.example}.`,
    });
  }
  return parsed;
}

function finish(values: Values): ResolvedConfig {
  const config: Record<string, unknown> = {};
  for (const key of OPTION_KEYS) config[key] = values[key] === undefined ? OPTIONS[key].default : values[key];
  return Object.freeze(config) as unknown as ResolvedConfig;
}

function unknownKey(key: string, where: string): PitotError {
  const near = nearestName(key, OPTION_KEYS);
  return new PitotError('CONFIG_UNKNOWN_KEY', {
    option: key + where,
    allowed: 'a known option',
    received: show(key),
    remedy: near ? `Did you mean ${near}?` : `Remove it; known are ${OPTION_KEYS.join(', ')}.`,
  });
}

function notAnObject(option: string, value: unknown): PitotError {
  return new PitotError('CONFIG_VALUE', {
    option,
    allowed: 'an object of options',
    received: show(value),
    remedy: 'For example { "intervalMs": 60000 }.',
  });
}

/** Only a process that names a file pays for the file system module. */
function readText(path: string): string {
  return process.getBuiltinModule('node:fs').readFileSync(path, 'utf8');
}
