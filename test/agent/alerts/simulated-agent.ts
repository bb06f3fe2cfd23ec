// A service second by second and the agent's own AlertMonitor over it: steps and windows come when the agent makes them, out of step with each other, a little late, and windows are judged after they ended.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { AlertMonitor } from '../../../src/agent/alerts/alert-monitor.js';
import type { Alert } from '../../../src/core/alert-types.js';
import type { Figures, PathFigures, RuntimeFigures } from '../../../src/diagnose/figures.js';
import { DEFAULT_RULES } from '../../../src/diagnose/rules/default-rules.js';
import type { Rule } from '../../../src/diagnose/rules/rule.js';
import { type Load, path, QUIET } from '../../diagnose/rules/simulation.js';

export const START_MS = Date.UTC(2026, 0, 5);
export const STEP_MS = 10_000;
export const WINDOW_MS = 60_000;
/** From the end of a window to its judgement: the pool counts its histograms first. */
const JUDGED_AFTER_MS = 350;
/** Steps come at the beat that is nearest. */
const STEP_JITTER_MS = [0, 90, -110, 40, 120, -60, 10];

export interface SimulatedOptions {
  load(atMs: number, spanMs: number): Load;
  rules?: readonly Rule[];
  /** First step, ms after the start: how steps lie to windows. */
  phaseMs: number;
  tickMs?: number;
}

/** Calls of one path between two looks. */
interface Counted {
  figures: PathFigures;
  totalMs: number;
  p95s: { ms: number; count: number }[];
}

/** What was counted and used since a look. */
class Since {
  readonly paths = new Map<string, Counted>();
  #cpuUsage = 0;
  #ticks = 0;

  add(paths: readonly PathFigures[], cpuUsage: number): void {
    this.#cpuUsage += cpuUsage;
    this.#ticks++;
    for (const one of paths) {
      const key = JSON.stringify([one.name, one.labels]);
      const known = this.paths.get(key);
      const counted = known ?? { figures: { ...one, count: 0, errors: 0 }, totalMs: 0, p95s: [] };
      if (known === undefined) this.paths.set(key, counted);
      counted.figures.count += one.count;
      counted.figures.errors += one.errors;
      counted.totalMs += one.count * one.meanMs;
      counted.p95s.push({ ms: one.p95Ms, count: one.count });
    }
  }

  get cpuUsage(): number {
    return this.#ticks === 0 ? 0 : this.#cpuUsage / this.#ticks;
  }

  figures(kind: Figures['kind']): PathFigures[] {
    return Array.from(this.paths.values(), ({ figures, totalMs, p95s }) => {
      const meanMs = figures.count > 0 ? totalMs / figures.count : Number.NaN;
      const p95Ms = kind === 'window' ? highShare(p95s, figures.count) : Number.NaN;
      return { ...figures, meanMs, p50Ms: Number.NaN, p95Ms, p99Ms: Number.NaN, maxMs: Number.NaN };
    });
  }
}

/** What the slowest tenth of the calls saw: near to the p95 of a mixture. */
function highShare(p95s: { ms: number; count: number }[], count: number): number {
  let left = count * 0.1;
  for (const { ms, count: own } of p95s.sort((a, b) => b.ms - a.ms)) if ((left -= own) <= 0) return ms;
  return Number.NaN;
}

export class SimulatedAgent {
  readonly monitor: AlertMonitor;
  /** Time since the start, ms; `firing high latency`; the alert as it was told. */
  readonly told: { atMs: number; what: string; alert: Alert }[] = [];
  /** Ends of the figures that were judged, ms since the start. */
  readonly judgedMs: { step: number[]; window: number[] } = { step: [], window: [] };
  atMs = 0;
  #options: SimulatedOptions;
  #sinceStep = new Since();
  #sinceWindow = new Since();
  #now: Load = {};
  #step = { at: 0, last: 0, count: 0 };
  #window = { opened: 0 };
  #closed: { figures: Figures; dueMs: number } | undefined;

  constructor(t: ExecutionContext, options: SimulatedOptions) {
    this.#options = options;
    this.#step.at = options.phaseMs;
    const directory = mkdtempSync(join(tmpdir(), 'pitot-simulated-'));
    t.teardown(() => rmSync(directory, { recursive: true, force: true }));
    this.monitor = new AlertMonitor(
      {
        loaded: { rules: options.rules ?? DEFAULT_RULES, sinks: new Map(), commands: new Map(), mistakes: [], notJudged: [] },
        directory,
        timeScale: 1,
        windowMs: WINDOW_MS,
        stepMs: STEP_MS,
        saved: undefined,
      },
      {
        act: async () => [],
        send: () => {},
        sendAgain: () => {},
        goesOn: () => {},
        onAlert: ({ event, alert }) => this.told.push({ atMs: this.atMs, what: `${event} ${alert.rule}`, alert }),
        save: () => {},
        nowWallMs: () => START_MS + this.atMs,
        onFault: (code, message) => t.fail(`${code}: ${message}`),
      },
    );
  }

  runTo(untilMs: number): this {
    const { tickMs = 1000, load } = this.#options;
    while (this.atMs < untilMs) {
      const nextTick = (Math.floor(this.atMs / tickMs) + 1) * tickMs;
      const closeMs = this.#window.opened + WINDOW_MS + 15;
      const judgeMs = this.#closed?.dueMs ?? Number.POSITIVE_INFINITY;
      this.atMs = Math.min(nextTick, closeMs, judgeMs, this.#step.at);
      if (this.atMs === nextTick) {
        this.#now = load(nextTick, tickMs);
        const paths = (this.#now.paths ?? []).map(path);
        const { cpuUsage } = { ...QUIET, ...this.#now.runtime };
        for (const since of [this.#sinceStep, this.#sinceWindow]) since.add(paths, cpuUsage);
      }
      if (this.atMs === closeMs) this.#close();
      if (this.atMs === this.#step.at) this.#takeStep();
      if (this.atMs === judgeMs) this.#judge();
    }
    return this;
  }

  /** `firing` and the like of one rule, in order, in minutes. */
  of(rule: string): string[] {
    return this.told.filter(({ what }) => what.endsWith(` ${rule}`)).map(({ atMs, what }) => `${(atMs / 60_000).toFixed(2)} ${what.split(' ')[0]}`);
  }

  /** When it fired first, ms since the start. */
  firedMs(rule: string): number | undefined {
    return this.told.find(({ what }) => what === `firing ${rule}`)?.atMs;
  }

  #takeStep(): void {
    const { phaseMs } = this.#options;
    this.judgedMs.step.push(this.atMs);
    this.monitor.step(this.#figures('step', this.atMs, this.atMs - this.#step.last, this.#sinceStep));
    this.#sinceStep = new Since();
    this.#step.last = this.atMs;
    this.#step.count++;
    this.#step.at = phaseMs + this.#step.count * STEP_MS + STEP_JITTER_MS[this.#step.count % STEP_JITTER_MS.length];
  }

  #close(): void {
    const figures = this.#figures('window', this.atMs, this.atMs - this.#window.opened, this.#sinceWindow);
    this.#closed = { figures, dueMs: this.atMs + JUDGED_AFTER_MS };
    this.#sinceWindow = new Since();
    this.#window.opened = this.atMs;
  }

  /** Counts are of the window; gauges and the process are as they are by now. */
  #judge(): void {
    const { figures } = this.#closed!;
    this.#closed = undefined;
    this.judgedMs.window.push(figures.atMs - START_MS);
    const { gauges, runtime } = this.#figures('window', 0, 0, new Since());
    this.monitor.judge({ ...figures, gauges, runtime: { ...runtime, cpuUsage: figures.runtime.cpuUsage } });
  }

  #figures(kind: Figures['kind'], atMs: number, spanMs: number, since: Since): Figures {
    const runtime: RuntimeFigures = { ...QUIET, ...this.#now.runtime, cpuUsage: since.cpuUsage };
    const gauges = (this.#now.gauges ?? []).map((gauge) => ({ labels: {}, ...gauge }));
    return { kind, atMs: START_MS + atMs, spanMs, paths: since.figures(kind), distributions: [], counters: [], gauges, runtime };
  }
}
