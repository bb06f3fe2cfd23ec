// Conditions and metrics of rules, as JSON or code gives them, checked field by field.
import { LABELS_MAX, RULE_CONDITIONS_MAX } from '../../core/limits.js';
import type { Condition, LabelFilter, Metric, PathStat, RuntimeMetric } from './rule.js';
import { FieldError, type Fields, join, optional, readChoice, readDuration, readFields, readNumber, readText } from './rule-mistakes.js';

const PATH_STATS: readonly PathStat[] = ['count', 'rate', 'errors', 'meanMs', 'p50Ms', 'p95Ms', 'p99Ms', 'maxMs'];
const DISTRIBUTION_STATS = ['count', 'mean', 'p50', 'p95', 'p99', 'max'] as const;
const RUNTIME_METRICS: readonly RuntimeMetric[] = [
  'cpuRatio',
  'cpuUsage',
  'rssBytes',
  'memoryBytes',
  'unwatchedMemoryBytes',
  'memoryRatio',
  'memoryLimitBytes',
  'heapUsedBytes',
  'liveBytes',
  'heapLimitBytes',
  'gcPauseMeanMs',
  'gcPauseMaxMs',
  'loopDelayP99Ms',
  'loopStalledMs',
];

const both = (...names: string[]): string[] => names.flatMap((name) => [name, `${name}Ms`]);

/** Keys of each kind of condition beside `kind`. */
const KEYS: Readonly<Record<Condition['kind'], readonly string[]>> = {
  threshold: ['metric', 'above', 'below', 'clear'],
  ratio: ['of', 'to', 'above', 'below', 'clear', 'atLeast'],
  baseline: ['metric', 'times', ...both('minAge', 'history'), 'floor', 'atLeast', 'clearTimes'],
  'baseline-ratio': ['of', 'to', 'times', ...both('minAge', 'history'), 'floor', 'atLeast', 'clearTimes'],
  growth: ['metric', 'perHour', ...both('over', 'sustained'), 'confidence'],
  forecast: ['metric', 'limit', ...both('within', 'over'), 'confidence'],
  absence: ['metric'],
  health: ['check'],
  any: ['of'],
  all: ['of'],
};
const KINDS = Object.keys(KEYS) as Condition['kind'][];

/** @throws FieldError, which parseRules makes a mistake of. */
export function parseCondition(value: unknown, field: string, count = { left: RULE_CONDITIONS_MAX }): Condition {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new FieldError(field, `an object with kind: ${KINDS.join(', ')}`, value, 'Say what must be so, as {"kind": "health"}.');
  }
  const kind = readChoice(value as Fields, field, 'kind', KINDS);
  const fields = readFields(value, field, ['kind', ...KEYS[kind]]);
  if (kind === 'any' || kind === 'all') {
    const { of } = fields;
    if (!Array.isArray(of) || of.length === 0)
      throw new FieldError(join(field, 'of'), 'a list of one condition and more', of, 'List the conditions.');
    return { kind, of: of.map((one, index) => parseCondition(one, `${join(field, 'of')}[${index}]`, count)) };
  }
  if (--count.left < 0) {
    throw new FieldError(field, `${RULE_CONDITIONS_MAX} conditions a rule at most`, value, 'Divide it into several rules.');
  }
  const metric = (key: string): Metric => parseMetric(fields[key], join(field, key));
  const number = (key: string, least?: number): number => readNumber(fields, field, key, least);
  const maybe = (key: string, least?: number): object =>
    given(
      key,
      optional(fields, key, () => number(key, least)),
    );
  switch (kind) {
    case 'threshold':
      return { kind, metric: metric('metric'), ...bounds(fields, field) };
    case 'ratio':
      return { kind, of: metric('of'), to: metric('to'), ...bounds(fields, field), ...maybe('atLeast', 0) };
    case 'baseline':
    case 'baseline-ratio': {
      const history = { minAgeMs: readDuration(fields, field, 'minAge', 3_600_000), historyMs: readDuration(fields, field, 'history', 86_400_000) };
      if (history.historyMs < history.minAgeMs) {
        throw new FieldError(
          join(field, 'history'),
          'minAge or more',
          fields.history ?? fields.historyMs,
          'Make the history as long as its minimum age.',
        );
      }
      const rest = { times: number('times', 0), ...history, ...maybe('floor'), ...maybe('atLeast', 0), ...maybe('clearTimes', 0) };
      if (fields.clearTimes !== undefined && number('clearTimes') > rest.times) {
        throw new FieldError(join(field, 'clearTimes'), 'times or less', fields.clearTimes, 'It is where the alert ends: make it smaller.');
      }
      return kind === 'baseline' ? { kind, metric: metric('metric'), ...rest } : { kind, of: metric('of'), to: metric('to'), ...rest };
    }
    case 'growth':
      return { kind, metric: metric('metric'), perHour: number('perHour'), ...trend(fields, field), ...sustained(fields, field) };
    case 'forecast': {
      const limit = typeof fields.limit === 'number' ? number('limit') : metric('limit');
      return { kind, metric: metric('metric'), limit, withinMs: readDuration(fields, field, 'within'), ...trend(fields, field) };
    }
    case 'absence':
      return { kind, metric: metric('metric') };
    case 'health':
      return {
        kind,
        ...given(
          'check',
          optional(fields, 'check', () => readText(fields, field, 'check')),
        ),
      };
  }
}

function bounds(fields: Fields, field: string): { above?: number; below?: number; clear?: number } {
  const { above, below, clear } = fields;
  if (above === undefined && below === undefined)
    throw new FieldError(join(field, 'above'), 'above, below or both', undefined, 'Say where it begins.');
  const read: Record<string, number> = {};
  for (const key of ['above', 'below', 'clear']) if (fields[key] !== undefined) read[key] = readNumber(fields, field, key);
  if (clear === undefined) return read;
  if (above !== undefined && below !== undefined) {
    throw new FieldError(join(field, 'clear'), 'above or below with clear, not both', clear, 'Make two conditions of it, in "any".');
  }
  if (above !== undefined ? read.clear > read.above : read.clear < read.below) {
    const allowed = above !== undefined ? 'above or less' : 'below or more';
    throw new FieldError(join(field, 'clear'), allowed, clear, 'It is the value past which the alert ends.');
  }
  return read;
}

function trend(fields: Fields, field: string): { overMs: number; confidence: number } {
  const confidence = optional(fields, 'confidence', () => readNumber(fields, field, 'confidence', 0)) ?? 0.95;
  if (confidence < 0.5 || confidence > 0.9999) {
    throw new FieldError(join(field, 'confidence'), 'a number from 0.5 to 0.9999', fields.confidence, '0.95 is usual.');
  }
  return { overMs: readDuration(fields, field, 'over', 3_600_000), confidence };
}

function sustained(fields: Fields, field: string): { sustainedMs?: number } {
  const isGiven = fields.sustained !== undefined || fields.sustainedMs !== undefined;
  return isGiven ? { sustainedMs: readDuration(fields, field, 'sustained') } : {};
}

function parseMetric(value: unknown, field: string): Metric {
  const kinds = ['path', 'distribution', 'counter', 'gauge', 'runtime'] as const;
  const fields = readFields(value, field, [...kinds, 'labels', 'stat', 'each']);
  const named = kinds.filter((kind) => fields[kind] !== undefined);
  if (named.length !== 1) throw new FieldError(field, `exactly one of ${kinds.join(', ')}`, value, 'Name the figure by one of them.');
  const [kind] = named;
  if (kind === 'runtime') {
    readFields(value, field, ['runtime']);
    return { runtime: readChoice(fields, field, 'runtime', RUNTIME_METRICS) };
  }
  const labels = given(
    'labels',
    optional(fields, 'labels', () => parseLabels(fields.labels, join(field, 'labels'))),
  );
  const name = readText(fields, field, kind);
  if (kind === 'gauge') {
    readFields(value, field, ['gauge', 'labels']);
    return { gauge: name, ...labels };
  }
  if (kind === 'distribution') {
    readFields(value, field, ['distribution', 'labels', 'stat']);
    return { distribution: name, stat: readChoice(fields, field, 'stat', DISTRIBUTION_STATS), ...labels };
  }
  if (fields.each !== undefined && typeof fields.each !== 'boolean') {
    throw new FieldError(join(field, 'each'), 'true or false', fields.each, 'true judges each series by itself.');
  }
  const each = given('each', fields.each as boolean | undefined);
  if (kind === 'counter') return { counter: name, stat: readChoice(fields, field, 'stat', ['delta', 'rate'] as const), ...labels, ...each };
  return { path: name, stat: readChoice(fields, field, 'stat', PATH_STATS), ...labels, ...each };
}

function parseLabels(value: unknown, field: string): LabelFilter {
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isMap || !Object.values(value).every((one) => typeof one === 'string') || Object.keys(value).length > LABELS_MAX) {
    throw new FieldError(field, `at most ${LABELS_MAX} labels with text as values`, value, 'Write it as {"command": "Transfer"}.');
  }
  return { ...(value as LabelFilter) };
}

const given = (key: string, value: unknown): object => (value === undefined ? {} : { [key]: value });
