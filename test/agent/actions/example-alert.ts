// An alert to act on.
import type { Alert } from '../../../src/core/alert-types.js';

export function exampleAlert(change: Partial<Alert> = {}): Alert {
  return {
    id: 'alert-7',
    rule: 'high latency',
    severity: 'warning',
    state: 'firing',
    labels: { type: 'Transfer' },
    since: '2026-01-02T03:04:05.000Z',
    value: 812,
    threshold: 400,
    message: 'P95 812 ms, twice the baseline',
    runbook: 'look at the slowest commands',
    evidence: ['one'],
    actions: [],
    ...change,
  };
}
