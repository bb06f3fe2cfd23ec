// One small interface over two real databases: PGlite (Postgres in this process, files in a directory) and a Postgres server.
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { instrumentPool, MetricsRegistry } from 'pitot/monitoring';

/** Type numbers of Postgres's catalogue: counts and positions arrive as numbers, times as Date from both drivers. */
const INT8_OID = 20;
const NUMERIC_OID = 1700;
/** Connections to a Postgres server: commands of one service rarely need more. */
const CONNECTIONS_MAX = 10;

/** Runs SQL; values go in as $1, $2, never into the text. */
export interface Queries {
  query<Row>(text: string, values?: readonly unknown[]): Promise<Row[]>;
}

export interface Database extends Queries {
  readonly kind: 'pglite' | 'postgres';
  /** Commits when `work` resolves, rolls back when it rejects. */
  transaction<Result>(work: (queries: Queries) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** postgres://… of a server. When absent, PGlite is used. */
  readonly url?: string | undefined;
  /** Directory of PGlite's files, or `memory://`. One process at a time. */
  readonly dataDir?: string | undefined;
}

/** Opens the database and makes the ledger's tables where they are missing. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const database = options.url ? openPostgres(options.url) : await openPglite(options.dataDir ?? 'memory://');
  try {
    await database.transaction(async (queries) => {
      // Two services that start at once on one server would otherwise race in CREATE TABLE IF NOT EXISTS.
      await queries.query('SELECT pg_advisory_xact_lock(7430171)');
      for (const statement of SCHEMA) await queries.query(statement);
    });
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** True for the error that a second row with the same unique key gives, from either driver. */
export function isUniqueViolation(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === '23505';
}

/**
 * The one row of ledger_head is the number of the newest event. Each append updates it first and so holds its row lock until commit:
 * appends commit in the order of their positions, and a reader that has seen position N will never see a smaller one appear later.
 */
const SCHEMA = [
  `CREATE TABLE IF NOT EXISTS ledger_head (only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row), position bigint NOT NULL)`,
  `INSERT INTO ledger_head (position) VALUES (0) ON CONFLICT DO NOTHING`,
  `CREATE TABLE IF NOT EXISTS ledger_events (
     position bigint PRIMARY KEY, stream_id text NOT NULL, version int NOT NULL CHECK (version > 0),
     type text NOT NULL, data jsonb NOT NULL, recorded_at timestamptz NOT NULL,
     UNIQUE (stream_id, version))`,
  `CREATE TABLE IF NOT EXISTS ledger_checkpoints (projection text PRIMARY KEY, position bigint NOT NULL)`,
  `CREATE TABLE IF NOT EXISTS ledger_balances (
     account_id text PRIMARY KEY, owner text NOT NULL, balance_cents bigint NOT NULL, version int NOT NULL)`,
  `CREATE TABLE IF NOT EXISTS ledger_daily_totals (
     day date NOT NULL, type text NOT NULL, events bigint NOT NULL, amount_cents bigint NOT NULL, PRIMARY KEY (day, type))`,
];

async function openPglite(dataDir: string): Promise<Database> {
  const pglite = await PGlite.create({ dataDir, parsers: { [INT8_OID]: Number, [NUMERIC_OID]: Number } });
  return {
    kind: 'pglite',
    query: async <Row>(text: string, values: readonly unknown[] = []) => (await pglite.query<Row>(text, [...values])).rows,
    transaction: (work) =>
      pglite.transaction((tx) =>
        work({ query: async <Row>(text: string, values: readonly unknown[] = []) => (await tx.query<Row>(text, [...values])).rows }),
      ),
    close: () => pglite.close(),
  };
}

function openPostgres(url: string): Database {
  const types = new pg.TypeOverrides();
  types.setTypeParser(INT8_OID, Number);
  types.setTypeParser(NUMERIC_OID, Number);
  const pool = new pg.Pool({ connectionString: url, max: CONNECTIONS_MAX, types });
  // An idle connection that breaks emits here; the pool replaces it, and the next query reports what is really wrong.
  pool.on('error', () => {});
  instrumentPool(pool, new MetricsRegistry(), { name: 'ledger' });
  const rowsOf = async <Row>(client: pg.Pool | pg.PoolClient, text: string, values: readonly unknown[]): Promise<Row[]> =>
    (await client.query(text, [...values])).rows as Row[];
  return {
    kind: 'postgres',
    query: (text, values = []) => rowsOf(pool, text, values),
    transaction: async (work) => {
      const client = await pool.connect();
      let broken: Error | undefined;
      try {
        await client.query('BEGIN');
        const result = await work({ query: (text, values = []) => rowsOf(client, text, values) });
        await client.query('COMMIT');
        return result;
      } catch (error) {
        await client.query('ROLLBACK').catch((rollbackError: Error) => {
          broken = rollbackError;
        });
        throw error;
      } finally {
        client.release(broken);
      }
    },
    close: () => pool.end(),
  };
}
