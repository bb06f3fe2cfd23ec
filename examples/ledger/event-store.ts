// The append-only event store: streams with versions, one global order, optimistic concurrency, several streams in one append.
import { counter } from 'pitot';
import { MetricsRegistry } from 'pitot/monitoring';
import { type Database, isUniqueViolation, type Queries } from './database.js';
import type { LedgerEvent } from './domain.js';

/** An event as stored. `position` orders all events and has no gaps; `version` orders those of one stream, from 1. */
export interface StoredEvent {
  readonly position: number;
  readonly streamId: string;
  readonly version: number;
  readonly event: LedgerEvent;
  readonly recordedAt: Date;
}

/** Events for one stream, and the version that the stream had when they were decided; 0 for a new stream. */
export interface StreamAppend {
  readonly streamId: string;
  readonly expectedVersion: number;
  readonly events: readonly LedgerEvent[];
}

/** `conflict`: some stream had moved on. Nothing was written then, in any stream. */
export type AppendResult = { readonly kind: 'appended'; readonly position: number } | { readonly kind: 'conflict' };

const metrics = new MetricsRegistry().eventStore;
const eventCounters = new Map<string, ReturnType<typeof counter>>();

/**
 * One statement, thus atomic without a transaction's round trips. The head moves only if each expected version exists;
 * a version that somebody else has written meanwhile breaks the unique key, which undoes the statement.
 */
const APPEND = `
  WITH head AS (
    UPDATE ledger_head SET position = position + cardinality($1::text[])
    WHERE NOT EXISTS (
      SELECT 1 FROM unnest($6::text[], $7::int[]) AS expected(stream_id, version)
      WHERE expected.version > 0 AND NOT EXISTS (
        SELECT 1 FROM ledger_events e WHERE e.stream_id = expected.stream_id AND e.version = expected.version))
    RETURNING position)
  INSERT INTO ledger_events (position, stream_id, version, type, data, recorded_at)
  SELECT head.position - cardinality($1::text[]) + fresh.number, fresh.stream_id, fresh.version, fresh.type, fresh.data::jsonb, $5::timestamptz
  FROM head, unnest($1::text[], $2::int[], $3::text[], $4::text[]) WITH ORDINALITY AS fresh(stream_id, version, type, data, number)
  RETURNING position`;

const READ_STREAMS = `
  SELECT e.position, e.stream_id, e.version, e.type, e.data, e.recorded_at
  FROM unnest($1::text[], $2::int[]) AS wanted(stream_id, after_version)
  JOIN ledger_events e ON e.stream_id = wanted.stream_id AND e.version > wanted.after_version
  ORDER BY e.position`;

const READ_ALL = `
  SELECT position, stream_id, version, type, data, recorded_at FROM ledger_events
  WHERE position > $1 ORDER BY position LIMIT $2`;

export class EventStore {
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  /** Appends to one or several streams, all or nothing. */
  async append(streams: readonly StreamAppend[], recordedAt: Date): Promise<AppendResult> {
    const rows = streams.flatMap((stream) =>
      stream.events.map((event, index) => ({ streamId: stream.streamId, version: stream.expectedVersion + index + 1, event })),
    );
    if (rows.length === 0) throw new Error('an append needs at least one event');
    const events = rows.map(({ event }) => event);
    try {
      const position = await metrics.write(() => this.insert(streams, rows, recordedAt), events, rows[0]!.streamId);
      metrics.updateHead(position);
      metrics.recordStreamsCreated(streams.filter(({ expectedVersion }) => expectedVersion === 0).length);
      for (const { type } of events) countEvent(type);
      return { kind: 'appended', position };
    } catch (error) {
      // An answer, not a failure: the registry counts a conflict and a good write, the ledger a retry.
      if (error instanceof VersionConflictError || isUniqueViolation(error)) return { kind: 'conflict' };
      throw error;
    }
  }

  /** The events of streams after the given versions, in global order. */
  readStreams(streams: readonly { streamId: string; afterVersion: number }[]): Promise<StoredEvent[]> {
    const read = async (): Promise<StoredEvent[]> => {
      const rows = await this.database.query<EventRow>(READ_STREAMS, [
        streams.map((stream) => stream.streamId),
        streams.map((stream) => stream.afterVersion),
      ]);
      return rows.map(storedEvent);
    };
    return metrics.read(read, (events) => events.length, streams[0]?.streamId);
  }

  /** Position of the newest event; 0 while there is none. */
  async headPosition(): Promise<number> {
    const rows = await this.database.query<{ position: number }>('SELECT position FROM ledger_head');
    metrics.updateHead(rows[0]!.position);
    return rows[0]!.position;
  }

  /** The position of the last event; rejects when some stream had moved on. */
  private async insert(
    streams: readonly StreamAppend[],
    rows: readonly { streamId: string; version: number; event: LedgerEvent }[],
    recordedAt: Date,
  ): Promise<number> {
    const written = await this.database.query<{ position: number }>(APPEND, [
      rows.map((row) => row.streamId),
      rows.map((row) => row.version),
      rows.map((row) => row.event.type),
      rows.map((row) => dataOf(row.event)),
      recordedAt.toISOString(),
      streams.map((stream) => stream.streamId),
      streams.map((stream) => stream.expectedVersion),
    ]);
    if (written.length === 0) throw new VersionConflictError('a stream had moved on');
    return written.reduce((newest, row) => Math.max(newest, row.position), 0);
  }
}

/** By its name the registry knows it for a conflict, as it knows Postgres's unique_violation. */
class VersionConflictError extends Error {
  override readonly name = 'VersionConflictError';
}

/** Events of all streams after a position, in global order. In a transaction, when the reader saves its checkpoint in the same one. */
export async function readAll(queries: Queries, afterPosition: number, eventsMax: number): Promise<StoredEvent[]> {
  const read = async (): Promise<StoredEvent[]> => (await queries.query<EventRow>(READ_ALL, [afterPosition, eventsMax])).map(storedEvent);
  return metrics.read(read, (events) => events.length);
}

interface EventRow {
  position: number;
  stream_id: string;
  version: number;
  type: string;
  data: object;
  recorded_at: Date;
}

function storedEvent(row: EventRow): StoredEvent {
  return {
    position: row.position,
    streamId: row.stream_id,
    version: row.version,
    event: { type: row.type, ...row.data } as LedgerEvent,
    recordedAt: row.recorded_at,
  };
}

/** The type has a column of its own, so that it is not stored twice. */
function dataOf(event: LedgerEvent): string {
  const { type: _, ...data } = event;
  return JSON.stringify(data);
}

function countEvent(type: string): void {
  let events = eventCounters.get(type);
  if (events === undefined) eventCounters.set(type, (events = counter('ledger.events', { type })));
  events.add();
}
