// The whole demo as `npm start` runs it, for some seconds: the service under pitot, its reports, and how it ends when something goes wrong.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import test from 'ava';
import type { Report } from '../../src/report/report-types.js';
import type { StallLine } from '../../src/report/stall-log.js';

const DEMO = fileURLToPath(new URL('../../examples/ledger/demo.js', import.meta.url));

const SCHEMA = new URL('../../../docs/report.schema.json', import.meta.url);

interface Demo {
  readonly process: ChildProcess;
  /** Directory that stands for /tmp, and must be empty at the end. */
  readonly temporaryDir: string;
  readonly reportsDir: string;
  readonly ended: Promise<number | null>;
  output(): string;
  /** Resolves when the output so far matches. */
  printed(pattern: RegExp): Promise<void>;
}

async function startDemo(dir: string, env: Record<string, string>): Promise<Demo> {
  const [temporaryDir, reportsDir] = [join(dir, 'tmp'), join(dir, 'reports')];
  await mkdir(temporaryDir, { recursive: true });
  const child = spawn(process.execPath, [DEMO], {
    env: {
      ...process.env,
      TMPDIR: temporaryDir,
      PITOT_DIR: reportsDir,
      PITOT_INTERVAL_MS: '2000',
      PITOT_EXIT_WAIT_MS: '10000',
      LEDGER_SECONDS: '5',
      DATABASE_URL: '',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const waiting = new Set<() => void>();
  const take = (chunk: Buffer): void => {
    output += chunk;
    for (const look of waiting) look();
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  // `close` comes after the last output, and after the last process that holds the streams: an orphan would keep it away.
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const printed = (pattern: RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (pattern.test(output)) resolve();
      };
      waiting.add(look);
      ended.then(() => reject(new Error(`ended before it printed ${pattern}: ${output}`)));
      look();
    });
  return { process: child, temporaryDir, reportsDir, ended, output: () => output, printed };
}

function reportsOf(demo: Demo): Report[] {
  const run = runOf(demo);
  const files = readdirSync(run).filter((name) => /^report-\d{6}\.json$/.test(name));
  return files.map((name) => JSON.parse(readFileSync(join(run, name), 'utf8')));
}

/** The one run directory. What begins with a dot belongs to all runs. */
function runOf(demo: Demo): string {
  const [run, ...others] = readdirSync(demo.reportsDir).filter((name) => !name.startsWith('.'));
  if (run === undefined || others.length > 0) throw new Error(`expected one run, found ${[run, ...others]}`);
  return join(demo.reportsDir, run);
}

/** What pitot knows of a run that went wrong: stalls, faults, and how busy the machine was. */
function evidenceOf(demo: Demo): string {
  if (!existsSync(demo.reportsDir)) return 'no reports';
  const stallLog = join(runOf(demo), 'stalls.ndjson');
  const windows = reportsOf(demo).map(({ seq, window, runtime, agent, alerts }) =>
    JSON.stringify({ seq, window, runtime, faults: agent.faults, alerts: alerts.map(({ rule, state }) => `${rule} ${state}`) }),
  );
  return [...windows, existsSync(stallLog) ? readFileSync(stallLog, 'utf8') : 'no stalls'].join('\n');
}

test.beforeEach((t) => {
  t.context = mkdtempSync(join(tmpdir(), 'ledger-demo-'));
});
test.afterEach.always((t) => rm(t.context as string, { recursive: true, force: true }));

test.serial('should leave reports of routes and commands that agree with the load, and no other trace, when run', async (t) => {
  const demo = await startDemo(t.context as string, {});
  const code = await demo.ended;
  t.is(code, 0, code === 0 ? '' : `${demo.output()}\n${evidenceOf(demo)}`);
  t.deepEqual(readdirSync(demo.temporaryDir), []);
  t.regex(demo.output(), /load: +2 s +\d+ requests\/s/);
  t.regex(demo.output(), /reports\/ledger\.\d{8}-\d{6}\.\d+\/report\.html/);

  const reports = reportsOf(demo);
  t.true(reports.length >= 3, `${reports.length} reports`);
  const validate = new Ajv({ strict: false }).compile(JSON.parse(readFileSync(SCHEMA, 'utf8')));
  for (const report of reports) t.true(validate(report), JSON.stringify(validate.errors));
  for (const { records } of reports) t.is(records.recorded, records.aggregated + records.dropped + records.sampledOut);
  const callsOf = (matches: (path: Report['paths'][number]) => boolean): number =>
    reports.flatMap(({ paths }) => paths.filter(matches)).reduce((sum, { count }) => sum + count, 0);
  const counted = (name: string, labels: Record<string, string>): number =>
    reports.at(-1)!.counters.find((counter) => counter.name === name && counter.labels.type === labels.type)?.value ?? 0;

  // The newest window is what people open: it shows routes and commands, however the load fell on the windows.
  for (const name of ['http.server', 'commands'])
    t.true(reports.at(-1)!.paths.filter((path) => path.name === name && path.count > 0).length >= 2, name);

  // Each load counts its own requests; before them each of its 30 accounts was opened and filled.
  const loads = [...demo.output().matchAll(/load: (\d+) requests/g)];
  const requests = loads.reduce((sum, [, made]) => sum + Number(made), 0);
  const before = 60 * loads.length;
  const health = callsOf(({ name, labels }) => name === 'http.server' && labels.route === '/health');
  const others = callsOf(({ name, labels }) => name === 'http.server' && labels.route !== '/health');
  t.true(others <= requests + before && others + health > requests + before, `${others} + ${health} requests measured, ${requests} + ${before} made`);
  const transfers = callsOf(({ name, labels }) => name === 'http.server' && labels.route === '/transfers' && labels.status === '2xx');
  t.true(transfers > 0);
  t.is(transfers, counted('ledger.events', { type: 'TransferSent' }));
  t.is(transfers, counted('ledger.events', { type: 'TransferReceived' }));
  const statements = callsOf(({ name, labels }) => name === 'http.server' && labels.route === '/accounts/:accountId/statement');
  t.true(statements > 0);
  t.is(
    callsOf(({ name }) => name === 'ledger.statement.fold'),
    statements,
  );
  t.is(
    callsOf(({ name }) => name === 'ledger.statement.read'),
    statements,
  );
  t.true(callsOf(({ name, labels }) => name === 'projection' && labels.projection === 'daily-totals') > 0);

  // All four families of the registry agree with the events that were stored, and the KPIs judge them.
  const sumOf = (name: string): number => reports.at(-1)!.counters.reduce((sum, counter) => sum + (counter.name === name ? counter.value : 0), 0);
  const stored = sumOf('ledger.events');
  t.true(stored > transfers * 2);
  t.is(sumOf('event_store.events_written'), stored);
  t.true(sumOf('projection.events') > 0 && sumOf('projection.events') <= 2 * stored, `${sumOf('projection.events')} of 2 x ${stored}`);
  const commandCalls = (labels: Record<string, string>): number =>
    callsOf((path) => path.name === 'commands' && path.labels.command === labels.command && path.labels.complexity === labels.complexity);
  t.true(commandCalls({ command: 'Transfer', complexity: 'complex' }) >= transfers);
  t.is(commandCalls({ command: 'Deposit', complexity: 'complex' }), 0);
  t.is(
    reports.flatMap(({ paths }) => paths.filter(({ name }) => name === 'commands')).reduce((sum, { errors }) => sum + errors, 0),
    0,
  );
  t.is(reports.at(-1)!.gauges.find(({ name }) => name === 'event_store.head')?.value, stored);
  t.is(reports.at(-1)!.gauges.find(({ name, labels }) => name === 'health' && labels.check === 'database')?.value, 1);
  const judged = new Set(reports.flatMap(({ kpis }) => kpis.filter(({ value }) => value !== null).map(({ name }) => name)));
  for (const kpi of ['command success rate', 'write throughput', 'projection lag', 'memory']) t.true(judged.has(kpi), `${kpi} of ${[...judged]}`);

  // The request in the middle of the load, named while it blocked.
  const run = runOf(demo);
  const lines: StallLine[] = readFileSync(join(run, 'stalls.ndjson'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const isForecast = ({ top }: StallLine): boolean => top.some(({ file }) => file.endsWith('forecast.ts'));
  const { id } = lines.find((line) => line.event === 'end' && isForecast(line))!;
  const story = lines.filter((line) => line.id === id);
  t.is(story[0]!.event, 'open');
  // The first line does not wait for source maps where the pool is busy.
  t.true(
    story[0]!.top.some(({ file }) => /forecast\.[jt]s$/.test(file)),
    JSON.stringify(story[0]!.top),
  );
  t.true(Date.parse(story[0]!.at) - Date.parse(story[0]!.startAt) < 2000, `${story[0]!.startAt} to ${story[0]!.at}`);
  t.true(story.at(-1)!.durationMs > 1500, `${story.at(-1)!.durationMs} ms`);
  t.true(readFileSync(join(run, story.at(-1)!.file), 'utf8').includes('simulateDay'));

  // CPU by path adds up. A window that closes while the forecast runs does not know yet whose time that is: here two of them do.
  for (const { cpu } of reports) {
    const sumMs = cpu.byPath.reduce((sum, { cpuMs }) => sum + cpuMs, 0);
    t.true(Math.abs(sumMs - cpu.busyMs) < 0.001, `${sumMs} of ${cpu.busyMs}`);
  }
  const forecastMs = reports.flatMap(({ cpu }) => cpu.byPath).reduce((sum, { name, cpuMs }) => sum + (name === 'ledger.forecast' ? cpuMs : 0), 0);
  t.true(forecastMs > 0 && forecastMs < 2500, `${forecastMs} ms`);
});

test.serial('should stop everything, clean up and end with 130 when interrupted under load', async (t) => {
  const demo = await startDemo(t.context as string, { LEDGER_SECONDS: '60' });
  await demo.printed(/load: +2 s/);
  demo.process.kill('SIGINT');
  t.is(await demo.ended, 130, demo.output());
  t.deepEqual(readdirSync(demo.temporaryDir), []);
  t.is(reportsOf(demo).at(-1)!.closedBy, 'exit');
});

test.serial('should end with 1 and say why when the service cannot start', async (t) => {
  const demo = await startDemo(t.context as string, { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' });
  t.is(await demo.ended, 1);
  t.regex(demo.output(), /ledger: .*ECONNREFUSED/);
  t.regex(demo.output(), /demo: the service ended with code 1/);
  t.deepEqual(readdirSync(demo.temporaryDir), []);
});

test.serial('should end with 1 before anything starts when LEDGER_SECONDS is no number', async (t) => {
  const demo = await startDemo(t.context as string, { LEDGER_SECONDS: 'soon' });
  t.is(await demo.ended, 1);
  t.is(demo.output(), 'demo: LEDGER_SECONDS: expected a number from 1 to 3600, received soon\n');
});
