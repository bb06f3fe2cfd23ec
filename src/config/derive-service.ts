// The name of a service where nobody gave one: the nearest package.json's, else the script's own.
import { NAME_CHARS_MAX } from '../core/limits.js';

/** Characters of a service name that go into the name of a directory: leaves room for time and pid within 255 bytes. */
const DIRECTORY_NAME_CHARS_MAX = 80;
/** Directories looked at on the way up. */
const LEVELS_MAX = 40;

type ReadFile = (path: string) => string;

/**
 * The `name` of the nearest package.json above the entry script (above `cwd` where there is no script), else the script's
 * base name without its extension, else `node`. A package.json without a name is passed by: it only marks a module type.
 */
export function deriveService(entryScript: string | undefined, cwd: string, readFile: ReadFile = readText): string {
  const path = process.getBuiltinModule('node:path');
  const script = entryScript ? path.resolve(cwd, entryScript) : undefined;
  let directory = script === undefined ? path.resolve(cwd) : path.dirname(script);
  for (let level = 0; level < LEVELS_MAX; level++) {
    const name = packageName(path.join(directory, 'package.json'), readFile);
    if (name !== undefined) return name;
    const parent = path.dirname(directory);
    if (parent === directory) break;
    directory = parent;
  }
  return script === undefined ? 'node' : path.parse(script).name || 'node';
}

/** A name fit for a directory: only [A-Za-z0-9._-], never empty, hidden, or longer than 80 characters. `@acme/shop` becomes `acme-shop`. */
export function safeServiceName(name: string): string {
  const safe = name
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[.-]+/, '')
    .slice(0, DIRECTORY_NAME_CHARS_MAX)
    .replace(/[.-]+$/, '');
  return safe === '' ? 'node' : safe;
}

function packageName(path: string, readFile: ReadFile): string | undefined {
  try {
    const name: unknown = (JSON.parse(readFile(path)) as { name?: unknown }).name;
    return typeof name === 'string' && name.trim() !== '' ? name.trim().slice(0, NAME_CHARS_MAX) : undefined;
  } catch {
    return undefined;
  }
}

function readText(path: string): string {
  return process.getBuiltinModule('node:fs').readFileSync(path, 'utf8');
}
