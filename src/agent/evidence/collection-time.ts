// How long a full collection of the main thread's heap takes: tells how many objects a snapshot has to visit, and how fast. Thread: agent.
import { SNAPSHOT_COLLECT_MS, SNAPSHOT_COLLECT_MS_PER_MIB_MIN } from '../../core/evidence-limits.js';
import { BYTES_PER_MIB } from '../../core/units.js';
import type { HeapSession } from './heap-session.js';
import { MAIN_NOW, sendAsPause } from './own-pause.js';

/** On the main thread's own clock: an answer that waits for the loop is no collection. */
const NOW = { expression: MAIN_NOW, silent: true };

export class CollectionTime {
  private measured = { atMs: Number.NEGATIVE_INFINITY, usedBytes: 0, tookMs: Number.NaN };

  /** Of a heap of that size; null: not measured within the last hour. */
  expectedMs(usedBytes: number, nowMs: number): number | null {
    const { atMs, usedBytes: usedThen, tookMs } = this.measured;
    return nowMs - atMs < SNAPSHOT_COLLECT_MS ? tookMs * Math.max(1, usedBytes / usedThen) : null;
  }

  /**
   * Stops the main thread for one: that of the running heap sampler's profile, which V8 makes as soon as it is asked. HeapProfiler.collectGarbage waits for the
   * loop, and answers before it has begun. Where no sampler runs, there is no host, or another tool's sampler collects nothing (what takes no time is no
   * collection), nothing is measured, and it counts as endless.
   */
  async measure(session: HeapSession, monotonicMs: () => number): Promise<void> {
    const now = () => session.send('Runtime.evaluate', NOW);
    // One right after the other.
    const profile = (): Promise<unknown> =>
      sendAsPause(session, 'HeapProfiler.getSamplingProfile').then(
        () => true,
        () => false,
      );
    const [began, hasProfile, ended] = await Promise.all([now(), profile(), now()]);
    const [beganMs, endedMs] = [began, ended].map((answer) => (answer as { result?: { value?: unknown } }).result?.value);
    const { usedSize } = (await session.send('Runtime.getHeapUsage')) as { usedSize: number };
    const tookMs = hasProfile && typeof beganMs === 'number' && typeof endedMs === 'number' ? endedMs - beganMs : Number.NaN;
    const leastMs = (usedSize / BYTES_PER_MIB) * SNAPSHOT_COLLECT_MS_PER_MIB_MIN;
    this.measured = { atMs: monotonicMs(), usedBytes: usedSize, tookMs: tookMs > leastMs ? tookMs : Number.POSITIVE_INFINITY };
  }
}
