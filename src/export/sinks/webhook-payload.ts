// What a webhook is sent: the whole alert, versioned.
import type { Alert } from '../../core/alert-types.js';
import type { Notification } from './notification.js';

export interface WebhookPayload {
  /** pitot.alert/1. A later number: fields were renamed or dropped; new ones come without. */
  version: 'pitot.alert/1';
  /** Of this notification: a repetition has the same. */
  id: string;
  service: string;
  host: string;
  pid: number;
  /** ISO 8601: when it was queued. */
  queuedAt: string;
  alert: Alert;
}

export function webhookPayload({ id, source, queuedAtMs, alert }: Notification): WebhookPayload {
  const { service, host, pid } = source;
  return { version: 'pitot.alert/1', id, service, host, pid, queuedAt: new Date(queuedAtMs).toISOString(), alert };
}
