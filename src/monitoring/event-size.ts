// The size of an event, of a sample of all writes: serialising each would cost more than writing it.
import { EVENT_BYTES_WRITES } from '../core/limits.js';
import type { Distribution } from '../host/values.js';

/** Records the JSON length of one event of each 64th write, the first included; which one of the batch changes with each sample. */
export class EventSize {
  private readonly bytes: Distribution;
  private writes = 0;

  constructor(bytes: Distribution) {
    this.bytes = bytes;
  }

  /** Never throws: an event that is no JSON (a cycle) leaves nothing. */
  offer(events: readonly unknown[]): void {
    const write = this.writes++;
    if (write % EVENT_BYTES_WRITES !== 0) return;
    try {
      if (events.length === 0) return;
      const json = JSON.stringify(events[(write / EVENT_BYTES_WRITES) % events.length], bigintAsText) as string | undefined;
      if (json !== undefined) this.bytes.record(Buffer.byteLength(json));
    } catch {
      // Not to be had.
    }
  }
}

/** Positions in metadata are bigint in some stores, which JSON does not know. */
function bigintAsText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
