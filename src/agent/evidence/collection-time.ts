// How long a full collection of the main thread's heap takes: tells how many objects a snapshot has to visit, and how fast. Thread: agent.
import { SNAPSHOT_COLLECT_MS } from '../../core/evidence-limits.js';
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
   * loop, and answers before it has begun. Where no sampler runs, or there is no host, nothing is measured, and it counts as endless.
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
    const isTime = hasProfile && typeof beganMs === 'number' && typeof endedMs === 'number' && endedMs > beganMs;
    const { usedSize } = (await session.send('Runtime.getHeapUsage')) as { usedSize: number };
    this.measured = { atMs: monotonicMs(), usedBytes: usedSize, tookMs: isTime ? endedMs - beganMs : Number.POSITIVE_INFINITY };
  }
}
