// Runs the leak detector over simulated processes and counts false criticals and the time to a true one. `npm run eval:leaks` prints it.
import { LeakDetector } from '../../../src/diagnose/leaks/leak-detector.js';
import type { LeakVerdict } from '../../../src/diagnose/leaks/leak-verdict.js';
import { Random } from './noise.js';
import { Population, STEP_MINUTES } from './population.js';
import { CALM, LEAKS, type Scenario } from './scenarios.js';

const MINUTE_MS = 60_000;
/** A leak is followed for so long, minutes. */
const LEAK_MINUTES = 480;
const DAY_MINUTES = 1440;

export interface ProcessRun {
  /** Minutes of uptime at which it was first called critical, a leak, and suspected; Infinity: never. */
  criticalAt: number;
  leakAt: number;
  suspectedAt: number;
  /** Times it became critical. */
  criticals: number;
  profiles: number;
  minutes: number;
  leaksFrom: number | undefined;
  last: LeakVerdict | undefined;
  firstCritical: LeakVerdict | undefined;
}

export interface RunOptions {
  timeScale?: number;
  /** All bytes times this. */
  bytesScale?: number;
  shiftMs?: number;
  /** No sampler answers. */
  withoutProfiles?: boolean;
  /** Calls are not counted. */
  withoutWork?: boolean;
  minutes?: number;
  untilCritical?: boolean;
  trace?: (minute: number, verdict: LeakVerdict) => void;
}

export function runProcess(scenario: Scenario, seed: number, options: RunOptions = {}): ProcessRun {
  const { timeScale = 1, bytesScale = 1, shiftMs = 0 } = options;
  const random = new Random(seed);
  const service = scenario.make(random);
  const population = new Population(service.sites, random);
  const detector = new LeakDetector({ timeScale });
  const run = newRun(options.minutes, service.leaksFrom);
  let nextCollection = 1;
  let work = 0;
  for (let minute = 0; minute < run.minutes; minute += STEP_MINUTES) {
    const traffic = service.traffic(minute);
    population.advance(traffic, service.garbage?.(minute));
    work += 1000 * STEP_MINUTES * traffic;
    const isCollected = minute >= nextCollection;
    if (isCollected) nextCollection = minute + service.collectionMinutes * random.between(0.8, 1.2);
    const atMs = shiftMs + (minute * MINUTE_MS) / timeScale;
    const liveBytes = population.liveBytes * bytesScale;
    const point = {
      atMs,
      liveBytes: isCollected ? liveBytes : null,
      externalBytes: 4e6,
      arrayBuffersBytes: 1e6,
      nativeBytes: 3e7,
      handles: { worker: 2 },
    };
    detector.add(
      { ...point, allocatedBytes: population.allocatedBytes * bytesScale, work: options.withoutWork ? undefined : work },
      { heapLimitBytes: 2e9 * bytesScale, memoryLimitBytes: null, usedBytes: liveBytes },
    );
    if (detector.wantsProfile && !options.withoutProfiles) {
      const { samples, head } = population.profile();
      const scaled = samples.map((sample) => ({ ...sample, size: sample.size * bytesScale }));
      detector.corroborate({ samples: scaled, head, startedAtMs: shiftMs }, atMs + 1, liveBytes);
      run.profiles++;
    }
    const verdict = detector.verdicts()[0];
    if (verdict === undefined) continue;
    options.trace?.(minute, verdict);
    noteVerdict(run, verdict, minute);
    if (options.untilCritical && Number.isFinite(run.criticalAt)) break;
  }
  return run;
}

export function newRun(minutes: number | undefined, leaksFrom: number | undefined): ProcessRun {
  const never = Number.POSITIVE_INFINITY;
  return {
    criticalAt: never,
    leakAt: never,
    suspectedAt: never,
    criticals: 0,
    profiles: 0,
    minutes: minutes ?? (leaksFrom === undefined ? DAY_MINUTES : leaksFrom + LEAK_MINUTES),
    leaksFrom,
    last: undefined,
    firstCritical: undefined,
  };
}

export function noteVerdict(run: ProcessRun, verdict: LeakVerdict, minute: number): void {
  if (verdict.severity === 'critical' && run.last?.severity !== 'critical') {
    run.criticals++;
    run.firstCritical ??= verdict;
    run.criticalAt = Math.min(run.criticalAt, minute);
  }
  run.last = verdict;
  if (verdict.verdict === 'leak') run.leakAt = Math.min(run.leakAt, minute);
  if (verdict.verdict !== 'none') run.suspectedAt = Math.min(run.suspectedAt, minute);
}

export interface CalmRow {
  scenario: string;
  processDays: number;
  criticals: number;
  /** Processes that were called a leak at all, critical or not. */
  leaks: number;
  profilesPerDay: number;
}

export interface LeakRow {
  scenario: string;
  processes: number;
  /** Found critical, called a leak at all, and suspected before that or not at all. */
  critical: number;
  leak: number;
  /** Critical before the leak had begun. */
  early: number;
  medianMinutes: number;
  p95Minutes: number;
  medianSuspectedMinutes: number;
  profilesPerRun: number;
}

/** seeds: processes a scenario; each of a calm service is a day, each of a leak eight hours from its beginning on. The thresholds were chosen with seeds 1 to 30. */
export function simulateDays(options: { seeds: number; leakSeeds?: number; firstSeed?: number; only?: RegExp; withoutWork?: boolean }): {
  calm: CalmRow[];
  leaks: LeakRow[];
} {
  const chosen = (scenarios: readonly Scenario[]): Scenario[] => scenarios.filter(({ name }) => options.only?.test(name) ?? true);
  const runs = (scenario: Scenario, count: number, run: RunOptions): ProcessRun[] =>
    Array.from({ length: count }, (_, seed) => runProcess(scenario, (options.firstSeed ?? 1) + seed, run));
  return {
    calm: chosen(CALM).map((scenario) => calmRow(scenario.name, runs(scenario, options.seeds, { withoutWork: options.withoutWork }))),
    leaks: chosen(LEAKS).map((scenario) =>
      leakRow(scenario.name, runs(scenario, options.leakSeeds ?? options.seeds, { untilCritical: true, withoutWork: options.withoutWork })),
    ),
  };
}

export function calmRow(scenario: string, runs: readonly ProcessRun[]): CalmRow {
  const processDays = runs.reduce((minutes, run) => minutes + run.minutes, 0) / DAY_MINUTES;
  return {
    scenario,
    processDays,
    criticals: runs.reduce((count, run) => count + run.criticals, 0),
    leaks: runs.filter(({ leakAt }) => Number.isFinite(leakAt)).length,
    profilesPerDay: runs.reduce((count, run) => count + run.profiles, 0) / processDays,
  };
}

export function leakRow(scenario: string, runs: readonly ProcessRun[]): LeakRow {
  const sinceLeak = (at: number, { leaksFrom = 0 }: ProcessRun): number => at - leaksFrom;
  const critical = runs.map((run) => sinceLeak(run.criticalAt, run)).sort((a, b) => a - b);
  const suspected = runs.map((run) => sinceLeak(run.suspectedAt, run)).sort((a, b) => a - b);
  return {
    scenario,
    processes: runs.length,
    critical: critical.filter(Number.isFinite).length,
    leak: runs.filter(({ leakAt }) => Number.isFinite(leakAt)).length,
    early: critical.filter((minutes) => minutes < 0).length,
    medianMinutes: critical[(critical.length - 1) >> 1],
    p95Minutes: critical[Math.ceil(0.95 * critical.length) - 1],
    medianSuspectedMinutes: suspected[(suspected.length - 1) >> 1],
    profilesPerRun: runs.reduce((count, run) => count + run.profiles, 0) / runs.length,
  };
}

/** The rows as text: what `npm run eval:leaks` prints. */
export function printDays({ calm, leaks }: ReturnType<typeof simulateDays>): string {
  const minutes = (value: number): string => (Number.isFinite(value) ? value.toFixed(0) : '-');
  const lines = ['false criticals | process-days | called a leak | profiles a day | scenario'];
  for (const row of calm) {
    lines.push(`${pad(row.criticals)} | ${pad(row.processDays)} | ${pad(row.leaks)} | ${pad(row.profilesPerDay.toFixed(1))} | ${row.scenario}`);
  }
  lines.push('', 'critical of | processes | leak | early | median min | p95 min | suspected min | profiles | scenario');
  for (const row of leaks) {
    const times = [minutes(row.medianMinutes), minutes(row.p95Minutes), minutes(row.medianSuspectedMinutes), row.profilesPerRun.toFixed(1)];
    lines.push(`${[row.critical, row.processes, row.leak, row.early, ...times].map(pad).join(' | ')} | ${row.scenario}`);
  }
  return lines.join('\n');
}

const pad = (value: string | number): string => String(value).padStart(6);
