// The request that takes a notification to its sink. Secrets are revealed here, and nowhere else.
import { alertsUrl, type PostableAlert, postableAlert } from './alertmanager-payload.js';
import type { PostRequest } from './http-post.js';
import type { Notification } from './notification.js';
import { pagerDutyEvent } from './pagerduty-payload.js';
import type { AlertmanagerConfig, SinkConfig } from './sink-config.js';
import { slackPayload } from './slack-payload.js';
import { webhookPayload } from './webhook-payload.js';

/** @throws SecretUnreadable; TypeError where a file holds no address. */
export function sinkRequest(sink: SinkConfig, notification: Notification, nowMs: number): PostRequest {
  switch (sink.kind) {
    case 'webhook':
      return requestOf(sink, sink.url.reveal(), webhookPayload(notification));
    case 'slack':
      return requestOf(sink, sink.url.reveal(), slackPayload(notification));
    case 'pagerduty':
      return requestOf(sink, sink.url.reveal(), pagerDutyEvent(notification, sink.routingKey.reveal()));
    case 'alertmanager':
      return alertsRequest(sink, [postableAlert(notification, nowMs)]);
  }
}

/** Several alerts in one request, as they are sent again. */
export const alertsRequest = (sink: AlertmanagerConfig, alerts: readonly PostableAlert[]): PostRequest =>
  requestOf(sink, alertsUrl(sink.url.reveal()), alerts);

function requestOf(sink: SinkConfig, url: string, payload: unknown): PostRequest {
  const headers: Record<string, string> = {};
  for (const [name, secret] of sink.headers) headers[name] = secret.reveal();
  return { url, headers, body: JSON.stringify(payload), timeoutMs: sink.timeoutMs };
}
