// The life of one alert: inactive, pending, firing, resolved. Time comes in as an argument; the same figures give the same life.
import type { Alert } from '../../core/alert-types.js';
import { RULE_FORGET_MS, RULE_GAP_WINDOWS, RULE_TIMER_SLACK_RATIO } from '../../core/limits.js';
import type { Answer } from './conditions/judge.js';
import type { Observed } from './observed-time.js';
import type { Transition } from './rule.js';

/** An alert that is pending or firing. Inactive has no state, resolved ends it. Durations are of observed time (observed-time.ts), what ends in At or Since is of the wall clock. */
export interface AlertState {
  phase: 'pending' | 'firing';
  key: string;
  alert: Alert;
  /** End of the first figures for which the condition holds, wall clock. */
  sinceMs: number;
  /** For how long it has held since. */
  heldMs: number;
  firedAtMs: number;
  /** For how long no figures have said anything of the series. */
  unjudgedMs: number;
  /** For how long nothing was called, where calls are judged. */
  silentMs: number;
  /** For how long nothing at all was called since a call showed the condition: silence that may count once another call shows it. */
  bridgedMs: number;
  /** First figures without the condition while it fires, wall clock; 0: the newest that say anything show it. */
  clearSinceMs: number;
  /** How long ago that is. */
  clearMs: number;
  /** Newest figures that the rule was judged by, wall clock. */
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

/** some: of what has too few calls. others: of what other conditions of the rule judge, and these say no. */
export type Called = 'some' | 'others' | 'nothing';

/** What the newest figures say of the series. */
export interface Seen extends Observed {
  answer: Answer;
  holding: number;
  atMs: number;
  /** Observed time that the answer is of, ms; 0: that of the newest figures. */
  coversMs: number;
  /** What was called, where the answer is that calls were too few. */
  called: Called;
}

/** Durations of the rule, real ms. */
export interface AlertTimes {
  forMs: number;
  keepFiringForMs: number;
  /** For how long calls are added up until there are enough. */
  lookbackMs: number;
  /** For how long silence leaves pending what one call can show. */
  silenceMs: number;
  /** Bits of the conditions that one call can show. */
  oneCallBits: number;
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
    heldMs: 0,
    firedAtMs: 0,
    unjudgedMs: 0,
    silentMs: 0,
    bridgedMs: 0,
    clearSinceMs: 0,
    clearMs: 0,
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
  const { answer, atMs, elapsedMs } = seen;
  // Of an earlier process only the wall clock is known.
  const gapMs = seen.gapMs ?? atMs - state.seenMs;
  const isBroken = gapMs < 0 || gapMs > RULE_GAP_WINDOWS * times.windowMs;
  state.seenMs = atMs;
  state.unjudgedMs += elapsedMs;
  state.silentMs = answer === 'few' && seen.called !== 'some' ? state.silentMs + elapsedMs : 0;
  if (answer === 'few') state.bridgedMs = seen.called === 'nothing' ? state.bridgedMs + elapsedMs : 0;
  const { change, state: next } = state.phase === 'pending' ? advancePending(state, seen, times, isBroken) : advanceFiring(state, seen, times);
  if (answer === 'yes') {
    state.held = seen.holding;
    state.clearSinceMs = 0;
  }
  if (answer === 'yes' || answer === 'no') state.unjudgedMs = 0;
  if (isOfOneCall(seen.holding, times)) state.bridgedMs = 0;
  return { change, state: next };
}

const hasPassed = (ms: number, neededMs: number, { elapsedMs }: Seen): boolean => ms >= neededMs - elapsedMs * RULE_TIMER_SLACK_RATIO;

function advancePending(state: AlertState, seen: Seen, times: AlertTimes, isBroken: boolean): Step {
  const { answer, atMs, elapsedMs, coversMs } = seen;
  if (answer !== 'yes' && !(answer === 'few' && waits(state, seen, times, isBroken)))
    return { state: undefined, change: { from: 'pending', to: 'inactive' } };
  if (answer === 'few') return { state, change: undefined };
  if (isBroken) {
    // Nobody looked for long: it may have been over in between.
    state.sinceMs = atMs;
    state.alert.since = new Date(atMs).toISOString();
    state.heldMs = 0;
    state.bridgedMs = 0;
  } else {
    // Windows with too few calls count once a sum with enough of them shows it.
    const confirmsSilence = isOfOneCall(seen.holding, times) && isSilenceOnly(state, elapsedMs);
    state.heldMs += Math.max(elapsedMs, Math.min(state.unjudgedMs, coversMs), confirmsSilence ? state.bridgedMs + elapsedMs : 0);
  }
  if (!hasPassed(state.heldMs, times.forMs, seen)) return { state, change: undefined };
  fire(state, atMs);
  return { state, change: { from: 'pending', to: 'firing' } };
}

const isOfOneCall = (bits: number, { oneCallBits }: AlertTimes): boolean => (bits & oneCallBits) !== 0;

/** Whether nothing was called in all the time that nobody could say anything, but for the newest. */
const isSilenceOnly = ({ bridgedMs, unjudgedMs }: AlertState, newestMs: number): boolean => bridgedMs + newestMs >= unjudgedMs;

/** Too few calls neither end it nor confirm it, until none at all came for so long, or never enough. */
function waits(state: AlertState, seen: Seen, times: AlertTimes, isBroken: boolean): boolean {
  const { held, silentMs, bridgedMs, unjudgedMs } = state;
  if (isBroken) return false;
  if (isOfOneCall(held, times) && isSilenceOnly(state, 0)) return !hasPassed(bridgedMs, times.silenceMs, seen);
  if (silentMs > 0 && hasPassed(silentMs, times.forMs, seen)) return false;
  return unjudgedMs <= times.lookbackMs + seen.elapsedMs * RULE_TIMER_SLACK_RATIO;
}

function advanceFiring(state: AlertState, seen: Seen, times: AlertTimes): Step {
  const { answer, atMs, elapsedMs } = seen;
  if (answer === 'yes') return { state, change: undefined };
  if (state.clearSinceMs !== 0) state.clearMs += elapsedMs;
  if (answer === 'no') {
    if (state.clearSinceMs === 0) {
      state.clearSinceMs = atMs;
      state.clearMs = 0;
    }
    return hasPassed(state.clearMs, times.keepFiringForMs, seen) ? resolve(state, atMs) : { state, change: undefined };
  }
  // Without data nothing is over, until the series is forgotten.
  return hasPassed(state.unjudgedMs, RULE_FORGET_MS / times.timeScale, seen) ? resolve(state, atMs) : { state, change: undefined };
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
