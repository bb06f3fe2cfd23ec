// What of the engine survives a restart: alerts with their times, and histories. Plain JSON, bounded.
import type { Alert } from '../../core/alert-types.js';
import type { AlertState } from './alert-state.js';
import type { SavedHistory } from './history.js';

/** Of another version nothing is restored. */
export const ENGINE_STATE_VERSION = 4;

export interface EngineState {
  version: typeof ENGINE_STATE_VERSION;
  rules: SavedRule[];
}

export interface SavedRule {
  rule: string;
  alerts: AlertState[];
  /** Histories by the fingerprint of their condition: a condition that was changed begins anew. */
  histories: { condition: string; series: SavedHistory[] }[];
}

/** The rules of a saved state by name; empty where it is none. */
export function readState(saved: unknown): Map<string, SavedRule> {
  const rules = new Map<string, SavedRule>();
  if (!isObject(saved) || saved.version !== ENGINE_STATE_VERSION || !Array.isArray(saved.rules)) return rules;
  for (const one of saved.rules) {
    if (!isObject(one) || typeof one.rule !== 'string' || !Array.isArray(one.alerts) || !Array.isArray(one.histories)) continue;
    const histories = one.histories.filter((it) => isObject(it) && typeof it.condition === 'string' && Array.isArray(it.series));
    rules.set(one.rule, { rule: one.rule, alerts: one.alerts.filter(isAlertState), histories });
  }
  return rules;
}

const TIMES = ['sinceMs', 'firedAtMs', 'heldMs', 'unjudgedMs', 'silentMs', 'bridgedMs', 'clearSinceMs', 'clearMs', 'seenMs', 'held'] as const;
const TEXTS = ['id', 'rule', 'severity', 'since', 'message', 'runbook'] as const satisfies readonly (keyof Alert)[];

function isAlertState(value: unknown): value is AlertState {
  if (!isObject(value) || typeof value.key !== 'string' || !isObject(value.alert) || !isObject(value.alert.labels)) return false;
  const { alert } = value;
  if (value.phase !== alert.state || (value.phase !== 'pending' && value.phase !== 'firing')) return false;
  return (
    TIMES.every((name) => Number.isFinite(value[name])) &&
    Array.isArray(value.breaches) &&
    value.breaches.every(isBreach) &&
    TEXTS.every((name) => typeof alert[name] === 'string') &&
    Array.isArray(alert.evidence) &&
    Array.isArray(alert.actions)
  );
}

const isBreach = (value: unknown): boolean =>
  isObject(value) && Number.isFinite(value.bit) && typeof value.name === 'string' && typeof value.was === 'string';

// biome-ignore lint/suspicious/noExplicitAny: fields of JSON, each checked where it is read
const isObject = (value: unknown): value is Record<string, any> => typeof value === 'object' && value !== null && !Array.isArray(value);
