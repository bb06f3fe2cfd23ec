// The HTTP interface: routes, input schemas, and the one place where outcomes become status codes. pitot times each route by itself.
import { randomUUID } from 'node:crypto';
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { path } from 'pitot';
import type { MonitoringService } from 'pitot/monitoring';
import type { Database } from './database.js';
import { AMOUNT_CENTS_MAX, type Command, type Rejection } from './domain.js';
import { EventStore } from './event-store.js';
import { FAULTS_SCHEMA, type FaultSettings, Faults } from './faults.js';
import { simulateTurnover } from './forecast.js';
import { Ledger } from './ledger.js';
import { ProjectionRunner } from './projection-runner.js';
import { PROJECTIONS, readBalance, readDailyTotals } from './projections.js';
import { createSession, type PlantedLeak, SessionStore } from './sessions.js';
import { readStatement } from './statement.js';

export interface ServerOptions {
  readonly database: Database;
  /** Clock of the events. */
  readonly now?: () => Date;
  /** Whether this process keeps the projections up to date; default true. Of several services on one Postgres, one is enough. */
  readonly runProjections?: boolean;
  /** Rest of the projection runner between two looks for events; default 50. */
  readonly projectionIdleMs?: number;
  readonly onError?: (error: Error) => void;
  /** Whether faults can be asked for, by `POST /faults`; default false. Never where strangers can reach the service. */
  readonly faults?: boolean;
  /** What is leaked, to show how that is found; default null. */
  readonly leak?: PlantedLeak;
  /** Gets the health check `database`. */
  readonly monitoring?: MonitoringService;
}

const forecastPath = path('ledger.forecast');

const STATUS_BY_REJECTION: Readonly<Record<Rejection, number>> = {
  'unknown-account': 404,
  'account-exists': 409,
  'same-account': 422,
  'invalid-amount': 422,
  'insufficient-funds': 422,
  'balance-limit': 422,
};

const accountId = { type: 'string', minLength: 1, maxLength: 64 } as const;
const amountCents = { type: 'integer', minimum: 1, maximum: AMOUNT_CENTS_MAX } as const;
const params = strict({ accountId });
/** 1..999: query strings are text, and nothing is converted silently. */
const smallNumber = { type: 'string', pattern: '^[1-9][0-9]{0,2}$' } as const;

/** Builds the service around an open database. `close()` stops the projections and the server; the database stays the caller's. */
export function buildServer(options: ServerOptions): FastifyInstance {
  const { now = () => new Date(), runProjections = true, projectionIdleMs = 50, onError = () => {} } = options;
  const faults = options.faults === true ? new Faults() : null;
  const database = faults === null ? options.database : faults.around(options.database);
  const store = new EventStore(database);
  const ledger = faults === null ? new Ledger(store, now) : new Ledger(store, faults.nowOf(now), () => faults.beforeCommand());
  const runner = new ProjectionRunner(database, store, PROJECTIONS, { idleMs: projectionIdleMs, onError });
  // Without coercion "12" is no amount, and an unknown key is an error instead of vanishing.
  const app = Fastify({ bodyLimit: 16_384, ajv: { customOptions: { coerceTypes: false, removeAdditional: false } } });

  app.setErrorHandler((error: FastifyError, _request, reply) => {
    const status = error.statusCode ?? 500;
    if (status < 500) return reply.code(status).send({ error: error.validation ? 'invalid-input' : 'bad-request', message: error.message });
    onError(error);
    return reply.code(500).send({ error: 'internal', message: 'the ledger could not answer' });
  });
  app.setNotFoundHandler((_request, reply) => reply.code(404).send({ error: 'no-such-route', message: 'no such route' }));
  if (options.leak === 'sessions') {
    const store = new SessionStore();
    const beginSession = async ({ headers }: FastifyRequest): Promise<void> => void createSession(store, headers, now().getTime());
    app.addHook('onRequest', beginSession);
  }
  if (runProjections) app.addHook('onReady', async () => runner.start());
  const removeCheck = options.monitoring?.health('database', () => store.headPosition());
  app.addHook('onClose', async () => {
    removeCheck?.();
    faults?.stop();
    await runner.stop();
  });
  if (faults !== null) {
    app.get('/faults', async () => faults.current);
    app.post<{ Body: Partial<FaultSettings> }>('/faults', { schema: { body: FAULTS_SCHEMA } }, async (request) => {
      const settings = faults.change(request.body);
      if (settings.projectionsStopped) await runner.stop();
      else if (runProjections) runner.start();
      return settings;
    });
  }

  app.post<{ Body: { owner: string } }>(
    '/accounts',
    { schema: { body: strict({ owner: { type: 'string', minLength: 1, maxLength: 100 } }) } },
    (request, reply) => answer(reply, { type: 'OpenAccount', accountId: randomUUID(), owner: request.body.owner }),
  );
  app.post<{ Params: { accountId: string }; Body: { amountCents: number } }>(
    '/accounts/:accountId/deposits',
    { schema: { params, body: strict({ amountCents }) } },
    (request, reply) => answer(reply, { type: 'Deposit', ...request.params, ...request.body }),
  );
  app.post<{ Params: { accountId: string }; Body: { amountCents: number } }>(
    '/accounts/:accountId/withdrawals',
    { schema: { params, body: strict({ amountCents }) } },
    (request, reply) => answer(reply, { type: 'Withdraw', ...request.params, ...request.body }),
  );
  app.post<{ Body: { fromAccountId: string; toAccountId: string; amountCents: number } }>(
    '/transfers',
    { schema: { body: strict({ fromAccountId: accountId, toAccountId: accountId, amountCents }) } },
    (request, reply) => answer(reply, { type: 'Transfer', transferId: randomUUID(), ...request.body }),
  );

  app.get<{ Params: { accountId: string } }>('/accounts/:accountId', { schema: { params } }, async (request, reply) => {
    const balance = await readBalance(database, request.params.accountId);
    if (balance !== null) return { ...balance, source: 'projection' };
    // Opened a moment ago: the projection has not come by yet, the events know it.
    const state = await ledger.load(request.params.accountId);
    if (state === null) return unknownAccount(reply, request.params.accountId);
    return { accountId: state.accountId, ...state.account, version: state.version, source: 'events' };
  });
  app.get<{ Params: { accountId: string }; Querystring: { lines?: string } }>(
    '/accounts/:accountId/statement',
    { schema: { params, querystring: { ...strict({ lines: smallNumber }), required: [] } } },
    async (request, reply) => {
      const statement = await readStatement(store, request.params.accountId, Number(request.query.lines ?? 50));
      return statement ?? unknownAccount(reply, request.params.accountId);
    },
  );
  app.get<{ Querystring: { days?: string } }>(
    '/totals',
    { schema: { querystring: { ...strict({ days: smallNumber }), required: [] } } },
    async (request) => ({ totals: await readDailyTotals(database, Number(request.query.days ?? 7)) }),
  );
  app.get<{ Querystring: { seconds?: string } }>(
    '/forecast',
    { schema: { querystring: { ...strict({ seconds: { type: 'string', pattern: '^[1-9]$' } }), required: [] } } },
    async (request) => {
      const totals = await readDailyTotals(database, 7);
      const amounts = totals.map((total) => total.amountCents).filter((amountCents) => amountCents > 0);
      return forecastPath.time(() => simulateTurnover(amounts, Number(request.query.seconds ?? 2)));
    },
  );
  app.get('/health', async () => {
    const lags = await runner.lags();
    return {
      status: 'ok',
      database: database.kind,
      events: await store.headPosition(),
      projections: PROJECTIONS.map(({ name }, index) => ({ name, lagEvents: lags[index] })),
    };
  });

  async function answer(reply: FastifyReply, command: Command): Promise<unknown> {
    const outcome = await ledger.execute(command);
    if (outcome.kind === 'conflict')
      return reply.code(409).send({ error: 'conflict', message: `somebody else was faster ${outcome.attempts} times: try again` });
    if (outcome.kind === 'rejected') return reply.code(STATUS_BY_REJECTION[outcome.reason]).send({ error: outcome.reason, message: outcome.message });
    const accounts = outcome.accounts.map(({ accountId, version, account }) => ({ accountId, version, balanceCents: account.balanceCents }));
    return reply.code(201).send({ position: outcome.position, accounts });
  }

  return app;
}

function unknownAccount(reply: FastifyReply, accountId: string): FastifyReply {
  return reply.code(404).send({ error: 'unknown-account', message: `account ${accountId} was never opened` });
}

/** A JSON schema of an object with exactly these keys. */
function strict<Properties extends object>(properties: Properties) {
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false } as const;
}
