// Saved state, from one process of a service to the next.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { loadState, type StateOptions, type StateOwner, saveState } from '../../src/agent/alert-state-file.js';

const NOW_MS = Date.parse('2026-01-02T03:04:05.000Z');
const DAY_MS = 86_400_000;

const owner = (pid: number, startTicks = 100, host = 'box'): StateOwner => ({ host, pid, startTicks });

function makeBase(t: ExecutionContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'pitot-state-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** A machine on which these processes live. */
function machine(base: string, living: StateOwner[]) {
  const faults: string[] = [];
  const options = (self: StateOwner, nowMs: number): StateOptions => ({
    nowMs,
    self,
    ownerOf: (pid) => living.find((each) => each.pid === pid) ?? null,
    onFault: (_code, message) => faults.push(message),
  });
  return {
    faults,
    save: (self: StateOwner, state: unknown, nowMs = NOW_MS, service = 'shop') => saveState(base, service, state, options(self, nowMs)),
    load: (self: StateOwner, nowMs = NOW_MS, service = 'shop') => loadState(base, service, options(self, nowMs)),
    files: () => readdirSync(join(base, '.state')).sort(),
  };
}

test('should give a process its own state when its agent thread is started anew', (t) => {
  const { save, load, files } = machine(makeBase(t), [owner(1), owner(2)]);
  save(owner(1), { rules: 'one' });
  save(owner(2), { rules: 'two' });
  t.deepEqual(load(owner(1)), { rules: 'one' });
  t.deepEqual(load(owner(2)), { rules: 'two' });
  t.deepEqual(files(), ['shop.box.1.json', 'shop.box.2.json']);
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
  t.deepEqual(files(), ['shop.box.1.json', 'shop.box.11.json', 'shop.box.3.json']);
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
  const { load, save, files } = machine(makeBase(t), []);
  save(owner(1), 'old', NOW_MS - 7 * DAY_MS - 1);
  t.is(load(owner(2)), null);
  t.deepEqual(files(), []);
});

test('should keep a bounded number of files when processes come and go without a successor', (t) => {
  const { load, save, files } = machine(makeBase(t), []);
  for (let pid = 1; pid <= 70; pid++) save(owner(pid), pid, NOW_MS - 1000 + pid);
  t.is(load(owner(100)), 70);
  t.is(files().length, 64);
});

test('should ignore broken files with a fault, and remove them when they are old', (t) => {
  const base = makeBase(t);
  const { load, faults, files } = machine(base, []);
  mkdirSync(join(base, '.state'));
  const file = (pid: number): string => join(base, `.state/shop.box.${pid}.json`);
  for (const [i, text] of ['{"schema":"pitot.st', 'null', '{"schema":"pitot.state/9"}', ''].entries()) writeFileSync(file(i), text);
  for (const i of [0, 1, 2]) utimesSync(file(i), NOW_MS / 1000, NOW_MS / 1000);
  utimesSync(file(3), NOW_MS / 1000 - 8 * 86_400, NOW_MS / 1000 - 8 * 86_400);
  t.is(load(owner(9)), null);
  t.is(faults.length, 4);
  t.regex(faults[1], /^shop\.box\.1\.json: no state of this version$/);
  t.deepEqual(files(), ['shop.box.0.json', 'shop.box.1.json', 'shop.box.2.json']);
});

test('should tell a fault, and have no state, when the directory cannot be read', (t) => {
  const base = makeBase(t);
  writeFileSync(join(base, '.state'), '');
  const { load, faults } = machine(base, []);
  t.is(load(owner(1)), null);
  t.is(faults.length, 1);
});

test('should write for the owner alone, and know its own state, when it is this very process', (t) => {
  const base = makeBase(t);
  saveState(base, 'shop', { a: 1 }, { nowMs: NOW_MS });
  const [name] = readdirSync(join(base, '.state'));
  t.regex(name, new RegExp(`^shop\\..+\\.${process.pid}\\.json$`));
  t.is(statSync(join(base, '.state', name)).mode & 0o777, 0o600);
  t.is(statSync(join(base, '.state')).mode & 0o777, 0o700);
  t.deepEqual(loadState(base, 'shop', { nowMs: NOW_MS + DAY_MS }), { a: 1 });
});
