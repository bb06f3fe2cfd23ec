// Packages and Node.js lines, installed on demand into a directory of their own; where the registry does not answer, what needs them is left out.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const INSTALL_MS_MAX = 180_000;

/** Kept from one evaluation to the next. */
const CACHE = join(tmpdir(), 'pitot-eval');

/** A directory whose node_modules holds the packages, given as name@version; null where npm could not bring them. */
export async function install(packages: readonly string[], say: (text: string) => void): Promise<string | null> {
  const directory = join(CACHE, createHash('sha256').update(packages.join(' ')).digest('hex').slice(0, 12));
  const done = join(directory, 'installed');
  if (existsSync(done)) return directory;
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'package.json'), '{ "private": true }\n');
  try {
    await run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--silent', '--prefix', directory, ...packages], {
      timeout: INSTALL_MS_MAX,
    });
  } catch (error) {
    say(`left out: npm could not install ${packages.join(' ')}: ${(error as Error).message.split('\n')[0]}`);
    return null;
  }
  writeFileSync(done, '');
  return directory;
}

/** The binary of a line, `22`, or of a path; null where npm could not bring it. */
export async function nodeBinary(lineOrPath: string, say: (text: string) => void): Promise<string | null> {
  if (!/^\d+$/.test(lineOrPath)) return lineOrPath;
  if (process.versions.node.startsWith(`${lineOrPath}.`)) return process.execPath;
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const directory = await install([`${name}@${lineOrPath}`], say);
  return directory && join(directory, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
}
