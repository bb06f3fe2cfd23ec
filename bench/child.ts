// A child process that does the measured work, with or without pitot preloaded, and a directory of its own for the reports.
import { type ChildProcess, fork } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Report } from '../src/report/report-types.js';

/** A child that takes longer hangs, unless its bench says otherwise. */
const CHILD_MS_MAX = 300_000;

/** URL of the preload, as users name it. */
export const REGISTER_URL = import.meta.resolve('pitot/register');

export interface ChildOptions {
  /** File under bench/children, without its ending. */
  script: string;
  /** False: the same program without the agent. */
  pitot: boolean;
  args?: string[];
  /** Flags of Node beside the preload. */
  nodeArgs?: string[];
  env?: Record<string, string>;
  /** When it is killed, ms; for benches in which children take turns for long. */
  msMax?: number;
}

/** A child with an IPC channel; its standard output is shown only when it fails. */
export class Child {
  readonly process: ChildProcess;
  readonly ended: Promise<void>;
  /** PITOT_DIR of the child: where its runs are written. */
  readonly directory = mkdtempSync(join(tmpdir(), 'pitot-bench-'));
  private output = '';

  constructor(options: ChildOptions) {
    this.process = fork(fileURLToPath(new URL(`./children/${options.script}.js`, import.meta.url)), options.args ?? [], {
      execArgv: [...(options.nodeArgs ?? []), ...(options.pitot ? ['--import', REGISTER_URL] : [])],
      env: childEnv({ PITOT_DIR: this.directory, ...options.env }),
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [this.process.stdout!, this.process.stderr!]) stream.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    const timer = setTimeout(() => this.process.kill('SIGKILL'), options.msMax ?? CHILD_MS_MAX);
    this.ended = new Promise((resolve, reject) => {
      this.process.once('error', reject);
      this.process.once('close', (code, signal) => {
        clearTimeout(timer);
        if (code === 0 || signal === 'SIGTERM') resolve();
        else reject(new Error(`bench child ${options.script} ended with ${code ?? signal}:\n${this.output}`));
      });
    });
    this.ended.catch(() => {});
  }

  get pid(): number {
    return this.process.pid!;
  }

  /** The next message the child sends. */
  message<T>(): Promise<T> {
    const message = new Promise<T>((resolve) => this.process.once('message', (value) => resolve(value as T)));
    const early = this.ended.then(() => Promise.reject(new Error(`a bench child ended before it answered:\n${this.output}`)));
    return Promise.race([message, early]);
  }

  /** Sends a request and waits for its answer. */
  ask<T>(request: object): Promise<T> {
    const answer = this.message<T>();
    this.process.send(request);
    return answer;
  }

  async stop(): Promise<void> {
    this.process.kill('SIGTERM');
    await this.ended;
  }

  /** The reports of the child's only run, in order; to be read after it has ended. */
  reports(): Report[] {
    const [run] = existsSync(this.directory) ? readdirSync(this.directory) : [];
    if (run === undefined) return [];
    const files = readdirSync(join(this.directory, run)).filter((name) => /^report-\d+\.json$/.test(name));
    return files.sort().map((name) => JSON.parse(readFileSync(join(this.directory, run, name), 'utf8')) as Report);
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** Runs a child to its end; resolves with the one message it sent and the reports it left. */
export async function runChild<T>(options: ChildOptions): Promise<{ result: T; reports: Report[] }> {
  const child = new Child(options);
  try {
    const result = await child.message<T>();
    await child.ended;
    return { result, reports: child.reports() };
  } finally {
    child.remove();
  }
}

/** The environment of a measured process: nothing of the caller's reaches pitot or Node. */
export function childEnv(extra: Record<string, string>): NodeJS.ProcessEnv {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(PITOT_|OTEL_|NODE_)/.test(name)));
  return { ...env, ...extra };
}

/** Sums over all windows of a run: of all records, and of one path. */
export function sumReports(reports: readonly Report[], pathName: string) {
  const sum = { recorded: 0, aggregated: 0, dropped: 0, sampledOut: 0, pathCount: 0, pathDropped: 0, sampledMax: 1 };
  for (const { records, paths } of reports) {
    sum.recorded += records.recorded;
    sum.aggregated += records.aggregated;
    sum.dropped += records.dropped;
    sum.sampledOut += records.sampledOut;
    for (const path of paths) {
      if (path.name !== pathName) continue;
      sum.pathCount += path.count;
      sum.pathDropped += path.dropped;
      sum.sampledMax = Math.max(sum.sampledMax, path.sampled);
    }
  }
  return sum;
}
