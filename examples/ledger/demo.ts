// The demo that `npm start` runs: the ledger service under pitot, some seconds of load, then the summary and where the report is.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Child, describeEnd } from './child.js';
import type { ServiceMessage } from './main.js';

const DEFAULT_SECONDS = 20;
/** How long the request in the middle of the load blocks the main thread. */
const BLOCK_SECONDS = 2;
/** From process start to the first good answer: a new database on a slow disk takes several seconds. */
const READY_MS_MAX = 60_000;
const READY_POLL_MS = 100;
/** Share of an interval for which the last window of the run holds load at least, and is to be from its end when the service is stopped. */
const LAST_WINDOW_MIN = 0.4;
const LAST_WINDOW_REST = 0.2;
const MORE_LOADS_MAX = 5;

const children = new Set<Child>();
let interrupted: 'SIGINT' | 'SIGTERM' | null = null;

async function main(): Promise<void> {
  const seconds = Number(process.env.LEDGER_SECONDS || DEFAULT_SECONDS);
  if (!(seconds > 0 && seconds <= 3600)) throw new Error(`LEDGER_SECONDS: expected a number from 1 to 3600, received ${process.env.LEDGER_SECONDS}`);
  const register = import.meta.resolve('pitot/register');
  const cli = join(fileURLToPath(register), '..', 'cli.js');
  for (const file of [fileURLToPath(register), cli]) if (!existsSync(file)) throw new Error(`${file} is missing: run \`npm run build\` first`);

  const dataDir = await mkdtemp(join(tmpdir(), 'pitot-ledger-'));
  try {
    const reportsDir = resolve(process.env.PITOT_DIR || 'pitot-reports');
    const env = {
      PITOT_DIR: reportsDir,
      PITOT_SERVICE: process.env.PITOT_SERVICE || 'ledger',
      PITOT_INTERVAL_MS: process.env.PITOT_INTERVAL_MS || '5000',
      LEDGER_DATA_DIR: dataDir,
      PORT: '0',
    };
    console.log('demo: starting the ledger service: node --import pitot/register main.js (a new database takes a few seconds)');
    const service = start({ name: 'the service', script: script('main.js'), nodeArgs: ['--import', register], env });
    const { port } = await service.firstMessage<ServiceMessage>();
    const url = `http://127.0.0.1:${port}`;
    await untilAnswers(url, service);

    console.log(`demo: ${seconds} s of load; pitot writes a report each ${Number(env.PITOT_INTERVAL_MS) / 1000} s`);
    let block: Promise<void> | undefined;
    const blockTimer = setTimeout(
      () => {
        block = blockOnce(url);
      },
      (seconds * 1000) / 2,
    );
    await loadFor(seconds, url, service).finally(() => clearTimeout(blockTimer));
    await block;
    // The newest window is what people open first: one that has only just begun would show next to nothing.
    const intervalMs = Number(env.PITOT_INTERVAL_MS);
    for (let more = 0; more < MORE_LOADS_MAX && !isWellFilled(newestWindowAgeMs(reportsDir, service.pid!), intervalMs); more++)
      await loadFor(Math.max(0.1, (intervalMs * LAST_WINDOW_REST) / 1000), url, service);

    if (interrupted !== null) throw new Error('interrupted');
    console.log('demo: stopping the service');
    const end = await service.stop();
    if (end.code !== 0) throw new Error(describeEnd('the service', end));

    const runDir = newestRunOf(reportsDir, service.pid!);
    console.log('');
    await start({ name: '`pitot report`', script: cli, args: ['report', runDir], env: { PITOT_ENABLED: '0' } }).succeeded();
    printFiles(runDir);
  } finally {
    await Promise.all([...children].map((child) => child.stop()));
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** Runs the load generator; rejects when it or the service ends badly meanwhile. */
async function loadFor(seconds: number, url: string, service: Child): Promise<void> {
  const load = start({ name: 'the load generator', script: script('load.js'), args: ['--url', url, '--seconds', String(seconds)] });
  await Promise.race([load.succeeded(), service.ended.then((end) => Promise.reject(new Error(`${describeEnd('the service', end)} under load`)))]);
}

/** In the middle of the load, one request that computes on the main thread: nothing else is answered until it is done. */
async function blockOnce(url: string): Promise<void> {
  console.log(`demo: GET /forecast?seconds=${BLOCK_SECONDS}, which blocks the service's main thread for ${BLOCK_SECONDS} s`);
  // A service that is gone is told of by the load.
  await fetch(`${url}/forecast?seconds=${BLOCK_SECONDS}`).catch(() => {});
}

function isWellFilled(ageMs: number, intervalMs: number): boolean {
  return ageMs === Number.POSITIVE_INFINITY || (ageMs >= intervalMs * LAST_WINDOW_MIN && ageMs <= intervalMs * (1 - LAST_WINDOW_REST));
}

/** Time since the last report was written, so the length of the window that is open. */
function newestWindowAgeMs(reportsDir: string, pid: number): number {
  const latest = join(newestRunOf(reportsDir, pid), 'latest.json');
  return existsSync(latest) ? Date.now() - statSync(latest).mtimeMs : Number.POSITIVE_INFINITY;
}

function start(options: ConstructorParameters<typeof Child>[0]): Child {
  const child = new Child(options);
  children.add(child);
  child.ended.then(() => children.delete(child));
  return child;
}

/** Resolves at the first good answer of /health. */
async function untilAnswers(url: string, service: Child): Promise<void> {
  const endMs = performance.now() + READY_MS_MAX;
  const ended = service.ended.then((end) => Promise.reject(new Error(`${describeEnd('the service', end)} before it answered`)));
  ended.catch(() => {});
  while (performance.now() < endMs) {
    const answered = fetch(`${url}/health`).then(
      (response) => response.ok,
      () => false,
    );
    if (await Promise.race([answered, ended])) return;
    await new Promise((wake) => setTimeout(wake, READY_POLL_MS));
  }
  throw new Error(`the service did not answer on ${url} within ${READY_MS_MAX / 1000} s`);
}

/** A run directory is named <service>.<date>-<time>.<pid>: the newest of this process. */
function newestRunOf(reportsDir: string, pid: number): string {
  const names = existsSync(reportsDir) ? readdirSync(reportsDir).filter((name) => name.endsWith(`.${pid}`)) : [];
  const newest = names.sort((a, b) => a.split('.').at(-2)!.localeCompare(b.split('.').at(-2)!)).at(-1);
  if (newest === undefined) throw new Error(`pitot left no reports of process ${pid} in ${reportsDir}`);
  return join(reportsDir, newest);
}

function printFiles(runDir: string): void {
  const shown = relative(process.cwd(), runDir).startsWith('..') ? runDir : relative(process.cwd(), runDir);
  const reports = readdirSync(runDir).filter((name) => /^report-\d+\.json$/.test(name)).length;
  console.log(`
the whole run as a page     ${join(shown, 'report.html')}
the newest window           ${join(shown, 'latest.json')}
one file a window           ${join(shown, 'report-*.json')}   (${reports} files)

stalls, as they happened    ${join(shown, 'stalls.ndjson')}
alerts, as they happened    ${join(shown, 'alerts.ndjson')}   (none: no such file)
CPU profiles, flame graphs  ${join(shown, 'flame/')}

One request blocked the main thread, and stalls.ndjson names the function that did it: its first line was written while it still ran.
The report judges commands, event store, projections and system by their KPIs, and says why no rule fires.
One endpoint gets slower as histories grow. Find it in report.html; examples/ledger/README.md says what to look for.`);
}

function script(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

/** Stops the children, whose end then leads `main` through its clean-up. A terminal's Ctrl-C reaches them as well: they stop once all the same. */
function interrupt(signal: 'SIGINT' | 'SIGTERM'): void {
  if (interrupted !== null) {
    // The second Ctrl-C means now.
    for (const child of children) child.kill();
    return;
  }
  interrupted = signal;
  console.error(`demo: stopping on ${signal}`);
  for (const child of children) child.stop();
}

process.on('SIGINT', () => interrupt('SIGINT'));
process.on('SIGTERM', () => interrupt('SIGTERM'));

main()
  .catch((error: Error) => {
    if (interrupted === null) console.error(`demo: ${error.message}`);
    process.exitCode = 1;
  })
  .finally(() => {
    // 128 + the signal's number, as shells report it.
    if (interrupted !== null) process.exitCode = interrupted === 'SIGINT' ? 130 : 143;
  });
