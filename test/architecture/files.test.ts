// The shape of the source files: small, named for what they hold, and each saying in its first line what it is.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { VERSION } from '../../src/core/version.js';
import { ROOT, readTree } from './import-graph.js';

const LINES_MAX = 400;
const LINES_MEDIAN_MAX = 150;
const WORKER_LINES_MAX = 60;
const ATTIC = /^(?:utils?|helpers?|common|misc|shared|stuff)$/;
const KEBAB_CASE = /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.(?:test|bench|d))?$/;

const src = readTree('src');
const workers = readTree('workers');
const all = [...src, ...workers, ...['test', 'bench', 'examples'].flatMap(readTree)];

const lineCount = (text: string): number => text.split('\n').length - 1;

test('should find no file over 400 lines when src is counted', (t) => {
  t.deepEqual(
    src.filter(({ text }) => lineCount(text) > LINES_MAX).map(({ path, text }) => `${path}: ${lineCount(text)}`),
    [],
  );
});

test('should find a median under 150 lines when src is counted', (t) => {
  const counts = src.map(({ text }) => lineCount(text)).sort((a, b) => a - b);
  const median = counts[counts.length >> 1];
  t.true(median < LINES_MEDIAN_MAX, `median ${median}`);
});

test('should find thread entry points under 60 lines when workers are counted', (t) => {
  t.deepEqual(
    workers.filter(({ text }) => lineCount(text) >= WORKER_LINES_MAX).map(({ path, text }) => `${path}: ${lineCount(text)}`),
    [],
  );
});

test('should find no name that says nothing when files and folders are listed', (t) => {
  const parts = (path: string): string[] => path.replace(/\.ts$/, '').split('/');
  t.deepEqual(
    all.filter(({ path }) => parts(path).some((part) => ATTIC.test(part))).map(({ path }) => path),
    [],
  );
  t.deepEqual(
    all.filter(({ path }) => !parts(path).every((part) => KEBAB_CASE.test(part))).map(({ path }) => path),
    [],
  );
});

test('should find a first line that says what the file is when it is read', (t) => {
  // A comment of at least three words; a script's shebang may stand above it.
  const says = /^(?:#!.*\n)?(?:\/\/|\/\*\*?)\s*\S+(?: \S+){2,}/;
  t.deepEqual(
    all.filter(({ text }) => !says.test(text)).map(({ path }) => path),
    [],
  );
});

test('should find the version of package.json when pitot says its own', (t) => {
  t.is(VERSION, JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version);
});

test('should find no test that passes where it could not run when tests are searched', (t) => {
  // testUnless of test/support/needs.ts skips it instead, so that the count of passes is true.
  t.deepEqual(
    all.filter(({ text }) => /\bt\.pass\(\)/.test(text)).map(({ path }) => path),
    [],
  );
});
