// Runs a small application under pitot in a directory of its own, as a user would, and reads what it left.
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Report } from '../../src/report/report-types.js';

/** Root of the checkout: build/test/support is three levels below it. */
export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** The Node.js binary that applications run on: PITOT_TEST_NODE, else the one that runs the tests. */
export const NODE = process.env.PITOT_TEST_NODE ?? process.execPath;

export interface AppOptions {
  /** Source of app.mjs, or of the file named by `file`. */
  source: string;
  file?: string;
  /** Further files by name. */
  files?: Record<string, string>;
  env?: Record<string, string>;
  /** Flags before the script; the default loads pitot. */
  nodeArgs?: string[];
  args?: string[];
  /** Ends the application after so long, as a test that hangs must not. */
  timeoutMs?: number;
  spawn?: SpawnOptions;
}

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** A directory with an application, a link to pitot, and its reports. */
export class App {
  readonly directory = mkdtempSync(join(tmpdir(), 'pitot-app-'));
  readonly reports: string;
  private readonly options: AppOptions;

  constructor(options: AppOptions) {
    this.options = options;
    this.reports = options.env?.PITOT_DIR ?? join(this.directory, 'reports');
    mkdirSync(join(this.directory, 'node_modules'));
    symlinkSync(ROOT, join(this.directory, 'node_modules/pitot'));
    for (const [name, text] of Object.entries({ [this.script]: options.source, ...options.files })) {
      mkdirSync(dirname(join(this.directory, name)), { recursive: true });
      writeFileSync(join(this.directory, name), text);
    }
  }

  get script(): string {
    return this.options.file ?? 'app.mjs';
  }

  start(): { child: ChildProcess; ended: Promise<Ended>; stdout(): string } {
    const { options } = this;
    // The default wait at the exit is too short for a process that ends at once on a crowded machine; tests of that wait set their own.
    const env: NodeJS.ProcessEnv = { ...process.env, PITOT_DIR: this.reports, PITOT_EXIT_WAIT_MS: '10000', ...options.env };
    delete env.NODE_OPTIONS;
    delete env.NODE_V8_COVERAGE;
    delete env.PITOT_TEST_NODE;
    Object.assign(env, options.env);
    const child = spawn(NODE, [...(options.nodeArgs ?? ['--import', 'pitot/register']), this.script, ...(options.args ?? [])], {
      cwd: this.directory,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...options.spawn,
    });
    let stdout = '';
    let stderr = '';
    child.stdout?.setEncoding('utf8').on('data', (text) => (stdout += text));
    child.stderr?.setEncoding('utf8').on('data', (text) => (stderr += text));
    const timer = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs ?? 30_000);
    const ended = new Promise<Ended>((resolve) => {
      child.once('close', (code, signal) => {
        clearTimeout(timer);
        resolve({ code, signal, stdout, stderr });
      });
    });
    return { child, ended, stdout: () => stdout };
  }

  run(): Promise<Ended> {
    return this.start().ended;
  }

  /** Run directories, oldest first. */
  runs(): string[] {
    if (!existsSync(this.reports)) return [];
    // What several processes share is hidden.
    return readdirSync(this.reports)
      .filter((name) => !name.startsWith('.'))
      .sort()
      .map((name) => join(this.reports, name));
  }

  /** Reports of one run, in order; the only run by default. */
  windows(run = this.runs()[0]): Report[] {
    if (run === undefined) return [];
    return readdirSync(run)
      .filter((name) => /^report-\d+\.json$/.test(name))
      .sort()
      .map((name) => JSON.parse(readFileSync(join(run, name), 'utf8')) as Report);
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** Sums of all windows: of one path by name, and of the records. */
export function totals(
  windows: readonly Report[],
  name: string,
): { count: number; errors: number; recorded: number; aggregated: number; dropped: number; sampledOut: number } {
  const sum = { count: 0, errors: 0, recorded: 0, aggregated: 0, dropped: 0, sampledOut: 0 };
  for (const { paths, records } of windows) {
    for (const path of paths) {
      if (path.name !== name) continue;
      sum.count += path.count;
      sum.errors += path.errors;
    }
    sum.recorded += records.recorded;
    sum.aggregated += records.aggregated;
    sum.dropped += records.dropped;
    sum.sampledOut += records.sampledOut;
  }
  return sum;
}

/** Resolves when a condition holds; rejects when it does not within the time. */
export async function until(condition: () => boolean, what: string, timeoutMs = 20_000): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
