// The planted leak of the ledger: one session a request where it is asked for, none where it is not, and of the size that its README says.
import { queryObjects, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import test from 'ava';
import type { Database } from '../../examples/ledger/database.js';
import { buildServer } from '../../examples/ledger/server.js';
import { createSession, type PlantedLeak, readPlantedLeak, Session, SessionStore } from '../../examples/ledger/sessions.js';

const HEADERS = { host: '127.0.0.1:3000', 'user-agent': 'ledger-load', connection: 'keep-alive', 'content-type': 'application/json' };

/** No request of these tests comes as far as the database. */
const DATABASE: Database = {
  kind: 'pglite',
  query: async () => [],
  transaction: () => Promise.reject(new Error('not reached')),
  close: async () => {},
};

/** Sessions that live after seven requests to a service. */
async function sessionsAfterSeven(leak: PlantedLeak): Promise<number> {
  const app = buildServer({ database: DATABASE, runProjections: false, leak });
  for (let each = 0; each < 7; each++) await app.inject({ method: 'GET', url: '/nothing-here' });
  // Collects first: what it counts is held by something.
  const sessions = queryObjects(Session) as unknown as number;
  await app.close();
  return sessions;
}

test.serial('should keep one session for each request when sessions are leaked, and none when not', async (t) => {
  t.is(await sessionsAfterSeven(null), 0);
  t.is(await sessionsAfterSeven('sessions'), 7);
});

test.serial('should keep 2 to 3 KB a session when a load has left its headers in it', (t) => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const store = new SessionStore();
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let each = 0; each < 5000; each++) createSession(store, HEADERS, 0);
  collect();
  const bytes = (process.memoryUsage().heapUsed - before) / store.sessions.size;
  t.is(store.sessions.size, 5000);
  t.true(bytes > 2000 && bytes < 3000, `${bytes} bytes a session`);
});

test('should refuse a leak that does not exist when LEAK is read', (t) => {
  t.is(readPlantedLeak(undefined), null);
  t.is(readPlantedLeak(''), null);
  t.is(readPlantedLeak('sessions'), 'sessions');
  t.throws(() => readPlantedLeak('session'), { message: 'LEAK: expected sessions, received session' });
});
