// What waits in the queue: one state of one alert, for one sink, with the process that told it. Holds no secret.
import type { Alert } from '../../core/alert-types.js';
import { NOTIFICATION_CHARS_MAX, NOTIFICATION_SENTENCES_MAX } from '../../core/limits.js';

/** The process that an alert is of: not the one that sends it, where that took over the queue of a dead one. */
export interface AlertSource {
  service: string;
  host: string;
  pid: number;
  /** Version of pitot. */
  version: string;
}

export interface Notification {
  v: 1;
  /** Unlike that of any other notification: a receiver that has seen it knows a repetition. */
  id: string;
  sink: string;
  queuedAtMs: number;
  source: AlertSource;
  alert: Alert;
}

/** The alert with every text and list within bounds: what is queued, sent and kept on disk. */
export function boundAlert(alert: Alert): Alert {
  const sentences = (list: readonly string[]): string[] => list.slice(0, NOTIFICATION_SENTENCES_MAX).map(cut);
  return {
    ...alert,
    labels: Object.fromEntries(Object.entries(alert.labels).slice(0, NOTIFICATION_SENTENCES_MAX)),
    message: cut(alert.message),
    runbook: cut(alert.runbook),
    evidence: sentences(alert.evidence),
    actions: sentences(alert.actions),
  };
}

const cut = (text: string): string => cutAt(text, NOTIFICATION_CHARS_MAX);

/** Text of at most so many characters, its last one an ellipsis where something is missing; no pair of surrogates is split. */
export function cutAt(text: string, charsMax: number): string {
  if (text.length <= charsMax) return text;
  const end = charsMax - 1;
  const splits = /[\ud800-\udbff]/.test(text[end - 1] ?? '');
  return `${text.slice(0, splits ? end - 1 : end)}…`;
}

/** A notification read from disk; null: it is none, or of another version. */
export function parseNotification(text: string): Notification | null {
  try {
    const found = JSON.parse(text) as Notification;
    const isWhole = found.v === 1 && typeof found.id === 'string' && typeof found.sink === 'string' && typeof found.queuedAtMs === 'number';
    return isWhole && typeof found.alert?.id === 'string' && typeof found.source?.service === 'string' ? found : null;
  } catch {
    return null;
  }
}

const RANK = { info: 0, warning: 1, critical: 2 } as const;

/** Whether a severity is at least another. */
export const isAtLeast = (severity: Alert['severity'], least: Alert['severity']): boolean => RANK[severity] >= RANK[least];
