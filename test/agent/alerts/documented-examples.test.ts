// The examples of docs/rules.md and docs/alerting.md are files that pitot takes without a mistake.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { loadAlerts } from '../../../src/agent/alerts/load-alerts.js';
import { ROOT } from '../../support/app.js';

const ENV = { OPS_URL: 'https://ops.example/x', OPS_TOKEN: 'Bearer x', AM_BASIC: 'Basic x', PD_ROUTING_KEY: 'a'.repeat(32) };
const read = (name: string): string => readFileSync(join(ROOT, 'docs', name), 'utf8');
const load = (text: string) => loadAlerts(text, ROOT, ENV);
const blocks = (text: string): string[] => [...text.matchAll(/```json\n(.*?)```/gs)].map(([, block]) => block.trim());
const DEFAULTS = load('{}').rules.length;

test('should take each file as it stands when the documents show one', (t) => {
  const files = [...blocks(read('rules.md')), ...blocks(read('alerting.md')).filter((block) => !block.includes('"version"'))].map(load);
  t.deepEqual(
    files.map(({ rules, sinks, commands, mistakes }) => [rules.length - DEFAULTS, [...sinks.keys()], [...commands.keys()], mistakes]),
    [
      // One rule more, one default rule off.
      [0, ['ops'], [], []],
      [0, [], ['restart'], []],
      [0, ['ops', 'chat', 'pager', 'am'], [], []],
    ],
  );
});

test('should take each condition when the documents show one', (t) => {
  const conditions = [...read('rules.md').matchAll(/^`(\{"kind".*\})`$/gm)].map(([, text]) => JSON.parse(text) as { kind: string });
  t.deepEqual(
    conditions.map(({ kind }) => kind),
    ['threshold', 'ratio', 'baseline', 'baseline-ratio', 'growth', 'forecast', 'absence', 'health', 'all'],
  );
  for (const condition of conditions) {
    const { rules, mistakes } = load(JSON.stringify({ rules: [{ name: 'own', condition }] }));
    t.deepEqual([rules.length - DEFAULTS, mistakes], [1, []], condition.kind);
  }
});

test('should take each sink when the documents show one', (t) => {
  const unfenced = read('alerting.md').replace(/```json\n.*?```/gs, '');
  const sinks = [...unfenced.matchAll(/^ {4}("\w+": \{.*\})$/gm)].map(([, text]) => load(`{ "sinks": { ${text} } }`));
  t.deepEqual(
    sinks.map(({ sinks, mistakes }) => [[...sinks.values()].map(({ kind }) => kind), mistakes]),
    [
      [['webhook'], []],
      [['slack'], []],
      [['pagerduty'], []],
      [['alertmanager'], []],
    ],
  );
});
