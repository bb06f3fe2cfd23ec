// Checks the part `sinks` of the alerts file. A bad sink is named with its field and left out; the others work.
import { show } from '../../core/errors.js';
import { SINK_TIMEOUT_MS, SINKS_MAX } from '../../core/limits.js';
import { parseLimits } from '../../diagnose/rules/parse-rules.js';
import type { ActionLimits } from '../../diagnose/rules/rule.js';
import type { FieldError } from '../../diagnose/rules/rule-mistakes.js';
import { HEADERS_ALLOWED, headersFault, URL_ALLOWED, urlFault } from './check-address.js';
import { Secret } from './secret.js';
import { SINK_LIMITS, type SinkConfig, type SinkKind, type SinkMistake } from './sink-config.js';

export type { SinkConfig, SinkKind, SinkMistake } from './sink-config.js';

/** PagerDuty's address of Events API v2. */
export const PAGERDUTY_URL = 'https://events.pagerduty.com/v2/enqueue';

const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
const ENV_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const COMMON = ['kind', 'timeoutMs', 'minSeverity', 'sendResolved', 'limits', 'headers', 'headersEnv', 'headersFile', 'url', 'urlEnv', 'urlFile'];
const KINDS: Readonly<Record<SinkKind, readonly string[]>> = {
  webhook: COMMON,
  slack: COMMON,
  pagerduty: [...COMMON, 'routingKey', 'routingKeyEnv', 'routingKeyFile'],
  alertmanager: COMMON,
};
const SEVERITIES = ['info', 'warning', 'critical'] as const;
/** Names that actions have without a sink: a sink of that name could not be told from them. */
const TAKEN = new Set(['log', 'flame', 'heap-profile', 'heap-snapshot']);

type Fields = Readonly<Record<string, unknown>>;
type Blame = (field: string, allowed: string, received: string, remedy: string) => void;

/**
 * Sinks by name. Secrets of the environment are taken from `env` now; those of files are read when a request is made, so that they may rotate.
 * @param input the object under `sinks`; undefined or null is none.
 */
export function parseSinks(input: unknown, env: NodeJS.ProcessEnv): { sinks: ReadonlyMap<string, SinkConfig>; mistakes: SinkMistake[] } {
  const sinks = new Map<string, SinkConfig>();
  const mistakes: SinkMistake[] = [];
  if (input === undefined || input === null) return { sinks, mistakes };
  if (!isObject(input)) {
    mistakes.push({
      sink: '',
      field: 'sinks',
      allowed: 'an object of sinks by name',
      received: kindOf(input),
      remedy: 'Write {"ops": {"kind": "webhook", …}}.',
    });
    return { sinks, mistakes };
  }
  for (const [name, fields] of Object.entries(input)) {
    const before = mistakes.length;
    const blame: Blame = (field, allowed, received, remedy) => {
      mistakes.push({ sink: name, field, allowed, received, remedy });
    };
    if (sinks.size >= SINKS_MAX) blame('', `at most ${SINKS_MAX} sinks`, 'one more', 'Remove sinks that are not used.');
    else if (!NAME.test(name)) blame('', 'a name of letters, digits, _ and -, at most 64', show(name), 'Rename the sink.');
    else if (TAKEN.has(name)) blame('', 'a name that no action has', show(name), 'Rename the sink.');
    else if (!isObject(fields)) blame('', 'an object', kindOf(fields), 'Write {"kind": "webhook", "url": …}.');
    else {
      const sink = parseSink(name, fields, env, blame);
      if (sink !== null && mistakes.length === before) sinks.set(name, sink);
    }
  }
  return { sinks, mistakes };
}

function parseSink(name: string, fields: Fields, env: NodeJS.ProcessEnv, blame: Blame): SinkConfig | null {
  const kind = fields.kind as SinkKind;
  if (typeof kind !== 'string' || !Object.hasOwn(KINDS, kind)) {
    blame('kind', `one of ${Object.keys(KINDS).join(', ')}`, show(fields.kind), 'Say which kind of receiver it is.');
    return null;
  }
  for (const field of Object.keys(fields)) {
    if (!KINDS[kind].includes(field)) blame(field, `one of ${KINDS[kind].join(', ')}`, 'an unknown field', 'Remove it, or correct its name.');
  }
  const secret = (field: string, fault: (text: string) => string | null, allowed: string, fallback?: string): Secret =>
    parseSecret(fields, field, env, fault, allowed, blame, fallback);
  const common = { name, ...parseCommon(fields, blame), headers: parseHeaders(fields, env, blame) };
  if (kind !== 'pagerduty') return { kind, ...common, url: secret('url', urlFault, URL_ALLOWED) };
  return {
    kind,
    ...common,
    url: secret('url', urlFault, URL_ALLOWED, PAGERDUTY_URL),
    routingKey: secret('routingKey', keyFault, 'an integration key of Events API v2: 32 letters and digits'),
  };
}

function parseCommon(fields: Fields, blame: Blame): Pick<SinkConfig, 'timeoutMs' | 'minSeverity' | 'sendResolved' | 'limits'> {
  const { timeoutMs = SINK_TIMEOUT_MS, minSeverity = 'info', sendResolved = true } = fields;
  if (typeof timeoutMs !== 'number' || !(timeoutMs >= 100 && timeoutMs <= 60_000)) {
    blame('timeoutMs', 'a number of ms, 100..60000', show(timeoutMs), `Leave it out for ${SINK_TIMEOUT_MS}.`);
  }
  if (!SEVERITIES.includes(minSeverity as 'info')) {
    blame('minSeverity', `one of ${SEVERITIES.join(', ')}`, show(minSeverity), 'Leave it out to send all.');
  }
  if (typeof sendResolved !== 'boolean') blame('sendResolved', 'true or false', show(sendResolved), 'Leave it out for true.');
  const limits = fields.limits === undefined ? SINK_LIMITS : readLimits(fields.limits, blame);
  return { timeoutMs: timeoutMs as number, minSeverity: minSeverity as 'info', sendResolved: sendResolved as boolean, limits };
}

function readLimits(value: unknown, blame: Blame): ActionLimits {
  try {
    return parseLimits(value, SINK_LIMITS);
  } catch (error) {
    const { field, allowed, received, remedy } = (error as FieldError).mistake;
    blame(field, allowed, received, remedy);
    return SINK_LIMITS;
  }
}

/** One field that may come as X, XEnv or XFile. What was received is told by its kind and length alone. */
function parseSecret(
  fields: Fields,
  field: string,
  env: NodeJS.ProcessEnv,
  fault: (text: string) => string | null,
  allowed: string,
  blame: Blame,
  fallback?: string,
): Secret {
  const given = [field, `${field}Env`, `${field}File`].filter((name) => fields[name] !== undefined);
  const none = new Secret({ from: 'configuration' }, fallback);
  if (given.length !== 1) {
    const remedy = 'Give it in one of these ways.';
    if (given.length > 1) blame(field, `one of ${field}, ${field}Env, ${field}File`, given.join(' and '), remedy);
    else if (fallback === undefined) blame(field, `one of ${field}, ${field}Env, ${field}File`, 'none of them', remedy);
    return none;
  }
  return parseOrigin(given[0], fields[given[0]], given[0].slice(field.length) as '' | 'Env' | 'File', env, fault, allowed, blame) ?? none;
}

function parseOrigin(
  field: string,
  value: unknown,
  way: '' | 'Env' | 'File',
  env: NodeJS.ProcessEnv,
  fault: (text: string) => string | null,
  allowed: string,
  blame: Blame,
): Secret | null {
  if (typeof value !== 'string' || value.trim() === '') {
    const wanted = way === 'Env' ? 'the name of an environment variable' : way === 'File' ? 'the path of a file' : allowed;
    blame(field, wanted, kindOf(value), 'Correct the value.');
    return null;
  }
  // What stands in XEnv or XFile may be the secret itself, written into the wrong field: neither is ever told.
  if (way === 'File') {
    if (value.length <= 4096 && !/^https?:/i.test(value)) return new Secret({ from: 'file', path: value, field });
    blame(field, 'the path of a file', kindOf(value), `Write the value itself under ${field.replace('File', '')}.`);
    return null;
  }
  if (way === 'Env' && !ENV_NAME.test(value)) {
    blame(field, 'the name of an environment variable', kindOf(value), `Write the value itself under ${field.replace('Env', '')}.`);
    return null;
  }
  const text = way === 'Env' ? env[value]?.trim() : value.trim();
  if (way === 'Env' && !text) {
    blame(
      field,
      'the name of an environment variable that has a value',
      'no such variable, or an empty one',
      'Set the variable where the process is started.',
    );
    return null;
  }
  const found = fault(text as string);
  if (found !== null) {
    blame(field, allowed, found, way === 'Env' ? 'Correct the value of the variable.' : 'Correct the value.');
    return null;
  }
  return new Secret(way === 'Env' ? { from: 'environment' } : { from: 'configuration' }, text);
}

function parseHeaders(fields: Fields, env: NodeJS.ProcessEnv, blame: Blame): ReadonlyMap<string, Secret> {
  const headers = new Map<string, Secret>();
  for (const way of ['', 'Env', 'File'] as const) {
    const field = `headers${way}`;
    const given = fields[field];
    if (given === undefined) continue;
    if (!isObject(given)) {
      blame(field, 'an object of header values by name', kindOf(given), 'Write {"Authorization": …}.');
      continue;
    }
    for (const [name, value] of Object.entries(given)) {
      const wrong = headersFault(name, headers);
      if (wrong !== null) blame(field, HEADERS_ALLOWED, wrong, 'Correct or remove the header.');
      else {
        const secret = parseOrigin(`${field}.${name}`, value, way, env, headerFault, 'a header value in one line', blame);
        if (secret !== null) headers.set(name.toLowerCase(), secret);
      }
    }
  }
  return headers;
}

const keyFault = (text: string): string | null => (/^[A-Za-z0-9]{32}$/.test(text) ? null : `text of ${text.length} characters that is no such key`);

const headerFault = (text: string): string | null =>
  /^[\t\x20-\x7e\x80-\xff]{1,8192}$/.test(text) ? null : `text of ${text.length} characters that no header may hold`;

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/** What a value is, without what it says: it may be a secret in the wrong place. */
function kindOf(value: unknown): string {
  if (typeof value === 'string') return value.trim() === '' ? 'empty text' : `text of ${value.length} characters`;
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
