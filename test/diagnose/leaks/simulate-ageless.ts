// Runs the leak detector over simulated levels of memory without ages, and of counts; rows as simulateDays has them.
import { LeakDetector } from '../../../src/diagnose/leaks/leak-detector.js';
import { AGELESS_CALM, AGELESS_LEAKS, type AgelessScenario, agelessPoint } from './ageless-scenarios.js';
import { Random } from './noise.js';
import { STEP_MINUTES } from './population.js';
import { type CalmRow, calmRow, type LeakRow, leakRow, newRun, noteVerdict, type ProcessRun, type RunOptions } from './simulate-days.js';

const MINUTE_MS = 60_000;

export function runAgeless(
  scenario: AgelessScenario,
  seed: number,
  options: Pick<RunOptions, 'minutes' | 'untilCritical' | 'trace'> = {},
): ProcessRun {
  const service = scenario.make(new Random(seed));
  const detector = new LeakDetector({ timeScale: 1 });
  const run = newRun(options.minutes, service.leaksFrom);
  let work = 0;
  for (let minute = 0; minute < run.minutes; minute += STEP_MINUTES) {
    const traffic = service.traffic?.(minute) ?? 1;
    work += 1000 * STEP_MINUTES * traffic;
    detector.add(
      {
        atMs: minute * MINUTE_MS,
        liveBytes: 6e7,
        arrayBuffersBytes: 1e6,
        ...agelessPoint(scenario.kind, service.level(minute)),
        allocatedBytes: 2e5 * work,
        work,
      },
      { heapLimitBytes: 2e9, memoryLimitBytes: null, usedBytes: 2e8 },
    );
    const verdict = detector.verdicts().find(({ kind }) => kind === scenario.kind);
    if (verdict === undefined) continue;
    options.trace?.(minute, verdict);
    noteVerdict(run, verdict, minute);
    if (options.untilCritical && Number.isFinite(run.criticalAt)) break;
  }
  return run;
}

export function simulateAgeless(options: { seeds: number; leakSeeds?: number; firstSeed?: number; only?: RegExp }): {
  calm: CalmRow[];
  leaks: LeakRow[];
} {
  const runs = (scenario: AgelessScenario, count = options.seeds): ProcessRun[] =>
    Array.from({ length: count }, (_, seed) => runAgeless(scenario, (options.firstSeed ?? 1) + seed, { untilCritical: scenario.isLeak }));
  const chosen = (scenarios: readonly AgelessScenario[]): AgelessScenario[] => scenarios.filter(({ name }) => options.only?.test(name) ?? true);
  return {
    calm: chosen(AGELESS_CALM).map((scenario) => calmRow(scenario.name, runs(scenario))),
    leaks: chosen(AGELESS_LEAKS).map((scenario) => leakRow(scenario.name, runs(scenario, options.leakSeeds))),
  };
}
