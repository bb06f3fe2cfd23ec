// The life of a stall, on written timelines: a column a poll of 50 ms, `t` the loop has turned since, `.` it has not, `#` the agent did not run.
import test from 'ava';
import { type StallEvent, StallWatch } from '../../../src/diagnose/stalls/stall-watch.js';

const POLL_MS = 50;
const START_MS = 10_000;
const limits = { stallMs: 200, heartbeatMs: 50, startMs: START_MS, tellsStops: true };

class Timeline {
  readonly watch: StallWatch;
  nowMs = START_MS;
  turns = 0;

  constructor(options: Partial<typeof limits> = {}) {
    this.watch = new StallWatch({ ...limits, ...options });
  }

  /** One poll. stepMs: since the previous one; what is beyond the period is lateness. */
  poll(turned: number | boolean, stepMs = POLL_MS): StallEvent[] {
    this.nowMs += stepMs;
    this.turns += Number(turned);
    return [...this.watch.poll({ nowMs: this.nowMs, turns: this.turns, lateMs: Math.max(0, stepMs - POLL_MS) })];
  }

  /** A column a poll. Times of the events are from the timeline's start. */
  run(columns: string): StallEvent[] {
    const events: StallEvent[] = [];
    let stepMs = POLL_MS;
    for (const column of columns.replaceAll(' ', '')) {
      if (column === '#') {
        stepMs += POLL_MS;
        continue;
      }
      events.push(...this.poll(column === 't', stepMs));
      stepMs = POLL_MS;
    }
    return events.map((event) => ({ ...event, startMs: event.startMs - START_MS }));
  }
}

const brief = (events: StallEvent[]) => events.map(({ kind, startMs, durationMs }) => `${kind} ${startMs}+${durationMs}`);

test('should tell nothing when the loop turns, as late as it may', (t) => {
  t.deepEqual(new Timeline().run('tttttttttttttttttttt'), []);
  t.deepEqual(new Timeline().run('t..t.t...t..t...t'), []);
});

test('should open at exactly the limit when the loop does not turn, from the last turn on', (t) => {
  //                          50   250
  //                          |    |
  t.deepEqual(new Timeline().run('t....'), [{ kind: 'open', startMs: 50, durationMs: 200, lateMs: 0, startup: false }]);
  t.deepEqual(new Timeline().run('t...'), []);
  const watch = new Timeline();
  watch.run('t...');
  // 199.5 ms are no stall, 200 are.
  t.deepEqual(watch.poll(false, 49.5), []);
  t.deepEqual(brief(watch.poll(false, 0.5)), ['open 10050+200']);
});

test('should open once and end at the poll that sees a turn', (t) => {
  t.deepEqual(new Timeline().run('t......t.t'), [
    { kind: 'open', startMs: 50, durationMs: 200, lateMs: 0, startup: false },
    { kind: 'end', startMs: 50, durationMs: 350, lateMs: 0, startup: false, how: 'turned' },
  ]);
});

test('should tell two stalls apart when the loop turns once between them', (t) => {
  t.deepEqual(brief(new Timeline().run('t.....t....t')), ['open 50+200', 'end 50+300', 'open 350+200', 'end 350+250']);
});

test('should say where the interval without a turn begins when it is asked', (t) => {
  const timeline = new Timeline();
  t.is(timeline.watch.sinceMs, START_MS);
  timeline.run('t.t....');
  t.is(timeline.watch.sinceMs, START_MS + 150);
  t.true(timeline.watch.isStalled);
  timeline.run('t');
  t.is(timeline.watch.sinceMs, START_MS + 400);
  t.false(timeline.watch.isStalled);
});

test('should tell updates at growing distances up to a minute when a stall lasts', (t) => {
  const timeline = new Timeline();
  const updates = timeline.run(`t${'.'.repeat(20 * 260)}`).filter(({ kind }) => kind === 'update');
  // Opened at 200 ms; distances 1, 2, 4, 8, 16, 32, 60, 60, 60 s.
  t.deepEqual(
    updates.map(({ durationMs }) => durationMs - 200),
    [1000, 3000, 7000, 15_000, 31_000, 63_000, 123_000, 183_000, 243_000],
  );
});

test('should tell one update a poll when the agent missed many', (t) => {
  const timeline = new Timeline();
  timeline.run('t....');
  t.deepEqual(brief(timeline.poll(false, 30_000)), ['update 10050+30200']);
  t.deepEqual(timeline.poll(false), []);
});

test('should end a stall with the thread and with the process when it is open, and tell nothing after', (t) => {
  for (const how of ['thread-ended', 'process-exit'] as const) {
    const timeline = new Timeline();
    timeline.run('t....');
    t.deepEqual(timeline.watch.close(START_MS + 300, how), [
      { kind: 'end', startMs: START_MS + 50, durationMs: 250, lateMs: 0, startup: false, how },
    ]);
    t.deepEqual(timeline.run('......t'), []);
    t.deepEqual(timeline.watch.close(START_MS + 900, how), []);
  }
});

test('should end nothing with the thread when no stall is open', (t) => {
  const timeline = new Timeline();
  timeline.run('t...');
  t.deepEqual(timeline.watch.close(START_MS + 300, 'thread-ended'), []);
});

test('should call it start-up when the loop has never turned', (t) => {
  t.deepEqual(new Timeline().run('......t....'), [
    { kind: 'open', startMs: 0, durationMs: 200, lateMs: 0, startup: true },
    { kind: 'end', startMs: 0, durationMs: 350, lateMs: 0, startup: true, how: 'turned' },
    { kind: 'open', startMs: 350, durationMs: 200, lateMs: 0, startup: false },
  ]);
});

test('should take a first count above 0 for a turn when the loop turned before the first poll', (t) => {
  const watch = new StallWatch(limits);
  t.deepEqual(watch.poll({ nowMs: START_MS + 400, turns: 6, lateMs: 0 }), []);
  t.is(watch.sinceMs, START_MS + 400);
});

test('should go on when the histogram is reset in a stall, and end with the count after it', (t) => {
  const timeline = new Timeline();
  timeline.turns = 40;
  t.deepEqual(brief(timeline.run('t....')), ['open 50+200']);
  timeline.turns = 0;
  // The window was closed, the loop is still blocked: a count of 0 is no turn.
  t.deepEqual(timeline.run('..'), []);
  t.true(timeline.watch.isStalled);
  t.deepEqual(brief(timeline.run('t')), ['end 50+350']);
});

test('should take a count that fell to something for a turn when the loop turned after the reset', (t) => {
  const timeline = new Timeline();
  timeline.turns = 40;
  timeline.run('t....');
  timeline.turns = 2;
  t.deepEqual(brief(timeline.run('.')), ['end 50+250']);
});

test('should wait one heartbeat longer when a reset swallows the first one', (t) => {
  const timeline = new Timeline();
  timeline.turns = 40;
  timeline.run('t');
  timeline.turns = 0;
  t.deepEqual(timeline.run('....'), []);
  t.deepEqual(brief(timeline.run('.')), ['open 50+250']);
});

test('should raise a limit that is too short for the heartbeat when it is asked for', (t) => {
  const timeline = new Timeline({ stallMs: 20 });
  t.deepEqual(timeline.run('t.t.t'), []);
  t.deepEqual(brief(timeline.run('..')), ['open 250+100']);
});

test('should not count the time in which the agent did not run when it is short', (t) => {
  // 100 ms are missing: 300 ms pass, of which 200 count.
  t.deepEqual(new Timeline().run('t..##..'), [{ kind: 'open', startMs: 50, durationMs: 300, lateMs: 100, startup: false }]);
  t.deepEqual(new Timeline().run('t..##.'), []);
});

test('should tell a stop of the whole process when the agent did not run for the limit', (t) => {
  const stop = { kind: 'stopped', startMs: 100, durationMs: 550, lateMs: 500 };
  // The heartbeat fires once after it is continued: before the agent's poll, or after.
  t.deepEqual(new Timeline().run('tt ########## t ttt'), [stop as StallEvent]);
  t.deepEqual(new Timeline().run('tt ########## . ttt'), [stop as StallEvent]);
  t.deepEqual(new Timeline({ tellsStops: false }).run('tt ########## . ttt'), []);
  t.deepEqual(new Timeline().run('tt ### t ttt'), []);
});

test('should tell no stop when the loop turned while the agent alone did not run', (t) => {
  const timeline = new Timeline();
  timeline.run('tt');
  // 11 heartbeats in 550 ms.
  t.deepEqual(timeline.poll(11, 550), []);
  t.deepEqual(timeline.poll(0), []);
});

test('should count anew after a stop when the loop is still blocked', (t) => {
  t.deepEqual(brief(new Timeline().run('t.. ########## ....')), ['stopped 150+550']);
  t.deepEqual(brief(new Timeline().run('t.. ########## .....')), ['stopped 150+550', 'open 700+200']);
});

test('should open a stall when the process is stopped again and again and the loop cannot turn', (t) => {
  t.deepEqual(brief(new Timeline().run('tt ########## . ########## . ########## . t')), ['stopped 100+550', 'open 650+550', 'end 650+1150']);
  // With a turn each time, each is a stop of its own.
  t.deepEqual(brief(new Timeline().run('tt ##### t ##### t')), ['stopped 100+300', 'stopped 400+300']);
});

test('should open late and tell the lateness when the process runs in short turns', (t) => {
  // 100 ms stopped, 20 ms running: polls come each 120 ms, 70 ms late.
  const timeline = new Timeline();
  timeline.poll(true);
  const events: StallEvent[] = [];
  for (let i = 0; i < 4; i++) events.push(...timeline.poll(false, 120));
  t.deepEqual(events, [{ kind: 'open', startMs: START_MS + 50, durationMs: 480, lateMs: 280, startup: false }]);
});

test('should tell no stop of its own when one falls into a stall', (t) => {
  t.deepEqual(new Timeline().run('t.... ########## . t'), [
    { kind: 'open', startMs: 50, durationMs: 200, lateMs: 0, startup: false },
    { kind: 'end', startMs: 50, durationMs: 800, lateMs: 500, startup: false, how: 'turned' },
  ]);
});
