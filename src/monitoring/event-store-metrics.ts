// Reads and writes of an event store: how many, how long, how many events, on which streams, with how many conflicts.
import {
  STORE_BATCH,
  STORE_CONCURRENT,
  STORE_CONFLICTS,
  STORE_EVENT_BYTES,
  STORE_EVENTS_READ,
  STORE_EVENTS_WRITTEN,
  STORE_READ,
  STORE_STREAMS,
  STORE_STREAMS_CREATED,
  STORE_WRITE,
} from '../core/instrument-names.js';
import type { Instruments } from '../host/instruments.js';
import type { Path } from '../host/path.js';
import type { Counter, Distribution, Gauge } from '../host/values.js';
import { ConcurrencyGauge } from './concurrency-gauge.js';
import { EventSize } from './event-size.js';
import type { StoreHead } from './store-head.js';
import { StreamOperations } from './stream-operations.js';
import { INACTIVE, isToken, TimedOperation } from './timed-operation.js';
import { isVersionConflict } from './version-conflict.js';

/** Events of an operation: their number, or they themselves, of which one in a while is measured. */
export type Events = number | readonly unknown[];

/** The same, known before, or told from the result. What it throws is swallowed, and no events are counted then. */
export type EventsOf<T> = Events | ((result: Awaited<T>) => Events);

/** `metrics.eventStore`. An operation without a stream's name counts on (other); one on several streams names the one it is mainly about. */
export class EventStoreMetrics {
  private readonly reads: TimedOperation;
  private readonly writes: TimedOperation;
  /** The operations' own paths and gauge: start and end reach them with a call and a load less. */
  private readonly readPath: Path;
  private readonly writePath: Path;
  private readonly concurrent: ConcurrencyGauge;
  private readonly eventsRead: Counter;
  private readonly eventsWritten: Counter;
  private readonly conflicts: Counter;
  private readonly created: Counter;
  private readonly batch: Distribution;
  private readonly eventSize: EventSize;
  private readonly operations: StreamOperations;
  private readonly streams: Gauge;
  private readonly head: StoreHead;

  /** @internal Use `new MetricsRegistry().eventStore`. */
  constructor(instruments: Instruments, head: StoreHead) {
    this.concurrent = new ConcurrencyGauge(instruments.gauge(STORE_CONCURRENT));
    this.reads = new TimedOperation(instruments.path(STORE_READ), this.concurrent);
    this.writes = new TimedOperation(instruments.path(STORE_WRITE), this.concurrent);
    this.readPath = this.reads.path;
    this.writePath = this.writes.path;
    this.eventsRead = instruments.counter(STORE_EVENTS_READ);
    this.eventsWritten = instruments.counter(STORE_EVENTS_WRITTEN);
    this.conflicts = instruments.counter(STORE_CONFLICTS);
    this.created = instruments.counter(STORE_STREAMS_CREATED);
    this.batch = instruments.distribution(STORE_BATCH, { unit: 'events' });
    this.eventSize = new EventSize(instruments.distribution(STORE_EVENT_BYTES, { unit: 'bytes' }));
    this.operations = new StreamOperations(instruments);
    this.streams = instruments.gauge(STORE_STREAMS);
    this.head = head;
  }

  /** Runs one read and returns what `fn` returns. `events` tells how many it gave: `(result) => result.events.length`. */
  read<T>(fn: () => T, events: EventsOf<T> = 0, stream?: string): T {
    return this.reads.run(fn, {
      succeeded: (result) => this.countRead(eventsOf(events, result), stream),
      failed: (error) => this.countFailure(error, stream),
    });
  }

  /** Runs one write and returns what `fn` returns. Hand over the events, and of one write in 64 the size of one event is measured. */
  write<T>(fn: () => T, events: EventsOf<T> = 0, stream?: string): T {
    return this.writes.run(fn, {
      succeeded: (result) => this.countWrite(eventsOf(events, result), stream),
      failed: (error) => this.countFailure(error, stream),
    });
  }

  /** Begins a read: for those who cannot wrap it. Returns a token, a number; each is ended once, by `endRead` or `failRead`. */
  startRead(): number {
    const token = this.readPath.start();
    if (token !== INACTIVE) this.concurrent.enter();
    return token;
  }

  endRead(token: number, events: Events = 0, stream?: string): void {
    this.readPath.endTimed(token, true);
    if (!isToken(token)) return;
    this.concurrent.leave();
    this.countRead(events, stream);
  }

  /** Ends a read that failed. A version conflict counts as such, and as a read that went well: the store answered. */
  failRead(token: number, error?: unknown, stream?: string): void {
    this.reads.end(token, isToken(token) && this.countFailure(error, stream));
  }

  /** Begins a write; each token is ended once, by `endWrite` or `failWrite`. */
  startWrite(): number {
    const token = this.writePath.start();
    if (token !== INACTIVE) this.concurrent.enter();
    return token;
  }

  endWrite(token: number, events: Events = 0, stream?: string): void {
    this.writePath.endTimed(token, true);
    if (!isToken(token)) return;
    this.concurrent.leave();
    this.countWrite(events, stream);
  }

  /** Ends a write that failed. A version conflict counts as such, and as a write that went well: the store answered. */
  failWrite(token: number, error?: unknown, stream?: string): void {
    this.writes.end(token, isToken(token) && this.countFailure(error, stream));
  }

  /** Counts writers that came late, where the store says so by a result instead of an error. */
  recordConflicts(conflicts = 1): void {
    this.conflicts.add(conflicts);
  }

  /** Counts streams that began. */
  recordStreamsCreated(streams = 1): void {
    this.created.add(streams);
  }

  /** How many streams the store holds, by a query of yours. */
  updateStreamCount(streams: number): void {
    this.streams.set(streams);
  }

  /** The global position of the newest event, as a write or a query gave it. Positions below the highest one so far are ignored. */
  updateHead(position: number | bigint): void {
    this.head.update(position);
  }

  private countRead(events: Events, stream: string | undefined): void {
    this.eventsRead.add(typeof events === 'number' ? events : lengthOf(events));
    this.operations.add(stream);
  }

  private countWrite(events: Events, stream: string | undefined): void {
    const count = typeof events === 'number' ? events : lengthOf(events);
    this.eventsWritten.add(count);
    this.batch.record(count);
    if (typeof events !== 'number' && count > 0) this.eventSize.offer(events);
    this.operations.add(stream);
  }

  /** True when the store itself did its work. */
  private countFailure(error: unknown, stream: string | undefined): boolean {
    this.operations.add(stream);
    if (!isVersionConflict(error)) return false;
    this.conflicts.add();
    return true;
  }
}

function eventsOf<T>(events: EventsOf<T>, result: Awaited<T>): Events {
  if (typeof events !== 'function') return events ?? 0;
  try {
    return events(result) ?? 0;
  } catch {
    return 0;
  }
}

/** Of what the application hands over anything may come: what has no length counts none, and must not fail the operation. */
function lengthOf(events: readonly unknown[]): number {
  try {
    const { length } = events;
    return typeof length === 'number' ? length : 0;
  } catch {
    return 0;
  }
}
