// The two projections: balances by account and totals by day. Each is rows in the database, moved on in batches from its checkpoint.
import { distribution } from 'pitot';
import { MetricsRegistry } from 'pitot/monitoring';
import type { Database, Queries } from './database.js';
import { balanceChangeCents, type LedgerEvent } from './domain.js';
import { readAll, type StoredEvent } from './event-store.js';

/** Events of one batch: large enough to make the round trips cheap, small enough to keep its transaction short. */
export const BATCH_EVENTS_MAX = 200;

export interface Projection {
  readonly name: string;
  /** Adds a batch to the projected rows. Not idempotent, and need not be: the checkpoint moves in the same transaction. */
  apply(queries: Queries, events: readonly StoredEvent[]): Promise<void>;
}

export const balances: Projection = {
  name: 'balances',
  async apply(queries, events) {
    const changes = new Map<string, { owner: string; changeCents: number; version: number }>();
    for (const { streamId, version, event } of events) {
      const change = changes.get(streamId) ?? { owner: '', changeCents: 0, version: 0 };
      changes.set(streamId, {
        owner: event.type === 'AccountOpened' ? event.owner : change.owner,
        changeCents: change.changeCents + balanceChangeCents(event),
        version,
      });
    }
    const rows = [...changes].map(([accountId, change]) => ({ accountId, ...change }));
    await queries.query(
      `INSERT INTO ledger_balances AS b (account_id, owner, balance_cents, version)
       SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::int[])
       ON CONFLICT (account_id) DO UPDATE SET balance_cents = b.balance_cents + excluded.balance_cents, version = excluded.version`,
      [rows.map((row) => row.accountId), rows.map((row) => row.owner), rows.map((row) => row.changeCents), rows.map((row) => row.version)],
    );
  },
};

export const dailyTotals: Projection = {
  name: 'daily-totals',
  async apply(queries, events) {
    const totals = new Map<string, { day: string; type: string; events: number; amountCents: number }>();
    for (const { event, recordedAt } of events) {
      const day = recordedAt.toISOString().slice(0, 10);
      const key = `${day} ${event.type}`;
      const total = totals.get(key) ?? { day, type: event.type, events: 0, amountCents: 0 };
      totals.set(key, { ...total, events: total.events + 1, amountCents: total.amountCents + amountOf(event) });
    }
    const rows = [...totals.values()];
    await queries.query(
      `INSERT INTO ledger_daily_totals AS t (day, type, events, amount_cents)
       SELECT * FROM unnest($1::date[], $2::text[], $3::bigint[], $4::bigint[])
       ON CONFLICT (day, type) DO UPDATE SET events = t.events + excluded.events, amount_cents = t.amount_cents + excluded.amount_cents`,
      [rows.map((row) => row.day), rows.map((row) => row.type), rows.map((row) => row.events), rows.map((row) => row.amountCents)],
    );
  },
};

export const PROJECTIONS: readonly Projection[] = [balances, dailyTotals];

const batchEvents = distribution('ledger.events.batch', { unit: 'events' });
const metrics = new MetricsRegistry().projections;

/**
 * Moves a projection on by one batch; returns the number of events applied, 0 when it is up to date.
 * Rows and checkpoint commit together: an event counts exactly once, wherever the process dies. The checkpoint's row lock keeps a second runner out.
 */
export async function projectBatch(database: Database, projection: Projection, eventsMax: number = BATCH_EVENTS_MAX): Promise<number> {
  const measured = metrics.projection(projection.name);
  const events = await measured.run(() =>
    database.transaction(async (queries) => {
      await queries.query('INSERT INTO ledger_checkpoints (projection, position) VALUES ($1, 0) ON CONFLICT DO NOTHING', [projection.name]);
      const rows = await queries.query<{ position: number }>('SELECT position FROM ledger_checkpoints WHERE projection = $1 FOR UPDATE', [
        projection.name,
      ]);
      const events = await readAll(queries, rows[0]!.position, eventsMax);
      if (events.length === 0) return events;
      await projection.apply(queries, events);
      await queries.query('UPDATE ledger_checkpoints SET position = $2 WHERE projection = $1', [projection.name, events.at(-1)!.position]);
      return events;
    }),
  );
  const last = events.at(-1);
  if (last === undefined) return 0;
  // Told only once the transaction has committed: a batch that was rolled back has moved nothing.
  measured.processed(events.length, { eventAtMs: last.recordedAt.getTime(), position: last.position });
  measured.checkpoint();
  batchEvents.record(events.length);
  return events.length;
}

/** Position of the last event that each projection has taken in, in the order given; 0 where one never ran. */
export async function checkpointsOf(queries: Queries, projections: readonly Projection[]): Promise<number[]> {
  const rows = await queries.query<{ projection: string; position: number }>('SELECT projection, position FROM ledger_checkpoints');
  return projections.map(({ name }) => rows.find((row) => row.projection === name)?.position ?? 0);
}

/** The projected balance of an account; null when the projection has not seen it. */
export async function readBalance(
  queries: Queries,
  accountId: string,
): Promise<{ accountId: string; owner: string; balanceCents: number; version: number } | null> {
  const rows = await queries.query<{ owner: string; balance_cents: number; version: number }>(
    'SELECT owner, balance_cents, version FROM ledger_balances WHERE account_id = $1',
    [accountId],
  );
  const row = rows[0];
  return row === undefined ? null : { accountId, owner: row.owner, balanceCents: row.balance_cents, version: row.version };
}

/** The totals of the newest days, newest day first. */
export async function readDailyTotals(
  queries: Queries,
  daysMax: number,
): Promise<{ day: string; type: string; events: number; amountCents: number }[]> {
  const rows = await queries.query<{ day: string; type: string; events: number; amount_cents: number }>(
    `SELECT to_char(day, 'YYYY-MM-DD') AS day, type, events, amount_cents FROM ledger_daily_totals
     WHERE day IN (SELECT DISTINCT day FROM ledger_daily_totals ORDER BY day DESC LIMIT $1) ORDER BY day DESC, type`,
    [daysMax],
  );
  return rows.map((row) => ({ day: row.day, type: row.type, events: row.events, amountCents: row.amount_cents }));
}

function amountOf(event: LedgerEvent): number {
  return event.type === 'AccountOpened' ? 0 : event.amountCents;
}
