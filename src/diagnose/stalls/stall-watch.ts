// When an event loop has stopped turning: the life of a stall, from what a poll of another thread sees. Pure: time is an argument.
import { STALL_UPDATE_MS_MAX, STALL_UPDATE_MS_MIN } from '../../core/limits.js';

/** What one poll of the agent thread sees of a watched thread. */
export interface StallPoll {
  /** Monotonic time of the poll, ms. */
  nowMs: number;
  /** Count of the thread's native heartbeat: it changes only when its loop turns, and falls to 0 when the histogram is reset. */
  turns: number;
  /** Of the time since the previous poll: how long the agent thread itself was kept from running, ms (see PollClock). */
  lateMs: number;
}

interface Interval {
  /** Monotonic time at which the interval begins, ms: the last poll that saw the loop turn. */
  startMs: number;
  durationMs: number;
}

export type StallEvent =
  | (Interval & {
      /** update: at 1, 3, 7, 15 … s after the opening, then every 60 s. */
      kind: 'open' | 'update';
      /** Of the duration: how long the agent thread itself was kept from running, ms. */
      lateMs: number;
      /** The loop has never turned yet: the thread is still loading its modules. */
      startup: boolean;
    })
  | (Interval & { kind: 'end'; lateMs: number; startup: boolean; how: StallEnd })
  /** The whole process did not run for lateMs within this interval, and no stall was open. The loop's code has no part in it. */
  | (Interval & { kind: 'stopped'; lateMs: number });

export type StallEnd = 'turned' | 'thread-ended' | 'process-exit';

export interface StallWatchOptions {
  /** A loop that does not turn for this long is a stall, ms. */
  stallMs: number;
  /** Resolution of the heartbeat, ms. A limit below twice that could not be told from a loop in health, and is raised to it. */
  heartbeatMs: number;
  /** When the thread began, as far as it is known, ms: where a stall of its start-up begins. */
  startMs: number;
  /** Whether this watch tells of stops of the whole process: one watch a process does, main's. */
  tellsStops: boolean;
}

type State =
  /** Has turned lately, or at least not failed to for long. stops: of the whole process, since it last turned. */
  | { kind: 'quiet'; startup: boolean; stops: number }
  | { kind: 'stalled'; startup: boolean; updateAtMs: number; updateEveryMs: number }
  | { kind: 'ended' };

const NOTHING: readonly StallEvent[] = [];

/**
 * Watches the loop of one thread.
 *
 * A stall opens when the loop has not turned for `stallMs` of time in which the agent thread could run: what it missed (a SIGSTOP, a suspended
 * machine, a CPU quota used up) says nothing about the thread's code. Its start is the poll that last saw a turn, and its end the poll that sees
 * the next: nothing is added or taken off. The real times lie up to one poll period before and one heartbeat after these, so a block shorter than
 * stallMs + poll period + heartbeat may go unseen, and one longer than that never does.
 */
export class StallWatch {
  private readonly limitMs: number;
  private readonly heartbeatMs: number;
  private readonly tellsStops: boolean;
  private readonly stopMs: number;
  private state: State = { kind: 'quiet', startup: true, stops: 0 };
  private polledMs: number;
  private turns = 0;
  /** Sums over the interval that begins at sinceMs. */
  private lateMs = 0;
  private graceMs = 0;
  private startsMs: number;

  constructor({ stallMs, heartbeatMs, startMs, tellsStops }: StallWatchOptions) {
    this.limitMs = Math.max(stallMs, 2 * heartbeatMs);
    this.stopMs = stallMs;
    this.heartbeatMs = heartbeatMs;
    this.tellsStops = tellsStops;
    this.startsMs = startMs;
    this.polledMs = startMs;
  }

  /** Where the present interval without a turn begins, ms. Equal to a poll's nowMs just after a turn: evidence is counted from there. */
  get sinceMs(): number {
    return this.startsMs;
  }

  get isStalled(): boolean {
    return this.state.kind === 'stalled';
  }

  /** At most one event a poll, but for a stop and the opening that may follow from it. */
  poll({ nowMs, turns, lateMs }: StallPoll): readonly StallEvent[] {
    if (this.state.kind === 'ended') return NOTHING;
    const beats = this.hear(turns);
    const before = this.polledMs;
    this.polledMs = nowMs;
    this.lateMs += lateMs;
    if (this.state.kind === 'stalled') return beats > 0 ? [this.end(nowMs, 'turned', false)] : this.update(this.state, nowMs);

    // A loop that has turned in most of the time that the agent missed was not stopped: the agent alone was held up.
    const isStop = lateMs >= this.stopMs && beats * this.heartbeatMs < lateMs / 2;
    const stops = isStop ? [{ kind: 'stopped', startMs: before, durationMs: nowMs - before, lateMs } as const] : NOTHING;
    if (beats > 0) {
      this.begin(nowMs, { kind: 'quiet', startup: false, stops: 0 });
      return this.tellsStops ? stops : NOTHING;
    }
    if (isStop) {
      if (this.state.stops === 0) {
        // What came before the stop has no evidence of its own any more: the count begins anew.
        this.begin(nowMs, { ...this.state, stops: 1 });
        return this.tellsStops ? stops : NOTHING;
      }
      // Stopped again before the loop could turn once: not an incident any more but a thread that is not let run.
      return [this.open(this.state.startup, nowMs)];
    }
    const quietMs = nowMs - this.startsMs - this.lateMs - this.graceMs;
    return quietMs >= this.limitMs ? [this.open(this.state.startup, nowMs)] : NOTHING;
  }

  /** The thread or the process is over: the end of a stall that was open, and nothing from here on. */
  close(nowMs: number, how: Exclude<StallEnd, 'turned'>): readonly StallEvent[] {
    const events = this.state.kind === 'stalled' ? [this.end(nowMs, how, true)] : NOTHING;
    this.state = { kind: 'ended' };
    return events;
  }

  /** Heartbeats since the last poll. A count that falls was reset: what it holds came after. */
  private hear(turns: number): number {
    const before = this.turns;
    this.turns = turns;
    if (turns >= before) return turns - before;
    // The first heartbeat after a reset only sets the clock and is not counted.
    this.graceMs += this.heartbeatMs;
    return turns;
  }

  private begin(nowMs: number, state: State): void {
    this.state = state;
    this.startsMs = nowMs;
    this.lateMs = 0;
    this.graceMs = 0;
  }

  private open(startup: boolean, nowMs: number): StallEvent {
    this.state = { kind: 'stalled', startup, updateAtMs: nowMs + STALL_UPDATE_MS_MIN, updateEveryMs: STALL_UPDATE_MS_MIN };
    return { kind: 'open', ...this.interval(nowMs), lateMs: this.lateMs, startup };
  }

  private update(state: State & { kind: 'stalled' }, nowMs: number): readonly StallEvent[] {
    if (nowMs < state.updateAtMs) return NOTHING;
    state.updateEveryMs = Math.min(2 * state.updateEveryMs, STALL_UPDATE_MS_MAX);
    state.updateAtMs = nowMs + state.updateEveryMs;
    return [{ kind: 'update', ...this.interval(nowMs), lateMs: this.lateMs, startup: state.startup }];
  }

  private end(nowMs: number, how: StallEnd, isOver: boolean): StallEvent {
    const startup = this.state.kind === 'stalled' && this.state.startup;
    const event = { kind: 'end', ...this.interval(nowMs), lateMs: this.lateMs, startup, how } as const;
    if (!isOver) this.begin(nowMs, { kind: 'quiet', startup: false, stops: 0 });
    return event;
  }

  private interval(nowMs: number): Interval {
    return { startMs: this.startsMs, durationMs: nowMs - this.startsMs };
  }
}
