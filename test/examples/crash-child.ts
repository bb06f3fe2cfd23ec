// Child of crash.test.ts: stores events, projects some batches, and dies by SIGKILL in the middle of the next one.
import { openDatabase } from '../../examples/ledger/database.js';
import { EventStore } from '../../examples/ledger/event-store.js';
import { balances, dailyTotals, projectBatch } from '../../examples/ledger/projections.js';
import { AT, deposit, opened } from './store-rules.js';

const database = await openDatabase({ dataDir: process.argv[2] });
const store = new EventStore(database);
await store.append([opened('a')], AT);
for (let version = 1; version <= 49; version++) await store.append([deposit('a', version, version)], AT);

// 50 events in batches of 8: two batches are committed, the third dies with its rows written and its checkpoint not.
for (let batch = 0; batch < 2; batch++) for (const projection of [balances, dailyTotals]) await projectBatch(database, projection, 8);
await projectBatch(
  database,
  {
    name: balances.name,
    apply: async (queries, events) => {
      await balances.apply(queries, events);
      process.kill(process.pid, 'SIGKILL');
      await new Promise(() => {});
    },
  },
  8,
);
