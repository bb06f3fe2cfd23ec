// What sinks were told of alerts that fire, and when of each series: plain data on the wall clock, bounded, so that it outlives the process.
import { createHash } from 'node:crypto';
import type { Alert } from '../../core/alert-types.js';
import { ACTION_RUNS_MAX, NOTIFIED_ALERTS_MAX, NOTIFIED_SERIES_MAX } from '../../core/limits.js';
import type { ActionLimits } from '../../diagnose/rules/rule.js';

/**
 * sent: that it fires. withheld: nothing, as its limit did not allow it. ended: that its process ended; ending: perhaps that.
 */
export type Told = 'sent' | 'withheld' | 'ending' | 'ended';

/** Firings of one rule and series that a sink was told of. */
interface Series {
  key: string;
  /** Wall clock, ms since the epoch, oldest first. */
  runsAtMs: number[];
  /** From then on none of them counts any more. */
  untilMs: number;
}

interface Saved {
  version: 1;
  /** Id of an alert, and what each sink was told of it. */
  alerts: [string, [string, Told][]][];
  series: Series[];
}

const TOLD: readonly unknown[] = ['sent', 'withheld', 'ending', 'ended'] satisfies Told[];

export class ToldSinks {
  private readonly alerts = new Map<string, Map<string, Told>>();
  private readonly series = new Map<string, Series>();

  /** saved: what save() gave, from an earlier process; anything else is as if there were nothing. */
  constructor(saved: unknown) {
    const state = saved as Partial<Saved> | null | undefined;
    if (state?.version !== 1 || !Array.isArray(state.alerts) || !Array.isArray(state.series)) return;
    for (const each of state.alerts.slice(-NOTIFIED_ALERTS_MAX)) if (isAlert(each)) this.alerts.set(each[0], new Map(each[1]));
    for (const each of state.series.slice(-NOTIFIED_SERIES_MAX)) if (isSeries(each)) this.series.set(each.key, structuredClone(each));
  }

  knows(alertId: string): boolean {
    return this.alerts.has(alertId);
  }

  get(alertId: string, sink: string): Told | undefined {
    return this.alerts.get(alertId)?.get(sink);
  }

  /** As it is now: what is set meanwhile is not seen. */
  of(alertId: string): [string, Told][] {
    return [...(this.alerts.get(alertId) ?? [])];
  }

  set(alertId: string, sink: string, told: Told): void {
    const sinks = this.alerts.get(alertId) ?? new Map<string, Told>();
    this.alerts.set(alertId, sinks.set(sink, told));
    dropOldest(this.alerts, NOTIFIED_ALERTS_MAX);
  }

  forget(alertId: string): void {
    this.alerts.delete(alertId);
  }

  /** Forgets alerts that are none of these: their rules are gone. */
  keepOnly(alertIds: readonly string[]): void {
    if (this.alerts.size === 0) return;
    const kept = new Set(alertIds);
    for (const id of this.alerts.keys()) if (!kept.has(id)) this.alerts.delete(id);
  }

  runsOf(alert: Alert, sink: string): readonly number[] {
    return this.series.get(keyOf(alert, sink))?.runsAtMs ?? [];
  }

  /** limits: divided by the time scale. */
  count(alert: Alert, sink: string, runsAtMs: readonly number[], { count, windowMs, coolDownMs }: ActionLimits): void {
    const key = keyOf(alert, sink);
    // No more than the limit asks about. Newest last, so that the one that goes is the one not told of for longest.
    const kept = runsAtMs.slice(-Math.min(Math.max(1, Math.ceil(count)), ACTION_RUNS_MAX));
    this.series.delete(key);
    this.series.set(key, { key, runsAtMs: kept, untilMs: kept[kept.length - 1] + Math.max(windowMs, coolDownMs) });
    dropOldest(this.series, NOTIFIED_SERIES_MAX);
  }

  save(nowMs: number): unknown {
    for (const [key, { untilMs }] of this.series) if (untilMs <= nowMs) this.series.delete(key);
    const alerts = Array.from(this.alerts, ([id, sinks]): Saved['alerts'][number] => [id, [...sinks]]);
    return { version: 1, alerts, series: structuredClone([...this.series.values()]) } satisfies Saved;
  }
}

/** Short, however long the labels: by its hash. */
function keyOf({ rule, labels }: Alert, sink: string): string {
  const series = JSON.stringify([rule, sink, Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))]);
  return createHash('sha256').update(series).digest('base64url').slice(0, 16);
}

function dropOldest(map: Map<string, unknown>, sizeMax: number): void {
  if (map.size > sizeMax) map.delete(map.keys().next().value as string);
}

const isText = (value: unknown): value is string => typeof value === 'string';

const isAlert = (value: unknown): value is Saved['alerts'][number] =>
  Array.isArray(value) && isText(value[0]) && Array.isArray(value[1]) && value[1].every((pair) => isText(pair?.[0]) && TOLD.includes(pair[1]));

const isSeries = (value: Partial<Series> | null): value is Series =>
  isText(value?.key) && Array.isArray(value.runsAtMs) && value.runsAtMs.every(Number.isFinite) && Number.isFinite(value.untilMs);
