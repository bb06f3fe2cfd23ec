// What an action of an alert is: something done once, within a time, that says in a few words what came of it.
import type { Alert } from '../../core/alert-types.js';

export interface Action {
  /** How its line begins where that is not its name: `command restart`. */
  label?: string;
  /** Also done when the alert is resolved, for those that were done when it fired. False: it gathers evidence of what is over by then. */
  atResolve: boolean;
  /**
   * at-once: whatever else is under way. heavy: it takes long, or burdens the process; one at a time, of whatever alert. heavy-shared: so too, and what
   * runs or waits serves further alerts, since it does not depend on the alert.
   */
  pace: 'at-once' | 'heavy' | 'heavy-shared';
  /** Why it is of no use for an alert, which it is then not run for: told in its line, and no limit is used up. null: it may be. Default: it always is. */
  uselessFor?(alert: Alert): string | null;
  /** ms; the runner gives the action up after so long, and aborts its signal. */
  timeoutMs: number;
  /**
   * Says what came of it, as `flame/CPU….cpuprofile`, or `refused: …`, which is no run and is tried again while the alert fires; a heavy one gets the alert with what has come of the rule's other actions by then.
   * What it throws becomes `failed: …`. After the signal's abort nobody waits for it: it lets go of what it holds.
   */
  run(alert: Alert, signal: AbortSignal): Promise<string>;
}
