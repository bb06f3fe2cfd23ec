// A throw-away Postgres server on a loopback port, from the binaries of the machine, and the reason why there can be none.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';

export interface PostgresServer {
  readonly url: string;
  stop(): Promise<void>;
}

const DEBIAN = '/usr/lib/postgresql';
const READY_MS_MAX = 15_000;

/** null: a server can be started. */
export function missingPostgres(): string | null {
  if (binaries() === null) return `no initdb in PATH or ${DEBIAN}/*/bin`;
  return serverUser() === null ? 'Postgres refuses to run as root and there is no user postgres' : null;
}

/** Starts a server, where nothing is missing. */
export async function startPostgres(): Promise<PostgresServer> {
  const bin = binaries() as string;
  const owner = serverUser() as { uid?: number; gid?: number };
  const dir = mkdtempSync(join(tmpdir(), 'ledger-postgres-'));
  const data = join(dir, 'data');
  let server: ChildProcess | undefined;
  const stop = async (): Promise<void> => {
    if (server !== undefined && server.exitCode === null && server.signalCode === null) {
      const ended = new Promise((resolve) => server!.once('exit', resolve));
      // SIGQUIT is Postgres's immediate shutdown: the data is thrown away.
      server.kill('SIGQUIT');
      await ended;
    }
    await rm(dir, { recursive: true, force: true });
  };
  try {
    if (owner.uid !== undefined) chownSync(dir, owner.uid, owner.gid!);
    execFileSync(join(bin, 'initdb'), ['-D', data, '-U', 'ledger', '-A', 'trust', '-N', '--locale=C', '-E', 'UTF8'], {
      ...owner,
      cwd: dir,
      stdio: 'pipe',
    });
    const port = await freePort();
    server = spawn(join(bin, 'postgres'), ['-D', data, '-k', dir, '-p', String(port), '-h', '127.0.0.1', '-F'], {
      ...owner,
      cwd: dir,
      stdio: 'ignore',
    });
    const url = `postgres://ledger@127.0.0.1:${port}/postgres`;
    await untilReady(url, server);
    return { url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function binaries(): string | null {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : [];
  const dirs = [...(process.env.PATH ?? '').split(':'), ...versions.map((version) => join(DEBIAN, version, 'bin'))];
  return dirs.find((dir) => dir !== '' && existsSync(join(dir, 'initdb')) && existsSync(join(dir, 'postgres'))) ?? null;
}

/** Postgres does not run as root: its own user does it then. */
function serverUser(): { uid?: number; gid?: number } | null {
  if (process.getuid?.() !== 0) return {};
  try {
    const idOf = (option: string): number => Number(execFileSync('id', [option, 'postgres'], { stdio: 'pipe' }));
    return { uid: idOf('-u'), gid: idOf('-g') };
  } catch {
    return null;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

async function untilReady(url: string, server: ChildProcess): Promise<void> {
  const endMs = performance.now() + READY_MS_MAX;
  for (;;) {
    const client = new pg.Client({ connectionString: url });
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      await client.end().catch(() => {});
      if (server.exitCode !== null || performance.now() > endMs) throw error;
      await new Promise((wake) => setTimeout(wake, 50));
    }
  }
}
