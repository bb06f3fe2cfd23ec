// The same rules on a real Postgres server with a pool of connections, where the machine has one.
import { openDatabase } from '../../examples/ledger/database.js';
import { EventStore, readAll } from '../../examples/ledger/event-store.js';
import { testUnless } from '../support/needs.js';
import { missingPostgres, startPostgres } from './postgres-server.js';
import { AT, checkConcurrency, checkConflicts, checkOrder, checkProjections, opened } from './store-rules.js';

testUnless(missingPostgres())('should keep all rules of the store when the database is a Postgres server', async (t) => {
  const server = await startPostgres();
  try {
    // Twice at once: both make the tables.
    const [database, other] = await Promise.all([openDatabase({ url: server.url }), openDatabase({ url: server.url })]);
    try {
      t.is(database.kind, 'postgres');
      await checkOrder(t, database);
      await checkConflicts(t, database);
      await checkConcurrency(t, database);
      await checkProjections(t, database);

      // Many connections at once: a reader that follows the positions must never be overtaken by a smaller one that commits late.
      const stores = [new EventStore(database), new EventStore(other)];
      const start = await stores[0]!.headPosition();
      const followed: number[] = [];
      const writes = Promise.all(Array.from({ length: 120 }, (_, index) => stores[index % 2]!.append([opened(`many-${index}`)], AT)));
      while (followed.length < 120) for (const { position } of await readAll(other, start + followed.length, 50)) followed.push(position);
      t.is((await writes).filter(({ kind }) => kind === 'appended').length, 120);
      t.deepEqual(
        followed,
        Array.from({ length: 120 }, (_, index) => start + index + 1),
      );
    } finally {
      await Promise.all([database.close(), other.close()]);
    }
  } finally {
    await server.stop();
  }
});
