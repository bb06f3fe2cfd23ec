// The source tree as a graph: which file imports which, as a value or as a type only. Read from the text, as TypeScript 7 has no compiler API.
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Root of the checkout: build/test/architecture is three levels below it. */
export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

export interface Import {
  /** File that imports, from the root: `src/core/clock.ts`. */
  from: string;
  specifier: string;
  /** The file imported, from the root; null when it is a package or one of Node's modules. */
  to: string | null;
  /** Leaves no trace in the compiled code. `import { type X }` does leave one: it is a value import of nothing. */
  typeOnly: boolean;
  /** An `import()`: loaded when that line runs, not with the file. */
  isLazy?: boolean;
}

export interface SourceFile {
  path: string;
  text: string;
  imports: Import[];
}

// One pattern for each way to name a module. Names and braces alone may stand between the keyword and `from`, so that no code is mistaken for it.
const STATIC = /^(?:import|export)\s+(type\s+)?[\w$*{},\s]+?\s*from\s+'([^']+)'/gm;
const BARE = /^import\s+'([^']+)'/gm;
const AWAITED = /\bimport\(\s*'([^']+)'\s*\)/g;
const REQUIRED = /\b(?:require|require\.resolve|import\.meta\.resolve)\(\s*'([^']+)'\s*\)/g;
/** `import('pino').Logger` and `typeof import('x')` are types, unless something awaits the promise. */
const TYPE_POSITION = /(?::|\||&|<|\btypeof|\bas|=>)\s*$/;

export function importsOf(path: string, text: string): Import[] {
  const imports: Import[] = [];
  const add = (specifier: string, typeOnly: boolean, isLazy = false): void => {
    const to = specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier).replace(/\.js$/, '.ts') : null;
    imports.push({ from: path, specifier, to, typeOnly, isLazy });
  };
  for (const [, type, specifier] of text.matchAll(STATIC)) add(specifier, type !== undefined);
  for (const [, specifier] of text.matchAll(BARE)) add(specifier, false);
  for (const match of text.matchAll(AWAITED)) {
    add(
      match[1],
      TYPE_POSITION.test(text.slice(0, match.index)) && /^[.[]\s*(?!then|catch|finally)\w/.test(text.slice(match.index + match[0].length)),
      true,
    );
  }
  for (const [, specifier] of text.matchAll(REQUIRED)) add(specifier, false);
  return imports;
}

/** All TypeScript files under a folder of the root, in order of their names. */
export function readTree(folder: string): SourceFile[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => {
      const path = posix.join(folder, name.replaceAll('\\', '/'));
      const text = readFileSync(join(ROOT, path), 'utf8');
      return { path, text, imports: importsOf(path, text) };
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** One cycle each, as `a > b > a`; empty when there is none. */
export function cycles(edges: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const trail: string[] = [];
  const visit = (node: string): void => {
    const at = trail.indexOf(node);
    if (at >= 0) found.push([...trail.slice(at), node].join(' > '));
    if (at >= 0 || done.has(node)) return;
    trail.push(node);
    for (const next of edges.get(node) ?? []) visit(next);
    trail.pop();
    done.add(node);
  };
  for (const node of edges.keys()) visit(node);
  return found;
}

/** Everything that an import reaches from these files on, type-only imports left out: what is loaded when they are. */
export function reached(files: ReadonlyMap<string, SourceFile>, entries: readonly string[], follow = (_: Import): boolean => true): SourceFile[] {
  const seen = new Set<string>();
  const queue = [...entries];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    const file = files.get(path);
    if (file === undefined || seen.has(path)) continue;
    seen.add(path);
    for (const of of file.imports) if (of.to !== null && !of.typeOnly && follow(of)) queue.push(of.to);
  }
  return [...seen].sort().map((path) => files.get(path)!);
}
