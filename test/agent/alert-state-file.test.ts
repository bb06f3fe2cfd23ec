// Saved state, from one process of a service to the next.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { loadState, STATE_FILE, type StateOptions, saveState } from '../../src/agent/alert-state-file.js';
import type { ProcessOwner } from '../../src/agent/process-owner.js';

const NOW_MS = Date.parse('2026-01-02T03:04:05.000Z');
const DAY_MS = 86_400_000;

const owner = (pid: number, startTicks = 100, host = 'box'): ProcessOwner => ({ host, pid, startTicks });

function makeBase(t: ExecutionContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'pitot-state-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** A process that has its pid anew has a directory of its own. */
const runOf = (base: string, { pid, startTicks }: ProcessOwner, service = 'shop'): string =>
  join(base, `${service}.20260102-${String(startTicks).padStart(6, '0')}.${pid}`);

/** A machine on which these processes live. */
function machine(base: string, living: ProcessOwner[]) {
  const faults: string[] = [];
  const options = (self: ProcessOwner, nowMs: number): StateOptions => ({
    nowMs,
    self,
    ownerOf: (pid) => living.find((each) => each.pid === pid) ?? null,
    onFault: (_code, message) => faults.push(message),
  });
  return {
    faults,
    save: (self: ProcessOwner, state: unknown, nowMs = NOW_MS, service = 'shop') =>
      saveState(runOf(base, self, service), service, state, options(self, nowMs)),
    load: (self: ProcessOwner, nowMs = NOW_MS, service = 'shop') => loadState(runOf(base, self, service), service, options(self, nowMs)),
    /** Pids of the runs that hold a file. */
    files: () =>
      readdirSync(base)
        .filter((run) => existsSync(join(base, run, STATE_FILE)))
        .map((run) => Number(run.split('.').at(-1)))
        .sort((a, b) => a - b),
  };
}

test('should give a process its own state when its agent thread is started anew', (t) => {
  const { save, load, files } = machine(makeBase(t), [owner(1), owner(2)]);
  save(owner(1), { rules: 'one' });
  save(owner(2), { rules: 'two' });
  t.deepEqual(load(owner(1)), { rules: 'one' });
  t.deepEqual(load(owner(2)), { rules: 'two' });
  t.deepEqual(files(), [1, 2]);
});

test('should have no state when no process of the service is gone', (t) => {
  const { load, save } = machine(makeBase(t), [owner(1)]);
  t.is(load(owner(2)), null);
  save(owner(1), 'one');
  save(owner(3), 'other', NOW_MS, 'shop.other');
  t.is(load(owner(2)), null);
});

test('should take over from each process once, the newest first, when several are gone', (t) => {
  const { load, save, files } = machine(makeBase(t), [owner(3), owner(11), owner(12)]);
  save(owner(1), 'older', NOW_MS - 2000);
  save(owner(2), 'newer', NOW_MS - 1000);
  save(owner(3), 'alive', NOW_MS);
  t.is(load(owner(11)), 'newer');
  t.deepEqual(files(), [1, 3, 11]);
  t.is(load(owner(11)), 'newer');
  t.is(load(owner(12)), 'older');
  t.is(load(owner(13)), null);
});

test('should take over when the pid is in use again, by this process or another', (t) => {
  const first = machine(makeBase(t), [owner(1, 200)]);
  first.save(owner(1, 100), 'before');
  t.is(first.load(owner(1, 200)), 'before');
  const second = machine(makeBase(t), [owner(1, 200)]);
  second.save(owner(1, 100), 'before');
  t.is(second.load(owner(2, 300)), 'before');
});

test('should take over from another host only when it has not written for five minutes', (t) => {
  const { load, save } = machine(makeBase(t), [owner(1)]);
  save(owner(1, 100, 'other/box'), 'foreign');
  t.is(load(owner(2), NOW_MS + 299_999), null);
  t.is(load(owner(2), NOW_MS + 300_000), 'foreign');
});

test('should forget state when it is older than a week', (t) => {
  const { load, save } = machine(makeBase(t), []);
  save(owner(1), 'old', NOW_MS - 7 * DAY_MS - 1);
  t.is(load(owner(2)), null);
});

test('should ignore broken files with a fault', (t) => {
  const base = makeBase(t);
  const { load, faults } = machine(base, []);
  for (const [i, text] of ['{"schema":"pitot.st', 'null', '{"schema":"pitot.state/9"}', ''].entries()) {
    mkdirSync(runOf(base, owner(i)));
    writeFileSync(join(runOf(base, owner(i)), STATE_FILE), text);
  }
  t.is(load(owner(9)), null);
  t.is(faults.length, 4);
  t.true(faults.includes(`${join(runOf(base, owner(1)), STATE_FILE)}: no state of this version`), faults.join());
});

test('should write for the owner alone, and know its own state, when it is this very process', (t) => {
  const base = makeBase(t);
  const run = runOf(base, owner(process.pid));
  saveState(run, 'shop', { a: 1 }, { nowMs: NOW_MS });
  t.is(statSync(join(run, STATE_FILE)).mode & 0o777, 0o600);
  t.is(statSync(run).mode & 0o777, 0o700);
  t.deepEqual(loadState(run, 'shop', { nowMs: NOW_MS + DAY_MS }), { a: 1 });
});
