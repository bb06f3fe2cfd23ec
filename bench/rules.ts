// What does it cost the agent thread to judge 200 rules over 500 paths, each window and each step, and to save what they have learnt?
import type { Figures, PathFigures, RuntimeFigures } from '../src/diagnose/figures.js';
import { parseRules } from '../src/diagnose/rules/parse-rules.js';
import type { Rule } from '../src/diagnose/rules/rule.js';
import { RuleEngine } from '../src/diagnose/rules/rule-engine.js';
import { consume, sinkIsFinite } from './interleaved.js';
import { median, quantile } from './median.js';
import { atMost, type Bench, type Row, row } from './row.js';
import { runAlone } from './run-benches.js';
import { queuedMs } from './run-queue.js';

const RULES = 200;
const PATHS = 500;
const WINDOW_MS = 60_000;
const STEP_MS = 10_000;
const START_MS = Date.UTC(2026, 0, 5);
/** From here on every history is full, and old windows leave as new ones come. */
const FULL_WINDOWS = 130;
/** From here on an hour is known, and a baseline judges. */
const LEARNT_WINDOWS = 62;
const EVALUATE_MS_MAX = 5;
const SAVE_MS_MAX = 20;

export const rules: Bench = {
  name: 'rules',
  async run({ quick, progress }) {
    const windows = quick ? 10 : 300;
    progress(`${RULES} rules over ${PATHS} paths, ${FULL_WINDOWS} windows to learn, ${windows} measured`);
    const usual = measure(rulesOf(usualCondition), FULL_WINDOWS, windows);
    progress('the same with a baseline for each path in most rules: as many histories as there may be');
    const most = measure(rulesOf(heavyCondition), LEARNT_WINDOWS, quick ? 3 : 20);
    if (!sinkIsFinite()) throw new Error('a bench computed NaN');
    return [
      ...rowsOf('a window', usual.windowMs, EVALUATE_MS_MAX, `first window of all, before anything is compiled: ${usual.firstMs.toFixed(1)} ms`),
      ...rowsOf('a step', usual.stepMs, EVALUATE_MS_MAX, 'counts, gauges and the runtime only'),
      ...rowsOf(
        'save()',
        usual.saveMs,
        SAVE_MS_MAX,
        `${usual.histories} histories; ${(usual.savedBytes / 1e6).toFixed(2)} MB of JSON, not made within it`,
      ),
      ...rowsOf('save() and JSON.stringify', usual.jsonMs, null, 'once a minute and at each change of an alert; the file is written besides'),
      ...rowsOf('status() and alerts()', usual.statusMs, null, 'asked for once a window'),
      ...rowsOf('a window, 20 000 histories', most.windowMs, null, `the most there may be; save() ${median(most.saveMs).toFixed(1)} ms`),
    ];
  },
};

function rowsOf(name: string, values: readonly number[], max: number | null, note: string): Row[] {
  const figure = (which: string, value: number, ofIt: string): Row =>
    row({ bench: 'rules', name: `${name}, ${which}`, value, unit: 'ms', bound: max === null ? null : atMost(max), note: ofIt });
  return [
    figure('median', median(values), `${values.length} of them, by the clock less the time on the run queue; ${note}`),
    figure('p99', quantile(values, 0.99), ''),
  ];
}

interface Costs {
  firstMs: number;
  windowMs: number[];
  stepMs: number[];
  saveMs: number[];
  jsonMs: number[];
  statusMs: number[];
  savedBytes: number;
  histories: number;
}

function measure(all: readonly Rule[], learning: number, windows: number): Costs {
  const engine = new RuleEngine(all, { timeScale: 1, windowMs: WINDOW_MS, stepMs: STEP_MS });
  const costs: Costs = { firstMs: 0, windowMs: [], stepMs: [], saveMs: [], jsonMs: [], statusMs: [], savedBytes: 0, histories: 0 };
  const chance = random(1);
  for (let i = 0; i < learning + windows; i++) {
    const measured = i >= learning;
    const stepMs = ownMs(engine, figuresOf('step', START_MS + i * WINDOW_MS - STEP_MS / 2, chance));
    const windowMs = ownMs(engine, figuresOf('window', START_MS + i * WINDOW_MS, chance));
    if (i === 0) costs.firstMs = windowMs;
    if (!measured) continue;
    costs.stepMs.push(stepMs);
    costs.windowMs.push(windowMs);
    costs.statusMs.push(timed(() => engine.status().length + engine.alerts().length));
    costs.saveMs.push(timed(() => engine.save().rules.length));
    if (i % 4 === 0) costs.jsonMs.push(timed(() => JSON.stringify(engine.save()).length));
  }
  const saved = engine.save();
  costs.savedBytes = JSON.stringify(saved).length;
  for (const { histories } of saved.rules) for (const { series } of histories) costs.histories += series.length;
  return costs;
}

const ownMs = (engine: RuleEngine, figures: Figures): number => timed(() => engine.evaluate(figures).length);

/** By the clock, without the time in which the thread was ready but had no CPU: a loaded machine does not count. */
function timed(run: () => number): number {
  const queuedBeforeMs = queuedMs();
  const beganMs = performance.now();
  consume(run());
  const tookMs = performance.now() - beganMs;
  return Math.max(0, tookMs - (queuedMs() - queuedBeforeMs));
}

const labelsOf = (i: number): { command: string } => ({ command: `Command${i}` });

/** What people write: a command's own latency against its past or a limit, failures of all, every command against one limit. */
function usualCondition(i: number): object {
  const labels = labelsOf(i);
  switch (i % 4) {
    case 0:
      return { kind: 'baseline', metric: { path: 'commands', stat: 'p95Ms', labels }, times: 2, floor: 50 };
    case 1:
      return { kind: 'threshold', metric: { path: 'commands', stat: 'p99Ms', labels }, above: 900 };
    case 2:
      return { kind: 'ratio', of: { path: 'commands', stat: 'errors' }, to: { path: 'commands', stat: 'count' }, above: 0.2 };
    default:
      return { kind: 'threshold', metric: { path: 'commands', stat: 'p95Ms' }, above: 900 };
  }
}

const heavyCondition = (i: number): object => ({
  kind: 'baseline',
  metric: { path: 'commands', stat: (['p50Ms', 'p95Ms', 'p99Ms', 'meanMs'] as const)[i % 4] },
  times: 2 + i / 100,
  floor: 50,
});

/** The ten default rules, and others. */
function rulesOf(conditionOf: (i: number) => object): Rule[] {
  const own = Array.from({ length: RULES - 10 }, (_, i) => ({ name: `rule ${i}`, condition: conditionOf(i), for: i % 4 === 2 ? '30s' : '5m' }));
  const { rules: all, mistakes } = parseRules({ rules: own });
  if (mistakes.length > 0 || all.length !== RULES) throw new Error(`the bench's rules are wrong: ${JSON.stringify(mistakes[0])}`);
  return all;
}

/** New objects each time, as they come from the pool. */
function figuresOf(kind: Figures['kind'], atMs: number, chance: () => number): Figures {
  const isStep = kind === 'step';
  const paths = Array.from({ length: PATHS }, (_, i): PathFigures => {
    const meanMs = (10 + (i % 7)) * (0.8 + 0.4 * chance());
    const of = (ms: number): number => (isStep ? Number.NaN : ms);
    return {
      name: 'commands',
      labels: labelsOf(i),
      count: 100,
      errors: chance() < 0.1 ? 1 : 0,
      meanMs,
      p50Ms: of(meanMs * 0.8),
      p95Ms: of(meanMs * 2),
      p99Ms: of(meanMs * 3),
      maxMs: of(meanMs * 5),
    };
  });
  const gauges = Array.from({ length: 20 }, (_, i) => ({ name: 'health', labels: { check: `check ${i}` }, value: 1 }));
  return { kind, atMs, spanMs: isStep ? STEP_MS : WINDOW_MS, paths, distributions: [], counters: [], gauges, runtime: RUNTIME };
}

const RUNTIME: RuntimeFigures = {
  cpuRatio: 0.2,
  cpuUsage: 0.2,
  rssBytes: 300e6,
  memoryRatio: 0.3,
  memoryLimitBytes: 1e9,
  memoryBytes: 300e6,
  unwatchedMemoryBytes: 300e6,
  liveBytes: Number.NaN,
  heapLimitBytes: 0,
  heapUsedBytes: 100e6,
  gcPauseMeanMs: 2,
  gcPauseMaxMs: 10,
  gcCount: 20,
  loopDelayP99Ms: 5,
  loopStalledMs: 0,
};

/** Mulberry32: numbers in [0, 1) from a seed. */
function random(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

await runAlone(import.meta.url, rules);
