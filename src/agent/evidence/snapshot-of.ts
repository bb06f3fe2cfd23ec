// A heap snapshot for who asks before all of the agent is loaded.
import { SNAPSHOT_READY_MS_MAX } from '../../core/evidence-limits.js';
import type { SnapshotAnswer, SnapshotRequests } from './snapshot-requests.js';

const LOOK_MS = 50;

/** Waits until snapshots can be taken, for some seconds. onBegin: before one is taken, or refused. Never rejects. */
export async function snapshotOf(requests: () => SnapshotRequests | undefined, onBegin: () => void): Promise<SnapshotAnswer> {
  for (let waitedMs = 0; waitedMs < SNAPSHOT_READY_MS_MAX; waitedMs += LOOK_MS) {
    const ready = requests();
    if (ready !== undefined) {
      onBegin();
      return ready.take();
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  return { file: null, reason: 'the agent is not ready' };
}
