// Judges all rules by each set of figures, and keeps their alerts. Thread: agent, once a step and a window; 200 rules over 500 paths in 5 ms a window.
import type { Alert, RuleStatus } from '../../core/alert-types.js';
import { RULE_ALERTS_MAX, RULE_FORGET_MS, RULE_HISTORIES_MAX, RULE_SAVED_POINTS_MAX } from '../../core/limits.js';
import type { Figures } from '../figures.js';
import { type AlertState, advance, begin, type Seen, type Step } from './alert-state.js';
import { calledOf, combine, type Verdict } from './combine.js';
import { type CompiledRule, compileRule } from './compile-rule.js';
import type { Judge, Judgement } from './conditions/judge.js';
import { ENGINE_STATE_VERSION, type EngineState, readState, type SavedRule } from './engine-state.js';
import { breachesOf, breachWords, isWithoutData, judgementWith, overWords, statusOf } from './explain.js';
import type { HistoryBudget } from './histories.js';
import { ObservedTime } from './observed-time.js';
import type { Rule, Transition } from './rule.js';
import { FiguresIndex } from './select-series.js';

export type { EngineState } from './engine-state.js';

export interface EngineOptions {
  /** Divides every duration of the rules. */
  timeScale: number;
  /** Length of a window and of a step as they are, ms: not divided again. */
  windowMs: number;
  stepMs: number;
  /** Unlike that of any other process: ids of new alerts are made with it, and receivers take alerts of one id for one. Default: ''. */
  idSalt?: string;
}

interface Judged {
  compiled: CompiledRule;
  time: ObservedTime;
  states: Map<string, AlertState>;
  /** Of the newest figures it was judged by. */
  verdicts: readonly Verdict[];
  /** Series beyond the bounds at the newest figures. */
  refused: number;
}

export class RuleEngine {
  readonly #rules: Judged[];
  readonly #options: EngineOptions;
  readonly #budget: HistoryBudget = { left: RULE_HISTORIES_MAX };
  /** Resolved since the window before, and up to the newest window. */
  #resolvedNow: Alert[] = [];
  #resolvedShown: Alert[] = [];
  #stepAtMs = Number.NEGATIVE_INFINITY;
  #orphans: Alert[];

  /** saved: what save() gave, as it came from disk; what is not understood is left out. */
  constructor(rules: readonly Rule[], options: EngineOptions, saved?: unknown) {
    this.#options = options;
    const { timeScale, windowMs } = options;
    const states = readState(saved);
    this.#rules = rules.map((rule) => {
      const compiled = compileRule(rule, { timeScale, windowMs, budget: this.#budget });
      const judged: Judged = {
        compiled,
        time: new ObservedTime(),
        states: new Map(),
        verdicts: [],
        refused: 0,
      };
      const own = states.get(rule.name);
      if (own !== undefined) restore(judged, own);
      states.delete(rule.name);
      return judged;
    });
    this.#orphans = [...states.values()].flatMap(({ alerts }) => alerts.map(({ alert }) => alert));
  }

  /** Alerts that fired in an earlier process by rules that this one has not: resolved now, as nobody judges them any more. Each is given once. */
  takeOrphans(atMs: number): Alert[] {
    const orphans = this.#orphans.filter(({ state }) => state === 'firing');
    this.#orphans = [];
    const resolvedAt = new Date(atMs).toISOString();
    return orphans.map((alert) => ({
      ...alert,
      state: 'resolved',
      resolvedAt,
      message: `its rule was taken away while this fired: ${alert.message}`,
    }));
  }

  /** What changed. The alerts in it are the engine's own: evidence and actions pushed to them stay with them; copy one that is to stand still. */
  evaluate(figures: Figures): Transition[] {
    const { kind, spanMs } = figures;
    const atMs = figures.machineMs ?? figures.atMs;
    const transitions: Transition[] = [];
    // A window is the sum of its steps: a rule that was judged at those has seen it.
    // So has one that lies between two of them, as a flush makes it: the next step tells its calls again.
    const stepped = kind === 'window' && this.#stepAtMs > atMs - Math.max(spanMs, 2 * this.#options.stepMs);
    if (kind === 'step') this.#stepAtMs = atMs;
    const index = new FiguresIndex(figures);
    for (const judged of this.#rules) {
      if (judged.compiled.atSteps ? stepped : kind === 'step') continue;
      this.#judge(judged, index, transitions);
    }
    if (kind === 'window') {
      this.#resolvedShown = this.#resolvedNow;
      this.#resolvedNow = [];
    }
    return transitions;
  }

  /** Pending and firing; and resolved since the window before the newest. */
  alerts(): Alert[] {
    const alerts = this.#rules.flatMap(({ states }) => Array.from(states.values(), ({ alert }) => alert));
    return [...alerts, ...this.#resolvedShown, ...this.#resolvedNow];
  }

  /** Ids of the alerts that fire and whose condition the newest figures show: not of one that an earlier process left and this one has not seen hold. */
  holding(): Set<string> {
    const holding = new Set<string>();
    for (const { states, verdicts } of this.#rules) {
      for (const { key, answer } of verdicts) {
        const state = states.get(key);
        if (answer === 'yes' && state?.phase === 'firing') holding.add(state.alert.id);
      }
    }
    return holding;
  }

  /** One entry a rule, in their order. */
  status(): RuleStatus[] {
    const { timeScale } = this.#options;
    return this.#rules.map(({ compiled, states, verdicts, refused }) => statusOf(compiled, states, verdicts, refused, timeScale));
  }

  save(): EngineState {
    let points = RULE_SAVED_POINTS_MAX;
    const rules = this.#rules.map(({ compiled, states }): SavedRule => {
      const histories = compiled.judges.flatMap(({ fingerprint, histories }) => {
        if (histories === undefined || histories.size === 0) return [];
        const series = histories.save(points);
        for (const { length } of series) points -= length;
        return [{ condition: fingerprint, series }];
      });
      return { rule: compiled.rule.name, alerts: Array.from(states.values(), copyOf), histories };
    });
    return { version: ENGINE_STATE_VERSION, rules };
  }

  #judge(judged: Judged, index: FiguresIndex, transitions: Transition[]): void {
    const { compiled, states } = judged;
    const { figures } = index;
    const { atMs } = figures;
    const { windowMs, stepMs, timeScale } = this.#options;
    const observed = judged.time.take(figures, figures.kind === 'step' ? stepMs : windowMs);
    const heldBits = (key: string): number => states.get(key)?.held ?? 0;
    const wasHolding = (judge: Judge, key: string): boolean => states.get(key)?.phase === 'firing' && (heldBits(key) & judge.bit) !== 0;
    const matters = (key: string): boolean => compiled.allMatter || states.has(key);
    const asked = {
      wasHolding,
      matters,
      noneMatters: !compiled.allMatter && states.size === 0,
      clockMs: judged.time.clockMs,
      elapsedMs: observed.elapsedMs,
    };
    const all = new Map<Judge, readonly Judgement[]>();
    for (const judge of compiled.judges) all.set(judge, judge.judge(index, asked));
    const verdicts = combine(compiled.tree, all, heldBits);
    judged.verdicts = verdicts;
    judged.refused = 0;

    const absent = new Set(states.keys());
    for (const verdict of verdicts) {
      const { key, answer, holding, coversMs } = verdict;
      absent.delete(key);
      this.#advance(judged, verdict, { ...observed, answer, holding, atMs, coversMs, called: calledOf(verdict) }, transitions);
    }
    for (const key of absent) {
      const state = states.get(key)!;
      const answer = isOfEndedThread(state.alert, figures) ? 'no' : isOfCalls(compiled, state) ? 'few' : 'no-data';
      const seen = { ...observed, answer, holding: 0, atMs, coversMs: 0, called: 'nothing' } as const;
      this.#step(judged, advance(state, seen, compiled.times), state, undefined, transitions);
    }
    const forgetBefore = atMs - RULE_FORGET_MS / timeScale;
    for (const judge of compiled.judges) {
      judge.learn(index, (key) => states.has(key));
      if (judge.histories === undefined) continue;
      judge.histories.forgetBefore(forgetBefore);
      judged.refused += judge.histories.refused;
      judge.histories.refused = 0;
    }
  }

  #advance(judged: Judged, verdict: Verdict, seen: Seen, transitions: Transition[]): void {
    const { compiled, states } = judged;
    const { times } = compiled;
    const state = states.get(verdict.key);
    if (state === undefined) {
      if (seen.answer !== 'yes') return;
      if (states.size >= RULE_ALERTS_MAX) {
        judged.refused++;
        return;
      }
      const alert = newAlert(compiled.rule, verdict, seen.atMs, this.#options.idSalt ?? '');
      const step = begin(verdict.key, alert, seen, times);
      states.set(verdict.key, step.state!);
      tell(step.state!, verdict);
      this.#step(judged, step, step.state!, verdict, transitions);
      return;
    }
    if (seen.answer === 'yes' || seen.answer === 'no') tell(state, verdict);
    this.#step(judged, advance(state, seen, times), state, verdict, transitions);
  }

  #step({ compiled, states }: Judged, { state, change }: Step, old: AlertState, verdict: Verdict | undefined, transitions: Transition[]): void {
    if (state === undefined) {
      states.delete(old.key);
      // What is not there any more was not told of yet.
      old.alert.message = overWords(old.breaches, verdict);
    }
    if (change === undefined) return;
    if (change.to === 'resolved') this.#resolvedNow.push(old.alert);
    transitions.push({ rule: compiled.rule, ...change, alert: old.alert });
  }
}

/** What a worker thread said of itself holds no more when it has ended: its gauges do not come back. */
function isOfEndedThread({ labels: { thread } }: Alert, { threads }: Figures): boolean {
  return threads !== undefined && thread !== undefined && /^\d+$/.test(thread) && !threads.includes(thread);
}

/** A series of calls that is not there is one that nobody calls. */
const isOfCalls = ({ judges }: CompiledRule, { held }: AlertState): boolean => judges.every(({ bit, ofCalls }) => (bit & held) === 0 || ofCalls);

function restore({ compiled, states }: Judged, saved: SavedRule): void {
  const { rule } = compiled;
  for (const state of saved.alerts.slice(0, RULE_ALERTS_MAX)) {
    states.set(state.key, copyOf({ ...state, alert: { ...state.alert, severity: rule.severity, runbook: rule.runbook } }));
  }
  for (const judge of compiled.judges) {
    const found = saved.histories.find(({ condition }) => condition === judge.fingerprint);
    if (found !== undefined) judge.histories?.restore(found.series);
  }
}

function newAlert({ name, severity, runbook }: Rule, { key, labels }: Verdict, atMs: number, idSalt: string): Alert {
  return {
    id: `${name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}-${hash(`${idSalt}\n${name}\n${key}`)}-${Math.round(atMs).toString(36)}`,
    rule: name,
    severity,
    state: 'pending',
    labels: { ...labels },
    since: '',
    value: 0,
    threshold: 0,
    message: '',
    runbook,
    evidence: [],
    actions: [],
  };
}

/** Value and limit are of one condition, and the message never tells of a limit beside a figure that is not beyond it. */
function tell(state: AlertState, verdict: Verdict): void {
  const { alert } = state;
  const breaches = verdict.answer === 'yes' ? breachesOf(verdict) : [];
  if (breaches.length > 0) state.breaches = breaches;
  alert.message = breaches.length > 0 ? breachWords(verdict) : overWords(state.breaches, verdict);
  const lead = judgementWith(verdict, state.breaches[0]?.bit ?? verdict.judgements[0].judge.bit);
  if (lead === undefined || isWithoutData(lead.answer)) return;
  alert.value = lead.value;
  alert.threshold = lead.limit;
}

/** Of plain data. */
function copyOf(state: AlertState): AlertState {
  const { alert, breaches } = state;
  const { labels, evidence, actions } = alert;
  return {
    ...state,
    breaches: breaches.map((breach) => ({ ...breach })),
    alert: { ...alert, labels: { ...labels }, evidence: [...evidence], actions: [...actions] },
  };
}

/** FNV-1a, 32 bits: tells series of one rule apart. */
function hash(text: string): string {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return (value >>> 0).toString(16).padStart(8, '0');
}
