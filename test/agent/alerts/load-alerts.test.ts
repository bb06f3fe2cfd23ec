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
