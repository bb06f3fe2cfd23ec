// Names of services that nobody named.
import { join, resolve } from 'node:path';
import test from 'ava';
import { deriveService, safeServiceName } from '../../src/config/derive-service.js';

const root = resolve('/srv/shop');
const files = (content: Record<string, string>) => (path: string) => {
  const text = content[path];
  if (text === undefined) throw new Error(`ENOENT: ${path}`);
  return text;
};

test('should take the nearest package name when the script lies under one', (t) => {
  const readFile = files({ [join(root, 'package.json')]: '{"name": "@acme/shop"}', [join(resolve('/srv'), 'package.json')]: '{"name": "outer"}' });
  t.is(deriveService(join(root, 'dist', 'bin', 'app.js'), resolve('/'), readFile), '@acme/shop');
  t.is(deriveService('dist/app.js', root, readFile), '@acme/shop');
});

test('should pass by a package without a name when one above has it', (t) => {
  const readFile = files({ [join(root, 'dist', 'package.json')]: '{"type": "module"}', [join(root, 'package.json')]: '{"name": "shop"}' });
  t.is(deriveService(join(root, 'dist', 'app.js'), root, readFile), 'shop');
});

test('should take the base name of the script when no package has a name', (t) => {
  t.is(deriveService(join(root, 'worker.mjs'), root, files({ [join(root, 'package.json')]: 'not json' })), 'worker');
});

test('should look from the working directory, else say node, when there is no script', (t) => {
  t.is(deriveService(undefined, root, files({ [join(root, 'package.json')]: '{"name": "shop"}' })), 'shop');
  t.is(deriveService(undefined, root, files({})), 'node');
});

test('should make a directory name of any service when it has characters that directories do not take', (t) => {
  t.is(safeServiceName('ledger'), 'ledger');
  t.is(safeServiceName('@acme/shop'), 'acme-shop');
  t.is(safeServiceName('../../etc'), 'etc');
  t.is(safeServiceName('a b\u0000c'), 'a-b-c');
  t.is(safeServiceName('日本'), 'node');
  t.is(safeServiceName('x'.repeat(200)), 'x'.repeat(80));
  t.is(safeServiceName('v1.2_x-3'), 'v1.2_x-3');
});
