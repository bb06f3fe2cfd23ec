// Which sinks are told that an alert fires, and which of its end: within limits by rule, series and sink. A firing beyond them waits; an end never does. Thread: agent.
import type { Alert } from '../../core/alert-types.js';
import { durationWords } from '../../diagnose/rules/durations.js';
import type { Rule } from '../../diagnose/rules/rule.js';
import { isAtLeast } from '../../export/sinks/notification.js';
import { limitsOf, type SinkConfig } from '../../export/sinks/sink-config.js';
import { type Refusal, refusalOf, runsThatCount, scaledLimits } from '../actions/run-limit.js';
import { ToldSinks } from './told-sinks.js';

export interface SinkNotifierOptions {
  rules: readonly Rule[];
  sinks: ReadonlyMap<string, SinkConfig>;
  /** Divides window and cool-down of limits. */
  timeScale: number;
  /** What save() gave in an earlier process, if any. */
  saved: unknown;
}

export interface SinkNotifierSources {
  enqueue(alert: Alert, sinks: readonly string[]): void;
  /** What came of it where nothing is queued, as it stands in the alert's actions. */
  say(alertId: string, sink: string, text: string): void;
  nowMs(): number;
}

/** Why an alert is over that its process did not see end. */
export const PROCESS_ENDED = 'the process ended while this fired';

export class SinkNotifier {
  private readonly options: SinkNotifierOptions;
  private readonly sources: SinkNotifierSources;
  private readonly rules: ReadonlyMap<string, Rule>;
  private readonly told: ToldSinks;

  constructor(options: SinkNotifierOptions, sources: SinkNotifierSources) {
    this.options = options;
    this.sources = sources;
    this.rules = new Map(options.rules.map((rule) => [rule.name, rule]));
    this.told = new ToldSinks(options.saved);
  }

  /** An alert fires, or one that fired is over. */
  send(alert: Alert): void {
    if (alert.state === 'firing') for (const sink of this.sinksOf(alert)) this.fire(alert, sink);
    if (alert.state === 'resolved') this.resolve(alert);
  }

  /** More is known of an alert that fires: outside of the limits, for whoever has heard of it. */
  sendAgain(alert: Alert): void {
    const sinks = this.sinksToRepeat(alert);
    if (sinks.length > 0) this.sources.enqueue(alert, sinks);
  }

  /**
   * Tells of firings whose limit allows them by now, and of those that an earlier process told the end of while they go on.
   * @param firing all that fires.
   * @param holding ids of those whose condition has been seen to hold in this process.
   * @returns whether the state is to be saved.
   */
  goOn(firing: readonly Alert[], holding: () => ReadonlySet<string>): boolean {
    this.told.keepOnly(firing.map(({ id }) => id));
    let held: ReadonlySet<string> | null = null;
    let isChanged = false;
    for (const alert of firing) {
      for (const [sink, told] of this.told.of(alert.id)) {
        if (told === 'sent' || !this.sinksOf(alert).includes(sink)) continue;
        if (told !== 'withheld') {
          held ??= holding();
          if (!held.has(alert.id)) continue;
        }
        if (this.fire(alert, sink)) isChanged = true;
      }
    }
    return isChanged;
  }

  /** Sinks that an alert is to be sent to again: not those that wait for its firing, or have heard of its end. */
  sinksToRepeat(alert: Alert): string[] {
    return this.sinksOf(alert).filter((sink) => this.isTold(alert, sink));
  }

  /**
   * Tells the end of alerts whose process ends while they fire.
   * @param save puts the state on disk: before and after, as the process may be gone in between. One in doubt is told twice rather than stay open.
   * @returns whether there were any.
   */
  end(firing: readonly Alert[], save: () => void): boolean {
    const ending = firing
      .map((alert) => ({ alert, sinks: this.heard(alert).filter((sink) => this.options.sinks.get(sink)?.sendResolved) }))
      .filter(({ sinks }) => sinks.length > 0);
    // What waits for its limit waits for a process that sees the condition hold.
    for (const { id } of firing) for (const [sink, told] of this.told.of(id)) if (told === 'withheld') this.told.set(id, sink, 'ended');
    if (ending.length === 0) return false;
    const mark = (as: 'ending' | 'ended'): void => {
      for (const { alert, sinks } of ending) for (const sink of sinks) this.told.set(alert.id, sink, as);
      save();
    };
    mark('ending');
    const resolvedAt = new Date(this.sources.nowMs()).toISOString();
    for (const { alert, sinks } of ending) {
      this.sources.enqueue({ ...alert, state: 'resolved', resolvedAt, message: `${PROCESS_ENDED}: ${alert.message}` }, sinks);
    }
    mark('ended');
    return true;
  }

  /** Plain JSON, bounded. */
  save(): unknown {
    return this.told.save(this.sources.nowMs());
  }

  /** Configured sinks of the alert's rule that want its severity. */
  private sinksOf({ rule, severity }: Alert): string[] {
    const names = this.rules.get(rule)?.actions ?? [];
    return [...new Set(names)].filter((name) => {
      const sink = this.options.sinks.get(name);
      return sink !== undefined && isAtLeast(severity, sink.minSeverity);
    });
  }

  /** Sinks that think the alert fires, those that its rule does not name any more included. */
  private heard(alert: Alert): string[] {
    const known = Array.from(this.told.of(alert.id), ([sink]) => sink);
    return [...new Set([...this.sinksOf(alert), ...known])].filter((sink) => this.isTold(alert, sink));
  }

  private isTold({ id }: Alert, sink: string): boolean {
    const told = this.told.get(id, sink);
    // Nothing is known of an alert beyond the bounds, or of an earlier version: its sinks were told. Alertmanager is told again and again.
    if (told === undefined) return !this.told.knows(id) || this.options.sinks.get(sink)?.kind === 'alertmanager';
    return told === 'sent' || told === 'ending';
  }

  /** False: it is withheld as it was before. */
  private fire(alert: Alert, name: string): boolean {
    const nowMs = this.sources.nowMs();
    const sink = this.options.sinks.get(name) as SinkConfig;
    const limits = scaledLimits(limitsOf(this.rules.get(alert.rule) as Rule, sink), this.options.timeScale);
    const runs = runsThatCount(this.told.runsOf(alert, name), limits, nowMs);
    const refusal = refusalOf(runs, limits, nowMs);
    if (refusal !== null) {
      const isNew = this.told.get(alert.id, name) !== 'withheld';
      this.told.set(alert.id, name, 'withheld');
      this.sources.say(alert.id, name, `${sink.kind} ${name}: withheld ${whyWords(refusal, limits, nowMs)}`);
      return isNew;
    }
    this.told.set(alert.id, name, 'sent');
    this.told.count(alert, name, [...runs, nowMs], limits);
    this.sources.enqueue(alert, [name]);
    return true;
  }

  private resolve(alert: Alert): void {
    const sinks = this.heard(alert);
    for (const [sink, told] of this.told.of(alert.id)) {
      if (told !== 'withheld') continue;
      const kind = this.options.sinks.get(sink)?.kind ?? 'sink';
      this.sources.say(alert.id, sink, `${kind} ${sink}: withheld, and over before its limit allowed it`);
    }
    this.told.forget(alert.id);
    if (sinks.length > 0) this.sources.enqueue(alert, sinks);
  }
}

/** As `until 12:40:00 UTC: 5 of 5 in 1 h`. */
function whyWords({ by, runs, untilMs }: Refusal, { count, windowMs, coolDownMs }: ReturnType<typeof scaledLimits>, nowMs: number): string {
  if (untilMs === Number.POSITIVE_INFINITY) return 'for good: its limit allows none';
  const why = by === 'count' ? `${runs} of ${count} in ${durationWords(windowMs)}` : `${durationWords(coolDownMs)} between two is the least`;
  return `until ${timeWords(untilMs, nowMs)}: ${why}`;
}

/** The second from which on it is so; with its day where that is not today's. */
function timeWords(atMs: number, nowMs: number): string {
  const [day, time] = new Date(Math.ceil(atMs / 1000) * 1000).toISOString().split(/[T.]/);
  return new Date(nowMs).toISOString().startsWith(day) ? `${time} UTC` : `${day} ${time} UTC`;
}
