// Puts types and schema beside the bundles: the declarations as .d.cts, because what they describe is CommonJS.
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

for (const file of readdirSync(join(root, 'build/src'), { recursive: true })) {
  if (!file.endsWith('.d.ts')) continue;
  const target = join(root, 'dist/src', file.replace(/\.d\.ts$/, '.d.cts'));
  mkdirSync(dirname(target), { recursive: true });
  const text = readFileSync(join(root, 'build/src', file), 'utf8');
  writeFileSync(target, text.replace(/(from\s+'\.[^']*)\.js'/g, "$1.cjs'").replace(/(import\('\.[^']*)\.js'\)/g, "$1.cjs')").replace(/\n\/\/# sourceMappingURL=.*/, ''));
}

const schema = join(root, 'docs/report.schema.json');
if (existsSync(schema)) copyFileSync(schema, join(root, 'dist/report.schema.json'));
