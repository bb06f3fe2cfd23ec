// A service that is killed while it projects: what a new process finds on disk, and how it goes on.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { openDatabase } from '../../examples/ledger/database.js';
import { EventStore } from '../../examples/ledger/event-store.js';
import { ProjectionRunner } from '../../examples/ledger/projection-runner.js';
import { balances, checkpointsOf, dailyTotals, PROJECTIONS, readBalance, readDailyTotals } from '../../examples/ledger/projections.js';
import { AT } from './store-rules.js';

test('should count each event exactly once when the process was killed in the middle of a batch', async (t) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'ledger-crash-'));
  try {
    const child = spawn(process.execPath, [fileURLToPath(new URL('crash-child.js', import.meta.url)), dataDir], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const signal = await new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
    t.is(signal, 'SIGKILL');

    const database = await openDatabase({ dataDir });
    try {
      const store = new EventStore(database);
      t.is(await store.headPosition(), 50);
      t.deepEqual(await checkpointsOf(database, [balances, dailyTotals]), [16, 16]);
      // Events 1..16 are the opening and deposits of 1..15 cents.
      t.is((await readBalance(database, 'a'))!.balanceCents, 120);

      const runner = new ProjectionRunner(database, store, PROJECTIONS, { idleMs: 10, onError: (error) => t.fail(error.message) });
      t.deepEqual(await runner.lags(), [34, 34]);
      while (await runner.runOnce());
      t.deepEqual(await runner.lags(), [0, 0]);
      t.deepEqual(await readBalance(database, 'a'), { accountId: 'a', owner: 'owner of a', balanceCents: 1225, version: 50 });
      const day = AT.toISOString().slice(0, 10);
      t.deepEqual(await readDailyTotals(database, 9), [
        { day, type: 'AccountOpened', events: 1, amountCents: 0 },
        { day, type: 'MoneyDeposited', events: 49, amountCents: 1225 },
      ]);
    } finally {
      await database.close();
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
});
