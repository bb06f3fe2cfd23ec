// Runs the named actions of an alert one after the other: within the limits of its rule, each within its time, and never with an error.
import type { Alert } from '../../core/alert-types.js';
import { ACTION_MS_MAX } from '../../core/limits.js';
import { durationWords } from '../../diagnose/rules/durations.js';
import type { ActionLimits, ActionName } from '../../diagnose/rules/rule.js';
import type { Action } from './action.js';
import { ActionUse } from './action-limits.js';

/** Characters of an error in an alert. */
const ERROR_CHARS_MAX = 300;

export interface ActionRunnerOptions {
  /** Divides the window and the cool-down of limits. */
  timeScale: number;
  /** What save() gave in an earlier process, if any. */
  saved?: unknown;
}

export interface ActionSources {
  /** By the name that rules use. */
  actions: ReadonlyMap<ActionName, Action>;
  /** Wall clock, ms since the epoch: limits outlive the process. */
  nowMs(): number;
}

export class ActionRunner {
  private readonly actions: ReadonlyMap<ActionName, Action>;
  private readonly nowMs: () => number;
  private readonly use: ActionUse;

  constructor({ timeScale, saved }: ActionRunnerOptions, { actions, nowMs }: ActionSources) {
    this.actions = actions;
    this.nowMs = nowMs;
    this.use = new ActionUse(timeScale, saved);
  }

  /**
   * One line an action, for alert.actions: `flame: flame/CPU….cpuprofile`, `heap-snapshot: limited: 3 runs in 1 h`. Each action gets the alert with the
   * lines of those before it. An alert that is resolved goes, outside of the limits, to those actions that ran when it fired and want to know; the
   * others have no line then.
   */
  async run(alert: Alert, names: readonly ActionName[], limits: ActionLimits): Promise<string[]> {
    const lines: string[] = [];
    for (const name of names) {
      const line = await this.one({ ...alert, actions: [...alert.actions, ...lines] }, name, limits);
      if (line !== null) lines.push(line);
    }
    return lines;
  }

  /** The limits used up so far, as plain JSON. */
  save(): unknown {
    return this.use.save(this.nowMs());
  }

  private async one(alert: Alert, name: ActionName, limits: ActionLimits): Promise<string | null> {
    const action = this.actions.get(name);
    if (action === undefined) return alert.state === 'resolved' ? null : `${name}: unknown: no action, sink or command has this name`;
    const label = action.label ?? name;
    if (alert.state === 'resolved') {
      if (!this.use.resolve(alert.rule, name, alert.id) || !action.atResolve) return null;
    } else {
      const why = this.use.take(alert.rule, name, alert.id, limits, this.nowMs());
      if (why !== null) return `${label}: limited: ${why}`;
    }
    const result = await bounded(action, alert);
    return result === '' ? label : `${label}: ${result}`;
  }
}

/** Never rejects. */
async function bounded(action: Action, alert: Alert): Promise<string> {
  const timeoutMs = Number.isFinite(action.timeoutMs) ? action.timeoutMs : ACTION_MS_MAX;
  const abort = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => {
      resolve(`timed out after ${durationWords(timeoutMs)}`);
      abort.abort();
    }, timeoutMs);
  });
  // In a promise of its own: an action may throw before it returns one.
  const done = (async () => action.run(alert, abort.signal))().catch((error: unknown) => `failed: ${messageOf(error)}`);
  const result = await Promise.race([done, late]);
  clearTimeout(timer);
  return result;
}

function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.length > ERROR_CHARS_MAX ? `${message.slice(0, ERROR_CHARS_MAX - 3)}...` : message;
}
