// Operations by stream: the busiest streams by name, all others as (other). The sum over all is exact.
import { OTHER, STORE_OPERATIONS } from '../core/instrument-names.js';
import {
  STREAM_AGEING_OPERATIONS,
  STREAM_PROMOTION_OPERATIONS,
  STREAM_PROMOTION_SHARE,
  STREAM_SKETCH_SLOTS,
  STREAMS_NAMED_MAX,
} from '../core/limits.js';
import type { Instruments } from '../host/instruments.js';
import type { Counter } from '../host/values.js';
import { SpaceSaving } from './space-saving.js';

/**
 * Counts operations by stream without a counter a stream. A stream gets one, {stream}, when it has certainly had 32 operations and 1 % of all those of
 * streams without one; its counter begins then, at the operation that promoted it, and what came before stays on (other). A counter is never given back:
 * the first 20 streams to qualify, on each thread, keep their names. Older operations weigh half after each 65 536.
 */
export class StreamOperations {
  private readonly instruments: Instruments;
  private readonly other: Counter;
  private readonly named = new Map<string, Counter>();
  private readonly sketch = new SpaceSaving(STREAM_SKETCH_SLOTS);
  /** The newest of those with a counter: a command reads a stream and then writes it, and a name compared with itself costs a tenth of a look-up. */
  private lastStream = '';
  private lastCounter: Counter | null = null;

  constructor(instruments: Instruments) {
    this.instruments = instruments;
    this.other = instruments.counter(STORE_OPERATIONS, { stream: OTHER });
  }

  /** Counts an operation; one that names no stream is an (other). */
  add(stream: string | undefined): void {
    if (stream === undefined) this.other.add(1);
    else if (stream === this.lastStream && this.lastCounter !== null) this.lastCounter.add(1);
    else this.counterOf(stream).add(1);
  }

  private counterOf(stream: string): Counter {
    const counter = this.named.get(stream) ?? (this.isPromoted(stream) ? this.promote(stream) : null);
    if (counter === null) return this.other;
    this.lastStream = stream;
    this.lastCounter = counter;
    return counter;
  }

  private isPromoted(stream: string): boolean {
    if (this.named.size >= STREAMS_NAMED_MAX || typeof stream !== 'string') return false;
    const { sketch } = this;
    const least = sketch.add(stream);
    const { total } = sketch;
    if (total >= STREAM_AGEING_OPERATIONS) sketch.age();
    return least >= STREAM_PROMOTION_OPERATIONS && least >= total * STREAM_PROMOTION_SHARE;
  }

  private promote(stream: string): Counter {
    const counter = this.instruments.counter(STORE_OPERATIONS, { stream });
    this.named.set(stream, counter);
    return counter;
  }
}
