// What PagerDuty is sent: an event of Events API v2. Source: developer.pagerduty.com, "Send an alert event".
import { createHash } from 'node:crypto';
import type { Alert } from '../../core/alert-types.js';
import { cutAt, type Notification } from './notification.js';

/** PagerDuty's bounds: characters of a summary and of a key, bytes of an event. */
const SUMMARY_MAX = 1024;
const KEY_MAX = 255;
export const PAGERDUTY_BYTES_MAX = 512 * 1024;

export interface PagerDutyEvent {
  routing_key: string;
  event_action: 'trigger' | 'resolve';
  dedup_key: string;
  client: string;
  payload: {
    summary: string;
    source: string;
    severity: 'critical' | 'error' | 'warning' | 'info';
    timestamp: string;
    component: string;
    group: string;
    class: string;
    custom_details: PagerDutyDetails;
  };
}

export interface PagerDutyDetails {
  value: number;
  threshold: number;
  message: string;
  labels: Readonly<Record<string, string>>;
  runbook: string;
  evidence: readonly string[];
  actions: readonly string[];
  pid: number;
  pitot: string;
}

/** Severities of PagerDuty by ours: all three exist there under the same names. */
const SEVERITY: Readonly<Record<Alert['severity'], PagerDutyEvent['payload']['severity']>> = {
  critical: 'critical',
  warning: 'warning',
  info: 'info',
};

/** Within 512 KB: texts that are too long for it go one after another, the least needed first. */
export function pagerDutyEvent({ source, alert }: Notification, routingKey: string): PagerDutyEvent {
  const event: PagerDutyEvent = {
    routing_key: routingKey,
    event_action: alert.state === 'resolved' ? 'resolve' : 'trigger',
    dedup_key: dedupKey(alert.id),
    client: 'pitot',
    payload: {
      summary: cutAt(`${source.service}: ${alert.message || alert.rule}`, SUMMARY_MAX),
      source: source.host || source.service,
      severity: SEVERITY[alert.severity],
      timestamp: alert.firedAt ?? alert.since,
      component: source.service,
      group: source.service,
      class: alert.rule,
      custom_details: {
        value: alert.value,
        threshold: alert.threshold,
        message: alert.message,
        labels: alert.labels,
        runbook: alert.runbook,
        evidence: alert.evidence,
        actions: alert.actions,
        pid: source.pid,
        pitot: source.version,
      },
    },
  };
  const details = event.payload.custom_details;
  const isTooLarge = (): boolean => Buffer.byteLength(JSON.stringify(event)) > PAGERDUTY_BYTES_MAX;
  if (isTooLarge()) details.actions = [];
  if (isTooLarge()) details.evidence = details.evidence.slice(0, 5).map((line) => cutAt(line, 1000));
  if (isTooLarge()) details.labels = {};
  return event;
}

/** The alert's id, by which PagerDuty knows its resolution; longer ones by their hash. */
export const dedupKey = (id: string): string => (id.length <= KEY_MAX ? id : createHash('sha256').update(id).digest('hex'));
