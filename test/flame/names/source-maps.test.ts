// Source maps: where they may be, what they may look like, and what is done when they cannot be used.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import test from 'ava';
import { type OriginalPosition, SourceMaps } from '../../../src/flame/names/source-maps.js';

// One line, `function a(x){}`: segments at `function` (source line 5) and at `a` (source line 5, column 9, name `total`).
//   AAIA: column 0, source 0, line 4, column 0      SAASA: column +9, source +0, line +0, column +9, name 0
const SCRIPT = 'function a(x){}';
const MAP = { version: 3, sources: ['../src/o.ts'], names: ['total'], mappings: 'AAIA,SAASA' };
/** Where V8 places the function: at its parenthesis. */
const PAREN = 11;

function workspace(t: { teardown(fn: () => void): void }): (files: Record<string, string>) => string {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'pitot-maps-')));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  return (files) => {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(directory, name)), { recursive: true });
      writeFileSync(join(directory, name), text);
    }
    return directory;
  };
}

const asked = (maps: SourceMaps, file: string, name = 'a'): OriginalPosition | null => maps.resolve(pathToFileURL(file).href, 1, PAREN, name);
const original = (file: string): OriginalPosition => ({ file, line: 5, column: 10, function: 'total' });
const comment = (reference: string): string => `${SCRIPT}\n//# sourceMappingURL=${reference}\n`;

test('should read the map when the script names a file', (t) => {
  const dir = workspace(t)({ 'dist/a.js': comment('a.js.map'), 'dist/a.js.map': JSON.stringify(MAP) });
  const maps = new SourceMaps();
  t.deepEqual(asked(maps, join(dir, 'dist/a.js')), original(join(dir, 'src/o.ts')));
  // V8 gives CommonJS modules as paths.
  t.deepEqual(maps.resolve(join(dir, 'dist/a.js'), 1, PAREN, 'a'), original(join(dir, 'src/o.ts')));
});

test('should read the map when it is inside the script', (t) => {
  const json = JSON.stringify({ ...MAP, sourcesContent: [`${'//\n'.repeat(4)}function total(x) {} // ${'ä'.repeat(5000)}`] });
  const dir = workspace(t)({
    'a/base64.js': comment(`data:application/json;charset=utf-8;base64,${Buffer.from(json).toString('base64')}`),
    'a/plain.js': comment(`data:application/json,${encodeURIComponent(json)}`),
    'a/short.js': comment(`data:application/json;base64,${Buffer.from(JSON.stringify(MAP)).toString('base64')}`),
  });
  const maps = new SourceMaps();
  t.true(statSync(join(dir, 'a/base64.js')).size > 3 * 4096);
  for (const name of ['base64', 'plain', 'short']) t.deepEqual(asked(maps, join(dir, `a/${name}.js`)), original(join(dir, 'src/o.ts')), name);
});

test('should take the last comment when there are several and something follows', (t) => {
  const text = `${SCRIPT}\nconst s = "//# sourceMappingURL=no.map";\n//# sourceMappingURL=a.map\n//# debugId=7e0c\n`;
  const dir = workspace(t)({ 'dist/a.js': text, 'dist/a.map': JSON.stringify(MAP) });
  t.deepEqual(asked(new SourceMaps(), join(dir, 'dist/a.js')), original(join(dir, 'src/o.ts')));
});

test('should read sections when a map is made of several', (t) => {
  const sections = [
    { offset: { line: 0, column: 0 }, map: { version: 3, sources: ['x.ts'], names: [], mappings: 'AAAA' } },
    { offset: { line: 1, column: 0 }, map: MAP },
  ];
  const dir = workspace(t)({ 'dist/a.js': `f();\n${comment('a.map')}`, 'dist/a.map': JSON.stringify({ version: 3, sections }) });
  t.deepEqual(new SourceMaps().resolve(join(dir, 'dist/a.js'), 2, PAREN, 'a'), original(join(dir, 'src/o.ts')));
});

const places: [what: string, map: object, file: (directory: string) => string][] = [
  ['a source root', { ...MAP, sourceRoot: '../lib', sources: ['o.ts'] }, (dir) => join(dir, 'lib/o.ts')],
  ['an absolute source', { ...MAP, sources: ['/srv/build/o.ts'] }, () => '/srv/build/o.ts'],
  ['a source that is a URL', { ...MAP, sources: ['file:///srv/my%20build/o.ts'] }, () => '/srv/my build/o.ts'],
  ['a source of webpack', { ...MAP, sources: ['webpack://shop/./src/o.ts'] }, () => 'src/o.ts'],
  ['a mark in front against scripts', MAP, (dir) => join(dir, 'src/o.ts')],
];
for (const [what, map, file] of places) {
  test(`should place the source when the map has ${what}`, (t) => {
    const prefix = what.startsWith('a mark') ? ")]}'\n" : '';
    const dir = workspace(t)({ 'dist/a.js': comment('maps/../a%20b.map'), 'dist/a b.map': prefix + JSON.stringify(map) });
    t.deepEqual(asked(new SourceMaps(), join(dir, 'dist/a.js')), original(file(dir)));
  });
}

const unusable: [what: string, files: Record<string, string>, fault: string][] = [
  ['the map is missing', { 'a.js': comment('a.map') }, 'there is no map DIR/a.map'],
  ['the map is a directory', { 'a.js': comment('b'), 'b/c': '' }, 'there is no map DIR/b'],
  ['the map is cut off', { 'a.js': comment('a.map'), 'a.map': '{"version":3,"mappings":"AA' }, 'the map is no JSON'],
  ['the map is something else', { 'a.js': comment('a.map'), 'a.map': '{"a":1}' }, 'the map has no mappings'],
  ['the map is null', { 'a.js': comment('a.map'), 'a.map': 'null' }, 'the map has no mappings'],
  ['the map is elsewhere', { 'a.js': comment('https://maps.test/a.map') }, 'the map is no file of this machine'],
  ['the map inside is cut off', { 'a.js': comment('data:application/json;base64') }, 'the map inside the script has no data'],
];
for (const [what, files, fault] of unusable) {
  test(`should leave the frame as it is and say so once when ${what}`, (t) => {
    const dir = workspace(t)(files);
    const faults: string[] = [];
    const maps = new SourceMaps({ onFault: (message) => faults.push(message) });
    t.is(asked(maps, join(dir, 'a.js')), null);
    t.is(asked(maps, join(dir, 'a.js'), 'b'), null);
    t.deepEqual(faults, [`No source map for ${dir}/a.js: ${fault.replace('DIR', dir)}.`]);
  });
}

test('should say nothing when a script has no map, is not there, or is a package that left its map out', (t) => {
  const dir = workspace(t)({ 'a.js': SCRIPT, 'node_modules/x/i.js': comment('i.js.map'), 'long.js': `a=${'b'.repeat(9000)}` });
  const faults: string[] = [];
  const maps = new SourceMaps({ onFault: (message) => faults.push(message) });
  for (const file of ['a.js', 'gone.js', 'node_modules/x/i.js', 'long.js', '.']) t.is(asked(maps, join(dir, file)), null, file);
  for (const url of ['node:fs', 'evalmachine.<anonymous>', '', 'wasm://wasm/1', 'https://x.test/a.js', 'a.js'])
    t.is(maps.resolve(url, 1, 1), null, url);
  t.deepEqual(faults, []);
});

test('should not use a map when it is larger than the bound', (t) => {
  const big = JSON.stringify({ ...MAP, sourcesContent: ['x'.repeat(20_000)] });
  const dir = workspace(t)({ 'a.js': comment('a.map'), 'a.map': big, 'b.js': comment('b.map'), 'b.map': JSON.stringify(MAP) });
  const faults: string[] = [];
  const maps = new SourceMaps({ maxBytes: 10_000, onFault: (message) => faults.push(message) });
  t.is(asked(maps, join(dir, 'a.js')), null);
  t.deepEqual(faults, [`No source map for ${dir}/a.js: the map has ${big.length} bytes, more than 10000.`]);
  t.is(asked(maps, join(dir, 'b.js'))?.function, 'total');
});

test('should forget the least recently used when the bound is reached', (t) => {
  const map = (name: string): string => JSON.stringify({ ...MAP, names: [name], sourcesContent: ['x'.repeat(4000)] });
  const names = ['a', 'b', 'c'];
  const dir = workspace(t)(
    Object.fromEntries(
      names.flatMap((name) => [
        [`${name}.js`, comment(`${name}.map`)],
        [`${name}.map`, map(`${name}1`)],
      ]),
    ),
  );
  const setDate = (name: string): void => utimesSync(join(dir, `${name}.map`), 1e9, 1e9);
  names.forEach(setDate);
  // Room for two of them.
  const maps = new SourceMaps({ maxBytes: 10_000 });
  const ask = (name: string): string | undefined => asked(maps, join(dir, `${name}.js`))?.function;
  t.deepEqual(names.map(ask), ['a1', 'b1', 'c1']);
  // The files change under the same date and size: what is still remembered does not see it.
  for (const name of names) {
    writeFileSync(join(dir, `${name}.map`), map(`${name}2`));
    setDate(name);
  }
  t.deepEqual(['c', 'b', 'a', 'c'].map(ask), ['c1', 'b1', 'a2', 'c2']);
});

test('should read script and map again when they were deployed anew', (t) => {
  const write = workspace(t);
  const dir = write({ 'a.js': SCRIPT });
  const maps = new SourceMaps();
  t.is(asked(maps, join(dir, 'a.js')), null);
  write({ 'a.js': comment('a.map'), 'a.map': JSON.stringify(MAP) });
  t.is(asked(maps, join(dir, 'a.js'))?.function, 'total');
  write({ 'a.map': JSON.stringify({ ...MAP, names: ['sumOfAll'] }) });
  t.is(asked(maps, join(dir, 'a.js'))?.function, 'sumOfAll');
  rmSync(join(dir, 'a.map'));
  t.is(asked(maps, join(dir, 'a.js')), null);
  write({ 'a.map': JSON.stringify(MAP) });
  t.is(asked(maps, join(dir, 'a.js'))?.function, 'total');
});

test('should keep the name of V8 when the map names only the parameter at the parenthesis', (t) => {
  //  x = (y) => …   minified to  b=c=>c: a segment at the parameter with its name, none at b
  const dir = workspace(t)({
    'a.js': `b=c=>c\n//# sourceMappingURL=a.map`,
    'a.map': JSON.stringify({ version: 3, sources: ['o.ts'], names: ['parameter'], mappings: 'EAAKA' }),
  });
  t.deepEqual(new SourceMaps().resolve(join(dir, 'a.js'), 1, 3, 'b'), { file: join(dir, 'o.ts'), line: 1, column: 6, function: 'b' });
});
