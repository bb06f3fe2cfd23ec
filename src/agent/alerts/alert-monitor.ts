// Alerts as they happen: figures in, what they mean out; each change on disk first, then told, then acted on. Thread: agent.
import { hostname } from 'node:os';
import type { Alert } from '../../core/alert-types.js';
import { ALERTS_OF_RUN_MAX } from '../../core/limits.js';
import { adviceOf } from '../../diagnose/advice.js';
import { evidenceFor } from '../../diagnose/evidence.js';
import type { Figures } from '../../diagnose/figures.js';
import { KpiHistory } from '../../diagnose/kpi-history.js';
import { kpisOf } from '../../diagnose/kpis.js';
import { OperationsUnderWay } from '../../diagnose/operations-under-way.js';
import { withProjectionLags } from '../../diagnose/projection-lags.js';
import type { ActionName, Rule, Transition } from '../../diagnose/rules/rule.js';
import { RuleEngine } from '../../diagnose/rules/rule-engine.js';
import { renderRunbook } from '../../diagnose/runbooks.js';
import { type AlertLine, appendAlert } from '../../report/alerts-log.js';
import type { Judgement } from '../../report/judgement.js';
import type { LoadedAlerts } from './load-alerts.js';

export interface AlertMonitorOptions {
  loaded: LoadedAlerts;
  directory: string;
  timeScale: number;
  windowMs: number;
  stepMs: number;
  /** What `saved` gave an earlier agent thread or process; undefined: there is none. */
  saved: unknown;
}

export interface AlertSources {
  /** Runs the actions of a rule; resolves with a line for each that says what came of it, and tells the lines so far whenever there is one more. */
  act(alert: Alert, rule: Rule, onLines: (lines: string[]) => void): Promise<string[]>;
  /** Actions that have refused for an alert and are to be tried again by now. */
  takeDue?(alert: Alert): ActionName[];
  /** Hands an alert that fires or is resolved to the rule's sinks. */
  send(alert: Alert): void;
  /** More is known of an alert that fires: those sinks hear of it that have heard that it does. */
  sendAgain(alert: Alert): void;
  /** Alerts that fire go on firing: for sinks that must be told again and again, or later. holding: see RuleEngine. */
  goesOn(firing: readonly Alert[], holding: () => ReadonlySet<string>): void;
  onAlert(line: AlertLine): void;
  /** Puts the state on disk. */
  save(state: unknown): void;
  nowWallMs(): number;
  onFault(code: string, message: string): void;
}

/** What came of the actions of an alert, one time that they were run. */
interface Done {
  lines: string[];
}

interface Saved {
  engine?: unknown;
  kpis?: unknown;
}

/** In the line of an action. */
const REFUSED = ': refused:';
/** Histories grow by a window at a time; what happens to an alert is saved at once. ms. */
const SAVE_MS = 60_000;

export class AlertMonitor {
  private readonly options: AlertMonitorOptions;
  private readonly sources: AlertSources;
  private readonly engine: RuleEngine;
  private readonly history: KpiHistory;
  private readonly operations: OperationsUnderWay;
  /** What was done about alerts that are not over: lines of each time the actions were run. */
  private readonly done = new Map<string, Done[]>();
  private readonly deliveries = new Map<string, Map<string, string>>();
  /** Evidence as it was when the alert fired, and the newest. */
  private readonly evidence = new Map<string, string[]>();
  /** Who leaks, as the alert has said. */
  private readonly culprits = new Map<string, string>();
  private readonly ofRun = new Map<string, Alert>();
  private savedAtMs = 0;
  /** Alerts do not wait for each other: what must be done one after the other is kept so by the actions' runner. */
  private readonly acting = new Set<Promise<void>>();

  constructor(options: AlertMonitorOptions, sources: AlertSources) {
    this.options = options;
    this.sources = sources;
    const { loaded, timeScale, windowMs, stepMs } = options;
    const saved = (typeof options.saved === 'object' && options.saved !== null ? options.saved : {}) as Saved;
    // In containers each process may have pid 1.
    const idSalt = `${hostname()}-${process.pid}-${sources.nowWallMs().toString(36)}`;
    this.engine = new RuleEngine(loaded.rules, { timeScale, windowMs, stepMs, idSalt }, saved.engine);
    this.history = new KpiHistory(timeScale, saved.kpis);
    this.operations = new OperationsUnderWay(timeScale);
  }

  /** Judges a step. */
  step(figures: Figures): void {
    this.evaluate(figures);
    this.goOn();
  }

  /** Judges a window; what its report says. */
  judge(given: Figures): Omit<Judgement, 'exemplars' | 'leaks'> {
    const figures = this.evaluate(given);
    const kpis = kpisOf(figures, this.history);
    const advice = adviceOf(figures);
    if (Math.abs(figures.atMs - this.savedAtMs) >= SAVE_MS) this.save();
    const alerts = this.engine.alerts().map((alert) => this.complete(alert));
    this.goOn();
    this.forgetGone(alerts);
    return { kpis, alerts, rules: [...this.engine.status(), ...this.options.loaded.notJudged], advice };
  }

  /** What leaks has been named: an alert that fires about that kind of memory says so, and is told once more, once for a culprit. */
  leakNamed(named: readonly { kind: string; culprit: string }[], figures: Figures): void {
    const sentences = figures.leaks ?? [];
    for (const alert of this.firing) {
      const own = named.filter(({ kind }) => alert.labels.kind === undefined || alert.labels.kind === kind);
      const rule = this.ruleOf(alert);
      const evidence = rule === undefined ? [] : evidenceFor(rule.name, figures, rule.runbook);
      const culprits = own.map(({ culprit }) => culprit).join();
      const isAbout = sentences.some((sentence) => evidence.includes(sentence));
      if (own.length === 0 || !isAbout || this.culprits.get(alert.id) === culprits) continue;
      this.culprits.set(alert.id, culprits);
      this.evidence.set(alert.id, evidence);
      const now = this.complete(alert, rule);
      this.tell('evidence', now);
      this.sources.sendAgain(now);
    }
  }

  /** At steps as well: windows may be longer than a receiver waits before it takes an alert for over. */
  private goOn(): void {
    const { firing } = this;
    this.sources.goesOn(firing, () => this.engine.holding());
    for (const alert of firing) {
      const actions = this.sources.takeDue?.(alert) ?? [];
      const rule = this.ruleOf(alert);
      if (actions.length > 0 && rule !== undefined) this.await(this.tryAgain(alert, { ...rule, actions }));
    }
  }

  /** All that fires, as it is told. */
  get firing(): Alert[] {
    return this.engine
      .alerts()
      .filter(({ state }) => state === 'firing')
      .map((alert) => this.complete(alert));
  }

  /** Resolves when the actions that were begun are done. */
  async settle(): Promise<void> {
    while (this.acting.size > 0) await Promise.all(this.acting);
  }

  private evaluate(given: Figures): Figures {
    const figures = withProjectionLags(this.operations.correct(given), this.history);
    const orphans = this.engine.takeOrphans(figures.atMs);
    for (const alert of orphans) {
      this.tell('resolved', alert);
      this.sources.send(alert);
    }
    const transitions = this.engine.evaluate(figures);
    for (const transition of transitions) this.take(transition, figures);
    if (transitions.length + orphans.length > 0) this.save();
    return figures;
  }

  private take({ rule, from, to, alert: bare }: Transition, figures: Figures): void {
    if (to === 'firing' || to === 'resolved') this.evidence.set(bare.id, evidenceFor(rule.name, figures, rule.runbook));
    const alert = this.complete(bare, rule);
    this.tell(to, alert);
    if (to === 'firing' || (to === 'resolved' && from === 'firing')) this.sources.send(alert);
    // Those that ran when it fired may want to know its end.
    if (to === 'firing' || to === 'resolved') this.act(alert, rule);
    if (to === 'inactive') this.done.delete(bare.id);
  }

  /** On disk before anything is done about it. */
  private tell(event: AlertLine['event'], alert: Alert): void {
    const line: AlertLine = { event, at: new Date(this.sources.nowWallMs()).toISOString(), alert };
    try {
      appendAlert(this.options.directory, line);
    } catch (error) {
      this.sources.onFault('ALERTS_LOG', (error as Error).message);
    }
    if (event === 'pending' || event === 'inactive') this.ofRun.delete(alert.id);
    else this.ofRun.set(alert.id, alert);
    for (const [oldest] of this.ofRun) {
      if (this.ofRun.size <= ALERTS_OF_RUN_MAX) break;
      this.ofRun.delete(oldest);
    }
    this.sources.onAlert(line);
  }

  /** Alerts that have fired since the process began, the newest at most. */
  get alertsOfRun(): Alert[] {
    return [...this.ofRun.values()];
  }

  private act(alert: Alert, rule: Rule): void {
    const done: Done = { lines: [] };
    this.done.set(alert.id, [...(this.done.get(alert.id) ?? []), done]);
    this.await(this.run(alert, rule, done));
  }

  private await(work: Promise<void>): void {
    const acting = work.catch((error: Error) => this.sources.onFault('ALERT_ACTION', error.message)).finally(() => this.acting.delete(acting));
    this.acting.add(acting);
  }

  private async run(alert: Alert, rule: Rule, done: Done): Promise<void> {
    const put = (lines: string[]): void => {
      done.lines = lines;
    };
    put(await this.sources.act(alert, rule, put));
    if (done.lines.length === 0) return;
    const before = this.done.get(alert.id) ?? [];
    // The alert may have been forgotten meanwhile: what came of it is told all the same.
    if (!before.includes(done)) this.done.set(alert.id, [...before, done]);
    // Or have ended: actions take their time, and a line that says it fires would be the last that is known of it.
    this.tell('actions', this.complete(this.ofRun.get(alert.id) ?? alert, rule));
  }

  /** Lines of refusals give way to new ones. A file of an alert that fires for days is not to fill with these: only what has run is told there. */
  private async tryAgain(alert: Alert, rule: Rule): Promise<void> {
    const lines = await this.sources.act(alert, rule, () => {});
    const before = this.done.get(alert.id) ?? [];
    for (const line of lines) {
      const refusal = line.split(': ')[0] + REFUSED;
      const old = before.findLast((done) => done.lines.some((text) => text.startsWith(refusal)));
      if (old === undefined) this.done.set(alert.id, [...(this.done.get(alert.id) ?? []), { lines: [line] }]);
      else old.lines = old.lines.map((text) => (text.startsWith(refusal) ? line : text));
    }
    const now = this.complete(this.ofRun.get(alert.id) ?? alert, rule);
    if (lines.some((line) => !line.includes(REFUSED))) this.tell('actions', now);
    else if (this.ofRun.has(alert.id)) this.ofRun.set(alert.id, now);
  }

  /** Told by a sink. One line a sink, the newest: a notification that is tried again would fill the report. */
  delivered(alertId: string, sink: string, text: string): void {
    const bySink = this.deliveries.get(alertId) ?? new Map<string, string>();
    this.deliveries.set(alertId, bySink.set(sink, text));
  }

  private ruleOf(alert: Alert): Rule | undefined {
    return this.options.loaded.rules.find(({ name }) => name === alert.rule);
  }

  private complete(alert: Alert, rule = this.ruleOf(alert)): Alert {
    return {
      ...alert,
      runbook: rule === undefined ? alert.runbook : renderRunbook(rule.runbook),
      evidence: this.evidence.get(alert.id) ?? alert.evidence,
      actions: [...(this.done.get(alert.id) ?? []).flatMap(({ lines }) => lines), ...(this.deliveries.get(alert.id)?.values() ?? [])],
    };
  }

  private forgetGone(alerts: readonly Alert[]): void {
    // One that was resolved is told once more, in this window: its last actions may still be under way.
    const known = new Set(alerts.map(({ id }) => id));
    for (const map of [this.done, this.evidence, this.culprits, this.deliveries]) for (const id of map.keys()) if (!known.has(id)) map.delete(id);
  }

  /** Also at the end of the process. */
  save(): void {
    this.savedAtMs = this.sources.nowWallMs();
    this.sources.save({ engine: this.engine.save(), kpis: this.history.save() });
  }
}
