// What Alertmanager is sent: alerts of API v2 (POST /api/v2/alerts). Source: prometheus/alertmanager, api/v2/openapi.yaml.
import type { Labels } from '../../core/labels.js';
import { REPOST_ENDS_MS } from '../../core/limits.js';
import type { Notification } from './notification.js';

export interface PostableAlert {
  labels: Record<string, string>;
  annotations: Record<string, string>;
  /** RFC 3339. */
  startsAt: string;
  endsAt: string;
}

/** While it fires the end lies ahead, so that it resolves by itself when nobody sends it again: a process that was killed leaves no alert behind. */
export function postableAlert({ source, alert }: Pick<Notification, 'source' | 'alert'>, nowMs: number): PostableAlert {
  const startsMs = Date.parse(alert.firedAt ?? alert.since);
  const endsMs = alert.state === 'resolved' ? Date.parse(alert.resolvedAt ?? '') || nowMs : nowMs + REPOST_ENDS_MS;
  const annotations: Record<string, string> = { summary: alert.message || alert.rule };
  if (alert.runbook !== '') annotations.runbook = alert.runbook;
  if (alert.evidence.length > 0) annotations.evidence = alert.evidence.join('\n');
  return {
    labels: {
      ...labelsOf(alert.labels),
      alertname: alert.rule,
      severity: alert.severity,
      service: source.service,
      instance: `${source.host}:${source.pid}`,
    },
    annotations,
    startsAt: new Date(startsMs).toISOString(),
    // An end before the start is refused.
    endsAt: new Date(Math.max(endsMs, startsMs)).toISOString(),
  };
}

const OWN = new Set(['alertname', 'severity', 'service', 'instance']);

/** Names that Prometheus allows. One of ours that an alert has too becomes exported_…, as Prometheus does it; two that become one get a number. */
function labelsOf(labels: Labels): Record<string, string> {
  const valid: Record<string, string> = {};
  for (const [name, value] of Object.entries(labels)) {
    // An empty value is the same as no label.
    if (value === '') continue;
    let as = name
      .replace(/[^A-Za-z0-9_]/g, '_')
      .replace(/^(?=\d|$)/, '_')
      .replace(/^__+/, '_');
    if (OWN.has(as)) as = `exported_${as}`;
    let free = as;
    for (let n = 2; Object.hasOwn(valid, free); n++) free = `${as}_${n}`;
    valid[free] = value;
  }
  return valid;
}

/** The address of the alerts: a base address gets the path of the API. */
export function alertsUrl(url: string): string {
  const address = new URL(url);
  const path = address.pathname.replace(/\/+$/, '');
  if (!path.endsWith('/api/v2/alerts')) address.pathname = `${path}/api/v2/alerts`;
  return address.href;
}
