// The warning and info rules that are on by default, with a fake clock: they fire when the words say, not a window earlier or later, resolve, and do not flap.
import test from 'ava';
import type { PathFigures } from '../../../src/diagnose/figures.js';
import { DAY_MS } from '../../../src/diagnose/rules/durations.js';
import { defaultRule, type Load, MINUTE_MS, Simulation } from './simulation.js';

const HOUR = 60;

/** One path whose figures are a function of the minute that the window ends in. */
const service = (figures: (minute: number) => Partial<PathFigures>, rule: string, name = 'commands'): Simulation =>
  new Simulation((atMs) => ({ paths: [{ name, labels: { command: 'Transfer' }, ...figures(Math.ceil(atMs / MINUTE_MS)) }] }), [defaultRule(rule)]);

const fast = { p95Ms: 38, meanMs: 20 };

test('should fire high latency five minutes after the first window above twice the median, and resolve below 1.6 times', (t) => {
  const sim = service(
    (minute) => (minute > 90 && minute <= 120 ? { p95Ms: 95 } : minute > 120 && minute <= 140 ? { p95Ms: 70 } : fast),
    'high latency',
  );
  sim.runTo(30 * MINUTE_MS);
  t.is(sim.why('high latency'), 'learning: learning: 29 min of history, 1 h are needed; p95 of commands {command=Transfer} is 38 ms');
  sim.runTo(90 * MINUTE_MS);
  t.is(sim.why('high latency'), 'inactive: p95 of commands {command=Transfer} is 38 ms, fires above 2 x 38 ms (median of 89 windows) held for 5 min');
  sim.runTo(200 * MINUTE_MS);
  // 70 ms is below 76 ms, and above 61 ms: it goes on.
  t.deepEqual(sim.of('high latency'), ['91 inactive > pending', '96 pending > firing', '143 firing > resolved']);
});

test('should not fire high latency when it lasts five windows, is exactly twice, is below 50 ms, is of few calls, or has no hour of history', (t) => {
  const shapes: [string, (minute: number) => Partial<PathFigures>][] = [
    ['five windows', (minute) => (minute > 90 && minute <= 95 ? { p95Ms: 95 } : fast)],
    ['exactly twice', (minute) => (minute > 90 ? { p95Ms: 76 } : fast)],
    ['below 50 ms', (minute) => ({ p95Ms: minute > 90 ? 49 : 4 })],
    ['few calls', (minute) => (minute > 90 ? { p95Ms: 500, count: 19 } : fast)],
    ['no history', (minute) => (minute > 59 ? { p95Ms: 95 } : { ...fast, count: minute > 1 ? 100 : 0 })],
  ];
  for (const [name, shape] of shapes.slice(0, 4))
    t.deepEqual(
      service(shape, 'high latency')
        .runTo(180 * MINUTE_MS)
        .fired(),
      [],
      name,
    );
  // The 59th window with data is learnt, the 60th is the first bad one: it is learnt as well, and the next ones are judged by their median.
  t.deepEqual(
    service(shapes[4][1], 'high latency')
      .runTo(70 * MINUTE_MS)
      .fired(),
    ['67 high latency'],
  );
});

test('should fire high latency of stores and requests each by itself when both become slow', (t) => {
  const slow = (atMs: number, ms: number): Partial<PathFigures> => ({ p95Ms: atMs > 90 * MINUTE_MS ? 3 * ms : ms });
  const load = (atMs: number): Load => ({
    paths: [
      { name: 'event_store.read', ...slow(atMs, 4) },
      { name: 'event_store.write', ...slow(atMs, 8) },
      { name: 'http.server', labels: { route: '/a' }, ...slow(atMs, 40) },
    ],
  });
  const sim = new Simulation(load, [defaultRule('high latency')]).runTo(96 * MINUTE_MS);
  t.deepEqual(sim.fired(), ['96 high latency', '96 high latency']);
  t.deepEqual(
    sim.engine.alerts().map(({ labels }) => labels),
    [{}, { route: '/a' }].reverse(),
  );
  t.regex(
    sim.engine.alerts().find(({ labels }) => labels.route === undefined)!.message,
    /p95 of event_store.read is 12 ms, above 2 x 4 ms .*; p95 of event_store.write is 24 ms/,
  );
});

test('should fire projection lag at the first step above five minutes, go on above four, and name the projection', (t) => {
  const lagMs = (atMs: number): number => {
    const minute = atMs / MINUTE_MS;
    if (minute <= 10) return 200;
    if (minute <= 20) return (minute - 10) * MINUTE_MS;
    return minute <= 40 ? 4.5 * MINUTE_MS : 1000;
  };
  const sim = new Simulation((atMs) => ({
    gauges: [
      { name: 'projection.lag_ms', labels: { projection: 'balances' }, value: lagMs(atMs) },
      { name: 'projection.lag_ms', labels: { projection: 'audit' }, value: 100 },
    ],
  }));
  sim.runTo(10 * MINUTE_MS);
  t.is(sim.why('projection lag'), 'inactive: projection.lag_ms {projection=balances} is 200 ms, fires above 5 min');
  sim.runTo(60 * MINUTE_MS);
  t.deepEqual(sim.of('projection lag'), ['15.17 inactive > firing', '41.17 firing > resolved']);
});

test('should fire resource exhaustion at the eleventh window when CPU is above 80 % or memory above 85 %, one after the other', (t) => {
  const exhausted = (cpuUsage: (minute: number) => number, memoryRatio: (minute: number) => number): string[] =>
    new Simulation(
      (atMs) => ({ runtime: { cpuUsage: cpuUsage(Math.ceil(atMs / MINUTE_MS)), memoryRatio: memoryRatio(Math.ceil(atMs / MINUTE_MS)) } }),
      [defaultRule('resource exhaustion')],
    )
      .runTo(60 * MINUTE_MS)
      .of('resource exhaustion');
  const changes = ['11 inactive > pending', '21 pending > firing', '36 firing > resolved'];
  t.deepEqual(
    exhausted(
      (m) => (m > 10 && m <= 30 ? 0.81 : 0.2),
      () => 0.3,
    ),
    changes,
  );
  t.deepEqual(
    exhausted(
      () => 0.2,
      (m) => (m > 10 && m <= 30 ? 0.86 : 0.3),
    ),
    changes,
  );
  t.deepEqual(
    exhausted(
      (m) => (m > 10 && m <= 15 ? 0.9 : 0.2),
      (m) => (m > 15 && m <= 30 ? 0.9 : 0.3),
    ),
    changes,
  );
  t.deepEqual(
    exhausted(
      (m) => (m > 10 && m <= 20 ? 0.95 : 0.2),
      () => 0.85,
    ),
    ['11 inactive > pending', '21 pending > inactive'],
  );
  // Around the threshold after it fired: no flapping.
  t.deepEqual(
    exhausted(
      (m) => (m <= 10 ? 0.2 : m <= 21 ? 0.81 : m <= 50 ? (m % 2 ? 0.81 : 0.75) : 0.6),
      () => Number.NaN,
    ),
    ['11 inactive > pending', '21 pending > firing', '56 firing > resolved'],
  );
});

test('should fire error-rate increase ten minutes after the first window above twice the usual rate', (t) => {
  const errors = (minute: number): number => (minute > 120 && minute <= 150 ? 25 : 10);
  const sim = service((minute) => ({ count: 1000, errors: errors(minute) }), 'error-rate increase');
  sim.runTo(120 * MINUTE_MS);
  t.is(sim.why('error-rate increase'), 'inactive: error rate of commands is 1 %, fires above 2 x 1 % (median of 119 windows) held for 10 min');
  sim.runTo(200 * MINUTE_MS);
  t.deepEqual(sim.of('error-rate increase'), ['121 inactive > pending', '131 pending > firing', '156 firing > resolved']);
});

test('should not fire error-rate increase when the rate doubles below 1 %, or for ten windows only', (t) => {
  t.deepEqual(
    service((minute) => ({ count: 1000, errors: minute > 120 ? 9 : 1 }), 'error-rate increase')
      .runTo(200 * MINUTE_MS)
      .fired(),
    [],
  );
  t.deepEqual(
    service((minute) => ({ count: 1000, errors: minute > 120 && minute <= 130 ? 25 : 10 }), 'error-rate increase')
      .runTo(200 * MINUTE_MS)
      .fired(),
    [],
  );
});

test('should fire performance degradation when the mean is half above a day of its own for half an hour', (t) => {
  const day = 24 * HOUR;
  const sim = service((minute) => ({ meanMs: minute > day + 60 && minute <= day + 120 ? 31 : 20 }), 'performance degradation');
  sim.runTo(day * MINUTE_MS);
  t.regex(sim.why('performance degradation'), /^learning: learning: 24 h of history, 24 h are needed/);
  sim.runTo((day + 180) * MINUTE_MS);
  t.deepEqual(sim.of('performance degradation'), [
    `${day + 61} inactive > pending`,
    `${day + 91} pending > firing`,
    `${day + 131} firing > resolved`,
  ]);
});

const week = (cpu: (day: number) => number, memory: (day: number) => number, days: number): Simulation =>
  new Simulation((atMs) => ({ runtime: { cpuUsage: cpu(atMs / DAY_MS), memoryBytes: memory(atMs / DAY_MS) } }), [defaultRule('capacity')]).runTo(
    days * DAY_MS,
  );

test('should fire capacity an hour after a week when memory or CPU reach their limit within 30 days, day and night left out', (t) => {
  const sun = (day: number): number => Math.sin(2 * Math.PI * day);
  const memory = week(
    () => 0.3,
    (day) => 300e6 + 25e6 * day + 20e6 * sun(day),
    7.1,
  );
  t.deepEqual(memory.of('capacity'), ['10080 inactive > pending', '10140 pending > firing']);
  t.regex(memory.alert('capacity')!.message, /^memory use is .* MiB and by its trend reaches 954 MiB in 2[01](\.\d)? days, surely within 30 days$/);
  const cpu = week(
    (day) => 0.3 + 0.02 * day + 0.15 * sun(day),
    () => 300e6,
    7.1,
  );
  t.deepEqual(cpu.of('capacity'), ['10080 inactive > pending', '10140 pending > firing']);
});

test('should fire capacity by the live heap when V8 limits it, and the process has room', (t) => {
  const simulation = new Simulation(
    (atMs) => ({ runtime: { memoryBytes: 300e6, memoryLimitBytes: 8e9, liveBytes: 300e6 + (25e6 * atMs) / DAY_MS, heapLimitBytes: 1e9 } }),
    [defaultRule('capacity')],
  ).runTo(7.1 * DAY_MS);
  t.deepEqual(simulation.of('capacity'), ['10080 inactive > pending', '10140 pending > firing']);
  t.regex(
    simulation.alert('capacity')!.message,
    /^the live heap is 4\d\d MiB and by its trend reaches 954 MiB in 2\d(\.\d)? days, surely within 30 days$/,
  );
});

test('should not fire capacity when the limit is 60 days away, or use only follows the day', (t) => {
  const sun = (day: number): number => Math.sin(2 * Math.PI * (day - 0.3));
  t.deepEqual(
    week(
      () => 0.3,
      (day) => 300e6 + 10e6 * day,
      8,
    ).fired(),
    [],
  );
  const daily = week(
    (day) => 0.5 + 0.3 * sun(day),
    (day) => 500e6 + 200e6 * sun(day),
    8,
  );
  t.deepEqual(daily.fired(), []);
  t.regex(daily.why('capacity'), /^inactive: .* by its trend (does not rise|reaches .*), fires surely within 30 days held for 1 h$/);
});
