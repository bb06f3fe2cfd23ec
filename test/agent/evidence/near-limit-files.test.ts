// Which heap files in the working directory are those that Node.js wrote near a limit, and whose; all others are the application's own.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { collectNearLimitFiles, markNearLimit } from '../../../src/agent/evidence/near-limit-files.js';
import type { LocatedProcess } from '../../../src/agent/process-owner.js';

const STARTED_MS = Date.parse('2026-01-02T12:00:00.000Z');
const HOUR_MS = 3_600_000;
const ALIVE = 43;
/** Its pid is its number in the container, and the machine's name is the container's. */
const SELF: LocatedProcess = { host: 'box', pid: 7, startTicks: 9000, pidNamespace: 'pid:[1]' };
/** Began before SELF, and is ALIVE's only when that lives. */
const processOf = (pid: number): LocatedProcess => ({ ...SELF, pid, startTicks: 1000 });

interface RunGiven {
  ending?: 'heapprofile' | 'heapsnapshot' | null;
  of?: LocatedProcess;
  closedBy?: string;
  /** When something was last written to its directory. */
  writtenMs?: number;
}

function makePlace(t: ExecutionContext) {
  const base = mkdtempSync(join(tmpdir(), 'pitot-near-'));
  const cwd = mkdtempSync(join(tmpdir(), 'pitot-near-cwd-'));
  t.teardown(() => {
    for (const directory of [base, cwd]) rmSync(directory, { recursive: true, force: true });
  });
  return {
    base,
    left: () => readdirSync(cwd).sort(),
    run(
      name: string,
      { ending = 'heapprofile', of = processOf(Number(name.split('.').at(-1))), closedBy = 'interval', writtenMs }: RunGiven = {},
    ): void {
      mkdirSync(join(base, name));
      if (ending !== null) markNearLimit(join(base, name), { ending, of });
      writeFileSync(join(base, name, 'latest.json'), JSON.stringify({ closedBy }));
      if (writtenMs !== undefined) utimesSync(join(base, name), writtenMs / 1000, writtenMs / 1000);
    },
    file(name: string, { writtenMs = STARTED_MS - HOUR_MS, text = 'x' } = {}): string {
      writeFileSync(join(cwd, name), text);
      utimesSync(join(cwd, name), writtenMs / 1000, writtenMs / 1000);
      return name;
    },
    collect: (ownRun = 'shop.20260102-120000.7') =>
      collectNearLimitFiles(join(base, ownRun), [cwd, cwd], {
        self: SELF,
        // Another process has the number of one that has ended.
        ownerOf: (pid) => (pid === ALIVE ? processOf(pid) : pid === SELF.pid ? SELF : pid === 44 ? { ...processOf(pid), startTicks: 5000 } : null),
        startedMs: STARTED_MS,
        nowMs: STARTED_MS + 1000,
      }).map((path) => path.slice(base.length + 1)),
  };
}

test('should move a file to the newest run of its process before it when that was to leave one and ended without a goodbye', (t) => {
  const place = makePlace(t);
  place.run(`shop.20260102-030405.42`);
  place.run(`shop.20260102-050000.42`, { ending: 'heapsnapshot' });
  const profile = place.file(`Heap.20260102.040000.42.0.001.heapprofile`);
  const snapshot = place.file(`Heap.20260102.060000.42.0.001.heapsnapshot`);
  t.deepEqual(place.collect(), [`shop.20260102-030405.42/heap/${profile}`, `shop.20260102-050000.42/heap/${snapshot}`]);
  t.deepEqual(place.left(), []);
});

test("should leave the application's own heap files where they are", (t) => {
  const place = makePlace(t);
  place.run('shop.20260102-030405.50', { ending: null });
  place.run('shop.20260102-030405.51', { closedBy: 'exit' });
  place.run('shop.20260102-030405.52', { closedBy: 'stop' });
  place.run(`shop.20260102-030405.${ALIVE}`);
  place.run('shop.20260102-030405.53');
  const names = [
    // Not armed; ended well; stopped; alive.
    ...[50, 51, 52, ALIVE].map((pid) => place.file(`Heap.20260102.040000.${pid}.0.001.heapprofile`)),
    // Another kind than was to be left; empty; older than the run; since this process runs; of no run.
    place.file('Heap.20260102.040000.53.0.001.heapsnapshot'),
    place.file('Heap.20260102.040000.53.0.002.heapprofile', { text: '' }),
    place.file('Heap.20260102.010000.53.0.003.heapprofile'),
    place.file('Heap.20260102.040000.53.0.004.heapprofile', { writtenMs: STARTED_MS }),
    place.file('Heap.20260102.040000.99.0.001.heapprofile'),
  ].sort();
  t.deepEqual(place.collect(), []);
  t.deepEqual(place.left(), names);
});

test('should move the files of a process whose number another one has by now', (t) => {
  const place = makePlace(t);
  place.run('shop.20260102-030405.44');
  const name = place.file('Heap.20260102.040000.44.0.001.heapprofile');
  t.deepEqual(place.collect(), [`shop.20260102-030405.44/heap/${name}`]);
});

test('should move the files of the process before it, and leave its own, when each has the same pid as in a container', (t) => {
  const place = makePlace(t);
  // Started again, a container has a name space of its own.
  place.run('shop.20260102-030405.7', { of: { ...processOf(7), pidNamespace: 'pid:[2]' } });
  place.run('shop.20260102-120000.7', { of: SELF });
  const old = place.file('Heap.20260102.115959.7.0.001.heapprofile', { writtenMs: STARTED_MS - 1 });
  const young = place.file('Heap.20260102.120030.7.0.001.heapprofile', { writtenMs: STARTED_MS + 30_000 });
  t.deepEqual(place.collect(), [`shop.20260102-030405.7/heap/${old}`]);
  t.deepEqual(place.left(), [young]);
});

test('should wait until nobody can be writing any more when the process cannot be asked for', (t) => {
  const place = makePlace(t);
  for (const [pid, of] of [
    [60, { ...processOf(60), host: 'other' }],
    [62, { ...processOf(62), pidNamespace: 'pid:[2]' }],
  ] as const) {
    place.run(`shop.20260102-030405.${pid}`, { of, writtenMs: STARTED_MS - HOUR_MS });
    place.run(`shop.20260102-030405.${pid + 1}`, { of: { ...of, pid: pid + 1 }, writtenMs: STARTED_MS - 3 * HOUR_MS });
  }
  const names = [60, 61, 62, 63].map((pid) => place.file(`Heap.20260102.040000.${pid}.0.001.heapprofile`, { writtenMs: STARTED_MS - 3 * HOUR_MS }));
  t.deepEqual(place.collect(), [`shop.20260102-030405.61/heap/${names[1]}`, `shop.20260102-030405.63/heap/${names[3]}`]);
  t.deepEqual(place.left(), [names[0], names[2]]);
});

test('should find nothing, and not fail, when there is no directory of runs', (t) => {
  const place = makePlace(t);
  rmSync(place.base, { recursive: true });
  const name = place.file('Heap.20260102.040000.53.0.001.heapprofile');
  t.deepEqual(place.collect(), []);
  t.deepEqual(place.left(), [name]);
});
