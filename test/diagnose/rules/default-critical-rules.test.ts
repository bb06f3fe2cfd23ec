// The four critical rules that are on by default, with a fake clock: they fire when the words say, not a window earlier or later, resolve, and do not flap.
import test from 'ava';
import { RuleEngine } from '../../../src/diagnose/rules/rule-engine.js';
import { defaultRule, figures, type Load, MINUTE_MS, Simulation, START_MS } from './simulation.js';

const between = (atMs: number, fromMin: number, toMin: number): boolean => atMs > fromMin * MINUTE_MS && atMs <= toMin * MINUTE_MS;

test('should fire service down a minute after the first step that shows a failing check when it goes on failing', (t) => {
  const sim = new Simulation((atMs) => ({ gauges: [{ name: 'health', labels: { check: 'db' }, value: between(atMs, 10, 15) ? 0 : 1 }] }));
  sim.runTo(10.5 * MINUTE_MS);
  t.is(sim.why('service down'), 'pending: health check db fails, for 20 s of 1 min');
  sim.runTo(12 * MINUTE_MS);
  t.deepEqual(sim.alert('service down')!.labels, { check: 'db' });
  sim.runTo(20 * MINUTE_MS);
  t.deepEqual(sim.of('service down'), ['10.17 inactive > pending', '11.17 pending > firing', '15.67 firing > resolved']);
});

test('should not fire service down when a check fails for 50 s', (t) => {
  const sim = new Simulation((atMs) => ({ gauges: [{ name: 'health', labels: { check: 'db' }, value: between(atMs, 10, 11) ? 0 : 1 }] }));
  t.deepEqual(sim.runTo(20 * MINUTE_MS).of('service down'), ['10.17 inactive > pending', '11.17 pending > inactive']);
});

test('should fire service down when the loop does not turn for more than a minute, and not when it stalls for 50 s', (t) => {
  const stalled = (fromMin: number, toMin: number): Simulation =>
    new Simulation((atMs) => ({ runtime: { loopStalledMs: between(atMs, fromMin, toMin) ? atMs - fromMin * MINUTE_MS : 0 } })).runTo(20 * MINUTE_MS);
  t.deepEqual(stalled(10, 12).of('service down'), ['10.17 inactive > pending', '11.17 pending > firing', '12.67 firing > resolved']);
  t.deepEqual(stalled(10, 10.84).fired(), []);
});

test('should fire command failure spike at the third window that shows it when a fifth of commands fail', (t) => {
  const sim = new Simulation((atMs) => ({ paths: [{ name: 'commands', count: 100, errors: between(atMs, 10, 20) ? 20 : 1 }] }));
  sim.runTo(10 * MINUTE_MS);
  t.is(sim.why('command failure spike'), 'inactive: error rate of commands is 1 %, fires above 10 % held for 2 min');
  sim.runTo(30 * MINUTE_MS);
  t.deepEqual(sim.of('command failure spike'), ['11 inactive > pending', '13 pending > firing', '22 firing > resolved']);
});

test('should not fire command failure spike when exactly 10 % fail, when it lasts two windows, or when one is called a minute', (t) => {
  const failing = (count: number, errors: number, toMin: number): string[] =>
    new Simulation((atMs) => ({ paths: [{ name: 'commands', count, errors: between(atMs, 10, toMin) ? errors : 0 }] })).runTo(20 * MINUTE_MS).fired();
  t.deepEqual(failing(100, 10, 20), []);
  t.deepEqual(failing(100, 50, 12), []);
  t.deepEqual(failing(1, 1, 20), []);
  t.deepEqual(failing(4, 4, 20), []);
  t.deepEqual(failing(100, 11, 20), ['13 command failure spike']);
});

test('should fire command failure spike after two minutes of enough calls when nine a minute are made and all fail', (t) => {
  const sim = new Simulation((atMs) => ({ paths: [{ name: 'commands', count: 9, errors: between(atMs, 10, 20) ? 9 : 0 }] }));
  // Judged each second minute: of 9 and 9 calls.
  t.deepEqual(sim.runTo(30 * MINUTE_MS).of('command failure spike'), ['12 inactive > pending', '14 pending > firing', '24 firing > resolved']);
});

const FEW = 'no-data: no data: 3 of 10 calls so far for error rate of commands; they are added up over 2 min at most';

test('should say that calls were too few, or that there were none, when command failure spike has no data', (t) => {
  const sim = new Simulation((atMs) => ({ paths: atMs <= MINUTE_MS ? [{ name: 'commands', count: 3 }] : [] }));
  t.is(sim.runTo(MINUTE_MS).why('command failure spike'), FEW);
  t.is(sim.runTo(2 * MINUTE_MS).why('command failure spike'), FEW);
  t.is(sim.runTo(3 * MINUTE_MS).why('command failure spike'), 'no-data: no data: nothing was counted on commands in this window');
});

test('should keep command failure spike firing between clear value and threshold when it has fired, and not flap', (t) => {
  // 12 % and 8 % in turn: around the threshold, above the clear value of 5 %.
  const sim = new Simulation((atMs) => {
    const minute = Math.ceil(atMs / MINUTE_MS);
    const errors = minute <= 10 ? 0 : minute <= 15 ? 12 : minute <= 60 ? (minute % 2 === 0 ? 12 : 8) : 4;
    return { paths: [{ name: 'commands', count: 100, errors }] };
  });
  t.deepEqual(sim.runTo(80 * MINUTE_MS).of('command failure spike'), ['11 inactive > pending', '13 pending > firing', '62 firing > resolved']);
});

const store = (reads: [number, number], writes: [number, number], inFlight = 0): Load => ({
  paths: [
    { name: 'event_store.read', count: reads[0], errors: reads[1] },
    { name: 'event_store.write', count: writes[0], errors: writes[1] },
  ],
  gauges: [{ name: 'event_store.concurrent', value: inFlight }],
});

test('should fire event store unavailable 30 s after the first step that shows it when reads or writes fail in turn', (t) => {
  const sim = new Simulation((atMs) => {
    if (!between(atMs, 10, 12)) return store([50, 0], [10, 0]);
    // One step only reads are tried, the next only writes: unavailable all the time.
    return (atMs / 10_000) % 2 === 0 ? store([5, 5], [0, 0]) : store([0, 0], [3, 2]);
  });
  sim.runTo(11 * MINUTE_MS);
  t.deepEqual(sim.of('event store unavailable'), ['10.17 inactive > pending', '10.67 pending > firing']);
  sim.runTo(20 * MINUTE_MS);
  t.deepEqual(sim.of('event store unavailable').at(-1), '12.67 firing > resolved');
  t.deepEqual(sim.fired().length, 1);
});

test('should fire event store unavailable when operations hang for more than 30 s, and not for less', (t) => {
  const hanging = (toMin: number): string[] =>
    new Simulation((atMs) => (between(atMs, 10, toMin) ? store([0, 0], [0, 0], 7) : store([50, 0], [10, 0], 1))).runTo(20 * MINUTE_MS).fired();
  t.deepEqual(hanging(10.5), []);
  t.deepEqual(hanging(11), ['10.666666666666666 event store unavailable']);
});

test('should keep event store unavailable firing when nobody tries any more, until it answers', (t) => {
  const sim = new Simulation((atMs) => {
    if (between(atMs, 10, 11)) return store([5, 5], [5, 5]);
    return between(atMs, 11, 60) ? store([0, 0], [0, 0]) : store([50, 0], [10, 0]);
  });
  sim.runTo(50 * MINUTE_MS);
  t.regex(sim.why('event store unavailable'), /^firing: firing since .*: error rate of event_store.read is 100 %, above 50 %; .*; no data now$/);
  sim.runTo(70 * MINUTE_MS);
  t.deepEqual(sim.of('event store unavailable'), ['10.17 inactive > pending', '10.67 pending > firing', '60.67 firing > resolved']);
});

const memory = (bytes: (minute: number) => number): Simulation =>
  new Simulation((atMs) => ({ runtime: { memoryBytes: bytes(atMs / MINUTE_MS), unwatchedMemoryBytes: bytes(atMs / MINUTE_MS), memoryRatio: 0.3 } }));

test('should fire memory leak when memory has grown by a fifth an hour for two hours and ten minutes more, and resolve when it stops', (t) => {
  const sim = memory((minute) => 300e6 * (1 + (0.2 * Math.min(minute, 180)) / 60) + 3e6 * Math.sin(minute * 12.9898));
  sim.runTo(119 * MINUTE_MS);
  t.regex(sim.why('memory leak'), /^learning: learning: 119 min of history, 2 h are needed/);
  sim.runTo(131 * MINUTE_MS);
  t.deepEqual(sim.of('memory leak'), ['130 inactive > firing']);
  t.regex(sim.alert('memory leak')!.message, /^memory use grows by (19|20).* % an hour \(surely by 1[89].* %\), surely above 10 % an hour over 2 h/);
  sim.runTo(400 * MINUTE_MS);
  t.is(sim.of('memory leak').length, 2);
  t.regex(sim.of('memory leak')[1], /^2[5-9]\d firing > resolved$/);
});

test('should fire memory leak when the detector calls a leak critical, and not for one of the same rate that it does not', (t) => {
  const leaking = (critical: number): Simulation =>
    new Simulation((atMs) => ({
      gauges: [
        { name: 'leak.growth_per_hour', labels: { kind: 'heap' }, value: between(atMs, 10, 60) ? 0.12 : 0 },
        { name: 'leak.critical_growth_per_hour', labels: { kind: 'heap' }, value: between(atMs, 10, 60) ? critical : 0 },
      ],
      runtime: { unwatchedMemoryBytes: Number.NaN },
    }));
  // As it measures 10 % an hour, and as little as one that was critical may slow to.
  for (const [ratio, percent] of [
    [0.096, '9.6'],
    [0.07, '7'],
  ] as const) {
    const critical = leaking(ratio).runTo(30 * MINUTE_MS);
    t.deepEqual(critical.fired(), ['11 memory leak']);
    const { message, threshold } = critical.alert('memory leak')!;
    const bound = 'critical from 10 % on, as measured 9 %, and then down to 7 %';
    t.deepEqual([message, threshold], [`growth an hour of what leaks critically {kind=heap} is ${percent} %, ${bound}`, 0.1]);
    t.deepEqual(critical.runTo(100 * MINUTE_MS).of('memory leak')[1], '91 firing > resolved');
  }
  t.deepEqual(
    leaking(0)
      .runTo(30 * MINUTE_MS)
      .fired(),
    [],
  );
});

test('should not fire memory leak when memory grows by 8 % an hour, warms up, steps, or follows the garbage collector', (t) => {
  const shapes: [string, (minute: number) => number][] = [
    ['8 % an hour', (minute) => 300e6 * (1 + (0.08 * minute) / 60)],
    ['warm-up', (minute) => 150e6 + 150e6 * (1 - Math.exp(-minute / 30))],
    ['slow warm-up', (minute) => 200e6 + 100e6 * (1 - Math.exp(-minute / 60))],
    ['step', (minute) => (minute < 200 ? 300e6 : 450e6)],
    ['sawtooth', (minute) => 300e6 + 5e6 * (minute % 25)],
    ['day', (minute) => 300e6 + 60e6 * Math.sin((minute / 720) * Math.PI)],
  ];
  for (const [name, bytes] of shapes)
    t.deepEqual(
      memory(bytes)
        .runTo(12 * 60 * MINUTE_MS)
        .fired(),
      [],
      name,
    );
});

test('should not fire memory leak for the warm-up of a process, but for growth after it, when an hour takes 3.6 s', (t) => {
  const fired = (bytes: (s: number) => number): number[] => {
    const engine = new RuleEngine([defaultRule('memory leak')], { timeScale: 1000, windowMs: 500, stepMs: 100 });
    const at: number[] = [];
    for (let s = 0.5; s <= 60; s += 0.5) {
      const given = figures('window', START_MS + s * 1000, 500, { runtime: { unwatchedMemoryBytes: bytes(s) } });
      if (engine.evaluate(given).some(({ to }) => to === 'firing')) at.push(s);
    }
    return at;
  };
  t.deepEqual(
    fired((s) => 100e6 + 200e6 * Math.min(1, s / 14)),
    [],
  );
  // From 15 s on it is learnt: two hours of 7.2 s, ten minutes of 0.6 s.
  t.deepEqual(
    fired((s) => 100e6 + 20e6 * s),
    [23],
  );
});
