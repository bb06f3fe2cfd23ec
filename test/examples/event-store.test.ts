// The event store, the ledger on it and the projections, on a real PGlite in memory.
import test from 'ava';
import fc from 'fast-check';
import { type Database, openDatabase } from '../../examples/ledger/database.js';
import { EventStore } from '../../examples/ledger/event-store.js';
import { Ledger } from '../../examples/ledger/ledger.js';
import { balances, projectBatch, readBalance } from '../../examples/ledger/projections.js';
import { AT, checkConcurrency, checkConflicts, checkOrder, checkProjections, opened } from './store-rules.js';

let database: Database;

test.before(async () => {
  database = await openDatabase({ dataDir: 'memory://' });
});
test.after.always(() => database?.close());

test.serial('should number events without gaps and give back what went in when appended', (t) => checkOrder(t, database));
test.serial('should write nothing anywhere when one stream has another version than expected', (t) => checkConflicts(t, database));
test.serial('should let one writer win and retry the others when they come at once', (t) => checkConcurrency(t, database));
test.serial('should project each event once when batches go on from the checkpoint and one of them fails', (t) => checkProjections(t, database));

test.serial('should move both sides or none when a transfer meets a changed account', async (t) => {
  const store = new EventStore(database);
  const ledger = new Ledger(store, () => AT);
  await store.append([opened('from')], AT);
  await store.append([opened('to')], AT);
  await ledger.execute({ type: 'Deposit', accountId: 'from', amountCents: 100 });
  // The other ledger's write makes the first one's cache stale: its version check, not its cache, must decide.
  await new Ledger(store, () => AT).execute({ type: 'Withdraw', accountId: 'from', amountCents: 60 });
  const transfer = { type: 'Transfer', transferId: 't', fromAccountId: 'from', toAccountId: 'to' } as const;
  t.like(await ledger.execute({ ...transfer, amountCents: 41 }), { kind: 'rejected', reason: 'insufficient-funds' });
  const done = await ledger.execute({ ...transfer, amountCents: 40 });
  t.deepEqual(done.kind === 'done' ? done.accounts.map(({ accountId, version, account }) => [accountId, version, account.balanceCents]) : done, [
    ['from', 4, 0],
    ['to', 2, 40],
  ]);
});

test.serial('should answer a conflict after six attempts when somebody else is always faster', async (t) => {
  const store = new EventStore(database);
  await store.append([opened('raced')], AT);
  let appends = 0;
  const overtaken = Object.assign(new EventStore(database), {
    append: async () => {
      appends++;
      return { kind: 'conflict' } as const;
    },
  });
  t.deepEqual(await new Ledger(overtaken, () => AT).execute({ type: 'Deposit', accountId: 'raced', amountCents: 1 }), {
    kind: 'conflict',
    attempts: 6,
  });
  t.is(appends, 6);
});

test.serial('should hold as much money as was paid in, live, replayed and projected, when random commands run at once', async (t) => {
  const store = new EventStore(database);
  let round = 0;
  const step = fc.record({
    kind: fc.constantFrom('Deposit', 'Withdraw', 'Transfer'),
    from: fc.nat(2),
    to: fc.nat(2),
    amountCents: fc.integer({ min: 1, max: 500 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 20 }), async (steps) => {
      const ids = [0, 1, 2].map((index) => `random-${round}-${index}`);
      round++;
      const ledger = new Ledger(store, () => AT);
      for (const accountId of ids) await ledger.execute({ type: 'OpenAccount', accountId, owner: 'x' });
      const paidInCents = await Promise.all(
        steps.map(async ({ kind, from, to, amountCents }) => {
          if (kind === 'Transfer') {
            await ledger.execute({ type: 'Transfer', transferId: 't', fromAccountId: ids[from]!, toAccountId: ids[to]!, amountCents });
            return 0;
          }
          const outcome = await ledger.execute({ type: kind as 'Deposit' | 'Withdraw', accountId: ids[from]!, amountCents });
          return outcome.kind !== 'done' ? 0 : kind === 'Deposit' ? amountCents : -amountCents;
        }),
      );
      while ((await projectBatch(database, balances)) > 0);
      const live = await Promise.all(ids.map(async (accountId) => (await ledger.load(accountId))!.account.balanceCents));
      const replayed = await Promise.all(ids.map(async (accountId) => (await new Ledger(store, () => AT).load(accountId))!.account.balanceCents));
      const projected = await Promise.all(ids.map(async (accountId) => (await readBalance(database, accountId))!.balanceCents));
      t.deepEqual(replayed, live);
      t.deepEqual(projected, live);
      t.is(
        live.reduce((sum, cents) => sum + cents, 0),
        paidInCents.reduce((sum, cents) => sum + cents, 0),
      );
    }),
    { numRuns: 12, seed: 11 },
  );
});
