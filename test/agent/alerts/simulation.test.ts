// The ten default rules as the agent judges them: each fires not a window (or a step) early or late however steps lie to windows, and none in a quiet day and night.
import test from 'ava';
import { DAY_MS, HOUR_MS } from '../../../src/diagnose/rules/durations.js';
import { serviceOf } from '../../diagnose/rules/day-and-night.js';
import { defaultRule, type Load, MINUTE_MS } from '../../diagnose/rules/simulation.js';
import { SimulatedAgent, STEP_MS, WINDOW_MS } from './simulated-agent.js';

/** A step that comes just after a window's end, between two, and just before it. */
const PHASES_MS = [200, 3700, 9900];
/** Timers that come a little early or late: 5 % of a window or a step. */
const slackMs = (everyMs: number): number => 0.05 * everyMs;

interface Fault {
  rule: string;
  what: string;
  judgedAt: 'step' | 'window';
  /** When the service breaks, ms after the start. */
  fromMs: number;
  /** How much of a step or window must be broken before its figures say so. */
  showsAfterMs?: number;
  forMs: number;
  load(isBroken: boolean, atMs: number): Load;
  tickMs?: number;
}

const commands = (figures: object): Load => ({ paths: [{ name: 'commands', count: 5, ...figures }] });

const FAULTS: Fault[] = [
  {
    rule: 'service down',
    what: 'a health check fails',
    judgedAt: 'step',
    fromMs: 10 * MINUTE_MS + 23_000,
    forMs: MINUTE_MS,
    load: (isBroken) => ({ gauges: [{ name: 'health', labels: { check: 'db' }, value: isBroken ? 0 : 1 }] }),
  },
  {
    rule: 'service down',
    what: 'the loop does not turn',
    judgedAt: 'step',
    fromMs: 10 * MINUTE_MS + 23_000,
    showsAfterMs: 6000,
    forMs: MINUTE_MS,
    load: (isBroken, atMs) => ({ runtime: { loopStalledMs: isBroken ? atMs - (10 * MINUTE_MS + 23_000) : 0 } }),
  },
  {
    rule: 'command failure spike',
    what: 'two fifths of commands fail',
    judgedAt: 'window',
    fromMs: 10 * MINUTE_MS + 23_000,
    showsAfterMs: 15_000,
    forMs: 2 * MINUTE_MS,
    load: (isBroken) => commands({ errors: isBroken ? 2 : 0 }),
  },
  {
    rule: 'event store unavailable',
    what: 'reads and writes fail',
    judgedAt: 'step',
    fromMs: 10 * MINUTE_MS + 23_000,
    showsAfterMs: 6000,
    forMs: 30_000,
    load: (isBroken) => ({
      paths: [
        { name: 'event_store.read', count: 5, errors: isBroken ? 5 : 0 },
        { name: 'event_store.write', count: 1, errors: isBroken ? 1 : 0 },
      ],
      gauges: [{ name: 'event_store.concurrent', value: 1 }],
    }),
  },
  {
    rule: 'high latency',
    what: 'p95 is 2.4 times the usual',
    judgedAt: 'window',
    fromMs: 90 * MINUTE_MS + 23_000,
    showsAfterMs: 6000,
    forMs: 5 * MINUTE_MS,
    load: (isBroken) => commands({ meanMs: isBroken ? 40 : 20, p95Ms: isBroken ? 95 : 40 }),
  },
  {
    rule: 'resource exhaustion',
    what: 'CPU use is 95 %',
    judgedAt: 'window',
    fromMs: 10 * MINUTE_MS + 3000,
    showsAfterMs: 47_000,
    forMs: 10 * MINUTE_MS,
    load: (isBroken) => ({ runtime: { cpuUsage: isBroken ? 0.95 : 0.3 } }),
  },
  {
    rule: 'error-rate increase',
    what: '8 % of commands fail after 0.5 %',
    judgedAt: 'window',
    fromMs: 90 * MINUTE_MS + 23_000,
    showsAfterMs: 5000,
    forMs: 10 * MINUTE_MS,
    load: (isBroken, atMs) => commands({ count: 100, errors: isBroken ? 8 : Number(atMs % 2000 === 0) }),
  },
  {
    rule: 'performance degradation',
    what: 'commands take twice as long',
    judgedAt: 'window',
    fromMs: 25 * HOUR_MS + 23_000,
    showsAfterMs: 31_000,
    forMs: 30 * MINUTE_MS,
    load: (isBroken) => commands({ count: 25, meanMs: isBroken ? 40 : 20 }),
    tickMs: 5000,
  },
  {
    // From the first window on memory grows by a fifth an hour; two hours of it must be seen, and ten minutes more.
    rule: 'memory leak',
    what: 'memory grows by a fifth an hour',
    judgedAt: 'window',
    fromMs: 130 * MINUTE_MS,
    forMs: 0,
    load: (_, atMs) => ({ runtime: { unwatchedMemoryBytes: 300e6 * (1 + (0.2 * atMs) / HOUR_MS) + 2e6 * Math.sin(atMs / 5000) } }),
    tickMs: 5000,
  },
  {
    // A week must be seen; then the limit of 1 GB is 15 days away.
    rule: 'capacity',
    what: 'the limit is 15 days away',
    judgedAt: 'window',
    fromMs: 7 * DAY_MS,
    forMs: HOUR_MS,
    load: (_, atMs) => ({ runtime: { memoryBytes: 300e6 + (700e6 * atMs) / (22 * DAY_MS) + 2e6 * Math.sin(atMs / 5000) } }),
    tickMs: 30_000,
  },
];

const DAY_START_MS = Date.UTC(2026, 0, 5);
const sinceStart = (text: string | undefined): number => Date.parse(text!) - DAY_START_MS;

for (const { rule, what, judgedAt, fromMs, showsAfterMs = 0, forMs, load, tickMs } of FAULTS) {
  test(`should fire ${rule} not a ${judgedAt} early or late when ${what}`, (t) => {
    const everyMs = judgedAt === 'step' ? STEP_MS : WINDOW_MS;
    // A day or a week is simulated once.
    for (const phaseMs of fromMs > DAY_MS ? PHASES_MS.slice(0, 1) : PHASES_MS) {
      const options = { load: (atMs: number) => load(atMs >= fromMs, atMs), rules: [defaultRule(rule)], phaseMs, tickMs };
      const sim = new SimulatedAgent(t, options).runTo(fromMs + forMs + 3 * everyMs);
      const ends = sim.judgedMs[judgedAt];
      const seenMs = ends.find((endMs) => endMs >= fromMs + showsAfterMs)!;
      const dueMs = ends.find((endMs) => endMs >= seenMs + forMs - slackMs(everyMs))!;
      const fired = sim.told.filter(({ what: event }) => event.startsWith('firing'));
      const told = `phase ${phaseMs} ms: ${sim.of(rule).join(', ')}`;
      t.is(fired.length, 1, told);
      t.deepEqual([sinceStart(fired[0].alert.since), sinceStart(fired[0].alert.firedAt)], [seenMs, dueMs], told);
      const lateMs = dueMs - fromMs - forMs;
      t.true(lateMs >= -slackMs(everyMs) && lateMs <= everyMs + showsAfterMs + slackMs(everyMs), `${told}: ${lateMs} ms late`);
    }
  });
}

test('should fire projection lag at the first step five minutes after the projection was seen to stand still, whatever its own gauge says', (t) => {
  const fromMs = 10 * MINUTE_MS + 23_000;
  for (const phaseMs of PHASES_MS) {
    const load = (atMs: number): Load => ({
      gauges: [
        { name: 'event_store.head', value: atMs / 100 },
        { name: 'projection.position', labels: { projection: 'balances' }, value: Math.min(atMs, fromMs) / 100 },
        { name: 'projection.lag_ms', labels: { projection: 'balances' }, value: 200 },
      ],
    });
    const sim = new SimulatedAgent(t, { load, rules: [defaultRule('projection lag')], phaseMs }).runTo(fromMs + 7 * MINUTE_MS);
    const seenMs = [...sim.judgedMs.step, ...sim.judgedMs.window].sort((a, b) => a - b).find((endMs) => endMs >= fromMs + 1000)!;
    const dueMs = sim.judgedMs.step.find((endMs) => endMs > seenMs + 5 * MINUTE_MS)!;
    const fired = sim.told.filter(({ what }) => what === 'firing projection lag');
    t.deepEqual(
      fired.map(({ alert }) => [sinceStart(alert.firedAt), alert.labels]),
      [[dueMs, { projection: 'balances' }]],
    );
    t.true(dueMs - fromMs - 5 * MINUTE_MS <= 2 * STEP_MS + 1000);
  }
});

test('should fire nothing when the agent judges a day and a night of load with noise, at steps and windows', (t) => {
  const sim = new SimulatedAgent(t, { load: serviceOf(6, [0]), phaseMs: 5000, tickMs: 5000 }).runTo(DAY_MS);
  t.deepEqual(
    sim.told.filter(({ what }) => what.startsWith('firing')).map(({ atMs, what, alert }) => `${atMs / MINUTE_MS} ${what}: ${alert.message}`),
    [],
  );
  t.true(sim.told.length > 0, 'the noise reaches the rules: something was pending');
  t.true(sim.judgedMs.step.length > 8600 && sim.judgedMs.window.length > 1430);
});
