// The ledger example as a process of its own under pitot, with faults and faster time; load from the test; what alerts.ndjson tells of it.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import type { FaultSettings } from '../../examples/ledger/faults.js';
import { type AlertLine, readAlertLines } from '../../src/report/alerts-log.js';
import type { Report, RuleStatus } from '../../src/report/report-types.js';
import { NODE, ROOT, until } from '../support/app.js';

/** What is waited for comes in seconds; a crowded machine gets a minute. */
export const WAIT_MS_MAX = 60_000;
/** A process that hangs is ended, and its test. */
export const RUN_MS_MAX = 240_000;
const USERS = 12;
/** Mean pause of a user: with all of them about a quarter of a core, so that there is room for what a fault costs. */
const THINK_MS = 80;

export interface LedgerOptions {
  timeScale: number;
  /** Content of the file that PITOT_ALERTS names. */
  alerts?: object;
  nodeArgs?: readonly string[];
  /** Beside those that a run has. */
  env?: Readonly<Record<string, string>>;
  /** A process that hangs is ended after this time, ms. */
  runMsMax?: number;
}

/** An alert from its first line to its newest. */
export interface Story {
  lines: AlertLine[];
  events: string[];
  /** What was done about all alerts of its rule so far: the limits of actions are the rule's. */
  ruleActions: string[];
}

export class LedgerRun {
  readonly directory = mkdtempSync(join(tmpdir(), 'pitot-ledger-'));
  private readonly child: ChildProcess;
  private readonly ended: Promise<number | null>;
  private output = '';
  private url = '';
  private accounts: string[] = [];
  private users: Promise<void>[] = [];
  private loading = false;

  private constructor({ timeScale, alerts, nodeArgs = [], env: more = {}, runMsMax = RUN_MS_MAX }: LedgerOptions) {
    const alertsFile = join(this.directory, 'alerts.json');
    writeFileSync(alertsFile, JSON.stringify(alerts ?? {}));
    const env: NodeJS.ProcessEnv = {
      ...process.env,
      PITOT_DIR: join(this.directory, 'reports'),
      PITOT_SERVICE: 'ledger',
      PITOT_INTERVAL_MS: '1000',
      PITOT_TIME_SCALE: String(timeScale),
      PITOT_ALERTS: alertsFile,
      PITOT_FLAME_FORMATS: 'none',
      LEDGER_DATA_DIR: 'memory://',
      LEDGER_FAULTS: '1',
      LEDGER_HEALTH_MS: '1000',
      DATABASE_URL: '',
      PORT: '0',
      ...more,
    };
    for (const name of ['NODE_OPTIONS', 'NODE_V8_COVERAGE', 'PITOT_TEST_NODE']) delete env[name];
    const args = [...nodeArgs, '--import', 'pitot/register', 'build/examples/ledger/main.js'];
    this.child = spawn(NODE, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
    try {
      // Where the test may: faults are judged by the time that they take, which others on the machine should not add to.
      setPriority(this.child.pid!, -10);
    } catch {
      // Only root may.
    }
    const take = (text: Buffer): void => {
      this.output = (this.output + text).slice(-20_000);
    };
    this.child.stdout!.on('data', take);
    this.child.stderr!.on('data', take);
    const killer = setTimeout(() => this.child.kill('SIGKILL'), runMsMax);
    this.ended = new Promise((resolve) => {
      this.child.once('close', (code) => {
        clearTimeout(killer);
        resolve(code);
      });
    });
  }

  /** Resolves when the service answers. It ends with the test. */
  static async start(t: ExecutionContext, options: LedgerOptions): Promise<LedgerRun> {
    const run = new LedgerRun(options);
    t.teardown(() => run.stop());
    let isOver = false;
    run.ended.then(() => {
      isOver = true;
    });
    await until(() => isOver || /listening on \S+/.test(run.output), 'the ledger listens', WAIT_MS_MAX);
    if (isOver) throw new Error(`the ledger ended: ${run.output}`);
    run.url = /listening on (\S+)/.exec(run.output)![1]!;
    for (let index = 0; index < USERS; index++) {
      const answer = (await (await run.post('/accounts', { owner: `user ${index}` })).json()) as { accounts: [{ accountId: string }] };
      run.accounts.push(answer.accounts[0].accountId);
    }
    return run;
  }

  post(path: string, body: object): Promise<Response> {
    return fetch(this.url + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  }

  get(path: string): Promise<Response> {
    return fetch(this.url + path);
  }

  /** Changes faults; the wall clock, ms, just before. */
  async fault(settings: Partial<FaultSettings>): Promise<number> {
    const nowMs = Date.now();
    const { status } = await this.post('/faults', settings);
    if (status !== 200) throw new Error(`POST /faults answered ${status}`);
    return nowMs;
  }

  /** Deposits, until `endLoad`. What fails is what the test is about. */
  load(): void {
    this.loading = true;
    this.users = this.accounts.map(async (accountId) => {
      while (this.loading) {
        await this.post(`/accounts/${accountId}/deposits`, { amountCents: 1 })
          .then((response) => response.arrayBuffer())
          .catch(() => {});
        await new Promise((wake) => setTimeout(wake, THINK_MS * (0.5 + Math.random())));
      }
    });
  }

  async endLoad(): Promise<void> {
    this.loading = false;
    await Promise.all(this.users);
  }

  get lines(): AlertLine[] {
    return this.runDirectory === undefined ? [] : readAlertLines(this.runDirectory);
  }

  /** Alerts of a rule, oldest first. */
  stories(rule: string): Story[] {
    const byId = new Map<string, AlertLine[]>();
    for (const line of this.lines) if (line.alert.rule === rule) byId.set(line.alert.id, [...(byId.get(line.alert.id) ?? []), line]);
    const ruleActions = [...byId.values()].flat().flatMap(({ alert }) => alert.actions);
    return [...byId.values()].map((lines) => ({ lines, events: lines.map(({ event }) => event), ruleActions }));
  }

  /** An alert that has fired since then, with what its actions came to. A crowded machine may have had one of its own before. */
  async fired(rule: string, sinceMs: number): Promise<Story> {
    // Two of a rule at once share its limits: that of the second is told at once, what the first did when it is done.
    const isDone = ({ events, ruleActions }: Story): boolean => events.includes('actions') && ruleActions.includes('log');
    return this.found(rule, sinceMs, 'firing', (story) => story.events.includes('firing') && isDone(story));
  }

  async resolved(rule: string, sinceMs: number): Promise<Story> {
    return this.found(rule, sinceMs, 'resolved', ({ events }) => events.includes('firing') && events.includes('resolved'));
  }

  /** Resolves when the rule knows enough to judge, and finds nothing. */
  async quiet(rule: string): Promise<void> {
    await until(() => this.status(rule)?.state === 'inactive', `${rule} is quiet`, WAIT_MS_MAX).catch((error: Error) => {
      throw new Error(`${error.message}\n${JSON.stringify(this.status(rule))}`);
    });
  }

  /** Windows that have been reported. */
  get windows(): number {
    return this.runDirectory === undefined ? 0 : readdirSync(this.runDirectory).filter((name) => /^report-\d+\.json$/.test(name)).length;
  }

  async stop(): Promise<void> {
    this.loading = false;
    this.child.kill('SIGTERM');
    const killer = setTimeout(() => this.child.kill('SIGKILL'), 15_000);
    await this.ended;
    clearTimeout(killer);
    await Promise.all(this.users);
    rmSync(this.directory, { recursive: true, force: true });
  }

  private async found(rule: string, sinceMs: number, what: string, isIt: (story: Story) => boolean): Promise<Story> {
    const find = (): Story | undefined => this.stories(rule).find((story) => Date.parse(story.lines[0]!.alert.since) >= sinceMs && isIt(story));
    await until(() => find() !== undefined, `${rule} is ${what}`, WAIT_MS_MAX).catch((error: Error) => {
      const told = this.lines.map(({ at, event, alert }) => `${at} ${event} ${alert.rule}: ${alert.message}`);
      throw new Error(`${error.message}\n${told.join('\n')}\n${JSON.stringify(this.status(rule))}\n${this.output.slice(-1000)}`);
    });
    return find()!;
  }

  /** What the newest report says of a rule; undefined: there is none yet. */
  private status(rule: string): RuleStatus | undefined {
    const latest = join(this.runDirectory ?? '', 'latest.json');
    if (!existsSync(latest)) return undefined;
    return (JSON.parse(readFileSync(latest, 'utf8')) as Report).rules.find((status) => status.rule === rule);
  }

  get runDirectory(): string | undefined {
    const reports = join(this.directory, 'reports');
    const [name] = existsSync(reports) ? readdirSync(reports).filter((each) => !each.startsWith('.')) : [];
    return name === undefined ? undefined : join(reports, name);
  }
}

/** The whole of an alert's life as far as it goes, with what belongs to it; `events` are those that it has, in this order. */
export function assertStory(t: ExecutionContext, { lines, events, ruleActions }: Story, ...expected: string[]): void {
  t.deepEqual(
    events.filter((event) => event !== 'actions'),
    expected,
  );
  const { alert } = lines.find(({ event }) => event === 'actions')!;
  // A crowded machine may have had alerts of its own, and used the limit up.
  t.true(ruleActions.includes('log'), ruleActions.join());
  t.true(
    alert.actions.some((line) => line === 'log' || line.startsWith('log: limited')),
    alert.actions.join(),
  );
  t.true(alert.runbook.length > alert.rule.length, alert.runbook);
  t.true(alert.evidence.length > 0 && alert.evidence.every((sentence) => /\d/.test(sentence)), alert.evidence.join('\n'));
}

/** Of critical rules no other has fired since. */
export function assertAlone(t: ExecutionContext, run: LedgerRun, rule: string, sinceMs: number): void {
  const others = run.lines.filter(
    ({ event, at, alert }) => event === 'firing' && alert.severity === 'critical' && alert.rule !== rule && Date.parse(at) >= sinceMs,
  );
  t.deepEqual(
    others.map(({ alert }) => `${alert.rule}: ${alert.message}`),
    [],
  );
}
