// The life of one alert: inactive, pending, firing, resolved. Time comes in as an argument; the same figures give the same life.
import type { Alert } from '../../core/alert-types.js';
import { RULE_FORGET_MS, RULE_GAP_WINDOWS, RULE_TIMER_SLACK_RATIO } from '../../core/limits.js';
import type { Answer } from './conditions/judge.js';
import type { Transition } from './rule.js';

/** An alert that is pending or firing. Inactive has no state, resolved ends it. */
export interface AlertState {
  phase: 'pending' | 'firing';
  key: string;
  alert: Alert;
  /** End of the first figures for which the condition holds, wall clock. */
  sinceMs: number;
  firedAtMs: number;
  /** First figures without the condition while it fires; 0: the newest that say anything show it. */
  clearSinceMs: number;
  /** Newest figures that say anything of the series. */
  dataMs: number;
  /** Newest figures that the rule was judged by. */
  seenMs: number;
  /** Bits of the conditions that held when it was last so. */
  held: number;
  /** What was beyond its limit when anything last was; the telling one first. */
  breaches: readonly Breach[];
}

/** One condition beyond its limit, in words for when it is not any more. */
export interface Breach {
  bit: number;
  /** As `error rate of commands`. */
  name: string;
  /** As `was 72 %, above 10 %`. */
  was: string;
}

/** What the newest figures say of the series. */
export interface Seen {
  answer: Answer;
  holding: number;
  atMs: number;
  spanMs: number;
}

/** Durations of the rule, real ms. */
export interface AlertTimes {
  forMs: number;
  keepFiringForMs: number;
  windowMs: number;
  timeScale: number;
}

export interface Step {
  /** undefined: inactive again, or resolved. */
  state: AlertState | undefined;
  change: { from: Transition['from']; to: Transition['to'] } | undefined;
}

/** A first sight of the condition. */
export function begin(key: string, alert: Alert, seen: Seen, times: AlertTimes): Step {
  const { atMs, holding } = seen;
  const state: AlertState = {
    phase: 'pending',
    key,
    alert,
    sinceMs: atMs,
    firedAtMs: 0,
    clearSinceMs: 0,
    dataMs: atMs,
    seenMs: atMs,
    held: holding,
    breaches: [],
  };
  alert.since = new Date(atMs).toISOString();
  if (times.forMs > 0) return { state, change: { from: 'inactive', to: 'pending' } };
  fire(state, atMs);
  return { state, change: { from: 'inactive', to: 'firing' } };
}

/** The next figures of an alert that is pending or firing. */
export function advance(state: AlertState, seen: Seen, times: AlertTimes): Step {
  const { answer, atMs } = seen;
  const gapMs = atMs - state.seenMs;
  state.seenMs = atMs;
  if (answer === 'yes') {
    state.dataMs = atMs;
    state.held = seen.holding;
    state.clearSinceMs = 0;
  }
  return state.phase === 'pending' ? advancePending(state, seen, times, gapMs) : advanceFiring(state, seen, times);
}

function advancePending(state: AlertState, { answer, atMs, spanMs }: Seen, times: AlertTimes, gapMs: number): Step {
  if (answer !== 'yes') return { state: undefined, change: { from: 'pending', to: 'inactive' } };
  // The clock went back, or nobody looked for long: it may have been over in between.
  if (atMs < state.sinceMs || gapMs > RULE_GAP_WINDOWS * times.windowMs) {
    state.sinceMs = atMs;
    state.alert.since = new Date(atMs).toISOString();
  }
  if (atMs - state.sinceMs < times.forMs - spanMs * RULE_TIMER_SLACK_RATIO) return { state, change: undefined };
  fire(state, atMs);
  return { state, change: { from: 'pending', to: 'firing' } };
}

function advanceFiring(state: AlertState, { answer, atMs, spanMs }: Seen, times: AlertTimes): Step {
  if (answer === 'yes') return { state, change: undefined };
  if (answer === 'no') {
    state.dataMs = atMs;
    if (state.clearSinceMs === 0 || atMs < state.clearSinceMs) state.clearSinceMs = atMs;
    if (atMs - state.clearSinceMs >= times.keepFiringForMs - spanMs * RULE_TIMER_SLACK_RATIO) return resolve(state, atMs);
    return { state, change: undefined };
  }
  // Without data nothing is over, until the series is forgotten.
  return atMs - state.dataMs >= RULE_FORGET_MS / times.timeScale ? resolve(state, atMs) : { state, change: undefined };
}

function fire(state: AlertState, atMs: number): void {
  state.phase = 'firing';
  state.firedAtMs = atMs;
  state.alert.state = 'firing';
  state.alert.firedAt = new Date(atMs).toISOString();
}

function resolve(state: AlertState, atMs: number): Step {
  state.alert.state = 'resolved';
  state.alert.resolvedAt = new Date(atMs).toISOString();
  return { state: undefined, change: { from: 'firing', to: 'resolved' } };
}
