// What an alert says while it is pending, fires, lingers and is over: its value, its limit and its message never contradict each other.
import test from 'ava';
import type { Alert } from '../../../src/core/alert-types.js';
import { DEFAULT_LIMITS } from '../../../src/diagnose/rules/default-rules.js';
import type { Condition, Rule } from '../../../src/diagnose/rules/rule.js';
import { RuleEngine } from '../../../src/diagnose/rules/rule-engine.js';
import { figures, type Load, MINUTE_MS, START_MS, STEP_MS, WINDOW_MS } from './simulation.js';

const ruleOf = (condition: Condition, keepFiringForMs = 0): Rule => ({
  name: 'own',
  severity: 'warning',
  summary: 'own',
  condition,
  forMs: 0,
  keepFiringForMs,
  actions: ['log'],
  limits: DEFAULT_LIMITS,
  runbook: 'own',
});

const engineOf = (rule: Rule, idSalt?: string, saved?: unknown): RuleEngine =>
  new RuleEngine([rule], { timeScale: 1, windowMs: WINDOW_MS, stepMs: STEP_MS, idSalt }, saved);

/** The alert after each window: state, value by threshold, message. */
function told(rule: Rule, loads: readonly Load[]): string[] {
  const engine = engineOf(rule);
  const say = ({ state, value, threshold, message }: Alert): string => `${state} ${value}/${threshold}: ${message}`;
  return loads.map((load, i) => {
    const transitions = engine.evaluate(figures('window', START_MS + i * MINUTE_MS, WINDOW_MS, load));
    const alert = engine.alerts().find((one) => one.state !== 'resolved') ?? transitions[0]?.alert;
    return alert === undefined ? 'nothing' : say(alert);
  });
}

const errors = { path: 'commands', stat: 'errors' } as const;
const count = { path: 'commands', stat: 'count' } as const;
const failed = (failures: number): Load => ({ paths: [{ name: 'commands', count: 100, errors: failures }] });

test('should say what it is and what it was, with the limit, when the error rate is no more beyond it', (t) => {
  const rule = ruleOf({ kind: 'ratio', of: errors, to: count, above: 0.1, clear: 0.05 }, MINUTE_MS);
  t.deepEqual(told(rule, [failed(72), failed(8), {}, failed(2), failed(0)]), [
    'firing 0.72/0.1: error rate of commands is 72 %, above 10 %',
    'firing 0.08/0.1: error rate of commands is 8 %; was 72 %, above 10 %',
    'firing 0.08/0.1: error rate of commands is 8 %; was 72 %, above 10 %',
    'firing 0.02/0.1: error rate of commands is 2 %; was 72 %, above 10 %',
    'resolved 0/0.1: error rate of commands is 0 %; was 72 %, above 10 %',
  ]);
});

test('should tell the newest breach when it comes again while it fires', (t) => {
  const rule = ruleOf({ kind: 'ratio', of: errors, to: count, above: 0.1 }, 5 * MINUTE_MS);
  t.deepEqual(told(rule, [failed(72), failed(0), failed(30), failed(1)]).slice(1), [
    'firing 0/0.1: error rate of commands is 0 %; was 72 %, above 10 %',
    'firing 0.3/0.1: error rate of commands is 30 %, above 10 %',
    'firing 0.01/0.1: error rate of commands is 1 %; was 30 %, above 10 %',
  ]);
});

test('should not tell of what holds in vain when the others that must hold with it do not', (t) => {
  const quiet: Condition = { kind: 'threshold', metric: count, below: 1000 };
  const busy: Condition = { kind: 'threshold', metric: { runtime: 'cpuUsage' }, above: 0.8 };
  const rule = ruleOf({
    kind: 'any',
    of: [
      { kind: 'all', of: [quiet, busy] },
      { kind: 'ratio', of: errors, to: count, above: 0.1 },
    ],
  });
  t.deepEqual(
    told(rule, [
      { ...failed(72), runtime: { cpuUsage: 0.2 } },
      { ...failed(72), runtime: { cpuUsage: 0.9 } },
    ]),
    [
      'firing 0.72/0.1: error rate of commands is 72 %, above 10 %',
      'firing 100/1000: count of commands is 100, below 1000; error rate of commands is 72 %, above 10 %; CPU use is 90 %, above 80 %',
    ],
  );
});

test('should tell value and limit of the condition that was beyond it when another is nearer to its own at the end', (t) => {
  const rule = ruleOf({
    kind: 'any',
    of: [
      { kind: 'threshold', metric: { runtime: 'memoryRatio' }, above: 0.9 },
      { kind: 'threshold', metric: { runtime: 'cpuUsage' }, above: 0.8 },
    ],
  });
  const load = (memoryRatio: number, cpuUsage: number): Load => ({ runtime: { memoryRatio, cpuUsage } });
  t.deepEqual(told(rule, [load(0.85, 0.95), load(0.85, 0.1)]), [
    'firing 0.95/0.8: CPU use is 95 %, above 80 %',
    'resolved 0.1/0.8: CPU use is 10 %; was 95 %, above 80 %',
  ]);
  t.deepEqual(told(rule, [load(0.95, 0.95), load(0.85, 0.1)]), [
    'firing 0.95/0.8: CPU use is 95 %, above 80 %; memory use is 95 %, above 90 %',
    'resolved 0.1/0.8: CPU use is 10 %; was 95 %, above 80 %; memory use is 85 %; was 95 %, above 90 %',
  ]);
});

test('should say it in the words of each kind of condition when it is over', (t) => {
  const end = (condition: Condition, first: Load, last: Load): string => told(ruleOf(condition), [first, last])[1];
  const health = (value: number): Load => ({ gauges: [{ name: 'health', labels: { check: 'db' }, value }] });
  t.is(end({ kind: 'health' }, health(0), health(1)), 'resolved 1/1: health check db passes; it failed');
  t.is(end({ kind: 'absence', metric: count }, {}, failed(0)), 'resolved 100/0: 100 counted on commands; there was nothing');
  t.is(
    end(
      { kind: 'threshold', metric: { gauge: 'queue' }, below: 2 },
      { gauges: [{ name: 'queue', value: 1 }] },
      { gauges: [{ name: 'queue', value: 2 }] },
    ),
    'resolved 2/2: queue is 2; was 1, below 2',
  );
});

test('should say that there is no data when a pending series goes away', (t) => {
  const rule = { ...ruleOf({ kind: 'threshold', metric: { gauge: 'queue' }, above: 5 }), forMs: 5 * MINUTE_MS };
  t.deepEqual(told(rule, [{ gauges: [{ name: 'queue', value: 9 }] }, {}]), [
    'pending 9/5: queue is 9, above 5',
    'pending 9/5: queue: no data; was 9, above 5',
  ]);
});

test('should give alerts of two processes two ids, and keep the id of one that was restored', (t) => {
  const rule = ruleOf({ kind: 'threshold', metric: { gauge: 'queue' }, above: 5 });
  const window = figures('window', START_MS, WINDOW_MS, { gauges: [{ name: 'queue', value: 9 }] });
  const [one, same, other] = ['a-1', 'a-1', 'b-1'].map((salt) => engineOf(rule, salt));
  for (const engine of [one, same, other]) engine.evaluate(window);
  const id = one.alerts()[0].id;
  t.is(same.alerts()[0].id, id);
  t.not(other.alerts()[0].id, id);
  t.regex(id, /^own-[0-9a-f]{8}-[0-9a-z]+$/);
  const restored = engineOf(rule, 'c-1', JSON.parse(JSON.stringify(one.save())));
  restored.evaluate({ ...window, atMs: START_MS + MINUTE_MS, gauges: [{ name: 'queue', labels: {}, value: 1 }] });
  t.deepEqual(
    restored.alerts().map(({ id, state, message }) => [id, state, message]),
    [[id, 'resolved', 'queue is 1; was 9, above 5']],
  );
});
