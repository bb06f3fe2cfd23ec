// The load generator: N users in a closed loop over keep-alive connections, in a process of its own so that it does not slow what it measures.
import { Agent, request } from 'node:http';
import { parseArgs } from 'node:util';
import { type Random, seededRandom } from './random.js';
import { type PlannedRequest, planRequest } from './workload.js';

const USAGE = `usage: load.js --url http://127.0.0.1:3000 [--seconds 20] [--users 8] [--think-ms 8] [--accounts 30] [--seed 1]
  --think-ms   mean pause of a user after each answer; 0 saturates the service`;
const PROGRESS_MS = 2000;
/** A request without an answer after this is a failure. */
const TIMEOUT_MS = 10_000;
/** First failures that are kept to be shown. */
const SHOWN_FAILURES_MAX = 5;

interface Settings {
  readonly url: URL;
  readonly durationMs: number;
  readonly users: number;
  readonly thinkMs: number;
  readonly accounts: number;
  readonly seed: number;
}

interface Run {
  readonly endMs: number;
  /** Told to stop before its time. */
  stopped: boolean;
}

/** Since the last progress line. */
interface Interval {
  durationsMs: number[];
}

interface Tally {
  done: number;
  refused: number;
  failed: number;
  readonly failures: string[];
}

async function main(): Promise<void> {
  const settings = readSettings(process.argv.slice(2));
  const agent = new Agent({ keepAlive: true, maxSockets: settings.users });
  const random = seededRandom(settings.seed);
  const accountIds: string[] = [];
  for (let index = 0; index < settings.accounts; index++) accountIds.push(await openAccount(agent, settings.url, random, index));

  const tally: Tally = { done: 0, refused: 0, failed: 0, failures: [] };
  const interval: Interval = { durationsMs: [] };
  const startMs = performance.now();
  const run: Run = { endMs: startMs + settings.durationMs, stopped: false };
  const stop = (): void => {
    run.stopped = true;
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  // Stops with its parent: nobody would read the progress of an orphan.
  process.once('disconnect', stop);
  process.on('message', (message) => {
    if (message === 'stop') stop();
  });

  const progress = setInterval(() => printProgress(interval, tally, performance.now() - startMs), PROGRESS_MS);
  await Promise.all(
    Array.from({ length: settings.users }, (_, index) =>
      runUser(agent, settings, seededRandom(settings.seed + index + 1), accountIds, tally, interval, run),
    ),
  );
  clearInterval(progress);
  agent.destroy();
  if (process.connected) process.disconnect();

  const seconds = (performance.now() - startMs) / 1000;
  console.log(
    `load: ${tally.done} requests in ${seconds.toFixed(1)} s (${Math.round(tally.done / seconds)}/s), ${tally.refused} refused by the rules, ${tally.failed} failed`,
  );
  for (const failure of tally.failures) console.error(`load: ${failure}`);
  if (tally.failed > 0 || tally.done === 0) process.exitCode = 1;
}

async function runUser(
  agent: Agent,
  settings: Settings,
  random: Random,
  accountIds: readonly string[],
  tally: Tally,
  interval: Interval,
  run: Run,
): Promise<void> {
  while (!run.stopped && performance.now() < run.endMs) {
    const planned = planRequest(random, accountIds);
    const startMs = performance.now();
    try {
      const { status } = await send(agent, settings.url, planned);
      interval.durationsMs.push(performance.now() - startMs);
      tally.done++;
      if (status >= 400) tally.refused++;
      if (!planned.expected.includes(status)) note(tally, `${planned.method} ${planned.path} answered ${status}`);
    } catch (error) {
      // Whoever stops the load may have stopped the service too.
      if (run.stopped) return;
      note(tally, (error as Error).message);
      // A service that is gone refuses thousands of connections a second: no need to count them all.
      await pause(100);
    }
    // Exponential pauses: users arrive independently of each other, not in step.
    if (settings.thinkMs > 0) await pause(-Math.log(1 - random.next()) * settings.thinkMs);
  }
}

async function openAccount(agent: Agent, url: URL, random: Random, index: number): Promise<string> {
  const { status, text } = await send(agent, url, { method: 'POST', path: '/accounts', body: { owner: `customer ${index}` }, expected: [201] });
  if (status !== 201) throw new Error(`the service answered ${status} to POST /accounts: ${text}`);
  const { accounts } = JSON.parse(text) as { accounts: { accountId: string }[] };
  const { accountId } = accounts[0]!;
  await send(agent, url, {
    method: 'POST',
    path: `/accounts/${accountId}/deposits`,
    body: { amountCents: random.between(100_000, 1_000_000) },
    expected: [201],
  });
  return accountId;
}

function send(agent: Agent, url: URL, planned: PlannedRequest): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const body = planned.body === undefined ? undefined : JSON.stringify(planned.body);
    const headers = body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const outgoing = request(new URL(planned.path, url), { method: planned.method, agent, headers, timeout: TIMEOUT_MS }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode!, text }));
      response.on('error', reject);
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)));
    outgoing.on('error', (error) => reject(new Error(`${planned.method} ${planned.path}: ${error.message}`)));
    outgoing.end(body);
  });
}

function printProgress(interval: Interval, tally: Tally, elapsedMs: number): void {
  const sortedMs = interval.durationsMs.sort((a, b) => a - b);
  interval.durationsMs = [];
  const quantile = (share: number): string => (sortedMs[Math.ceil(share * sortedMs.length) - 1] ?? 0).toFixed(1).padStart(6);
  const rate = Math.round((sortedMs.length * 1000) / PROGRESS_MS);
  console.log(
    `load: ${String(Math.round(elapsedMs / 1000)).padStart(3)} s  ${String(rate).padStart(5)} requests/s   p50 ${quantile(0.5)} ms   p99 ${quantile(0.99)} ms   ${tally.failed} failed`,
  );
}

function note(tally: Tally, failure: string): void {
  tally.failed++;
  if (tally.failures.length < SHOWN_FAILURES_MAX) tally.failures.push(failure);
}

function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}

function readSettings(args: string[]): Settings {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ args, options: { url: text, seconds: text, users: text, 'think-ms': text, accounts: text, seed: text } });
  if (values.url === undefined) throw new Error(`--url is missing\n${USAGE}`);
  const number = (name: 'seconds' | 'users' | 'think-ms' | 'accounts' | 'seed', fallback: number, least: number): number => {
    const given = values[name];
    const value = given === undefined ? fallback : Number(given);
    if (!Number.isFinite(value) || value < least || given === '')
      throw new Error(`--${name}: expected a number from ${least}, received ${given}\n${USAGE}`);
    return value;
  };
  return {
    url: new URL(values.url),
    durationMs: number('seconds', 20, 0.1) * 1000,
    users: Math.floor(number('users', 8, 1)),
    thinkMs: number('think-ms', 8, 0),
    accounts: Math.floor(number('accounts', 30, 2)),
    seed: number('seed', 1, 0),
  };
}

main().catch((error: Error) => {
  console.error(`load: ${error.message}`);
  process.exit(1);
});
