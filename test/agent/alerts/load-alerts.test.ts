// The file of alerts: what is told of one that cannot be read.
import test from 'ava';
import { loadAlerts } from '../../../src/agent/alerts/load-alerts.js';
import { DEFAULT_RULES } from '../../../src/diagnose/rules/default-rules.js';

test('should tell nothing of what stands in the file when it is no JSON', (t) => {
  const texts = [
    '{"sinks": {"ops": {"kind": "pagerduty", "routingKey": R0123456789abcdefSECRET}}}',
    '{"sinks": {"ops": {"kind": "slack", "url": "https://hooks.example/SECRET" "x": 1}}}',
    '{"k": SECRET',
    '{SECRET}',
    '{"a": "line\nSECRET"}',
  ];
  for (const text of texts) {
    const { rules, mistakes } = loadAlerts(text, '/', {});
    t.is(rules, DEFAULT_RULES);
    t.is(mistakes.length, 1);
    t.regex(mistakes[0], /^alerts: .*JSON.*; the default rules run$/);
    // A single character at the most.
    t.notRegex(mistakes[0], /SE|R0|hooks|routing/);
  }
});

test('should lose nothing else when the file has an unknown key or a name of an action that is none', (t) => {
  const own = { name: 'own', condition: { kind: 'health' } };
  const ops = { kind: 'webhook', url: 'http://127.0.0.1:1/' };
  const file = { $schema: 'x', rulez: [], rules: [own], off: ['capacity'], sinks: { ops }, actions: ['log', 'opps', 'ops'] };
  const { rules, mistakes, notJudged } = loadAlerts(JSON.stringify(file), '/', {});
  t.deepEqual(mistakes, [
    'alerts: alerts.$schema: expected one of rules, off, sinks, commands, actions, received "$schema". Remove $schema.',
    'alerts: alerts.rulez: expected one of rules, off, sinks, commands, actions, received "rulez". Did you mean rules?',
    'alerts: actions: expected names of actions: log, flame, heap-profile, heap-snapshot, ops, received "opps". Did you mean ops?',
  ]);
  t.deepEqual(rules.at(-1)?.actions, ['log', 'ops']);
  t.is(rules.length, DEFAULT_RULES.length);
  t.deepEqual(
    notJudged.map(({ rule, state }) => [rule, state]),
    [['capacity', 'off']],
  );
});

test('should run rules that name a sink which is left out, and tell its other sinks', (t) => {
  const own = { name: 'own', condition: { kind: 'health' }, actions: ['pager', 'ops'] };
  const sinks = { pager: { kind: 'pagerduty', routingKeyEnv: 'UNSET' }, ops: { kind: 'webhook', url: 'http://127.0.0.1:1/' } };
  const loaded = loadAlerts(JSON.stringify({ rules: [own], sinks, actions: ['pager', 'ops'] }), '/', {});
  t.is(loaded.mistakes.length, 1);
  t.regex(loaded.mistakes[0], /^alerts: sink pager, routingKeyEnv: /);
  t.deepEqual([...loaded.sinks.keys()], ['ops']);
  t.deepEqual(loaded.rules.at(-1)?.actions, ['pager', 'ops']);
  t.deepEqual(loaded.rules[0].actions, ['log', 'flame', 'pager', 'ops']);
});
