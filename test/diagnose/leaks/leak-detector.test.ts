// The leak detector over simulated processes: what it calls critical and what not, and what must not change its mind.
import test from 'ava';
import { LeakDetector } from '../../../src/diagnose/leaks/leak-detector.js';
import type { LeakVerdict } from '../../../src/diagnose/leaks/leak-verdict.js';
import type { LeakLimits, MemoryPoint } from '../../../src/diagnose/leaks/memory-point.js';
import { Random } from './noise.js';
import { MIB } from './population.js';
import { CALM, LEAKS, type Scenario } from './scenarios.js';
import { simulateAgeless } from './simulate-ageless.js';
import { printDays, type RunOptions, runProcess, simulateDays } from './simulate-days.js';

const MINUTE_MS = 60_000;
const NO_LIMITS: LeakLimits = { heapLimitBytes: null, memoryLimitBytes: null, usedBytes: 0 };
const QUIET: MemoryPoint = { atMs: 0, liveBytes: null, externalBytes: 0, arrayBuffersBytes: 0, nativeBytes: 0, handles: {}, allocatedBytes: 0 };

const scenario = (name: string): Scenario => [...CALM, ...LEAKS].find((one) => one.name === name)!;

/** Points a minute apart. */
function feed(
  minutes: number,
  at: (minute: number) => Partial<MemoryPoint>,
  limits: LeakLimits = NO_LIMITS,
  detector = new LeakDetector({ timeScale: 1 }),
): LeakDetector {
  for (let minute = 0; minute <= minutes; minute++) {
    detector.add({ ...QUIET, allocatedBytes: minute * 100 * MIB, ...at(minute), atMs: minute * MINUTE_MS }, limits);
  }
  return detector;
}

const verdictOf = (detector: LeakDetector, kind: LeakVerdict['kind']): LeakVerdict => detector.verdicts().find((one) => one.kind === kind)!;

test('should call no calm service critical when each is followed for a day', (t) => {
  const { calm } = simulateDays({ seeds: 1, leakSeeds: 0, only: /flat|tau 10|45 min|±20|ramp of/ });
  t.deepEqual(
    calm.filter(({ criticals }) => criticals > 0),
    [],
  );
  t.is(calm.length, 5);
});

test('should call leaks critical in time when 100, 50 and 20 % an hour leak', (t) => {
  const { leaks } = simulateDays({ seeds: 0, leakSeeds: 3, only: /^leak (100|50|20) %\/h$/ });
  t.deepEqual(
    leaks.map(({ critical }) => critical),
    [3, 3, 3],
  );
  const bounds = [15, 25, 40];
  for (const [i, { medianMinutes, scenario: name }] of leaks.entries()) t.true(medianMinutes <= bounds[i], `${name}: ${medianMinutes}`);
  t.regex(printDays({ calm: [], leaks }), /leak 100 %\/h/);
});

test('should name the function, the rate and the evidence when a leak is found', (t) => {
  const { firstCritical } = runProcess(scenario('leak 50 %/h'), 3, { untilCritical: true });
  t.is(firstCritical?.functions[0].function, 'remember');
  t.true(firstCritical!.growthRatioPerHour > 0.3 && firstCritical!.growthRatioPerHour < 0.8, `${firstCritical!.growthRatioPerHour}`);
  t.regex(firstCritical!.evidence[0], /^the live heap grew by .* MiB in .*% of/);
  t.is(firstCritical!.whyNot, '');
});

test('should come to the same verdict at the same point when time is compressed, shifted, or all bytes are tenfold', (t) => {
  const plain = runProcess(scenario('leak 20 %/h'), 2, { untilCritical: true });
  t.true(Number.isFinite(plain.criticalAt));
  const others: RunOptions[] = [{ timeScale: 60 }, { shiftMs: 86_400_000 * 7 }, { bytesScale: 10 }];
  for (const options of others) {
    const run = runProcess(scenario('leak 20 %/h'), 2, { ...options, untilCritical: true });
    t.is(run.criticalAt, plain.criticalAt, JSON.stringify(options));
    t.true(Math.abs(run.firstCritical!.growthRatioPerHour - plain.firstCritical!.growthRatioPerHour) < 0.001);
  }
});

test('should find a steeper leak no later when the noise is the same', (t) => {
  const steeper = [5, 10, 20, 50, 100].map((percent) => {
    const { leakAt, leaksFrom = 0 } = runProcess(scenario(`leak ${percent} %/h`), 6, { untilCritical: true });
    return leakAt - leaksFrom;
  });
  for (let i = 1; i < steeper.length; i++) t.true(steeper[i] <= steeper[i - 1], steeper.join(', '));
});

test('should not suspect a leak when the levels of one are put in another order', (t) => {
  const random = new Random(7);
  const levels = Array.from({ length: 361 }, (_, minute) => 100 + minute / 3 + 2 * random.normal());
  t.not(
    verdictOf(
      feed(360, (minute) => ({ liveBytes: levels[minute] * MIB })),
      'heap',
    ).verdict,
    'none',
  );
  for (let i = levels.length - 1; i > 0; i--) {
    const j = Math.floor(random.next() * (i + 1));
    [levels[i], levels[j]] = [levels[j], levels[i]];
  }
  let suspicions = 0;
  const detector = new LeakDetector({ timeScale: 1 });
  levels.forEach((level, minute) => {
    detector.add({ ...QUIET, liveBytes: level * MIB, atMs: minute * MINUTE_MS }, NO_LIMITS);
    if (verdictOf(detector, 'heap').verdict !== 'none') suspicions++;
  });
  t.is(suspicions, 0);
});

test('should ask for few profiles of what grows to where it was before, and for one all the same when that goes on', (t) => {
  const { profiles } = runProcess(scenario('flat'), 11);
  t.true(profiles > 0 && profiles <= 4, `${profiles} a day`);
  // 80 MiB for half an hour in the second hour: the leak is found before it has filled that again.
  const batch = { name: 'batch', births: (minute: number) => (minute === 60 ? [{ bytes: 80 * MIB, lifeMinutes: 30 }] : []) };
  const leak = scenario('leak 50 %/h');
  const leaksFrom = 240;
  const make = (random: Random) => {
    const made = leak.make(random);
    const remember = {
      name: 'remember',
      births: (minute: number) => (minute < leaksFrom ? [] : [{ bytes: (50 * MIB) / 120, lifeMinutes: Infinity }]),
    };
    return { ...made, sites: [...made.sites.filter(({ name }) => name !== 'remember'), remember, batch], leaksFrom };
  };
  const { criticalAt, profiles: asked } = runProcess({ name: 'leak below a batch', isLeak: true, make }, 11, { untilCritical: true });
  t.true(asked > 0 && criticalAt - leaksFrom > 20 && criticalAt - leaksFrom < 90, `${criticalAt - leaksFrom} min, ${asked} profiles`);
});

test('should judge by a strict trend alone when no profile can be had', (t) => {
  const run = runProcess(scenario('leak 20 %/h'), 1, { withoutProfiles: true, untilCritical: true });
  const since = run.criticalAt - run.leaksFrom!;
  t.true(since > 120 && since < 300, `${since}`);
  t.deepEqual(run.firstCritical?.functions, []);
});

test('should be critical without further proof when a limit is less than half an hour away', (t) => {
  const detector = feed(12, (minute) => ({ liveBytes: (100 + 10 * minute) * MIB }), {
    heapLimitBytes: 400 * MIB,
    memoryLimitBytes: null,
    usedBytes: 0,
  });
  const { verdict, severity, limit, msToLimit } = verdictOf(detector, 'heap');
  t.deepEqual({ verdict, severity, limit }, { verdict: 'leak', severity: 'critical', limit: 'heap limit' });
  t.true(Math.abs(msToLimit! - 18 * MINUTE_MS) < 1000, `${msToLimit}`);
});

test('should take the limit that is reached first when there are two', (t) => {
  const limits = { heapLimitBytes: 4000 * MIB, memoryLimitBytes: 1000 * MIB, usedBytes: 700 * MIB };
  const { limit, msToLimit } = verdictOf(
    feed(60, (minute) => ({ liveBytes: (100 + minute) * MIB }), limits),
    'heap',
  );
  t.is(limit, 'memory limit');
  t.true(Math.abs(msToLimit! - 300 * MINUTE_MS) < 1000, `${msToLimit}`);
});

test('should say why not when nothing is wrong, or too little is known', (t) => {
  const none = (detector: LeakDetector, kind: LeakVerdict['kind']) => {
    const { verdict, whyNot } = verdictOf(detector, kind);
    return `${verdict}: ${whyNot}`;
  };
  t.is(
    none(
      feed(30, () => ({})),
      'heap',
    ),
    'none: no full collection yet: the live size is not known',
  );
  t.is(
    none(
      feed(5, () => ({ liveBytes: 1e8 })),
      'heap',
    ),
    'none: only 5 min of data',
  );
  t.is(
    none(
      feed(240, () => ({ liveBytes: 1e8 })),
      'heap',
    ),
    'none: does not grow (over 3 h)',
  );
  t.is(
    none(
      feed(240, (minute) => ({ liveBytes: 100 * MIB * (1 + minute / 6000) })),
      'heap',
    ),
    'none: grows 1.0 % an hour over 3 h, less than 4.0 %',
  );
  t.is(
    none(
      feed(240, () => ({})),
      'handles',
    ),
    'none: no count grows',
  );
});

test('should find external memory, native memory and counts that grow, each as its own kind', (t) => {
  const grows = (minute: number): number => Math.max(0, minute - 90);
  const detector = feed(330, (minute) => ({
    externalBytes: (40 + grows(minute)) * MIB,
    nativeBytes: (80 + 2 * grows(minute)) * MIB,
    handles: { 'native contexts': 2 + grows(minute), descriptors: 30 },
    liveBytes: 80 * MIB,
  }));
  t.deepEqual(
    detector.verdicts().map(({ kind, verdict, severity }) => [kind, verdict, severity]),
    [
      ['heap', 'none', null],
      ['external', 'leak', 'critical'],
      ['native', 'leak', 'critical'],
      ['handles', 'leak', 'critical'],
    ],
  );
  t.regex(verdictOf(detector, 'handles').evidence[0], /^native contexts grew by \d+ in .*: 60 an hour/);
  t.true(verdictOf(detector, 'native').evidence.includes('in the same time these counts grow: native contexts'));
});

test('should only suspect memory of unknown age when traffic grows as much', (t) => {
  const work = (minute: number): number => 1000 * (minute + Math.max(0, minute - 60) ** 2 / 120);
  const detector = feed(300, (minute) => ({ externalBytes: (60 + Math.max(0, minute - 60)) * MIB, work: work(minute) }));
  const { verdict, whyNot } = verdictOf(detector, 'external');
  t.is(verdict, 'suspected');
  t.regex(whyNot, /^traffic grew by/);
});

test('should go on from the level before when a snapshot raises native memory', (t) => {
  const detector = feed(120, () => ({ nativeBytes: 80 * MIB }));
  detector.rebaseline(120 * MINUTE_MS + 1);
  for (let minute = 121; minute <= 300; minute++) detector.add({ ...QUIET, atMs: minute * MINUTE_MS, nativeBytes: 900 * MIB }, NO_LIMITS);
  t.is(verdictOf(detector, 'native').whyNot, 'does not grow (over 3 h)');
});

test('should take no traffic for a reason, and go on, when bytes allocated are not known any more', (t) => {
  const grows = (minute: number): number => (100 + Math.max(0, minute - 90)) * MIB;
  const busier = (minute: number): number => (minute + (0.02 * Math.max(0, minute - 90) ** 2) / 2) * 100 * MIB;
  const known = feed(330, (minute) => ({ externalBytes: grows(minute), allocatedBytes: busier(minute) }));
  t.regex(verdictOf(known, 'external').whyNot, /^traffic grew by/);
  const unknown = feed(330, (minute) => ({ externalBytes: grows(minute), allocatedBytes: minute < 100 ? busier(minute) : Number.NaN }));
  t.is(verdictOf(unknown, 'external').verdict, 'leak');
  t.deepEqual(unknown.save().allocated, { fine: [[], []], coarse: [[], []] });
});

/** A snapshot at two hours raises resident memory by 820 MiB. */
const afterSnapshot = (minutes: number, nativeMib: (minute: number) => number, usedMib: (minute: number) => number): LeakDetector => {
  const detector = feed(120, () => ({ nativeBytes: 80 * MIB }));
  detector.rebaseline(120 * MINUTE_MS + 1);
  for (let minute = 121; minute <= minutes; minute++)
    detector.add(
      { ...QUIET, atMs: minute * MINUTE_MS, nativeBytes: nativeMib(minute) * MIB },
      { heapLimitBytes: null, memoryLimitBytes: 1500 * MIB, usedBytes: usedMib(minute) * MIB },
    );
  return detector;
};

test('should take the time to the limit without what a snapshot left when native memory leaks after it', (t) => {
  const leaked = (minute: number): number => Math.max(0, minute - 125);
  const detector = afterSnapshot(
    240,
    (minute) => 900 + leaked(minute),
    (minute) => 1100 + leaked(minute),
  );
  const { verdict, msToLimit } = verdictOf(detector, 'native');
  t.is(verdict, 'leak');
  t.is(detector.snapshotBytes, 820 * MIB);
  // 1500 - (1100 + 115 - 820) MiB at one a minute.
  t.true(Math.abs(msToLimit! / MINUTE_MS - 1105) < 25, `${msToLimit! / MINUTE_MS}`);
});

test('should see a native leak when malloc has given back what a snapshot left, wholly or in part', (t) => {
  for (const leftMib of [0, 500]) {
    const detector = afterSnapshot(
      330,
      (minute) => (minute < 180 ? 900 : 80 + leftMib + (minute - 180)),
      () => 700,
    );
    t.is(detector.snapshotBytes, leftMib * MIB);
    const { verdict, grownBytes } = verdictOf(detector, 'native');
    t.is(verdict, 'leak');
    t.is(grownBytes, 150 * MIB);
  }
});

test('should take no dip of native memory for what a snapshot left when it was as low before', (t) => {
  const saw = (minute: number): number => 20 * (minute % 10 < 5 ? 1 : 0);
  const detector = feed(120, (minute) => ({ nativeBytes: (80 + saw(minute)) * MIB }));
  detector.rebaseline(120 * MINUTE_MS + 1);
  for (let minute = 121; minute <= 200; minute++)
    detector.add({ ...QUIET, atMs: minute * MINUTE_MS, nativeBytes: (900 + saw(minute)) * MIB }, NO_LIMITS);
  t.is(detector.snapshotBytes, 820 * MIB);
});

test('should call no jump critical when buffers, native memory or counts rise at once, and stay', (t) => {
  const { calm } = simulateAgeless({ seeds: 1, leakSeeds: 0, only: /jump \+|fragmentation|tau 5 min/ });
  t.deepEqual(
    calm.filter(({ criticals, leaks }) => criticals + leaks > 0),
    [],
  );
  t.is(calm.length, 6);
});

test('should find what leaks without ages within one and a half hours when 50 % an hour leak', (t) => {
  const { leaks } = simulateAgeless({ seeds: 0, leakSeeds: 1, only: /leak 50 %\/h$|8 MB each|40 an hour/ });
  t.is(leaks.length, 4);
  for (const { critical, early, medianMinutes, scenario: name } of leaks)
    t.true(critical === 1 && early === 0 && medianMinutes <= 90, `${name}: ${medianMinutes}`);
});

test('should leave native memory suspected when the heap, which is a leak or suspected, grows by more', (t) => {
  const grows = (minute: number): number => Math.max(0, minute - 90);
  const beside = feed(330, (minute) => ({ liveBytes: (100 + grows(minute)) * MIB, nativeBytes: (80 + 0.8 * grows(minute)) * MIB }));
  const { verdict, whyNot } = verdictOf(beside, 'native');
  t.is(verdict, 'suspected');
  t.regex(whyNot, /^the live heap grows by .* in the same time/);
});

test('should keep a suspicion for a quarter of an hour when growth lapses, and drop it then', (t) => {
  const level = (minute: number): number => (minute < 60 ? 100 : minute < 85 ? 100 + (minute - 60) / 2 : 112.5 + (minute - 85) / 100);
  const seen = new Set<string>();
  let from = Number.NaN;
  let to = Number.NaN;
  const detector = new LeakDetector({ timeScale: 1 });
  for (let minute = 0; minute <= 330; minute++) {
    detector.add({ ...QUIET, externalBytes: level(minute) * MIB, atMs: minute * MINUTE_MS }, NO_LIMITS);
    const { verdict } = verdictOf(detector, 'external');
    seen.add(verdict);
    if (verdict !== 'suspected') continue;
    if (Number.isNaN(from)) from = minute;
    to = minute;
  }
  t.deepEqual([...seen].sort(), ['none', 'suspected']);
  t.true(from < 85 && to > 99 && to < 240, `${from} ${to}`);
});

test('should not wait as for a cache when growth begins after a history without any noise', (t) => {
  const detector = feed(150, (minute) => ({ externalBytes: (100 + Math.max(0, minute - 60)) * MIB }));
  t.notRegex(verdictOf(detector, 'external').whyNot, /since the process began/);
  t.is(
    verdictOf(
      feed(160, (minute) => ({ externalBytes: (100 + Math.max(0, minute - 60)) * MIB })),
      'external',
    ).verdict,
    'leak',
  );
});

test('should go on where it was when its state is saved and read again', (t) => {
  const leak = (minute: number) => ({ externalBytes: (60 + Math.max(0, minute - 90)) * MIB });
  const before = feed(200, leak);
  const saved = JSON.parse(JSON.stringify(before.save()));
  const after = new LeakDetector({ timeScale: 1 }, saved);
  for (const detector of [before, after]) {
    for (let minute = 201; minute <= 300; minute++)
      detector.add({ ...QUIET, ...leak(minute), allocatedBytes: minute * 100 * MIB, atMs: minute * MINUTE_MS }, NO_LIMITS);
  }
  t.deepEqual(after.verdicts(), before.verdicts());
  t.is(verdictOf(after, 'external').verdict, 'leak');
  t.true(JSON.stringify(saved).length < 100_000, `${JSON.stringify(saved).length}`);
});

test('should begin anew when what was saved is of another scale, or no state at all', (t) => {
  for (const saved of [{ ...feed(60, () => ({})).save(), timeScale: 60 }, null, 'x', { version: 1 }]) {
    const detector = new LeakDetector({ timeScale: 1 }, saved);
    detector.add({ ...QUIET, atMs: 5000 }, NO_LIMITS);
    t.is(verdictOf(detector, 'heap').whyNot, 'no full collection yet: the live size is not known');
  }
});
