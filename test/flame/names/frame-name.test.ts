// Frames named the way people read them.
import test from 'ava';
import { nameFrame } from '../../../src/flame/names/frame-name.js';
import { nameProfile } from '../../../src/flame/names/name-profile.js';
import { profile } from '../drawn-profile.js';

const cases: [what: string, raw: [name: string, url: string], expected: [name: string, file: string, kind: string, packageName: string]][] = [
  ['a file inside cwd', ['f', 'file:///app/src/a.js'], ['f', 'src/a.js', 'user', '']],
  ['an absolute path inside cwd', ['f', '/app/src/a.js'], ['f', 'src/a.js', 'user', '']],
  ['a file outside cwd', ['f', 'file:///application/a.js'], ['f', '/application/a.js', 'user', '']],
  ['spaces and percent signs', ['f', 'file:///app/my%20code/50%25.js'], ['f', 'my code/50%.js', 'user', '']],
  ['a percent sign that is none', ['f', 'file:///app/100%.js'], ['f', '100%.js', 'user', '']],
  ['a query', ['f', 'file:///app/a.mjs?t=1#x'], ['f', 'a.mjs', 'user', '']],
  ['no name', ['', 'file:///app/a.js'], ['(anonymous)', 'a.js', 'user', '']],
  ['a package', ['next', '/app/node_modules/express/lib/router.js'], ['next', 'express/lib/router.js', 'package', 'express']],
  ['a scoped package', ['f', 'file:///app/node_modules/@a/b/index.js'], ['f', '@a/b/index.js', 'package', '@a/b']],
  ['a package in a package', ['f', '/app/node_modules/x/node_modules/y/z.js'], ['f', 'y/z.js', 'package', 'y']],
  ['pnpm', ['f', '/app/node_modules/.pnpm/x@1.0.0/node_modules/x/lib/i.js'], ['f', 'x/lib/i.js', 'package', 'x']],
  ['pnpm, scoped', ['f', '/app/node_modules/.pnpm/@a+b@1/node_modules/@a/b/i.js'], ['f', '@a/b/i.js', 'package', '@a/b']],
  ['a package outside cwd', ['f', '/usr/lib/node_modules/npm/lib/n.js'], ['f', 'npm/lib/n.js', 'package', 'npm']],
  ['pitot installed', ['f', '/app/node_modules/pitot/dist/src/index.cjs'], ['f', 'pitot/dist/src/index.cjs', 'package', 'pitot']],
  ['pitot linked', ['f', 'file:///home/me/pitot/dist/src/index.cjs'], ['f', 'pitot/dist/src/index.cjs', 'package', 'pitot']],
  ['pitot linked, mapped to its source', ['f', '/home/me/pitot/src/host/path.ts'], ['f', 'pitot/src/host/path.ts', 'package', 'pitot']],
  ['an example in pitot', ['f', '/home/me/pitot/examples/a.js'], ['f', '/home/me/pitot/examples/a.js', 'user', '']],
  ['an internal of Node.js', ['readSync', 'node:fs'], ['readSync', 'node:fs', 'core', '']],
  ['a deep internal', ['pbkdf2Sync', 'node:internal/crypto/pbkdf2'], ['pbkdf2Sync', 'node:internal/crypto/pbkdf2', 'core', '']],
  ['a builtin', ['sort', ''], ['sort', '', 'native', '']],
  ['a builtin without name', ['', ''], ['(anonymous)', '', 'native', '']],
  ['a regular expression', ['RegExp: ^(a+)+$', ''], ['RegExp: ^(a+)+$', '', 'native', '']],
  ['WebAssembly', ['wasm-function[12]', 'wasm://wasm/0a1b2c3d'], ['wasm-function[12]', 'wasm://wasm/0a1b2c3d', 'wasm', '']],
  ['the root', ['(root)', ''], ['(root)', '', 'none', '']],
  ['native code', ['(program)', ''], ['(program)', '', 'program', '']],
  ['idle time', ['(idle)', ''], ['(idle)', '', 'idle', '']],
  ['the collector', ['(garbage collector)', ''], ['(garbage collector)', '', 'gc', '']],
  ['a stopped process', ['(not running)', ''], ['(not running)', '', 'none', '']],
  ['code of eval', ['f', 'evalmachine.<anonymous>'], ['f', 'evalmachine.<anonymous>', 'user', '']],
  ['a source of webpack', ['f', 'webpack://shop/./src/cart.ts?a1b2'], ['f', 'src/cart.ts', 'user', '']],
  ['a package in webpack', ['f', 'webpack:///./node_modules/ms/index.js'], ['f', 'ms/index.js', 'package', 'ms']],
];
for (const [what, [name, url], expected] of cases) {
  test(`should name function, file and kind when it is ${what}`, (t) => {
    const frame = nameFrame({ function: name, url, line: 3, column: 4 }, { cwd: '/app/', pitotRoot: '/home/me/pitot' });
    t.deepEqual(frame, { function: expected[0], file: expected[1], line: 3, column: 4, kind: expected[2] as never, package: expected[3] });
  });
}

test('should name files with slashes when the machine runs Windows', (t) => {
  const file = (url: string, cwd = 'C:\\app'): string => nameFrame({ function: 'f', url, line: 1, column: 1 }, { cwd }).file;
  t.is(file('file:///C:/app/src/a.js'), 'src/a.js');
  t.is(file('C:\\app\\src\\a.js'), 'src/a.js');
  t.is(file('D:\\other\\b.js'), 'D:/other/b.js');
  t.is(file('file:///C:/app/node_modules/x/i.js'), 'x/i.js');
  t.is(file('C:\\app\\node_modules\\@a\\b\\i.js'), '@a/b/i.js');
});

test('should cut the name when a regular expression is very long', (t) => {
  const { function: name } = nameFrame({ function: `RegExp: ${'a'.repeat(500)}`, url: '', line: 0, column: 0 }, { cwd: '/app' });
  t.is(name, `RegExp: ${'a'.repeat(191)}…`);
});

test('should make one frame of two when a source map gives them one place and name', (t) => {
  const raw = profile([
    [0, 'a'],
    [10, 'b'],
    [20, 'a'],
  ]);
  const asked: unknown[] = [];
  const sourceMaps = {
    resolve: (...args: unknown[]) => {
      asked.push(args);
      return { file: '/app/src/o.ts', line: 7, column: 2, function: 'original' };
    },
  };
  const named = nameProfile(raw, { cwd: '/app', sourceMaps });
  t.deepEqual(named.frames.slice(1), [{ function: 'original', file: 'src/o.ts', line: 7, column: 2, kind: 'user', package: '' }]);
  t.deepEqual([...named.nodeFrames], [0, 1, 1]);
  t.deepEqual(asked, [
    ['file:///app/a.js', 1, 1, 'a'],
    ['file:///app/b.js', 1, 1, 'b'],
  ]);
});

test('should name its own frames as a package when nobody tells where pitot is', (t) => {
  const raw = profile([
    [0, 'a'],
    [10, 'a'],
  ]);
  raw.frames[1].url = new URL('../../../src/flame/profile.js', import.meta.url).href;
  const { frames } = nameProfile(raw, { cwd: '/', sourceMaps: null });
  t.deepEqual([frames[1].file, frames[1].kind, frames[1].package], ['pitot/build/src/flame/profile.js', 'package', 'pitot']);
});
