// The action `log`: one line in agent.log, at the level that goes with the alert's severity.
import type { Alert } from '../../core/alert-types.js';
import { ACTION_MS_MAX } from '../../core/limits.js';
import type { Action } from './action.js';

/** As AgentLog.log. */
export type WriteLog = (level: 'info' | 'warn' | 'error', fields: Record<string, unknown>, message: string) => void;

const LEVELS = { critical: 'error', warning: 'warn', info: 'info' } as const;

/** Fields of the line, which are stable: alert, rule, severity, state, labels, value, threshold, since. That an alert is over is told as info. */
export function logAction(write: WriteLog): Action {
  return {
    atResolve: true,
    pace: 'at-once',
    timeoutMs: ACTION_MS_MAX,
    async run({ id, rule, severity, state, labels, value, threshold, since, message }: Alert) {
      write(
        state === 'resolved' ? 'info' : LEVELS[severity],
        { alert: id, rule, severity, state, labels, value, threshold, since },
        `alert ${state}: ${rule}: ${message}`,
      );
      return '';
    },
  };
}
