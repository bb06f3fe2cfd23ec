// Rules from JSON and code: what is read, and what is said of mistakes.
import test from 'ava';
import { DEFAULT_RULES } from '../../../src/diagnose/rules/default-rules.js';
import { durationWords, parseDuration } from '../../../src/diagnose/rules/durations.js';
import { parseRules } from '../../../src/diagnose/rules/parse-rules.js';
import { defaultRule } from './simulation.js';

const threshold = { kind: 'threshold', metric: { gauge: 'queue' }, above: 5 };

test('should give exactly the ten default rules when nothing is configured', (t) => {
  const { rules, mistakes, notJudged } = parseRules(undefined);
  t.deepEqual(mistakes, []);
  t.deepEqual(notJudged, []);
  t.deepEqual(
    rules.map(({ name, severity }) => `${severity} ${name}`),
    [
      'critical service down',
      'critical command failure spike',
      'critical event store unavailable',
      'critical memory leak',
      'warning high latency',
      'warning projection lag',
      'warning resource exhaustion',
      'warning error-rate increase',
      'info performance degradation',
      'info capacity',
    ],
  );
});

test('should take each default rule back unchanged when it is given as JSON', (t) => {
  const { rules, mistakes } = parseRules({ rules: JSON.parse(JSON.stringify(DEFAULT_RULES)) });
  t.deepEqual(mistakes, []);
  t.deepEqual(rules, [...DEFAULT_RULES]);
});

test('should fill in defaults and durations when a rule says the least', (t) => {
  const { rules, mistakes } = parseRules({
    rules: [{ name: 'queue', condition: threshold, for: '90s', limits: { window: '2h' } }],
    actions: ['log', 'ops'],
  });
  t.deepEqual(mistakes, []);
  t.deepEqual(rules.at(-1), {
    name: 'queue',
    severity: 'warning',
    summary: 'queue',
    condition: { kind: 'threshold', metric: { gauge: 'queue' }, above: 5 },
    forMs: 90_000,
    keepFiringForMs: 0,
    actions: ['log', 'ops'],
    limits: { count: 3, windowMs: 7_200_000, coolDownMs: 300_000 },
    runbook: '',
  });
  t.deepEqual(rules[0].actions, ['log', 'flame', 'ops']);
});

test('should name rule, field, what is allowed, what came and the remedy when a rule is wrong, and run the others', (t) => {
  const { rules, mistakes, notJudged } = parseRules({
    rules: [
      { name: 'a', condition: { ...threshold, metric: { path: 'commands', stat: 'p95' } } },
      { name: 'b', condition: threshold, for: '5 weeks' },
      { name: 'c', condition: threshold, severty: 'info' },
      { name: 'd', condition: { kind: 'any', of: [threshold, { kind: 'threshold', metric: { gauge: 'queue' } }] } },
      { condition: threshold },
      { name: 'good', condition: threshold },
      { name: 'high latency', condition: { kind: 'nothing' } },
    ],
  });
  t.deepEqual(
    mistakes.map(({ rule, field, received, remedy }) => [rule, field, received, remedy]),
    [
      ['a', 'condition.metric.stat', '"p95"', 'Did you mean p95Ms?'],
      ['b', 'for', '"5 weeks"', 'Write it as in "5m".'],
      ['c', 'rule.severty', '"severty"', 'Did you mean severity?'],
      ['d', 'condition.of[1].above', 'nothing', 'Say where it begins.'],
      ['rules[4]', 'name', 'nothing', 'Give name a text.'],
      ['high latency', 'condition.kind', '"nothing"', 'Choose one of them.'],
    ],
  );
  t.is(mistakes[1].allowed, 'a duration: milliseconds, or text like "90s", "5m", "1h", "30d"');
  t.deepEqual(
    rules.map(({ name }) => name),
    [...DEFAULT_RULES.map(({ name }) => name), 'good'],
  );
  const last = notJudged.at(-1)!;
  t.is(last.state, 'invalid');
  t.is(last.severity, 'warning');
  t.true(last.why.endsWith('The default rule of this name runs instead.'), last.why);
});

test('should leave a default rule out when it is off, and name the nearest when it does not exist', (t) => {
  const { rules, mistakes, notJudged } = parseRules({ off: ['high latency', 'memory leek', 7] });
  t.is(rules.length, 9);
  t.false(rules.some(({ name }) => name === 'high latency'));
  t.deepEqual(
    mistakes.map(({ field, received, remedy }) => [field, received, remedy]),
    [
      ['off', '"memory leek"', 'Did you mean memory leak?'],
      ['off', '7', 'Name a default rule.'],
    ],
  );
  t.deepEqual(notJudged, [{ rule: 'high latency', severity: 'warning', state: 'off', why: 'switched off by the configuration' }]);
});

test('should put a rule in the place of the default one when it has its name', (t) => {
  const { rules } = parseRules([{ ...defaultRule('high latency'), forMs: '1m' }]);
  t.is(rules.length, 10);
  t.is(rules[4].name, 'high latency');
  t.is(rules[4].forMs, 60_000);
});

test('should name mistakes and keep the default rules when the whole input is wrong', (t) => {
  for (const input of ['rules', 7, { rules: 'high' }, { rulez: [] }]) {
    const { rules, mistakes } = parseRules(input);
    t.is(rules.length, 10);
    t.is(mistakes.length, 1);
  }
  t.is(parseRules({ rulez: [] }).mistakes[0].remedy, 'Did you mean rules?');
});

test('should refuse what contradicts itself when bounds, histories and names are checked', (t) => {
  const wrong: [string, object][] = [
    ['condition.clear', { ...threshold, clear: 6 }],
    ['condition.clear', { ...threshold, below: 1, clear: 3 }],
    ['condition.metric', { ...threshold, metric: { gauge: 'a', path: 'b', stat: 'count' } }],
    ['condition.metric.stat', { ...threshold, metric: { gauge: 'a', stat: 'count' } }],
    ['condition.history', { kind: 'baseline', metric: { gauge: 'a' }, times: 2, minAge: '2d' }],
    ['condition.confidence', { kind: 'growth', metric: { gauge: 'a' }, perHour: 1, confidence: 1 }],
    ['condition.of', { kind: 'any', of: [] }],
    ['condition', { kind: 'any', of: Array.from({ length: 31 }, () => threshold) }],
  ];
  for (const [field, condition] of wrong) {
    const { mistakes } = parseRules([{ name: 'x', condition }]);
    t.is(mistakes.length, 1, JSON.stringify(condition));
    t.true(mistakes[0].field.startsWith(field), mistakes[0].field);
  }
  t.is(
    parseRules([
      { name: 'x', condition: threshold },
      { name: 'x', condition: threshold },
    ]).mistakes[0].field,
    'name',
  );
  t.is(
    parseRules([{ name: 'x', condition: threshold, actions: ['opps'] }], { knownActions: ['log', 'ops'] }).mistakes[0].remedy,
    'Did you mean ops?',
  );
});

test('should read and tell durations when they have units', (t) => {
  t.deepEqual(
    ['90s', '5m', '1h', '30d', '250ms', 1500, '1.5h'].map(parseDuration),
    [90_000, 300_000, 3_600_000, 2_592_000_000, 250, 1500, 5_400_000],
  );
  t.deepEqual(['', '5', '-1s', '5 weeks', -1, Number.NaN, null, {}].map(parseDuration), Array(8).fill(undefined));
  t.deepEqual([350, 30_000, 60_000, 90_000, 300_000, 5_400_000, 7_200_000, 2_592_000_000].map(durationWords), [
    '350 ms',
    '30 s',
    '1 min',
    '90 s',
    '5 min',
    '90 min',
    '2 h',
    '30 days',
  ]);
});
