// Faults that are asked for: each does what it says to a real PGlite ledger, and ends; without them there is no such route.
import test from 'ava';
import { type Database, openDatabase } from '../../examples/ledger/database.js';
import { Faults } from '../../examples/ledger/faults.js';
import { buildServer } from '../../examples/ledger/server.js';
import { AT } from './store-rules.js';

let database: Database;
let app: ReturnType<typeof buildServer>;
const errors: string[] = [];

test.before(async () => {
  database = await openDatabase({ dataDir: 'memory://' });
  app = buildServer({ database, now: () => AT, faults: true, projectionIdleMs: 5, onError: ({ message }) => errors.push(message) });
  await app.ready();
});
test.after.always(async () => {
  await app?.close();
  await database?.close();
});

async function post(url: string, payload: object): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await app.inject({ method: 'POST', url, payload });
  return { status: response.statusCode, body: response.json() };
}

test.serial('should have no route for faults when they were not allowed', async (t) => {
  const plain = buildServer({ database, now: () => AT, runProjections: false });
  t.is((await plain.inject({ method: 'POST', url: '/faults', payload: { storeDown: true } })).statusCode, 404);
  t.is((await plain.inject({ method: 'GET', url: '/faults' })).statusCode, 404);
  await plain.close();
});

test.serial('should refuse a fault that does not exist, and change nothing', async (t) => {
  t.is((await post('/faults', { storeDwn: true })).status, 400);
  t.is((await post('/faults', { failCommandsRatio: 2 })).status, 400);
  t.deepEqual((await app.inject({ method: 'GET', url: '/faults' })).json(), {
    failCommandsRatio: 0,
    slowStoreMs: 0,
    storeDown: false,
    projectionsStopped: false,
    eventAgeMs: 0,
    memoryGrowthMiBPerSecond: 0,
    cpuBurnRatio: 0,
  });
});

test.serial('should fail every fourth command while a quarter of them is to fail', async (t) => {
  await post('/faults', { failCommandsRatio: 0.25 });
  const statuses: number[] = [];
  for (let made = 0; made < 8; made++) statuses.push((await post('/accounts', { owner: 'Ann' })).status);
  t.deepEqual(statuses, [201, 201, 201, 500, 201, 201, 201, 500]);
  await post('/faults', { failCommandsRatio: 0 });
  t.is((await post('/accounts', { owner: 'Ann' })).status, 201);
});

test.serial('should answer 500 while the store is down and go on when it is back', async (t) => {
  errors.length = 0;
  await post('/faults', { storeDown: true });
  t.is((await post('/accounts', { owner: 'Ann' })).status, 500);
  t.is((await app.inject({ method: 'GET', url: '/health' })).statusCode, 500);
  t.true(errors.includes('the store is down'));
  await post('/faults', { storeDown: false });
  t.is((await post('/accounts', { owner: 'Ann' })).status, 201);
});

test.serial('should leave events to the projections until they run again when they were stopped', async (t) => {
  const lags = async (): Promise<number[]> =>
    (await app.inject({ method: 'GET', url: '/health' })).json().projections.map(({ lagEvents }: { lagEvents: number }) => lagEvents);
  await post('/faults', { projectionsStopped: true });
  const [before] = await lags();
  await post('/accounts', { owner: 'Ann' });
  await post('/accounts', { owner: 'Ann' });
  t.is((await lags())[0], before! + 2);
  await post('/faults', { projectionsStopped: false });
  // PGlite answers within microtasks: without a pause the runner's timer would never have its turn.
  while ((await lags()).some((lag) => lag > 0)) await new Promise((wake) => setTimeout(wake, 5));
  t.deepEqual(await lags(), [0, 0]);
});

test.serial('should record events as old as it is told', async (t) => {
  const faults = new Faults();
  faults.change({ eventAgeMs: 1500 });
  t.is(
    faults
      .nowOf(() => AT)()
      .getTime(),
    AT.getTime() - 1500,
  );
});
