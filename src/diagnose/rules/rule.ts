// A rule: which figures, what about them, for how long, how bad, and what is done then. All durations are ms, not yet divided by the time scale.

import type { Alert } from '../../core/alert-types.js';
import type { Labels } from '../../core/labels.js';

export type Severity = 'critical' | 'warning' | 'info';

/** Labels that a series must have, with exactly these values; others may be there too. */
export type LabelFilter = Readonly<Labels>;

/**
 * Which figure. Counts of all series that match are added up, unless `each`: then every series is judged by itself, and is an alert of its own.
 * Percentiles, maxima and means belong to one series each and are never put together: they are always `each`.
 */
export type Metric =
  | { path: string; labels?: LabelFilter; stat: PathStat; each?: boolean }
  | { distribution: string; labels?: LabelFilter; stat: 'count' | 'mean' | 'p50' | 'p95' | 'p99' | 'max' }
  /** delta: within the window (or step); rate: the same a second. */
  | { counter: string; labels?: LabelFilter; stat: 'delta' | 'rate'; each?: boolean }
  /** Each series by itself. */
  | { gauge: string; labels?: LabelFilter }
  | { runtime: RuntimeMetric };

export type PathStat = 'count' | 'rate' | 'errors' | 'meanMs' | 'p50Ms' | 'p95Ms' | 'p99Ms' | 'maxMs';

export type RuntimeMetric =
  | 'cpuRatio'
  | 'cpuUsage'
  | 'rssBytes'
  | 'memoryBytes'
  | 'unwatchedMemoryBytes'
  | 'memoryRatio'
  | 'memoryLimitBytes'
  | 'heapUsedBytes'
  | 'liveBytes'
  | 'heapLimitBytes'
  | 'gcPauseMeanMs'
  | 'gcPauseMaxMs'
  | 'loopDelayP99Ms'
  | 'loopStalledMs';

export type Condition =
  /** The figure is above or below a value. clear: it must come back past this value to be over (hysteresis); default: the value itself. */
  | { kind: 'threshold'; metric: Metric; above?: number; below?: number; clear?: number }
  /** One figure by another, as failed calls by all calls. atLeast: of `to`; counts of windows (or steps) with fewer are added up, over `for` at most, until there are so many. Default 1. */
  | { kind: 'ratio'; of: Metric; to: Metric; above?: number; below?: number; clear?: number; atLeast?: number }
  /**
   * The figure is above `times` the median of its own history: windows with data, oldest dropped beyond historyMs, none added while the rule is pending
   * or firing. Judged from minAgeMs of history on. floor: below this value nothing is told. atLeast: calls in the window, for a path's figures; fewer say nothing.
   */
  | { kind: 'baseline'; metric: Metric; times: number; minAgeMs: number; historyMs: number; floor?: number; atLeast?: number; clearTimes?: number }
  /** One figure by another (as in ratio, counts added up over a minute at most), compared with its own history (as in baseline). */
  | {
      kind: 'baseline-ratio';
      of: Metric;
      to: Metric;
      times: number;
      minAgeMs: number;
      historyMs: number;
      floor?: number;
      atLeast?: number;
      clearTimes?: number;
    }
  /** A robust slope (Theil-Sen) over overMs, as a part of its level an hour, whose lower bound at `confidence` is above perHour. */
  /** sustainedMs: for how long it must have been so before it counts, beside the rule's own forMs; default: 0. */
  | { kind: 'growth'; metric: Metric; perHour: number; overMs: number; confidence: number; sustainedMs?: number }
  /** The same slope reaches `limit` within withinMs. limit: a value, or another figure. */
  | { kind: 'forecast'; metric: Metric; limit: number | Metric; withinMs: number; overMs: number; confidence: number }
  /** No series matches, or none has counted anything. */
  | { kind: 'absence'; metric: Metric }
  /** A health check (or any) says no. */
  | { kind: 'health'; check?: string }
  | { kind: 'any' | 'all'; of: readonly Condition[] };

/** Name of an action: log, flame, heap-profile, heap-snapshot, or a sink or command of the configuration. alerts.ndjson has every alert anyway. */
export type ActionName = string;

/** How often the actions of a rule run. */
export interface ActionLimits {
  /** Runs at most, within windowMs. */
  count: number;
  windowMs: number;
  /** Least time between two runs. */
  coolDownMs: number;
}

export interface Rule {
  name: string;
  severity: Severity;
  /** What is wrong, for a person: one clause, without figures. */
  summary: string;
  condition: Condition;
  /** How long the condition must hold, from the first figures that show it to the first that still do at least so much later; of observed time. */
  forMs: number;
  /** How long it goes on firing once the condition is over. */
  keepFiringForMs: number;
  actions: readonly ActionName[];
  limits: ActionLimits;
  /** Name of a runbook, or its text. */
  runbook: string;
}

/** What happened to an alert at an evaluation. */
export interface Transition {
  rule: Rule;
  from: 'inactive' | 'pending' | 'firing';
  to: 'pending' | 'firing' | 'inactive' | 'resolved';
  /** The alert as it stands after it. */
  alert: Alert;
}
