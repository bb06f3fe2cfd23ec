// Runs the named actions of an alert, the heavy ones in line with those of other alerts: within the limits of its rule, each within its time, and never with an error.
import type { Alert } from '../../core/alert-types.js';
import { ACTION_MS_MAX, HEAVY_ACTIONS_MAX } from '../../core/limits.js';
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

  constructor({ timeScale, saved }: ActionRunnerOptions, { actions, nowMs }: ActionSources) {
    this.actions = actions;
    this.nowMs = nowMs;
    this.use = new ActionUse(timeScale, saved);
  }

  /**
   * One line an action, in the order of the names, for alert.actions: `flame: flame/CPU….cpuprofile`, `heap-snapshot: limited: 3 runs in 1 h`. What is not
   * heavy is begun before this returns; heavy ones wait for all that were asked for before them, of whatever alert, and are refused where too many wait.
   * onLines is told the lines so far whenever there is one more. An alert that is resolved goes, outside of the limits, to those actions that ran when it
   * fired and want to know; the others have no line then.
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
    names.forEach((name, index) => {
      const { action, why } = this.admit(alert, name, limits);
      const label = action?.label ?? name;
      const tell = (result: string): void => put(index, result === '' ? label : `${label}: ${result}`);
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

  /** The limits used up so far, as plain JSON. */
  save(): unknown {
    return this.use.save(this.nowMs());
  }

  /** why null: the action is to run, and counts as run. */
  private admit(alert: Alert, name: ActionName, limits: ActionLimits): { action: Action | undefined; why: string | null } {
    const action = this.actions.get(name);
    const isOver = alert.state === 'resolved';
    if (action === undefined) return { action, why: isOver ? NOT_CONCERNED : 'unknown: no action, sink or command of this name works' };
    if (isOver && (!this.use.resolve(alert.rule, name, alert.id) || !action.atResolve)) return { action, why: NOT_CONCERNED };
    // Before the limits: what is refused has not run.
    const refusal = action.pace === 'at-once' || this.heavy.underWay(name) !== undefined ? null : this.heavy.refusal;
    if (refusal !== null) return { action, why: `refused: ${refusal}` };
    const limited = isOver ? null : this.use.take(alert.rule, name, alert.id, limits, this.nowMs());
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
