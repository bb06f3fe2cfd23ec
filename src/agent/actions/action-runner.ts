// Runs the named actions of an alert, the heavy ones in line with those of other alerts: within the limits of its rule, each within its time, and never with an error.
import type { Alert } from '../../core/alert-types.js';
import { ACTION_MS_MAX, ACTION_RETRY_MS, ALERTS_OF_RUN_MAX, HEAVY_ACTIONS_MAX } from '../../core/limits.js';
import { durationWords } from '../../diagnose/rules/durations.js';
import type { ActionLimits, ActionName } from '../../diagnose/rules/rule.js';
import type { Action } from './action.js';
import { ActionUse } from './action-limits.js';
import { HeavyLine } from './heavy-line.js';

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
  private readonly heavy = new HeavyLine<string>(HEAVY_ACTIONS_MAX);
  private readonly retryMs: number;
  /** Of alerts that are not over: what was refused, and when. */
  private readonly refused = new Map<string, Map<ActionName, number>>();

  constructor({ timeScale, saved }: ActionRunnerOptions, { actions, nowMs }: ActionSources) {
    this.retryMs = ACTION_RETRY_MS / timeScale;
    this.actions = actions;
    this.nowMs = nowMs;
    this.use = new ActionUse(timeScale, saved);
  }

  /**
   * One line an action, in the order of the names, for alert.actions: `flame: flame/CPU….cpuprofile`, `heap-snapshot: limited: 3 runs in 1 h`. What is not
   * heavy is begun before this returns; heavy ones wait for all that were asked for before them, of whatever alert, and are refused where too many wait.
   * onLines is told the lines so far whenever there is one more. An alert that is resolved goes, outside of the limits, to those actions that ran when it
   * fired and want to know; the others have no line then. What an action refuses is no run of it.
   */
  async run(alert: Alert, names: readonly ActionName[], limits: ActionLimits, onLines: (lines: string[]) => void = () => {}): Promise<string[]> {
    const results: (string | null)[] = names.map(() => null);
    const lines = (): string[] => results.filter((line) => line !== null);
    const put = (index: number, line: string): void => {
      results[index] = line;
      onLines(lines());
    };
    const atOnce: Promise<void>[] = [];
    const inLine: Promise<void>[] = [];
    if (alert.state === 'resolved') this.refused.delete(alert.id);
    names.forEach((name, index) => {
      const atMs = this.nowMs();
      const { action, why } = this.admit(alert, name, limits, atMs);
      const label = action?.label ?? name;
      const tell = (result: string): void => {
        if (alert.state !== 'resolved') this.noteRefusal(alert, name, result.startsWith('refused:'), why === null ? atMs : null);
        put(index, result === '' ? label : `${label}: ${result}`);
      };
      if (why === NOT_CONCERNED) return;
      if (action === undefined || why !== null) tell(why ?? '');
      else if (action.pace === 'at-once') atOnce.push(bounded(action, alert).then(tell));
      else {
        const run = async (): Promise<string> => {
          // A command is to know the flame's file.
          await Promise.all(atOnce);
          return bounded(action, { ...alert, actions: [...alert.actions, ...lines()] });
        };
        const shareAs = action.pace === 'heavy-shared' ? name : null;
        inLine.push((this.heavy.underWay(name) ?? this.heavy.enter(shareAs, run)).then(tell));
      }
    });
    await Promise.all([...atOnce, ...inLine]);
    return lines();
  }

  /** Which actions have refused for an alert that fires, and are to be tried again by now: each is told once, until it refuses again or its time has come again. */
  takeDue(alertId: string): ActionName[] {
    const nowMs = this.nowMs();
    const refused = this.refused.get(alertId) ?? new Map<ActionName, number>();
    // A clock that was put back makes nobody wait longer.
    const due = [...refused].filter(([, atMs]) => Math.abs(nowMs - atMs) >= this.retryMs).map(([name]) => name);
    for (const name of due) refused.set(name, nowMs);
    return due;
  }

  /** takenMs: when it was counted as run; null: it was not. */
  private noteRefusal({ id, rule }: Alert, name: ActionName, isRefused: boolean, takenMs: number | null): void {
    if (isRefused && takenMs !== null) this.use.giveBack(rule, name, id, takenMs);
    const refused = this.refused.get(id) ?? new Map<ActionName, number>();
    refused.delete(name);
    if (isRefused) refused.set(name, this.nowMs());
    this.refused.delete(id);
    if (refused.size > 0) this.refused.set(id, refused);
    if (this.refused.size > ALERTS_OF_RUN_MAX) this.refused.delete(this.refused.keys().next().value as string);
  }

  /** The limits used up so far, as plain JSON. */
  save(): unknown {
    return this.use.save(this.nowMs());
  }

  /** why null: the action is to run, and counts as run. */
  private admit(alert: Alert, name: ActionName, limits: ActionLimits, nowMs: number): { action: Action | undefined; why: string | null } {
    const action = this.actions.get(name);
    const isOver = alert.state === 'resolved';
    if (action === undefined) return { action, why: isOver ? NOT_CONCERNED : 'unknown: no action, sink or command of this name works' };
    if (isOver && (!this.use.resolve(alert.rule, name, alert.id) || !action.atResolve)) return { action, why: NOT_CONCERNED };
    const useless = action.uselessFor?.(alert) ?? null;
    if (useless !== null) return { action, why: `not done: ${useless}` };
    // Before the limits: what is refused has not run.
    const refusal = action.pace === 'at-once' || this.heavy.underWay(name) !== undefined ? null : this.heavy.refusal;
    if (refusal !== null) return { action, why: `refused: ${refusal}` };
    const limited = isOver ? null : this.use.take(alert.rule, name, alert.id, limits, nowMs);
    return { action, why: limited === null ? null : `limited: ${limited}` };
  }
}

/** The alert is resolved, and the action has nothing to do with that: no line. */
const NOT_CONCERNED = '';

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
