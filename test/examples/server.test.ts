// The HTTP interface on a real PGlite: each status code, what it says, and the projections running behind it.
import test from 'ava';
import { type Database, openDatabase } from '../../examples/ledger/database.js';
import { EventStore } from '../../examples/ledger/event-store.js';
import { ProjectionRunner } from '../../examples/ledger/projection-runner.js';
import { PROJECTIONS } from '../../examples/ledger/projections.js';
import { buildServer } from '../../examples/ledger/server.js';
import { AT } from './store-rules.js';

type Server = ReturnType<typeof buildServer>;

let database: Database;
let app: Server;
const errors: Error[] = [];

test.before(async () => {
  database = await openDatabase({ dataDir: 'memory://' });
  // The tests move the projections on themselves.
  app = buildServer({ database, now: () => AT, runProjections: false, onError: (error) => errors.push(error) });
  await app.ready();
});
test.after.always(async () => {
  await app?.close();
  await database?.close();
});

/** The fields of all answers together: each test compares those of its route. */
interface Answer {
  accounts: { accountId: string; version: number; balanceCents: number }[];
  balanceCents: number;
  error: string;
  events: number;
  lines: object[];
}

async function call(method: 'GET' | 'POST', url: string, payload?: object): Promise<{ status: number; body: Answer }> {
  const response = await app.inject(payload === undefined ? { method, url } : { method, url, payload });
  return { status: response.statusCode, body: response.json() };
}

async function open(owner: string, amountCents: number): Promise<string> {
  const { body } = await call('POST', '/accounts', { owner });
  const { accountId } = body.accounts[0]!;
  if (amountCents > 0) await call('POST', `/accounts/${accountId}/deposits`, { amountCents });
  return accountId;
}

test.serial('should answer from the events first and from the projection once it has come by', async (t) => {
  const ann = await open('Ann', 300);
  t.deepEqual<unknown, unknown>(await call('GET', `/accounts/${ann}`), {
    status: 200,
    body: { accountId: ann, owner: 'Ann', balanceCents: 300, version: 2, source: 'events' },
  });
  const runner = new ProjectionRunner(database, new EventStore(database), PROJECTIONS, { idleMs: 10, onError: (error) => t.fail(error.message) });
  while (await runner.runOnce());
  t.deepEqual<unknown, unknown>(await call('GET', `/accounts/${ann}`), {
    status: 200,
    body: { accountId: ann, owner: 'Ann', balanceCents: 300, version: 2, source: 'projection' },
  });
  t.deepEqual<unknown, unknown>((await call('GET', '/totals?days=1')).body, {
    totals: [
      { day: '2026-03-01', type: 'AccountOpened', events: 1, amountCents: 0 },
      { day: '2026-03-01', type: 'MoneyDeposited', events: 1, amountCents: 300 },
    ],
  });
  await call('POST', `/accounts/${ann}/withdrawals`, { amountCents: 1 });
  t.deepEqual<unknown, unknown>(await call('GET', '/health'), {
    status: 200,
    body: {
      status: 'ok',
      database: 'pglite',
      events: 3,
      projections: [
        { name: 'balances', lagEvents: 1 },
        { name: 'daily-totals', lagEvents: 1 },
      ],
    },
  });
});

test.serial('should move money and tell both new states when a transfer is made', async (t) => {
  const [from, to] = [await open('From', 100), await open('To', 0)];
  const { status, body } = await call('POST', '/transfers', { fromAccountId: from, toAccountId: to, amountCents: 60 });
  t.is(status, 201);
  t.deepEqual(body.accounts, [
    { accountId: from, version: 3, balanceCents: 40 },
    { accountId: to, version: 2, balanceCents: 60 },
  ]);
  const statement = (await call('GET', `/accounts/${to}/statement?lines=1`)).body;
  t.is(statement.balanceCents, 60);
  t.is(statement.events, 2);
  t.deepEqual(statement.lines, [{ version: 2, at: AT.toISOString(), type: 'TransferReceived', changeCents: 60, balanceCents: 60 }]);
});

test.serial('should answer 422 or 404 with the reason when the rules refuse', async (t) => {
  const poor = await open('Poor', 10);
  const refusal = async (url: string, payload?: object) => {
    const { status, body } = await call(payload === undefined ? 'GET' : 'POST', url, payload);
    return [status, body.error];
  };
  t.deepEqual<unknown, unknown>(await call('POST', `/accounts/${poor}/withdrawals`, { amountCents: 11 }), {
    status: 422,
    body: { error: 'insufficient-funds', message: 'balance is 10 cents, 11 are needed' },
  });
  t.deepEqual(await refusal('/transfers', { fromAccountId: poor, toAccountId: poor, amountCents: 1 }), [422, 'same-account']);
  t.deepEqual(await refusal('/transfers', { fromAccountId: poor, toAccountId: 'nobody', amountCents: 1 }), [404, 'unknown-account']);
  t.deepEqual(await refusal('/accounts/nobody/deposits', { amountCents: 1 }), [404, 'unknown-account']);
  t.deepEqual(await refusal('/accounts/nobody'), [404, 'unknown-account']);
  t.deepEqual(await refusal('/accounts/nobody/statement'), [404, 'unknown-account']);
  t.deepEqual(await refusal('/nowhere'), [404, 'no-such-route']);
});

test.serial('should answer 400 and store nothing when the input is not as the schema says', async (t) => {
  const ann = await open('Ann', 0);
  const before = (await call('GET', '/health')).body.events;
  const bodies = [{ amountCents: '12' }, { amountCents: 1.5 }, { amountCents: 0 }, { amountCents: -1 }, { amountCents: 1, currency: 'EUR' }, {}];
  for (const body of bodies) {
    const answer = await call('POST', `/accounts/${ann}/deposits`, body);
    t.deepEqual([answer.status, answer.body.error], [400, 'invalid-input'], JSON.stringify(body));
  }
  t.is((await call('POST', '/accounts', { owner: '' })).status, 400);
  t.is((await call('GET', `/accounts/${ann}/statement?lines=0`)).status, 400);
  t.is((await call('GET', '/totals?days=7&month=3')).status, 400);
  const text = await app.inject({ method: 'POST', url: '/accounts', payload: '{"owner":', headers: { 'content-type': 'application/json' } });
  t.deepEqual([text.statusCode, text.json().error], [400, 'bad-request']);
  t.is((await call('GET', '/health')).body.events, before);
});

test.serial('should answer 409 when somebody else is always faster', async (t) => {
  const ann = await open('Ann', 0);
  const overtaken = buildServer({
    // Every append finds its rows gone: what the store sees when another process has won.
    database: { ...database, query: async (text, values) => (text.includes('INSERT INTO ledger_events') ? [] : database.query(text, values)) },
    runProjections: false,
  });
  const response = await overtaken.inject({ method: 'POST', url: `/accounts/${ann}/deposits`, payload: { amountCents: 1 } });
  t.deepEqual([response.statusCode, response.json().error], [409, 'conflict']);
  await overtaken.close();
});

test.serial('should answer 500 without the inner message, and go on, when the database fails', async (t) => {
  const broken = buildServer({
    database: {
      ...database,
      query: async () => Promise.reject(new Error('password=secret')),
      transaction: async () => Promise.reject(new Error('x')),
    },
    runProjections: false,
    onError: (error) => errors.push(error),
  });
  const response = await broken.inject({ method: 'GET', url: '/accounts/a' });
  t.deepEqual([response.statusCode, response.json()], [500, { error: 'internal', message: 'the ledger could not answer' }]);
  await broken.close();
  t.true(errors.some(({ message }) => message === 'password=secret'));
  t.is((await call('GET', '/health')).status, 200);
});

test.serial('should forecast from the totals there are, for as long as it is told, when asked', async (t) => {
  const { status, body } = await call('GET', '/forecast?seconds=1');
  t.is(status, 200);
  t.deepEqual(Object.keys(body), ['runs', 'medianCents', 'p95Cents']);
  t.is((await call('GET', '/forecast?seconds=60')).status, 400);
});
