// A service in figures with a fake clock: what it does is a function of time; windows and steps go to an engine as the agent gives them.

import type { Alert } from '../../../src/core/alert-types.js';
import type { Figures, GaugeFigures, PathFigures, RuntimeFigures } from '../../../src/diagnose/figures.js';
import { DEFAULT_RULES } from '../../../src/diagnose/rules/default-rules.js';
import type { Rule, Transition } from '../../../src/diagnose/rules/rule.js';
import { RuleEngine } from '../../../src/diagnose/rules/rule-engine.js';

export const START_MS = Date.UTC(2026, 0, 5);
export const MINUTE_MS = 60_000;
export const WINDOW_MS = 60_000;
export const STEP_MS = 10_000;

export const QUIET: RuntimeFigures = {
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

/** What the service does within (fromMs, toMs], both since the start. */
export interface Load {
  paths?: readonly (Partial<PathFigures> & { name: string })[];
  gauges?: readonly (Partial<GaugeFigures> & { name: string; value: number })[];
  runtime?: Partial<RuntimeFigures>;
}

export function path(given: Partial<PathFigures> & { name: string }): PathFigures {
  const meanMs = given.meanMs ?? 10;
  return { labels: {}, count: 100, errors: 0, meanMs, p50Ms: meanMs, p95Ms: 2 * meanMs, p99Ms: 3 * meanMs, maxMs: 5 * meanMs, ...given };
}

export function figures(kind: Figures['kind'], atMs: number, spanMs: number, load: Load): Figures {
  const none = { meanMs: Number.NaN, p50Ms: Number.NaN, p95Ms: Number.NaN, p99Ms: Number.NaN, maxMs: Number.NaN };
  return {
    kind,
    atMs,
    spanMs,
    paths: (load.paths ?? []).map((one) => (kind === 'step' ? { ...path(one), ...none } : path(one))),
    distributions: [],
    counters: [],
    gauges: (load.gauges ?? []).map((gauge) => ({ labels: {}, ...gauge })),
    runtime: { ...QUIET, ...load.runtime },
  };
}

/** A change, with its time in ms since the start. */
export type Change = [atMs: number, rule: string, from: Transition['from'], to: Transition['to']];

export class Simulation {
  engine: RuleEngine;
  atMs = 0;
  readonly changes: Change[] = [];
  readonly #rules: readonly Rule[];
  readonly #load: (atMs: number, spanMs: number) => Load;

  constructor(load: (atMs: number, spanMs: number) => Load, rules: readonly Rule[] = DEFAULT_RULES) {
    this.#load = load;
    this.#rules = rules;
    this.engine = this.#make();
  }

  #make(saved?: unknown): RuleEngine {
    return new RuleEngine(this.#rules, { timeScale: 1, windowMs: WINDOW_MS, stepMs: STEP_MS }, saved);
  }

  /** Until so long after the start. Load of a window is the load function's own, asked for the window. */
  runTo(untilMs: number): this {
    while (this.atMs < untilMs) {
      this.atMs += STEP_MS;
      this.#give('step', STEP_MS);
      if (this.atMs % WINDOW_MS === 0) this.#give('window', WINDOW_MS);
    }
    return this;
  }

  /** The process is gone for so long, and comes back with what was saved. */
  restart(downMs: number): this {
    const saved = JSON.parse(JSON.stringify(this.engine.save()));
    this.atMs += downMs;
    this.engine = this.#make(saved);
    return this;
  }

  /** Changes of one rule, times in minutes. */
  of(rule: string): string[] {
    return this.changes
      .filter(([, name]) => name === rule)
      .map(([atMs, , from, to]) => `${Math.round((atMs / MINUTE_MS) * 100) / 100} ${from} > ${to}`);
  }

  fired(): string[] {
    return this.changes.filter(([, , , to]) => to === 'firing').map(([atMs, rule]) => `${atMs / MINUTE_MS} ${rule}`);
  }

  why(rule: string): string {
    const status = this.engine.status().find((one) => one.rule === rule);
    return `${status?.state}: ${status?.why}`;
  }

  alert(rule: string): Alert | undefined {
    return this.engine.alerts().find((one) => one.rule === rule);
  }

  #give(kind: Figures['kind'], spanMs: number): void {
    for (const { rule, from, to } of this.engine.evaluate(figures(kind, START_MS + this.atMs, spanMs, this.#load(this.atMs, spanMs)))) {
      this.changes.push([this.atMs, rule.name, from, to]);
    }
  }
}

export const defaultRule = (name: string): Rule => DEFAULT_RULES.find((rule) => rule.name === name)!;
