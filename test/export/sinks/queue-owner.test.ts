// Who counts as dead, so that nothing is sent twice by two that live; and how long a sink is left alone.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import test from 'ava';
import { backOffMs } from '../../../src/export/sinks/back-off.js';
import { directoryOf, isGone, parseOwner, type QueueOwner, thisOwner } from '../../../src/export/sinks/queue-owner.js';

const me = thisOwner('box');
const owner = (over: Partial<QueueOwner>): QueueOwner => ({ ...me, ...over });
const DAY_MS = 86_400_000;

/** Start of a process as its owner file says it; empty where there is no /proc. */
function startOf(pid: number): string {
  if (me.start === '') return '';
  return readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')[19];
}

test('should count as living for as long as it lives when its process can be seen', async (t) => {
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] });
  const pid = child.pid as number;
  const other = owner({ pid, start: startOf(pid) });
  // However long it was silent: it may have been stopped.
  t.false(isGone(other, me, DAY_MS));
  t.true(isGone({ ...other, closed: true }, me, 0));
  if (me.start !== '') t.true(isGone({ ...other, start: '1' }, me, 0), 'another process has its pid now');
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
  t.true(isGone(other, me, 0));
});

test('should count as living until it is silent when its process cannot be seen', (t) => {
  const seen = { ...me, boot: 'b1', pidSpace: 'p1', host: 'box' };
  // Another container on this machine: the pid says nothing.
  for (const other of [
    { ...seen, pidSpace: 'p2', pid: process.pid },
    { ...seen, host: 'other', boot: 'b2' },
  ]) {
    t.false(isGone(other, seen, 120_000));
    t.true(isGone(other, seen, 120_001));
  }
  // This machine, before it was started anew.
  t.true(isGone({ ...seen, boot: 'b0' }, seen, 0));
  // Where neither is known, the host must be the same for a pid to mean anything.
  const bare = { ...seen, boot: '', pidSpace: '', start: '', pid: process.ppid };
  t.false(isGone(bare, { ...bare, pid: 1 }, DAY_MS));
  t.false(isGone({ ...bare, host: 'other', pid: 999_999_999 }, bare, 0));
});

test('should have a directory of its own when only one part differs', (t) => {
  const names = [me, owner({ pid: 1 }), owner({ start: 'x' }), owner({ boot: 'x' }), owner({ pidSpace: 'x' }), owner({ host: 'x' })].map(directoryOf);
  t.is(new Set(names).size, 6);
  t.is(directoryOf(thisOwner('box')), names[0]);
  t.regex(names[0], /^\d+-[0-9a-f]{12}$/);
  t.deepEqual(parseOwner(JSON.stringify(me)), me);
  t.is(parseOwner('{"pid":'), null);
  t.is(parseOwner('{}'), null);
});

test('should double up to five minutes and jitter over all of it when a sink fails on', (t) => {
  t.deepEqual(
    [1, 2, 3, 9, 10, 100].map((failures) => backOffMs(failures, () => 1)),
    [1000, 2000, 4000, 256_000, 300_000, 300_000],
  );
  t.is(
    backOffMs(4, () => 0),
    0,
  );
  t.is(
    backOffMs(4, () => 0.25),
    2000,
  );
  // What the receiver asks for is the least.
  t.is(
    backOffMs(4, () => 0, 30_000),
    30_000,
  );
  t.is(
    backOffMs(4, () => 0.5, 30_000),
    30_500,
  );
});
