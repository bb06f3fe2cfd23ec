// What a user names as the profile to draw: a file, or a run whose newest profile it is.
import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { PitotError } from '../core/errors.js';
import { findRuns, kindOfPath } from '../report/run-directories.js';

/** What a run directory's `flame` folder holds that can be read, best first: CPU profiles know the order of their samples. */
const READ = [/\.cpuprofile$/, /\.speedscope\.json$/, /\.pb\.gz$/, /\.folded$/];
const RUN_NAME = /^(.+)\.\d{8}-\d{6}\.\d+$/;

export interface FlameInput {
  file: string;
  /** The service where the file lies in a run directory, else its name. */
  title: string;
}

/** @throws PitotError INPUT_FILE for a path that is missing, and for a run without a profile. */
export function flameInput(path: string): FlameInput {
  const kind = kindOfPath(path);
  if (kind === 'missing') throw noProfile(path, 'nothing there');
  if (kind === 'file') return named(path);
  const directory = kind === 'run' ? path : findRuns(path, { acceptEmpty: true })[0]?.directory;
  if (directory === undefined) throw noProfile(path, 'a directory without a run');
  const file = newestProfile(join(directory, 'flame'));
  if (file === undefined) throw noProfile(path, `a run without a profile in ${join(basename(resolve(directory)), 'flame')}`);
  return named(file);
}

function newestProfile(folder: string): string | undefined {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return undefined;
  }
  for (const format of READ) {
    const files = names.filter((name) => format.test(name)).map((name) => ({ path: join(folder, name), atMs: statSync(join(folder, name)).mtimeMs }));
    // Of one moment, the last by name: names hold the time and the number of the window.
    const [newest] = files.sort((a, b) => b.atMs - a.atMs || (a.path < b.path ? 1 : -1));
    if (newest !== undefined) return newest.path;
  }
  return undefined;
}

function named(file: string): FlameInput {
  const service = RUN_NAME.exec(basename(dirname(dirname(resolve(file)))))?.[1];
  return { file, title: service ?? basename(file) };
}

function noProfile(path: string, received: string): PitotError {
  return new PitotError('INPUT_FILE', {
    option: path,
    allowed: 'a profile, or a run directory that holds one',
    received,
    remedy: 'Name a .cpuprofile, .pb.gz, .speedscope.json or .folded file.',
  });
}
