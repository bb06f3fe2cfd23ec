// Mistakes in a rule's configuration, collected: each names rule and field, and the other rules still run.
import { nearestName } from '../../config/nearest-name.js';
import { show } from '../../core/errors.js';
import { DURATION_ALLOWED, parseDuration } from './durations.js';

/** What is wrong with a rule. */
export interface RuleMistake {
  /** Its name; `rules[2]` where it has none; '' where it is not about one rule. */
  rule: string;
  /** As `condition.metric.stat`. */
  field: string;
  allowed: string;
  received: string;
  remedy: string;
}

/** Thrown and caught inside the parser only: what a field is read for is of no use when it is wrong. */
export class FieldError extends Error {
  readonly mistake: Omit<RuleMistake, 'rule'>;

  constructor(field: string, allowed: string, received: unknown, remedy: string) {
    super(field);
    this.mistake = { field, allowed, received: received === undefined ? 'nothing' : show(received), remedy };
  }
}

export type Fields = Readonly<Record<string, unknown>>;

/** An object with no other keys than these. */
export function readFields(value: unknown, field: string, keys: readonly string[]): Fields {
  const fields = readObject(value, field, keys);
  const [unknown] = unknownKeys(fields, field, keys);
  if (unknown !== undefined) throw unknown;
  return fields;
}

/** keys: what is said to be allowed. */
export function readObject(value: unknown, field: string, keys: readonly string[]): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw new FieldError(field, `an object with ${keys.join(', ')}`, value, `Write ${field} as an object.`);
}

/** One for each key that is none of these. */
export function unknownKeys(fields: Fields, field: string, keys: readonly string[]): FieldError[] {
  const unknown = Object.keys(fields).filter((key) => !keys.includes(key));
  return unknown.map((key) => {
    const near = nearestName(key, keys);
    const remedy = near === undefined ? `Remove ${key}.` : `Did you mean ${near}?`;
    return new FieldError(join(field, key), `one of ${keys.join(', ')}`, key, remedy);
  });
}

export const join = (field: string, key: string): string => (field === '' ? key : `${field}.${key}`);

export function readText(fields: Fields, field: string, key: string): string {
  const value = fields[key];
  if (typeof value === 'string' && value !== '') return value;
  throw new FieldError(join(field, key), 'text', value, `Give ${key} a text.`);
}

export function readNumber(fields: Fields, field: string, key: string, least = Number.NEGATIVE_INFINITY): number {
  const value = fields[key];
  if (typeof value === 'number' && Number.isFinite(value) && value >= least) return value;
  const allowed = least === Number.NEGATIVE_INFINITY ? 'a number' : `a number of ${least} or more`;
  throw new FieldError(join(field, key), allowed, value, `Give ${key} a number.`);
}

export function optional<T>(fields: Fields, key: string, read: () => T): T | undefined {
  return fields[key] === undefined ? undefined : read();
}

export function readChoice<T extends string>(fields: Fields, field: string, key: string, choices: readonly T[]): T {
  const value = fields[key];
  if (choices.includes(value as T)) return value as T;
  const near =
    typeof value === 'string' && value !== '' ? (nearestName(value, choices) ?? choices.find((choice) => choice.startsWith(value))) : undefined;
  throw new FieldError(join(field, key), `one of ${choices.join(', ')}`, value, near === undefined ? `Choose one of them.` : `Did you mean ${near}?`);
}

/** Under either name: `for` as files say it, `forMs` as code does. */
export function readDuration(fields: Fields, field: string, key: string, fallbackMs?: number): number {
  const keyMs = `${key}Ms`;
  const used = fields[key] === undefined ? keyMs : key;
  const value = fields[used];
  if (value === undefined && fallbackMs !== undefined) return fallbackMs;
  const ms = parseDuration(value);
  if (ms !== undefined) return ms;
  throw new FieldError(join(field, value === undefined ? key : used), DURATION_ALLOWED, value, `Write it as in "5m".`);
}

export function readTexts(fields: Fields, field: string, key: string): string[] {
  const value = fields[key];
  if (Array.isArray(value) && value.every((one) => typeof one === 'string' && one !== '')) return value;
  throw new FieldError(join(field, key), 'a list of names', value, `Write it as ["log"].`);
}
