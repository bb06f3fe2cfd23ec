// The architecture, checked on every import: one direction, no cycles, nothing but Node's own modules in the application's threads.
import test from 'ava';
import { cycles, type Import, importsOf, ROOT, reached, readTree } from './import-graph.js';
import { LAYERS, partOf, rankOf, SHARED_TYPES, violation } from './layers.js';

const src = readTree('src');
const workers = readTree('workers');
const byPath = new Map(src.map((file) => [file.path, file]));
const imports = src.flatMap((file) => file.imports);

/** Parts that application threads load: nothing there may bring a package along. */
const PACKAGE_FREE = new Set(['core', 'config', 'memory', 'host']);

const isPackage = (specifier: string): boolean => !specifier.startsWith('.') && !specifier.startsWith('node:');

test('should find each way to name a module when it reads a file', (t) => {
  const text = [
    "import { a, type B } from './a.js';",
    "import type { C } from '../c/c.js';",
    'import {\n  d,\n  e,\n} from "node:not-our-quotes";',
    "import * as hdr from 'hdr-histogram-js';",
    "import './effect.js';",
    "export type * from './types.js';",
    "export { f as g } from './f.js';",
    "const late = await import('./late.js');",
    "let logger: import('pino').Logger | null;",
    "const p = import('./p.js').then((m) => m.p);",
    "const r = require('canvas');",
    "export const text = 'it comes from'; // not an import",
  ].join('\n');
  t.deepEqual(
    importsOf('src/x/y.ts', text).map(({ specifier, to, typeOnly }) => [specifier, to, typeOnly ? 'type' : 'value']),
    [
      ['./a.js', 'src/x/a.ts', 'value'],
      ['../c/c.js', 'src/c/c.ts', 'type'],
      ['hdr-histogram-js', null, 'value'],
      ['./types.js', 'src/x/types.ts', 'type'],
      ['./f.js', 'src/x/f.ts', 'value'],
      ['./effect.js', 'src/x/effect.ts', 'value'],
      ['./late.js', 'src/x/late.ts', 'value'],
      ['pino', null, 'type'],
      ['./p.js', 'src/x/p.ts', 'value'],
      ['canvas', null, 'value'],
    ],
  );
});

test('should name the import when a lower layer imports a higher one or a neighbour', (t) => {
  const allowed = (from: string, to: string, typeOnly = false): boolean => violation({ from, specifier: '', to, typeOnly }) === null;
  t.true(allowed('src/agent/agent.ts', 'src/core/clock.ts'));
  t.true(allowed('src/host/path.ts', 'src/host/values.ts'));
  t.true(allowed('src/aggregate/window.ts', SHARED_TYPES, true));
  t.false(allowed('src/aggregate/window.ts', SHARED_TYPES));
  t.false(allowed('src/core/units.ts', SHARED_TYPES, true));
  t.false(allowed('src/aggregate/window.ts', 'src/host/path.ts'));
  t.false(allowed('src/host/path.ts', 'workers/agent.ts'));
  t.is(
    violation({ from: 'src/core/units.ts', specifier: '', to: 'src/agent/agent.ts', typeOnly: true }),
    'src/core/units.ts (core, layer 0) imports src/agent/agent.ts (agent, layer 8) as a type',
  );
});

test('should find no unknown part of src when the layers are compared with the folders', (t) => {
  t.deepEqual(
    src.filter(({ path }) => rankOf(path) < 0).map(({ path }) => path),
    [],
    `add it to LAYERS: ${LAYERS.flat().join(', ')}`,
  );
});

test('should find that each import names a file that exists when the graph is read', (t) => {
  // A specifier that is read wrongly would pass every other test.
  t.true(imports.length > src.length, `${imports.length} imports in ${src.length} files`);
  t.deepEqual(
    imports.filter(({ to }) => to?.startsWith('src/') && !byPath.has(to)).map(({ from, specifier }) => `${from}: ${specifier}`),
    [],
  );
});

test('should find no import against the order when types count as well', (t) => {
  t.deepEqual(
    imports.map(violation).filter((found) => found !== null),
    [],
  );
});

test('should find nothing but types of core in the shared types when anyone may name them', (t) => {
  t.deepEqual(
    byPath.get(SHARED_TYPES)?.imports.filter(({ to, typeOnly }) => !typeOnly || !to?.startsWith('src/core/')),
    [],
  );
});

test('should find no cycle between folders when types count as well', (t) => {
  const edges = new Map<string, Set<string>>();
  for (const { from, to, typeOnly } of imports) {
    if (to === null || partOf(from) === partOf(to) || (typeOnly && to === SHARED_TYPES)) continue;
    const targets = edges.get(partOf(from)) ?? new Set();
    edges.set(partOf(from), targets.add(partOf(to)));
  }
  t.true(edges.size > 5);
  t.deepEqual(cycles(edges), []);
});

test('should find no cycle between files when they are loaded', (t) => {
  const edges = new Map(src.map((file) => [file.path, new Set(file.imports.flatMap(({ to, typeOnly }) => (to === null || typeOnly ? [] : [to])))]));
  t.deepEqual(cycles(edges), []);
  t.deepEqual(
    cycles(
      new Map([
        ['a', new Set(['b'])],
        ['b', new Set(['c'])],
        ['c', new Set(['b'])],
      ]),
    ),
    ['b > c > b'],
  );
});

test('should find no package in core, config, memory and host when types count as well', (t) => {
  t.deepEqual(
    imports
      .filter(({ from, specifier }) => PACKAGE_FREE.has(partOf(from)) && isPackage(specifier))
      .map(({ from, specifier }) => `${from}: ${specifier}`),
    [],
  );
});

test('should reach no package and no agent code when the preload and the public API are followed', (t) => {
  const loaded = reached(byPath, ['src/register.ts', 'src/index.ts']);
  t.true(loaded.some(({ path }) => path === 'src/host/process-host.ts'));
  t.deepEqual(
    loaded.flatMap((file) =>
      file.imports.filter(({ specifier, typeOnly }) => !typeOnly && isPackage(specifier)).map(({ specifier }) => `${file.path}: ${specifier}`),
    ),
    [],
  );
  const allowed = new Set([...PACKAGE_FREE, 'monitoring', 'worker-urls.ts', 'register.ts', 'index.ts']);
  t.deepEqual(
    loaded.map(({ path }) => path).filter((path) => !allowed.has(partOf(path))),
    [],
  );
});

test('should load neither histograms nor the network on the agent thread when it starts without sinks', (t) => {
  const isAtOnce = ({ isLazy, typeOnly }: Import): boolean => !isLazy && !typeOnly;
  const loaded = reached(byPath, ['src/agent/agent.ts', 'src/agent/alerts/start-alerts.ts'], isAtOnce);
  t.true(loaded.some(({ path }) => path === 'src/agent/alerts/alerts.ts'));
  const heavy = /^(hdr-histogram-js|pino|piscina|pidusage|pprof-format|node:(https?|tls|net|zlib))$/;
  t.deepEqual(
    loaded.flatMap(({ imports }) =>
      imports.filter((of) => isAtOnce(of) && heavy.test(of.specifier)).map(({ from, specifier }) => `${from}: ${specifier}`),
    ),
    [],
  );
});

test('should find no path of a thread entry point outside worker-urls.ts when src is searched', (t) => {
  const knows = src.filter(({ text }) => /['"`/]workers\/[\w-]+\.js/.test(text)).map(({ path }) => path);
  t.deepEqual(knows, ['src/worker-urls.ts']);
});

test('should find that workers import src and packages alone when their imports are read', (t) => {
  t.true(workers.length >= 2, ROOT);
  const wrong = workers.flatMap((file) =>
    file.imports.filter(({ to }) => to !== null && !byPath.has(to)).map(({ specifier }) => `${file.path}: ${specifier}`),
  );
  t.deepEqual(wrong, []);
});
