// CPU of each thread over a window, from cumulative samples: threads may come, go, and leave their id to another.
import { THREADS_MAX } from '../../core/limits.js';
import { msToNs } from '../../core/units.js';
import type { ThreadUse } from '../../report/report-types.js';
import type { ThreadCpu } from './thread-cpu.js';

/** Stands for the threads of a window beyond the limit. */
const OTHER_THREADS: ThreadUse = { id: 0, name: '(other threads)', cpuRatio: 0 };

export class ThreadUseWindow {
  /** CPU of the threads of the newest sample; null before the first. */
  private seen: Map<number, number> | null;
  private readonly used = new Map<number, { name: string; cpuNs: number }>();

  /** countsFromZero: all CPU of the threads of the first sample belongs to the first window. */
  constructor(countsFromZero: boolean) {
    this.seen = countsFromZero ? new Map() : null;
  }

  /** A thread that was not there a sample ago has begun since: all of its CPU counts. So it does when it has less than before: the id is another thread's. */
  add(threads: readonly ThreadCpu[]): void {
    if (threads.length === 0) return;
    const before = this.seen;
    this.seen = new Map();
    for (const { tid, name, cpuNs } of threads) {
      this.seen.set(tid, cpuNs);
      const earlierNs = before === null ? cpuNs : (before.get(tid) ?? 0);
      this.count(tid, name, cpuNs >= earlierNs ? cpuNs - earlierNs : cpuNs);
    }
  }

  /** Busiest first. Threads that ended within the window are in it. */
  close(elapsedMs: number): ThreadUse[] {
    const uses: ThreadUse[] = [];
    for (const [id, { name, cpuNs }] of this.used) uses.push({ id, name, cpuRatio: elapsedMs > 0 ? cpuNs / msToNs(elapsedMs) : 0 });
    this.used.clear();
    return uses.sort((a, b) => b.cpuRatio - a.cpuRatio || a.id - b.id);
  }

  private count(tid: number, name: string, cpuNs: number): void {
    let use = this.used.get(tid);
    if (use === undefined) {
      const { id, name: otherName } = OTHER_THREADS;
      const isOver = this.used.size >= THREADS_MAX;
      use = (isOver ? this.used.get(id) : undefined) ?? { name: isOver ? otherName : name, cpuNs: 0 };
      this.used.set(isOver ? id : tid, use);
      if (isOver) name = otherName;
    }
    use.cpuNs += cpuNs;
    use.name = name;
  }
}
