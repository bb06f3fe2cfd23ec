// The watchdog: polls the heartbeat of every application thread, and when a loop has stopped has its cause put on disk while it lasts. Thread: agent.
import { performance } from 'node:perf_hooks';
import { machineMs, wallMs } from '../../core/clock.js';
import { STALL_POLL_MS_MAX, STALL_POLL_MS_MIN, STALLS_OF_RUN_MAX, STALLS_WINDOW_MAX } from '../../core/limits.js';
import { nsToMs } from '../../core/units.js';
import { PollClock } from '../../diagnose/stalls/poll-clock.js';
import { StallCount } from '../../diagnose/stalls/stall-count.js';
import { judgeStop } from '../../diagnose/stalls/stall-verdict.js';
import { type StallEvent, StallWatch } from '../../diagnose/stalls/stall-watch.js';
import type { Profile } from '../../flame/profile.js';
import { flameFileName } from '../../report/flame-files.js';
import type { Stall } from '../../report/report-types.js';
import { appendStall, readStalls } from '../../report/stall-log.js';
import type { DrainedThread } from '../drained-thread.js';
import type { Heartbeat } from '../heartbeat.js';
import { ThreadTimesReader } from '../samplers/thread-times.js';
import { CpuSupply } from './cpu-supply.js';
import { OwnStandstills } from './own-standstills.js';
import { StallEvidenceReader } from './stall-evidence.js';
import { StallStory, type StallStoryOptions, type StallStorySources } from './stall-story.js';

export interface StallMonitorOptions extends StallStoryOptions {
  stallMs: number;
  /** The kernel's number of the agent thread. */
  agentTid: number;
  /** An agent thread before this one died: what it told of the run is in its file. */
  isSuccessor: boolean;
}

/** What the monitor asks of the agent. */
export interface StallSources extends Omit<StallStorySources, 'ownMs'> {
  /** Newest samples of a thread that reach past a moment. */
  segments(thread: string, startUs: number): Profile[];
}

interface Watched {
  thread: DrainedThread;
  heartbeat: Heartbeat;
  watch: StallWatch;
  evidence: StallEvidenceReader;
  /** The open stall; null: there is none, or it is beyond a limit. */
  story: StallStory | null;
  /** Stalls whose samples are still coming: the open one, and one that has just ended. */
  collecting: Set<StallStory>;
  times: ThreadTimesReader;
  /** CPU time at the last call of `busyRatio`. */
  load: { atMs: number; cpuMs: number };
}

export class StallMonitor {
  /** Time to the next poll, ms. Long while each loop turns: a wake of an agent thread that has nothing else to do costs 0.2 ms, whatever it finds. */
  nextPollMs: number;
  /** Of main, by heap snapshots. */
  readonly own = new OwnStandstills();
  private readonly denseMs: number;
  private readonly options: StallMonitorOptions;
  private readonly sources: StallSources;
  private readonly watched = new Map<DrainedThread, Watched>();
  private readonly clock: PollClock;
  private readonly supply: CpuSupply;
  private readonly count: StallCount;
  /** Stalls of the run that the agent thread before this one told. */
  private readonly told: readonly Stall[];
  /** Stalls that were open in the window. */
  private inWindow: Stall[] = [];
  private ofRun: Stall[] = [];
  private readonly kept = new WeakSet<Stall>();
  /** Stalls whose last line is still to come: the next report has them again, then complete. */
  private readonly untold = new Set<Stall>();

  constructor(options: StallMonitorOptions, sources: StallSources) {
    this.options = options;
    this.sources = sources;
    this.told = options.isSuccessor ? this.readTold() : [];
    this.count = new StallCount(this.told.reduce((highest, { id }) => Math.max(highest, id), 0));
    this.denseMs = Math.min(STALL_POLL_MS_MAX, Math.max(STALL_POLL_MS_MIN, Math.floor(options.stallMs / 4)));
    this.nextPollMs = this.denseMs;
    this.clock = new PollClock({ nowMs: machineMs(), activeMs: performance.eventLoopUtilization().active });
    this.supply = new CpuSupply({ agentTid: options.agentTid });
    this.supply.poll(machineMs(), this.clock.lateMs);
  }

  /** Watches a thread whose heartbeat could be handed over, from startMs on, on the machine's clock. isNew: that is when it began, and the process with it. */
  add(thread: DrainedThread, heartbeat: Heartbeat, startMs: number, isNew: boolean): void {
    const { stallMs } = this.options;
    const watched: Watched = {
      thread,
      heartbeat,
      watch: new StallWatch({ stallMs, heartbeatMs: heartbeat.periodMs, startMs, tellsStops: thread.name === 'main' }),
      evidence: new StallEvidenceReader({ tid: thread.osTid, supply: this.supply, lookAfterMs: stallMs / 2, isNew }),
      story: null,
      collecting: new Set(),
      times: new ThreadTimesReader(thread.osTid),
      load: { atMs: machineMs(), cpuMs: Number.NaN },
    };
    watched.evidence.poll(startMs, watched.watch.sinceMs);
    this.watched.set(thread, watched);
  }

  /**
   * Takes over from an agent thread that died: what it told since windowStartMs (wall clock) is in the next report, and a stall that it left open gets
   * its last line. The loop that still stands then is a stall of its own, from here on.
   */
  recover(windowStartMs: number): void {
    for (const stall of this.told) {
      if (stall.ongoing) this.endForgotten(stall);
      const endMs = Date.parse(stall.startAt) + stall.durationMs;
      if (endMs >= windowStartMs) this.keep(stall);
      else this.keepOfRun(stall);
    }
  }

  /** The thread has ended. */
  remove(thread: DrainedThread): void {
    const watched = this.watched.get(thread);
    if (watched === undefined) return;
    this.close(watched, 'thread-ended');
    this.watched.delete(thread);
    watched.evidence.close();
    watched.times.close();
  }

  poll(): void {
    const nowMs = machineMs();
    const lateMs = this.clock.poll(nowMs, performance.eventLoopUtilization().active, this.nextPollMs);
    let isCalm = true;
    this.supply.poll(nowMs, this.clock.lateMs);
    for (const watched of this.watched.values()) {
      if (watched.thread.isEnded) continue;
      for (const event of watched.watch.poll({ nowMs, turns: watched.heartbeat.histogram.count, lateMs })) this.take(watched, event, nowMs);
      watched.evidence.poll(nowMs, watched.watch.sinceMs);
      if (watched.watch.sinceMs !== nowMs && !watched.story?.isResting) isCalm = false;
    }
    this.nextPollMs = isCalm ? Math.min(STALL_POLL_MS_MAX, 2 * this.denseMs) : this.denseMs;
  }

  /** Samples have come of a thread, by whatever rotation. */
  addSegment(segment: Profile): void {
    for (const { thread, collecting } of this.watched.values()) {
      if (thread.name === segment.thread) for (const story of collecting) story.addSegment(segment);
    }
  }

  /** Share of a core that a thread used since the last call, and the times its loop has turned; NaN and 0 where that is not known. Called about once a second. */
  loadOf(name: string): { busyRatio: number; turns: number } {
    for (const watched of this.watched.values()) {
      if (watched.thread.name !== name) continue;
      const times = watched.times.read();
      const nowMs = machineMs();
      const { load } = watched;
      watched.load = { atMs: nowMs, cpuMs: times === null ? Number.NaN : nsToMs(times.cpuNs) };
      return { busyRatio: (watched.load.cpuMs - load.cpuMs) / Math.max(1, nowMs - load.atMs), turns: watched.heartbeat.beats };
    }
    return { busyRatio: Number.NaN, turns: 0 };
  }

  /** Whether a thread's loop has stopped at this moment. */
  isStalled(name: string): boolean {
    for (const { thread, watch, story } of this.watched.values()) if (thread.name === name) return watch.isStalled && !story?.isResting;
    return false;
  }

  /** How long main's loop has not turned by now, ms (0: it turns), and how much of that is pitot's own doing. */
  stalledMain(): { stalledMs: number; ownMs: number } {
    const nowMs = machineMs();
    for (const { thread, watch } of this.watched.values())
      if (thread.name === 'main' && watch.isStalled) return { stalledMs: nowMs - watch.sinceMs, ownMs: this.own.within(watch.sinceMs, nowMs) };
    return { stalledMs: 0, ownMs: 0 };
  }

  /** Stalls that were open within the window; the next one begins with those that still are. */
  closeWindow(): Stall[] {
    const nowMs = machineMs();
    for (const { story } of this.watched.values()) if (story !== null && !story.isResting) story.stall.durationMs = nowMs - story.startMs;
    const stalls = this.inWindow.map((stall) => ({ ...stall }));
    this.inWindow = this.inWindow.filter((stall) => this.untold.has(stall));
    const leftOut = this.count.closeWindow();
    if (leftOut > 0) this.sources.onFault('STALLS_MAX', `${leftOut} stalls of a window beyond the ${STALLS_WINDOW_MAX} that are told in detail`);
    return stalls;
  }

  /** The longest stalls of the run, in the order of their beginnings. */
  get stallsOfRun(): Stall[] {
    return this.ofRun;
  }

  /** Resolves when all that was seen is on disk, with the samples that are there by now: before the process ends. */
  async settle(): Promise<void> {
    const stories = Array.from(this.watched.values()).flatMap(({ collecting }) => [...collecting]);
    for (const story of stories) story.hurryUp();
    await Promise.all(stories.map((story) => story.settle()));
  }

  /** The process ends: stalls that are open end with it. */
  end(): void {
    for (const watched of this.watched.values()) this.close(watched, 'process-exit');
  }

  private close(watched: Watched, how: 'thread-ended' | 'process-exit'): void {
    const nowMs = machineMs();
    for (const event of watched.watch.close(nowMs, how)) this.take(watched, event, nowMs);
  }

  private take(watched: Watched, event: StallEvent, nowMs: number): void {
    if (event.kind === 'stopped') {
      this.tellStop(event);
      return;
    }
    if (event.kind === 'open') this.open(watched, event.startMs);
    const { story } = watched;
    if (story === null) return;
    const isEnd = event.kind === 'end';
    const figures = { ...watched.evidence.read(nowMs, isEnd), startup: event.startup };
    story.tell(event.kind, figures, isEnd && event.how !== 'turned');
    if (isEnd) watched.story = null;
    void story.settle().then(() => this.afterLine(watched, story, isEnd));
  }

  private afterLine(watched: Watched, story: StallStory, isEnd: boolean): void {
    const { stall, isTold, isResting } = story;
    const isOver = isEnd || isResting;
    // A worker thread's story is a stall once its samples have shown that it does not rest.
    if (isTold) this.keep(stall);
    if (!isOver || !watched.collecting.delete(story)) return;
    this.untold.delete(stall);
    if (!isTold) this.count.giveBack();
  }

  private open(watched: Watched, startMs: number): void {
    const id = this.count.admit();
    if (id === null) return;
    const { name, threadId } = watched.thread;
    const startWallMs = wallMs() - (machineMs() - startMs);
    const stall = newStall(id, name, startWallMs);
    if (name === 'main') this.keep(stall);
    const base = flameFileName(startWallMs, process.pid, name === 'main' ? 0 : threadId, `stall-${String(id).padStart(4, '0')}`);
    const ownMs = (fromMs: number, toMs: number): number => (name === 'main' ? this.own.within(fromMs, toMs) : 0);
    const segments = [...this.sources.segments(name, startMs * 1000)];
    watched.story = new StallStory(stall, startMs, base, segments, this.options, { ...this.sources, ownMs });
    watched.collecting.add(watched.story);
    this.untold.add(stall);
  }

  /** Nothing of the process ran: a stall that nobody in it could tell of while it lasted. */
  private tellStop({ startMs, lateMs, durationMs }: StallEvent & { kind: 'stopped' }): void {
    const id = this.count.admit();
    if (id === null) return;
    const { verdict, reason } = judgeStop(this.supply.stopEvidence(lateMs));
    const stall = Object.assign(newStall(id, 'main', wallMs() - (machineMs() - startMs)), { durationMs, ongoing: false, verdict, reason });
    this.keep(stall);
    this.tellEnd(stall);
  }

  private readTold(): Stall[] {
    try {
      return readStalls(this.options.directory);
    } catch (error) {
      this.sources.onFault('STALL', (error as Error).message);
      return [];
    }
  }

  private endForgotten(stall: Stall): void {
    stall.ongoing = false;
    stall.reason = `${stall.reason}; pitot's agent thread died while it lasted, so that its end is not known`;
    this.tellEnd(stall);
  }

  private tellEnd(stall: Stall): void {
    const line = { event: 'end', at: new Date(wallMs()).toISOString(), ...stall } as const;
    try {
      appendStall(this.options.directory, line);
    } catch (error) {
      this.sources.onFault('STALL', (error as Error).message);
    }
    this.sources.onStall(line);
  }

  /** It is told in the reports, and among the longest of the run as long as it is one. */
  private keep(stall: Stall): void {
    if (this.kept.has(stall)) return;
    this.kept.add(stall);
    this.inWindow.push(stall);
    this.keepOfRun(stall);
  }

  private keepOfRun(stall: Stall): void {
    this.ofRun.push(stall);
    if (this.ofRun.length > STALLS_OF_RUN_MAX) {
      const shortest = this.ofRun
        .filter(({ ongoing }) => !ongoing)
        .reduce((least, each) => (each.durationMs < least.durationMs ? each : least), this.ofRun[0]);
      this.ofRun = this.ofRun.filter((each) => each !== shortest);
    }
  }
}

function newStall(id: number, thread: string, startWallMs: number): Stall {
  return {
    id,
    thread,
    startAt: new Date(startWallMs).toISOString(),
    durationMs: 0,
    ongoing: true,
    verdict: 'waiting',
    reason: '',
    cpuMs: 0,
    top: [],
    file: '',
  };
}
