// Files of a run: names, retention by bytes and runs, and whose files are never touched.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { applyRetention, lastSeqIn, pointLatestAt, reportName, runDirectoryName, writeAtomically } from '../../src/report/files.js';

const NOW = Date.UTC(2026, 10, 23, 12);
const HOUR_MS = 3_600_000;

function run(base: string, pid: number, ageMs: number, closedBy: string, bytes = 1000): string {
  const directory = join(base, `shop.20261123-0000${String(pid).padStart(2, '0').slice(-2)}.${pid}`);
  mkdirSync(directory, { recursive: true });
  for (const name of ['report-000001.json', 'latest.json']) {
    writeFileSync(join(directory, name), `{"schema":"pitot.report/1","seq":1,"closedBy":"${closedBy}","pad":"${'x'.repeat(bytes)}"}`);
    utimesSync(join(directory, name), (NOW - ageMs) / 1000, (NOW - ageMs) / 1000);
  }
  return directory;
}

const base = (): string => mkdtempSync(join(tmpdir(), 'pitot-files-'));
const dead = (): boolean => false;

test('should remove the oldest runs beyond the bound on runs', (t) => {
  const root = base();
  const [own, newer, older] = [run(root, 1001, 0, 'interval'), run(root, 1002, 1 * HOUR_MS, 'exit'), run(root, 1003, 2 * HOUR_MS, 'exit')];
  t.deepEqual(applyRetention(root, own, { bytes: 1e9, runs: 2 }, dead, NOW), [older]);
  t.true(existsSync(newer) && existsSync(own) && !existsSync(older));
});

test('should remove runs that said goodbye even when their pid is this process or lives', (t) => {
  const root = base();
  const own = run(root, process.pid, 0, 'interval');
  const same = join(root, `shop.20260101-000000.${process.pid}`);
  mkdirSync(same);
  writeFileSync(join(same, 'latest.json'), '{"schema":"pitot.report/1","closedBy":"exit"}');
  writeFileSync(join(same, 'report-000001.json'), '{}');
  t.deepEqual(
    applyRetention(root, own, { bytes: 1e9, runs: 1 }, () => true, NOW),
    [same],
  );
});

test('should keep a run without a goodbye while its pid lives or it is young', (t) => {
  const root = base();
  const own = run(root, 1001, 0, 'interval');
  const living = run(root, 1002, 100 * HOUR_MS, 'interval');
  const young = run(root, 1003, 1 * HOUR_MS, 'interval');
  const crashed = run(root, 1004, 3 * HOUR_MS, 'interval');
  t.deepEqual(
    applyRetention(root, own, { bytes: 1e9, runs: 1 }, (pid) => pid === 1002, NOW),
    [crashed],
  );
  t.true(existsSync(living) && existsSync(young));
});

test('should remove old reports of the own run, never the newest, when it alone exceeds the bound on bytes', (t) => {
  const root = base();
  const own = run(root, 1001, 0, 'interval', 10_000);
  for (const seq of [2, 3, 4]) writeFileSync(join(own, reportName(seq)), 'x'.repeat(10_000));
  applyRetention(root, own, { bytes: 15_000, runs: 5 }, dead, NOW);
  t.deepEqual(readdirSync(own).sort(), ['latest.json', 'report-000004.json']);
});

test('should leave a quarter of the bound to all else, and remove older heap snapshots first, when the newest takes nearly all or more', (t) => {
  const root = base();
  const old = run(root, 1000, 1, 'exit', 10_000);
  const own = run(root, 1001, 0, 'interval', 10_000);
  mkdirSync(join(own, 'heap'));
  const put = (name: string, bytes: number): void => writeFileSync(join(own, 'heap', name), 'x'.repeat(bytes));
  put('Heap.20260101.000000.1001.0.001.heapsnapshot', 60_000);
  put('Heap.20260101.000001.1001.0.001.heapprofile', 100);
  // 60 000 and a quarter of 50 000: the old run has no place beside the own report.
  t.deepEqual(applyRetention(root, own, { bytes: 50_000, runs: 5 }, dead, NOW), [old]);
  mkdirSync(join(own, 'flame'));
  writeFileSync(join(own, 'flame/CPU.1.cpuprofile'), 'x');
  writeFileSync(join(own, 'flame/CPU.2.cpuprofile'), 'x');
  put('Heap.20260101.000002.1001.0.002.heapsnapshot', 70_000);
  put('Heap.20260101.000003.1001.0.002.heapprofile', 100);
  t.deepEqual(applyRetention(root, own, { bytes: 50_000, runs: 5 }, dead, NOW), [join(own, 'heap/Heap.20260101.000000.1001.0.001.heapsnapshot')]);
});

test('should touch no directory that only looks like a run', (t) => {
  const root = base();
  const own = run(root, 1001, 0, 'interval');
  mkdirSync(join(root, 'photos.20200101-000000.7'));
  writeFileSync(join(root, 'photos.20200101-000000.7/a.jpg'), 'x');
  mkdirSync(join(root, 'other'));
  t.deepEqual(applyRetention(root, own, { bytes: 1, runs: 1 }, dead, NOW), []);
  t.true(existsSync(join(root, 'photos.20200101-000000.7/a.jpg')) && existsSync(join(root, 'other')));
});

test('should write whole files with mode 0600 in directories with mode 0700, and replace latest.json', (t) => {
  const directory = join(base(), 'a/b');
  writeAtomically(directory, reportName(1), 'one');
  pointLatestAt(directory, reportName(1));
  writeAtomically(directory, reportName(12), 'two');
  pointLatestAt(directory, reportName(12));
  t.is(readFileSync(join(directory, 'latest.json'), 'utf8'), 'two');
  t.is(readFileSync(join(directory, reportName(1)), 'utf8'), 'one');
  t.is(statSync(directory).mode & 0o777, 0o700);
  t.is(statSync(join(directory, 'latest.json')).mode & 0o777, 0o600);
  t.is(lastSeqIn(directory), 12);
  t.deepEqual(readdirSync(directory).sort(), ['latest.json', 'report-000001.json', 'report-000012.json']);
});

test('should name a run by service, local time and pid', (t) => {
  t.is(runDirectoryName('shop', new Date(2026, 0, 2, 3, 4, 5).getTime(), 77), 'shop.20260102-030405.77');
});
