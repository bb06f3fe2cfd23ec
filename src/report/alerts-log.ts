// alerts.ndjson: a line for each step in an alert's life, as it happens.
import type { Alert } from '../core/alert-types.js';
import { ALERTS_BYTES_MAX } from '../core/limits.js';
import type { Transition } from '../diagnose/rules/rule.js';
import { appendLine, type NdjsonFile, readLines } from './ndjson-log.js';

export const ALERTS_FILE = 'alerts.ndjson';
const FILE: NdjsonFile = { name: ALERTS_FILE, olderName: 'alerts.1.ndjson', bytesMax: ALERTS_BYTES_MAX };

/**
 * What happened: a transition; actions: they were done and have left their results in the alert; evidence: more is known of it, as what leaks. inactive: pending,
 * and then not.
 */
export type AlertEvent = Transition['to'] | 'actions' | 'evidence';

/** One line of alerts.ndjson: the alert as it stood after the event. Lines of one alert share its id. */
export interface AlertLine {
  /** Wall clock of the event, ISO 8601. */
  at: string;
  event: AlertEvent;
  alert: Alert;
}

/**
 * Appends a line: whole, or not at all. On a full disk the oldest flame files make room for it.
 * @throws the error of the file system when there is no room even so, or the directory cannot be written.
 */
export function appendAlert(directory: string, line: AlertLine): void {
  appendLine(directory, FILE, line);
}

/** All lines of a run, oldest first; none where there is no file. What is no line of an alert is passed over. */
export function readAlertLines(directory: string): AlertLine[] {
  return readLines(directory, FILE).filter(isAlertLine);
}

/** The alerts of a run that fired, as their newest lines tell them, in the order of their first lines. Those that were only pending are left out. */
export function readAlerts(directory: string): Alert[] {
  const alerts = new Map<string, Alert>();
  const fired = new Set<string>();
  for (const { event, alert } of readAlertLines(directory)) {
    alerts.set(alert.id, alert);
    if (event === 'firing' || event === 'resolved') fired.add(alert.id);
  }
  return [...alerts.values()].filter(({ id }) => fired.has(id));
}

function isAlertLine(line: unknown): line is AlertLine {
  const { at, event, alert } = (line ?? {}) as Partial<AlertLine>;
  return typeof at === 'string' && typeof event === 'string' && typeof alert?.id === 'string' && typeof alert.rule === 'string';
}
