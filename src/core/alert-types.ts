// What a report says of targets, rules and advice.
import type { Labels } from './labels.js';

/** A figure that a service is steered by, against its target. */
export interface Kpi {
  /** As `command success rate`. */
  name: string;
  /** null: there is no data, as without traffic. */
  value: number | null;
  /** `%`, `ms`, `events/s`. */
  unit: string;
  /** ok on this side of it. */
  target: number;
  /** ok at the target itself, too. Default: false. */
  orEqual?: true;
  /** breach beyond it; between the two: warn. */
  alert: number;
  /** Whether more is better: the target is a lower bound then. */
  direction: 'higher' | 'lower';
  status: 'ok' | 'warn' | 'breach' | 'no-data';
  /** What the value is of, where there are several: `simple commands`, `projection balances`. */
  of?: string;
  /** The value in words where a figure alone would mislead; why there is no data. */
  note?: string;
}

/** One alert: a rule and a series that it holds for. */
export interface Alert {
  /** The same over the alert's life, and unlike that of any other of the run. */
  id: string;
  rule: string;
  severity: 'critical' | 'warning' | 'info';
  state: 'pending' | 'firing' | 'resolved';
  /** Labels of the series; empty where the rule judges a sum. */
  labels: Labels;
  /** When the condition was first seen, ISO 8601. */
  since: string;
  firedAt?: string;
  resolvedAt?: string;
  value: number;
  threshold: number;
  message: string;
  /** What it looks like, what to check, what helps. */
  runbook: string;
  /** Figures of this process that go with it, one sentence each. */
  evidence: string[];
  /** What was done, and what came of it: `flame: flame/CPU….cpuprofile`, `webhook ops: delivered`. */
  actions: string[];
}

/** What a rule says at the end of the window, and why it does not fire. */
export interface RuleStatus {
  rule: string;
  severity: 'critical' | 'warning' | 'info';
  /** learning: its history is too short to judge. invalid: the rule has a mistake, told in why. */
  state: 'inactive' | 'pending' | 'firing' | 'no-data' | 'learning' | 'invalid' | 'off';
  /** One sentence with figures. */
  why: string;
}

/** What would make the service faster or safer, with the figures that show it. */
export interface Finding {
  name: string;
  title: string;
  /** The figures that triggered it, as a sentence. */
  figures: string;
  /** What to do about it. */
  advice: string;
}

/** One of the slowest commands of the window. */
export interface Exemplar {
  traceId: string;
  spanId: string;
  /** Path and labels, as `commands`. */
  path: string;
  labels: Labels;
  durationMs: number;
  /** When it ended, ISO 8601. */
  at: string;
  ok: boolean;
}
