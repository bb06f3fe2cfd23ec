// Makes the JSON Schema of a report from its type: docs/report.schema.json (checked in) and dist/report.schema.json (shipped).
// --check writes nothing and fails when the checked-in copy is not what the types say.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
// It brings its own TypeScript 5, because TypeScript 7 has no compiler API.
import tjs from 'typescript-json-schema';

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const CHECKED_IN = at('docs/report.schema.json');
const SHIPPED = at('dist/report.schema.json');

const PREFIX = '#/definitions/';

const text = makeSchema();
if (process.argv.includes('--check')) {
  if (text !== readFileSync(CHECKED_IN, 'utf8')) {
    process.stderr.write('docs/report.schema.json is not what src/report/report-types.ts says. Run `npm run schema`.\n');
    process.exitCode = 1;
  }
} else {
  for (const path of [CHECKED_IN, SHIPPED]) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}

/** Keys that the types require are required; more keys are allowed everywhere, so that a newer writer's reports pass. */
function makeSchema() {
  const program = tjs.getProgramFromFiles([at('src/report/report-types.ts')], {
    strict: true,
    target: 'ES2022',
    lib: ['ES2023'],
    module: 'NodeNext',
    moduleResolution: 'NodeNext',
    types: [],
  });
  const schema = tjs.generateSchema(program, 'Report', { required: true, strictNullChecks: true, noExtraProps: false, ref: true, titles: false });
  if (schema === null) throw new Error('no schema could be made from the type Report');
  const { definitions, ...report } = schema;
  const named = Object.entries(definitions).map(([key, definition]) => [nameOf(key), definition]);
  if (new Set(named.map(([name]) => name)).size < named.length) throw new Error('two types of one name');
  const sorted = Object.fromEntries(named.sort(([a], [b]) => (a < b ? -1 : 1)));
  return `${JSON.stringify(withShortRefs({ $id: 'pitot.report/1', title: 'pitot report', ...report, definitions: sorted }), null, 2)}\n`;
}

/** The generator calls a type by the file it is in, which is another on each machine: `import("/home/me/report-types").PathStats`. */
function nameOf(key) {
  if (key.startsWith('Record<')) return 'Values';
  return key.slice(key.lastIndexOf('.') + 1);
}

function withShortRefs(node) {
  if (Array.isArray(node)) return node.map(withShortRefs);
  if (node === null || typeof node !== 'object') return node;
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) => [
      key,
      key === '$ref' ? PREFIX + nameOf(decodeURIComponent(value.slice(PREFIX.length))) : withShortRefs(value),
    ]),
  );
}
