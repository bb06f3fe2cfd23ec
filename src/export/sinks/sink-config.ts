// What a sink is told: where it is, what it lets through, and its secrets, which stay hidden.
import type { Alert } from '../../core/alert-types.js';
import { DEFAULT_LIMITS } from '../../diagnose/rules/default-rules.js';
import { HOUR_MS } from '../../diagnose/rules/durations.js';
import type { ActionLimits, Rule } from '../../diagnose/rules/rule.js';
import type { Secret } from './secret.js';

export type SinkKind = 'webhook' | 'slack' | 'pagerduty' | 'alertmanager';

interface SinkCommon {
  name: string;
  /** Longest time of one request with its redirects, ms. Default 10 000; 100..60 000. */
  timeoutMs: number;
  /** Alerts below it are not sent. Default info: all are. */
  minSeverity: Alert['severity'];
  /** Whether the end of an alert is sent too. Default true. */
  sendResolved: boolean;
  /** Firings of one rule and series that it is told of at most, where the rule has no limits of its own. Default: 5 in an hour. */
  limits: ActionLimits;
  /** Headers added to each request; their values are secrets. */
  headers: ReadonlyMap<string, Secret>;
}

export interface WebhookConfig extends SinkCommon {
  kind: 'webhook';
  url: Secret;
}

export interface SlackConfig extends SinkCommon {
  kind: 'slack';
  /** Incoming webhook. The path is the secret. */
  url: Secret;
}

export interface PagerDutyConfig extends SinkCommon {
  kind: 'pagerduty';
  /** Default: PagerDuty's own address of Events API v2. */
  url: Secret;
  /** Integration key of a service, Events API v2. */
  routingKey: Secret;
}

export interface AlertmanagerConfig extends SinkCommon {
  kind: 'alertmanager';
  /** Base address, as http://alertmanager:9093, or the whole of it with /api/v2/alerts. */
  url: Secret;
}

export type SinkConfig = WebhookConfig | SlackConfig | PagerDutyConfig | AlertmanagerConfig;

/**
 * Of a sink without `limits`: a series that fires and ends every minute tells a person so five times an hour. No cool-down: it would hide a second failure that
 * comes soon after a first.
 */
export const SINK_LIMITS: ActionLimits = Object.freeze({ count: 5, windowMs: HOUR_MS, coolDownMs: 0 });

/** What limits the notifications of a rule to a sink: what the rule says itself, else what the sink says. */
export const limitsOf = (rule: Pick<Rule, 'limits'>, sink: Pick<SinkCommon, 'limits'>): ActionLimits =>
  rule.limits === DEFAULT_LIMITS ? sink.limits : rule.limits;

/** A field of a sink's configuration that is wrong: never with the value of a secret. */
export interface SinkMistake {
  sink: string;
  /** Field as written, as `urlFile`; empty where the sink as a whole is wrong. */
  field: string;
  allowed: string;
  received: string;
  remedy: string;
}

/** Kinds whose receiver knows an alert by its id: a later state makes an earlier one that still waits needless. Others get every state. */
export const SUPERSEDES: Readonly<Record<SinkKind, boolean>> = { webhook: false, slack: false, pagerduty: true, alertmanager: true };
