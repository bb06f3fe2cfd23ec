// The samples of each thread in the open window, joined with the thread's spans, and the newest segments for a stall that began before.
import { HISTORY_SEGMENTS, JOIN_DELAY_MS, JOIN_PENDING_MAX, PROFILED_THREADS_MAX } from '../../core/limits.js';
import type { Attribution } from '../../flame/attribution/attribute.js';
import type { Profile } from '../../flame/profile.js';
import { sliceProfile } from '../../flame/profile-segments.js';
import type { JoinedSegment, ProfiledThread } from '../../report/cpu-summary.js';

/** Gives each sample of a thread's segment its path. Takes the spans: called once a segment, in order of time. */
export type Join = (thread: string, segment: Profile) => Attribution;

interface ThreadSegments {
  threadId: number;
  joined: JoinedSegment[];
  /** Not joined yet: spans around their samples may still have to end. */
  pending: Profile[];
  /** Moment of the last sample. */
  endUs: number;
  newest: Profile[];
}

export class WindowProfiles {
  private readonly threads = new Map<string, ThreadSegments>();
  private readonly join: Join;

  constructor(join: Join) {
    this.join = join;
  }

  /** Segments come in the order of their time and overlap a little, as the rotation makes them. */
  add(threadId: number, segment: Profile): void {
    const thread = this.threadOf(threadId, segment.thread);
    const before = thread.pending.at(-1);
    // The sampler goes on between two segments: the last leaf was in force until the next sample.
    if (before !== undefined && segment.timesUs.length > 0 && segment.timesUs[0] - thread.endUs < 2 * segment.intervalUs) {
      before.timesUs[before.timesUs.length - 1] = Math.max(thread.endUs, segment.timesUs[0]);
    }
    thread.newest.push(segment);
    if (thread.newest.length > HISTORY_SEGMENTS) thread.newest.shift();
    const cut = sliceProfile(segment, Math.max(thread.endUs, segment.startUs), segment.endUs);
    if (cut.samples.length === 0) return;
    thread.pending.push(cut);
    thread.endUs = cut.timesUs[cut.timesUs.length - 1];
  }

  /**
   * Joins samples that are older than JOIN_DELAY_MS, so that spans of that length are known. Those of a thread that is blocked wait longer: the span that
   * blocks it ends when the block does.
   */
  joinOld(nowUs: number, isBlocked: (thread: string) => boolean): void {
    for (const [name, thread] of this.threads) {
      if (isBlocked(name) && thread.pending.length < JOIN_PENDING_MAX) continue;
      this.joinUntil(name, thread, nowUs - JOIN_DELAY_MS * 1000);
    }
  }

  /** Joins all of one thread: now, or its spans are gone. */
  joinPending(name: string): void {
    const thread = this.threads.get(name);
    if (thread !== undefined) this.joinUntil(name, thread, Number.POSITIVE_INFINITY);
  }

  private joinUntil(name: string, thread: ThreadSegments, untilUs: number): void {
    while (thread.pending.length > 0 && thread.pending[0].endUs < untilUs) {
      const profile = thread.pending.shift() as Profile;
      thread.joined.push({ profile, attribution: this.join(name, profile) });
    }
  }

  /** The window's samples of each thread that has some; the next window begins empty. */
  take(): ProfiledThread[] {
    const taken: ProfiledThread[] = [];
    for (const [name, thread] of this.threads) {
      this.joinPending(name);
      if (thread.joined.length === 0) continue;
      taken.push({ threadId: thread.threadId, segments: thread.joined });
      thread.joined = [];
    }
    return taken;
  }

  /** Newest segments of a thread that reach past a moment. */
  since(thread: string, startUs: number): Profile[] {
    return (this.threads.get(thread)?.newest ?? []).filter((segment) => segment.endUs > startUs);
  }

  private threadOf(threadId: number, name: string): ThreadSegments {
    let thread = this.threads.get(name);
    if (thread === undefined) {
      // Threads that ended have nothing in the open window: the oldest of them makes place.
      if (this.threads.size >= PROFILED_THREADS_MAX * 2) this.forgetOne();
      thread = { threadId, joined: [], pending: [], endUs: 0, newest: [] };
      this.threads.set(name, thread);
    }
    return thread;
  }

  private forgetOne(): void {
    for (const [name, { joined, pending }] of this.threads) {
      if (joined.length > 0 || pending.length > 0) continue;
      this.threads.delete(name);
      return;
    }
  }
}
