// The files under heap/: their names, how many stay, and what a full disk leaves of one.
import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { GrowingFile, heapFileName, hostInName, keepNewestHeaps } from '../../../src/agent/evidence/heap-files.js';
import { missingMount, mountSmall, testUnless } from '../../support/needs.js';

function makeDirectory(t: ExecutionContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'pitot-heap-files-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

test('should name files as Node.js does, by the next number, when there are some', (t) => {
  const directory = makeDirectory(t);
  const atMs = new Date(2026, 0, 2, 3, 4, 5).getTime();
  t.is(heapFileName(directory, atMs, 42, 'heapprofile'), 'Heap.20260102.030405.42.0.001.heapprofile');
  mkdirSync(join(directory, 'heap'));
  writeFileSync(join(directory, 'heap/Heap.20260102.030405.42.0.009.heapprofile'), '');
  writeFileSync(join(directory, 'heap/Heap.20260102.030405.42.0.020.heapsnapshot'), '');
  t.is(heapFileName(directory, atMs, 42, 'heapprofile'), 'Heap.20260102.030405.42.0.010.heapprofile');
});

test('should keep the highest numbers, and what is not its own, when there are too many', (t) => {
  const directory = makeDirectory(t);
  const names = [
    'Heap.20260103.030405.42.0.999.heapprofile',
    'Heap.20260102.030405.42.0.1000.heapprofile',
    'Heap.20260102.030405.42.0.998.heapprofile',
  ];
  const others = ['Heap.20260102.030405.42.0.001.heapsnapshot', 'mine.heapprofile'];
  mkdirSync(join(directory, 'heap'));
  for (const name of [...names, ...others]) writeFileSync(join(directory, 'heap', name), '');
  keepNewestHeaps(directory, 'heapprofile', 2);
  t.deepEqual(readdirSync(join(directory, 'heap')).sort(), [names[0], names[1], ...others].sort());
});

test('should give a file its name only when it is whole', (t) => {
  const directory = makeDirectory(t);
  const file = new GrowingFile(directory, 'Heap.x.heapsnapshot');
  file.append('{"é":');
  file.append('1}');
  t.deepEqual(readdirSync(join(directory, 'heap')), [`.Heap.x.heapsnapshot.${process.pid}.${hostInName()}.tmp`]);
  t.is(file.finish(), 'heap/Heap.x.heapsnapshot');
  file.discard();
  t.is(readFileSync(join(directory, 'heap/Heap.x.heapsnapshot'), 'utf8'), '{"é":1}');
  t.is(statSync(join(directory, 'heap/Heap.x.heapsnapshot')).mode & 0o777, 0o600);
  t.is(file.bytes, 8);
  const given = new GrowingFile(directory, 'Heap.y.heapsnapshot');
  given.append('x');
  given.discard();
  t.deepEqual(readdirSync(join(directory, 'heap')), ['Heap.x.heapsnapshot']);
});

testUnless(missingMount())('should leave nothing, and say why, when the disk becomes full meanwhile', (t) => {
  const mount = makeDirectory(t);
  mountSmall(mount, '64k');
  t.teardown(() => execFileSync('umount', [mount]));
  const file = new GrowingFile(mount, 'Heap.x.heapsnapshot');
  for (let i = 0; i < 10; i++) file.append('x'.repeat(20_000));
  t.throws(() => file.finish(), { code: 'ENOSPC' });
  file.discard();
  t.deepEqual(readdirSync(join(mount, 'heap')), []);
});

/** Behind its back: what a file system does that fails to close a file, the descriptor being gone. */
const fdOf = (file: GrowingFile): number => (file as unknown as { fd: number }).fd;

test('should leave nothing, close nothing twice, and never throw when it is given up, when closing fails', (t) => {
  const directory = makeDirectory(t);
  const file = new GrowingFile(directory, 'Heap.x.heapsnapshot');
  const fd = fdOf(file);
  file.append('x');
  closeSync(fd);
  t.throws(() => file.finish(), { code: 'EBADF' });
  // The next file of the process has its number.
  const next = openSync(join(directory, 'next'), 'w');
  t.is(next, fd);
  file.discard();
  file.discard();
  t.is(writeSync(next, 'y'), 1);
  closeSync(next);
  t.deepEqual(readdirSync(join(directory, 'heap')), []);
  const given = new GrowingFile(directory, 'Heap.y.heapsnapshot');
  closeSync(fdOf(given));
  given.discard();
  t.is((given.error as NodeJS.ErrnoException).code, 'EBADF');
  t.deepEqual(readdirSync(join(directory, 'heap')), []);
});

test('should remove what it wrote when its name cannot be given, and not throw when that cannot be removed', (t) => {
  const directory = makeDirectory(t);
  const heap = join(directory, 'heap');
  const file = new GrowingFile(directory, 'Heap.x.heapsnapshot');
  mkdirSync(join(heap, 'Heap.x.heapsnapshot'));
  t.throws(() => file.finish(), { code: 'EISDIR' });
  file.discard();
  t.deepEqual(readdirSync(heap), ['Heap.x.heapsnapshot']);
  const stuck = new GrowingFile(directory, 'Heap.y.heapsnapshot');
  const [temporary] = readdirSync(heap).filter((name) => name.endsWith('.tmp'));
  rmSync(join(heap, temporary));
  mkdirSync(join(heap, temporary));
  stuck.discard();
  t.is((stuck.error as NodeJS.ErrnoException).code, 'ERR_FS_EISDIR');
});
