// pitot as a user has it: packed, installed from the tarball into an empty project, and run there.
import { type ExecFileException, execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Report } from '../../src/report/report-types.js';

/** Root of the checkout: build/test/package is three levels below it. */
export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

export interface Packed {
  tarball: string;
  files: { path: string; size: number }[];
  unpackedBytes: number;
}

export interface Done {
  code: number;
  stdout: string;
  stderr: string;
}

/** What a parent npm tells its scripts about the project it runs in would send a child npm there; its configuration may pass. */
function environment(more: Record<string, string> = {}): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (/^npm_(?:package|lifecycle)_/i.test(name) || /^npm_config_(?:local_prefix|prefix|json)$/i.test(name)) continue;
    if (/^(?:PITOT_.*|NODE_OPTIONS|NODE_V8_COVERAGE|NODE_PATH)$/.test(name)) continue;
    env[name] = value;
  }
  return { ...env, ...more };
}

export function run(command: string, args: string[], cwd: string, env?: Record<string, string>): Promise<Done> {
  return new Promise((resolve) => {
    execFile(
      command,
      args,
      { cwd, env: environment(env), encoding: 'utf8', timeout: 110_000, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        const { code } = (error ?? { code: 0 }) as ExecFileException;
        resolve({
          code: typeof code === 'number' ? code : -1,
          stdout,
          stderr: error && typeof code !== 'number' ? `${stderr}${error.message}` : stderr,
        });
      },
    );
  });
}

async function must(command: string, args: string[], cwd: string): Promise<string> {
  const { code, stdout, stderr } = await run(command, args, cwd);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}\n${stdout}\n${stderr}`);
  return stdout;
}

/** An empty project in a directory of its own, with pitot in its node_modules. */
export class InstalledProject {
  readonly directory: string;
  readonly packed: Packed;

  private constructor(packed: Packed, directory: string) {
    this.packed = packed;
    this.directory = directory;
  }

  static async create(): Promise<InstalledProject> {
    const directory = mkdtempSync(join(tmpdir(), 'pitot-package-'));
    // --ignore-scripts: dist is packed as the tests' build left it.
    const [packed] = JSON.parse(await must('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', directory], ROOT));
    const tarball = join(directory, packed.filename);
    writeFileSync(join(directory, 'package.json'), '{ "name": "consumer", "version": "1.0.0", "private": true }\n');
    await must(
      'npm',
      ['install', '--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--prefer-offline', '--prefix', directory, tarball],
      directory,
    );
    return new InstalledProject({ tarball, files: packed.files, unpackedBytes: packed.unpackedSize }, directory);
  }

  /** Where the package itself was unpacked. */
  get installed(): string {
    return join(this.directory, 'node_modules/pitot');
  }

  write(name: string, text: string): void {
    mkdirSync(dirname(join(this.directory, name)), { recursive: true });
    writeFileSync(join(this.directory, name), text);
  }

  /** Makes a package of the checkout visible to the project, as if it were installed there. */
  link(name: string): void {
    const path = join(this.directory, 'node_modules', name);
    mkdirSync(dirname(path), { recursive: true });
    rmSync(path, { recursive: true, force: true });
    symlinkSync(join(ROOT, 'node_modules', name), path);
  }

  node(args: string[], env: Record<string, string> = {}): Promise<Done> {
    // The default wait at the exit is too short for a process that ends at once on a crowded machine.
    return run(process.execPath, args, this.directory, { PITOT_EXIT_WAIT_MS: '10000', ...env });
  }

  /** The newest report of the only run under a directory of the project; null when nothing was written. */
  latest(reports: string): Report | null {
    let runs: string[] = [];
    try {
      runs = readdirSync(join(this.directory, reports));
    } catch {
      return null;
    }
    if (runs.length !== 1) throw new Error(`${runs.length} runs in ${reports}`);
    return JSON.parse(readFileSync(join(this.directory, reports, runs[0], 'latest.json'), 'utf8'));
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}
