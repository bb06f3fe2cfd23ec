// Completes dist after the bundler: the public types as .d.cts (what they describe is CommonJS), the report's schema; and removes what no entry reaches.
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const CODE_ENTRIES = ['src/index.cjs', 'src/monitoring.cjs', 'src/register.cjs', 'src/cli.js'];
const TYPE_ENTRIES = ['src/index.d.cts', 'src/monitoring/index.d.cts', 'src/register.d.cts'];

copyFileSync(join(root, 'docs/report.schema.json'), join(dist, 'report.schema.json'));
const types = closure(TYPE_ENTRIES, writeDeclaration);
// Thread entry points are reached through the `new URL('../workers/x.js', import.meta.url)` of the code.
const code = closure(CODE_ENTRIES, (file) => readFileSync(join(dist, file), 'utf8'));
withoutSources([...code].map((file) => join(dist, `${file}.map`)));
removeAllBut(new Set([...types, ...code, ...[...code].map((file) => `${file}.map`), 'report.schema.json']));

/** Files of dist that entries reach by relative imports, themselves included. */
function closure(entries, read) {
  const seen = new Set();
  const queue = [...entries];
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    for (const [, , specifier] of read(file).matchAll(/(?:\bfrom|\bimport|\brequire\(|\bimport\(|\bURL\()\s*(['"`])(\.\.?\/[^'"`]+\.c?js)\1/g)) {
      const target = join(dirname(file), specifier);
      const next = file.endsWith('.d.cts') ? target.replace(/\.cjs$/, '.d.cts') : target;
      // A path in a string that is no file of dist (a page's own script, say) is not an import.
      if (file.endsWith('.d.cts') || existsSync(join(dist, next))) queue.push(next);
    }
  }
  return seen;
}

/** Copies one declaration from build/, with the suffixes of its imports changed; returns its text. */
function writeDeclaration(file) {
  const from = join(root, 'build', file.replace(/\.d\.cts$/, '.d.ts'));
  const text = readFileSync(from, 'utf8')
    .replace(/((?:\bfrom|\bimport)\s+'\.[^']*)\.js'/g, "$1.cjs'")
    .replace(/(\bimport\('\.[^']*)\.js'\)/g, "$1.cjs')")
    .replace(/\n\/\/# sourceMappingURL=.*/, '');
  mkdirSync(dirname(join(dist, file)), { recursive: true });
  writeFileSync(join(dist, file), text);
  return text;
}

/** Maps name files and lines; the text of the sources would double the package. */
function withoutSources(maps) {
  for (const file of maps.filter(existsSync)) {
    const { sourcesContent: _, ...map } = JSON.parse(readFileSync(file, 'utf8'));
    writeFileSync(file, JSON.stringify(map));
  }
}

/** Chunks and declarations of earlier builds would be published otherwise. */
function removeAllBut(kept) {
  for (const name of readdirSync(dist, { recursive: true })) {
    const path = join(dist, name);
    if (existsSync(path) && statSync(path).isFile() && !kept.has(relative(dist, path))) rmSync(path, { force: true });
  }
}
