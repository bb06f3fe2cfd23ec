// stalls.ndjson as it is left: by a process that was killed, and on a disk that is full.
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { Stall } from '../../src/report/report-types.js';
import { appendStall, readStalls, type StallLine } from '../../src/report/stall-log.js';
import { missingMount, mountSmall, testUnless } from '../support/needs.js';

const AT = '2026-01-02T03:04:05.000Z';

function stall(id: number, durationMs: number, ongoing: boolean): Stall {
  return { id, thread: 'main', startAt: AT, durationMs, ongoing, verdict: 'executing', reason: 'why', cpuMs: 1, top: [], file: '' };
}

const line = (event: StallLine['event'], of: Stall): StallLine => ({ event, at: AT, ...of });

function makeDirectory(t: ExecutionContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'pitot-stalls-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

test('should give each stall as its newest line tells it when lines of several are mixed', (t) => {
  const directory = makeDirectory(t);
  for (const each of [line('open', stall(1, 300, true)), line('open', stall(2, 310, true)), line('end', stall(1, 900, false))])
    appendStall(directory, each);
  t.deepEqual(readStalls(directory), [stall(1, 900, false), stall(2, 310, true)]);
});

test('should pass over what is no whole line when the process was killed while it wrote', (t) => {
  const directory = makeDirectory(t);
  appendStall(directory, line('open', stall(7, 300, true)));
  appendFileSync(join(directory, 'stalls.ndjson'), '{"event":"end","id":7,"dura');
  t.deepEqual(readStalls(directory), [stall(7, 300, true)]);
});

test('should have no stalls when there is no file', (t) => {
  t.deepEqual(readStalls(makeDirectory(t)), []);
});

testUnless(missingMount())('should make room by the oldest flame files, and write the line whole, when the disk is full', (t) => {
  const mount = makeDirectory(t);
  mountSmall(mount, '64k');
  t.teardown(() => execFileSync('umount', [mount]));
  const flame = (name: string): string => join(mount, 'flame', name);
  mkdirSync(join(mount, 'flame'));
  appendStall(mount, line('open', stall(1, 300, true)));
  writeFileSync(flame('CPU.20260102.030405.1.0.002.cpuprofile'), 'x'.repeat(12_000));
  writeFileSync(flame('CPU.20260102.030405.1.0.001.cpuprofile'), 'x'.repeat(12_000));
  writeFileSync(flame('CPU.20260102.030405.1.0.stall-0001.cpuprofile'), 'x'.repeat(12_000));
  t.throws(() => writeFileSync(join(mount, 'ballast'), 'x'.repeat(64_000)), { code: 'ENOSPC' });
  // Longer than what the page of the file has left: a part of it finds room at first.
  const long = line('end', { ...stall(1, 900, false), reason: 'y'.repeat(5000) });
  appendStall(mount, long);
  t.is(readFileSync(join(mount, 'stalls.ndjson'), 'utf8'), `${JSON.stringify(line('open', stall(1, 300, true)))}\n${JSON.stringify(long)}\n`);
  t.deepEqual(
    ['001.cpuprofile', '002.cpuprofile', 'stall-0001.cpuprofile'].map((end) => existsSync(flame(`CPU.20260102.030405.1.0.${end}`))),
    [false, true, true],
  );

  t.throws(() => writeFileSync(join(mount, 'more'), 'x'.repeat(64_000)), { code: 'ENOSPC' });
  const size = readFileSync(join(mount, 'stalls.ndjson')).length;
  t.throws(() => appendStall(mount, line('end', { ...stall(2, 1, false), reason: 'z'.repeat(60_000) })), { code: 'ENOSPC' });
  t.is(readFileSync(join(mount, 'stalls.ndjson')).length, size);
});
