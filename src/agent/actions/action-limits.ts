// How often the actions of rules have run, by rule and action, and whether they may again. Plain data on the wall clock, so that it outlives the process.
import { ACTION_LIMITS_MAX, ACTION_RUNS_MAX } from '../../core/limits.js';
import { durationWords } from '../../diagnose/rules/durations.js';
import type { ActionLimits } from '../../diagnose/rules/rule.js';
import { refusalOf, runsThatCount, scaledLimits } from './run-limit.js';

/** Runs of one action for one rule. */
interface Used {
  rule: string;
  action: string;
  /** Wall clock, ms since the epoch, oldest first. */
  runsAtMs: number[];
  /** From then on none of it matters any more. */
  untilMs: number;
  /** Alerts whose firing the action was run for, and that are not resolved: newest last. */
  open: string[];
}

export interface ActionLimitsState {
  version: 1;
  used: Used[];
}

export class ActionUse {
  private readonly timeScale: number;
  private readonly used = new Map<string, Used>();

  /** saved: what save() gave, from an earlier process; anything else is as if there were nothing. */
  constructor(timeScale: number, saved: unknown) {
    this.timeScale = timeScale;
    const state = saved as Partial<ActionLimitsState> | null | undefined;
    if (state?.version !== 1 || !Array.isArray(state.used)) return;
    for (const each of state.used.slice(-ACTION_LIMITS_MAX)) if (isUsed(each)) this.used.set(keyOf(each.rule, each.action), structuredClone(each));
  }

  /** Null: the action may run, and is counted as run. Else why not, as `3 runs in 1 h`. */
  take(rule: string, action: string, alertId: string, given: ActionLimits, nowMs: number): string | null {
    const limits = scaledLimits(given, this.timeScale);
    const { windowMs, coolDownMs } = limits;
    const key = keyOf(rule, action);
    const used = this.used.get(key) ?? { rule, action, runsAtMs: [], untilMs: 0, open: [] };
    used.runsAtMs = runsThatCount(used.runsAtMs, limits, nowMs);
    const refusal = refusalOf(used.runsAtMs, limits, nowMs);
    if (refusal?.by === 'count') return `${refusal.runs} ${refusal.runs === 1 ? 'run' : 'runs'} in ${durationWords(windowMs)}`;
    if (refusal !== null)
      return `${durationWords(nowMs - (used.runsAtMs.at(-1) ?? nowMs))} since the last run, ${durationWords(coolDownMs)} is the least`;
    used.runsAtMs = [...used.runsAtMs, nowMs].slice(-ACTION_RUNS_MAX);
    used.untilMs = nowMs + Math.max(windowMs, coolDownMs);
    used.open = [...used.open.filter((id) => id !== alertId), alertId].slice(-ACTION_RUNS_MAX);
    // Newest last, so that the one that goes is the one not used for longest.
    this.used.delete(key);
    this.used.set(key, used);
    if (this.used.size > ACTION_LIMITS_MAX) this.used.delete(this.used.keys().next().value as string);
    return null;
  }

  /** What `take` counted was no run. takenMs: its nowMs. */
  giveBack(rule: string, action: string, alertId: string, takenMs: number): void {
    const used = this.used.get(keyOf(rule, action));
    const at = used?.runsAtMs.lastIndexOf(takenMs) ?? -1;
    if (used === undefined || at < 0) return;
    used.runsAtMs = used.runsAtMs.toSpliced(at, 1);
    used.open = used.open.filter((id) => id !== alertId);
  }

  /** Whether the action was run when the alert fired, and so is to hear of its end. Once. */
  resolve(rule: string, action: string, alertId: string): boolean {
    const used = this.used.get(keyOf(rule, action));
    if (!used?.open.includes(alertId)) return false;
    used.open = used.open.filter((id) => id !== alertId);
    return true;
  }

  save(nowMs: number): ActionLimitsState {
    for (const [key, { untilMs, open }] of this.used) if (untilMs <= nowMs && open.length === 0) this.used.delete(key);
    return { version: 1, used: structuredClone([...this.used.values()]) };
  }
}

const keyOf = (rule: string, action: string): string => `${rule}\n${action}`;

function isUsed(used: Partial<Used> | null): used is Used {
  const isText = (value: unknown): boolean => typeof value === 'string';
  return (
    isText(used?.rule) &&
    isText(used?.action) &&
    Array.isArray(used?.runsAtMs) &&
    used.runsAtMs.every(Number.isFinite) &&
    Number.isFinite(used.untilMs) &&
    Array.isArray(used.open) &&
    used.open.every(isText)
  );
}
