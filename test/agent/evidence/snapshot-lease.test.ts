// Which process takes a heap snapshot: one of all that share a directory, and none that has ended.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { longestSnapshotMs } from '../../../src/agent/evidence/snapshot-admission.js';
import { type SnapshotLease, takeLease } from '../../../src/agent/evidence/snapshot-lease.js';
import { hasEnded, type LocatedProcess, ownerOfPid, type ProcessOwner, thisProcess } from '../../../src/agent/process-owner.js';

const NOW_MS = Date.parse('2026-01-02T03:04:05.000Z');
const MAX_MS = 130_000;

function makeDirectory(t: ExecutionContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'pitot-lease-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

const at = (pid: number, host = 'web-1', pidNamespace = 'pid:[1]'): LocatedProcess => ({ host, pid, startTicks: pid * 100, pidNamespace });

/** Processes of these numbers live on the host of whoever asks. */
function leases(baseDirectory: string, alive: number[]) {
  const ownerOf = (pid: number): LocatedProcess | null => (alive.includes(pid) ? at(pid) : null);
  return (self: LocatedProcess, service: string, nowMs = NOW_MS): SnapshotLease | string =>
    takeLease({ baseDirectory, service, maxMs: MAX_MS }, { nowMs: () => nowMs, self, ownerOf });
}

test('should let one process at a time take a snapshot, whatever its service, and name it to the others', (t) => {
  const directory = makeDirectory(t);
  const take = leases(directory, [41, 42]);
  const first = take(at(41), 'shop') as SnapshotLease;
  t.is(statSync(join(directory, '.state/taking.json')).mode & 0o777, 0o600);
  t.is(take(at(42), 'shop'), 'process 41 of shop takes one at this moment');
  t.is(take(at(42), 'mail', NOW_MS + MAX_MS), 'process 41 of shop takes one at this moment');
  t.is(take(at(7, 'web-2'), 'mail'), 'process 41 of shop on web-1 takes one at this moment');
  first.release();
  const second = take(at(42), 'mail') as SnapshotLease;
  t.is(take(at(41), 'shop'), 'process 42 of mail takes one at this moment');
  // What is not its own any more is not given back.
  first.release();
  first.renew();
  t.is((JSON.parse(readFileSync(join(directory, '.state/taking.json'), 'utf8')) as { pid: number }).pid, 42);
  second.release();
  t.false(existsSync(join(directory, '.state/taking.json')));
});

test('should pass to the next when whoever took one has ended, is this process itself, or never gave it back', (t) => {
  const isTaken = (claim: SnapshotLease | string): boolean => typeof claim !== 'string';
  const began = (by: LocatedProcess) => {
    const directory = makeDirectory(t);
    t.true(isTaken(leases(directory, [by.pid])(by, 'shop')));
    return directory;
  };
  t.true(isTaken(leases(began(at(41)), [])(at(42), 'shop')), 'it has ended');
  t.true(isTaken(leases(began({ ...at(41), startTicks: 7 }), [41])(at(42), 'shop')), 'another process has its number');
  t.true(isTaken(leases(began(at(41)), [41])(at(41), 'shop')), 'its agent thread was started anew');
  // Of another container nobody knows whether it lives: its time decides, also after the clock was put back.
  for (const other of [at(1, 'web-2'), at(1, 'web-1', 'pid:[2]')]) {
    t.false(isTaken(leases(began(other), [])(at(42), 'shop', NOW_MS + MAX_MS)));
    t.true(isTaken(leases(began(other), [])(at(42), 'shop', NOW_MS + MAX_MS + 1)));
    t.true(isTaken(leases(began(other), [])(at(42), 'shop', NOW_MS - MAX_MS - 1)));
  }
});

test('should hold for its whole time from then on when it is renewed', (t) => {
  const directory = makeDirectory(t);
  const clock = { nowMs: NOW_MS };
  const first = takeLease({ baseDirectory: directory, service: 'shop', maxMs: MAX_MS }, { nowMs: () => clock.nowMs, self: at(41) }) as SnapshotLease;
  clock.nowMs += MAX_MS;
  first.renew();
  t.is(leases(directory, [41])(at(42), 'shop', NOW_MS + 2 * MAX_MS), 'process 41 of shop takes one at this moment');
  t.is(typeof leases(directory, [41])(at(42), 'shop', NOW_MS + 2 * MAX_MS + 1), 'object');
});

test('should refuse when it cannot be kept, and count what is no lease for nothing', (t) => {
  const directory = makeDirectory(t);
  t.is(typeof leases(directory, [])(at(41), 'shop'), 'object');
  for (const text of ['', 'null', '{"pid":41}', `{"pid":41,"at":"never","maxMs":1,"host":"web-1"}`]) {
    writeFileSync(join(directory, '.state/taking.json'), text);
    t.is(typeof leases(directory, [41])(at(42), 'shop'), 'object', text);
  }
  const blocked = makeDirectory(t);
  writeFileSync(join(blocked, '.state'), 'a file where the directory should be');
  t.regex(leases(blocked, [])(at(41), 'shop') as string, /^other processes cannot be told of it: ENOTDIR/);
});

test('should know of a real process whether it lives, and whether its number is its own', async (t) => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  t.teardown(() => void child.kill('SIGKILL'));
  await once(child, 'spawn');
  const self = thisProcess();
  t.deepEqual([self.host, self.pid, hasEnded(self)], [hostname(), process.pid, false]);
  const probe = { ...self, ...(ownerOfPid(child.pid as number) as ProcessOwner) };
  t.false(hasEnded(probe));
  t.is(hasEnded({ ...probe, startTicks: (probe.startTicks ?? 0) + 1 }), true);
  child.kill('SIGKILL');
  await once(child, 'exit');
  t.true(hasEnded(probe));
});

test('should be waited for six times the standstill that is allowed, and two minutes at the least', (t) => {
  t.deepEqual([100, 10_000, 17_500, 20_000, 600_000].map(longestSnapshotMs), [120_000, 120_000, 120_000, 135_000, 3_615_000]);
});
