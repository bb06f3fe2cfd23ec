// What any database under the ledger must do: the same checks run on PGlite and on a Postgres server. Names are made from `run`, so a database may be shared.
import type { ExecutionContext } from 'ava';
import type { Database } from '../../examples/ledger/database.js';
import { EventStore, readAll, type StreamAppend } from '../../examples/ledger/event-store.js';
import { Ledger } from '../../examples/ledger/ledger.js';
import { balances, checkpointsOf, dailyTotals, PROJECTIONS, projectBatch, readBalance, readDailyTotals } from '../../examples/ledger/projections.js';

export const AT = new Date('2026-03-01T23:59:59.500Z');
const NEXT_DAY = new Date('2026-03-02T00:00:00.000Z');

export function deposit(streamId: string, expectedVersion: number, amountCents: number): StreamAppend {
  return { streamId, expectedVersion, events: [{ type: 'MoneyDeposited', amountCents }] };
}

export function opened(streamId: string): StreamAppend {
  return { streamId, expectedVersion: 0, events: [{ type: 'AccountOpened', owner: `owner of ${streamId}` }] };
}

/** Positions have no gaps and follow the appends; what comes back is what went in. */
export async function checkOrder(t: ExecutionContext, database: Database): Promise<void> {
  const store = new EventStore(database);
  const before = await store.headPosition();
  t.deepEqual(await store.append([opened('order-a')], AT), { kind: 'appended', position: before + 1 });
  const both: StreamAppend[] = [deposit('order-a', 1, 7), { ...opened('order-b'), events: [{ type: 'AccountOpened', owner: 'O\'Neil "\\ ü' }] }];
  t.deepEqual(await store.append(both, NEXT_DAY), { kind: 'appended', position: before + 3 });
  t.is(await store.headPosition(), before + 3);
  t.deepEqual(await readAll(database, before, 10), [
    { position: before + 1, streamId: 'order-a', version: 1, event: { type: 'AccountOpened', owner: 'owner of order-a' }, recordedAt: AT },
    { position: before + 2, streamId: 'order-a', version: 2, event: { type: 'MoneyDeposited', amountCents: 7 }, recordedAt: NEXT_DAY },
    { position: before + 3, streamId: 'order-b', version: 1, event: { type: 'AccountOpened', owner: 'O\'Neil "\\ ü' }, recordedAt: NEXT_DAY },
  ]);
  t.deepEqual(
    (await readAll(database, before + 1, 1)).map(({ position }) => position),
    [before + 2],
  );
  const newer = await store.readStreams([{ streamId: 'order-a', afterVersion: 1 }]);
  t.deepEqual(
    newer.map(({ streamId, version }) => [streamId, version]),
    [['order-a', 2]],
  );
}

/** A version that is taken, and one that does not exist yet, are both conflicts; a conflict in one stream writes nothing in the other. */
export async function checkConflicts(t: ExecutionContext, database: Database): Promise<void> {
  const store = new EventStore(database);
  await store.append([opened('conflict-a')], AT);
  await store.append([opened('conflict-b')], AT);
  await store.append([deposit('conflict-b', 1, 5)], AT);
  const head = await store.headPosition();
  t.deepEqual(await store.append([deposit('conflict-b', 1, 6)], AT), { kind: 'conflict' });
  t.deepEqual(await store.append([deposit('conflict-b', 3, 6)], AT), { kind: 'conflict' });
  t.deepEqual(await store.append([deposit('conflict-a', 1, 6), deposit('conflict-b', 1, 6)], AT), { kind: 'conflict' });
  t.deepEqual(await store.append([deposit('conflict-a', 1, 6), deposit('conflict-b', 9, 6)], AT), { kind: 'conflict' });
  t.is(await store.headPosition(), head);
  t.deepEqual(await readAll(database, head, 10), []);
}

/** Of writers that all expect the same version, one wins; the ledger's retries let all deposits in, each once. */
export async function checkConcurrency(t: ExecutionContext, database: Database): Promise<void> {
  const store = new EventStore(database);
  await store.append([opened('busy')], AT);
  const results = await Promise.all(Array.from({ length: 5 }, (_, index) => store.append([deposit('busy', 1, index + 1)], AT)));
  t.deepEqual(results.map(({ kind }) => kind).sort(), ['appended', 'conflict', 'conflict', 'conflict', 'conflict']);

  // Two ledgers, each with its own cache, as two processes on one database.
  const ledgers = [new Ledger(store, () => AT), new Ledger(store, () => AT)];
  await ledgers[0]!.execute({ type: 'OpenAccount', accountId: 'shared', owner: 'Ann' });
  const outcomes = await Promise.all(
    Array.from({ length: 4 }, (_, index) => ledgers[index % 2]!.execute({ type: 'Deposit', accountId: 'shared', amountCents: 100 })),
  );
  t.deepEqual(
    outcomes.map(({ kind }) => kind),
    ['done', 'done', 'done', 'done'],
  );
  t.deepEqual(await ledgers[1]!.load('shared'), { accountId: 'shared', version: 5, account: { owner: 'Ann', balanceCents: 400 } });
}

/** Both projections agree with the events, batch by batch, and a failed batch leaves no trace. */
export async function checkProjections(t: ExecutionContext, database: Database): Promise<void> {
  const store = new EventStore(database);
  // Whatever the other checks have stored is taken in first.
  for (const projection of PROJECTIONS) while ((await projectBatch(database, projection)) > 0);
  const start = await store.headPosition();
  t.deepEqual(await checkpointsOf(database, PROJECTIONS), [start, start]);
  const totalOf = async (day: string, type: string) =>
    (await readDailyTotals(database, 99)).find((total) => total.day === day && total.type === type);
  const depositsBefore = (await totalOf('2026-03-01', 'MoneyDeposited')) ?? { events: 0, amountCents: 0 };

  await store.append([opened('projected')], AT);
  for (let version = 1; version <= 6; version++)
    await store.append([deposit('projected', version, 10 ** (version - 1))], version <= 5 ? AT : NEXT_DAY);
  t.is(await projectBatch(database, balances, 3), 3);
  t.deepEqual(await readBalance(database, 'projected'), {
    accountId: 'projected',
    owner: 'owner of projected',
    balanceCents: 11,
    version: 3,
  });
  const broken = {
    name: balances.name,
    apply: async (...args: Parameters<typeof balances.apply>) => {
      await balances.apply(...args);
      throw new Error('the disk is gone');
    },
  };
  await t.throwsAsync(projectBatch(database, broken, 3), { message: 'the disk is gone' });
  t.deepEqual(await checkpointsOf(database, PROJECTIONS), [start + 3, start]);
  t.is((await readBalance(database, 'projected'))!.balanceCents, 11);

  t.is(await projectBatch(database, balances, 3), 3);
  t.is(await projectBatch(database, balances, 3), 1);
  t.is(await projectBatch(database, balances, 3), 0);
  t.is((await readBalance(database, 'projected'))!.balanceCents, 111_111);
  t.is(await projectBatch(database, dailyTotals), 7);
  const deposits = (await totalOf('2026-03-01', 'MoneyDeposited'))!;
  t.is(deposits.events - depositsBefore.events, 5);
  t.is(deposits.amountCents - depositsBefore.amountCents, 11_111);
  t.is(await readBalance(database, 'nobody'), null);
}
