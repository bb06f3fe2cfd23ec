// What an action of an alert is: something done once, within a time, that says in a few words what came of it.
import type { Alert } from '../../core/alert-types.js';

export interface Action {
  /** How its line begins where that is not its name: `command restart`. */
  label?: string;
  /** Also done when the alert is resolved, for those that were done when it fired. False: it gathers evidence of what is over by then. */
  atResolve: boolean;
  /** ms; the runner gives the action up after so long, and aborts its signal. */
  timeoutMs: number;
  /**
   * Says what came of it, as `flame/CPU….cpuprofile` or `refused: …`; the alert has the results of the actions before it. What it throws becomes
   * `failed: …`. After the signal's abort nobody waits for it: it lets go of what it holds.
   */
  run(alert: Alert, signal: AbortSignal): Promise<string>;
}
