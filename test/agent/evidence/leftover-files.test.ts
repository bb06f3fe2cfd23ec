// Begun heap files of processes that were killed: which are removed at the next start, and which may still be written to; what is brought to the disk before.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { hostInName } from '../../../src/agent/evidence/heap-files.js';
import { removeLeftovers } from '../../../src/agent/evidence/leftover-files.js';
import { syncRun } from '../../../src/agent/evidence/sync-run.js';

const NOW_MS = Date.parse('2026-01-02T03:04:05.000Z');
const NAME = '.Heap.20260102.030405.1.0.001.heapsnapshot';

function makeBase(t: ExecutionContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'pitot-leftovers-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

test('should remove what dead processes of this host began, and what nobody has written to for long, when a process starts', (t) => {
  const base = makeBase(t);
  const put = (run: string, name: string, ageMs: number): string => {
    const heap = join(base, run, 'heap');
    mkdirSync(heap, { recursive: true });
    writeFileSync(join(heap, name), 'half');
    utimesSync(join(heap, name), (NOW_MS - ageMs) / 1000, (NOW_MS - ageMs) / 1000);
    return join(heap, name);
  };
  const run = 'shop.20260102-030405.1';
  const gone = [
    put(run, `${NAME}.41.web-1.tmp`, 1000),
    put('shop.20260102-020405.7', `${NAME}.7.web-1.tmp`, 1000),
    put(run, `${NAME}.42.web-2.tmp`, 7_200_001),
    put(run, '.Heap.20260102.030405.1.0.001.heapprofile.40.tmp', 7_200_001),
  ];
  const kept = [
    put(run, `${NAME}.42.web-1.tmp`, 1000),
    put(run, `${NAME}.41.web-2.tmp`, 7_199_000),
    put(run, `${NAME}.7.web-2.tmp`, 1000),
    put(run, 'Heap.20260102.030405.1.0.001.heapsnapshot', 9_000_000),
    put('not a run', `${NAME}.41.web-1.tmp`, 9_000_000),
  ];
  const sources = { pid: 7, host: 'web-1', isAlive: (pid: number) => pid === 42, nowMs: NOW_MS };
  t.deepEqual(removeLeftovers(base, sources).sort(), [...gone].sort());
  t.deepEqual([...gone, ...kept].filter(existsSync), kept);
  t.deepEqual(removeLeftovers(join(base, 'nowhere'), sources), []);
});

test('should have no character in a name that divides it when a host has any name', (t) => {
  t.is(hostInName('web-1.shop.example'), 'web-1_shop_example');
  t.is(hostInName('x'.repeat(100)).length, 64);
});

test('should bring the alerts, the leaks and the newest report to the disk, and their directory, when they are there', async (t) => {
  const run = makeBase(t);
  t.deepEqual(await syncRun(run), ['.']);
  for (const name of ['alerts.ndjson', 'report-000009.json', 'report-1000000.json', 'report-000010.json', 'latest.json', 'agent.log'])
    writeFileSync(join(run, name), '{}');
  t.deepEqual(await syncRun(run), ['alerts.ndjson', 'report-1000000.json', '.']);
  writeFileSync(join(run, 'leaks.ndjson'), '{}');
  t.deepEqual(await syncRun(run), ['alerts.ndjson', 'leaks.ndjson', 'report-1000000.json', '.']);
  t.deepEqual(await syncRun(join(run, 'gone')), []);
  t.is(readdirSync(run).length, 7);
});
