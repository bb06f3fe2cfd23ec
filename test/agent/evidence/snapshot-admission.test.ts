// When a heap snapshot is refused: for memory, disk, standstill, and because there was one.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { readMemoryHeadroom } from '../../../src/agent/evidence/memory-headroom.js';
import { largeRatioOf, refuseSnapshot, type SnapshotRoom } from '../../../src/agent/evidence/snapshot-admission.js';
import { claimSnapshot } from '../../../src/agent/evidence/snapshot-cool-down.js';

const MIB = 1024 * 1024;
const DAY_MS = 86_400_000;
const NOW_MS = Date.parse('2026-01-02T03:04:05.000Z');

function makeDirectory(t: ExecutionContext, files: Record<string, string> = {}): string {
  const directory = mkdtempSync(join(tmpdir(), 'pitot-admission-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), text);
  }
  return directory;
}

const room = (leftBytes: number | null, change: Partial<SnapshotRoom> = {}): SnapshotRoom => ({
  memory: { leftBytes, of: "below the cgroup's limit" },
  diskBytes: null,
  pauseMsMax: 10_000,
  ...change,
});
const heap = (heapUsedBytes: number, largeRatio = 0) => ({ heapUsedBytes, largeRatio });

test('should admit a snapshot when twelve times the heap is left, and no byte less', (t) => {
  t.is(refuseSnapshot(heap(75 * MIB), room(900 * MIB)), null);
  t.is(refuseSnapshot(heap(75 * MIB), room(900 * MIB - 1)), "it would need about 900 MiB and 900 MiB are left below the cgroup's limit");
  t.is(refuseSnapshot(heap(75 * MIB), room(300 * MIB)), "it would need about 900 MiB and 300 MiB are left below the cgroup's limit");
});

test('should ask for four times the heap only when half of it is large objects', (t) => {
  t.is(refuseSnapshot(heap(75 * MIB, 0.5), room(300 * MIB)), null);
  t.is(refuseSnapshot(heap(75 * MIB, 0.49), room(300 * MIB)), "it would need about 900 MiB and 300 MiB are left below the cgroup's limit");
  const spaces = [
    { name: 'old_space', usedBytes: 30 },
    { name: 'large_object_space', usedBytes: 50 },
    { name: 'new_large_object_space', usedBytes: 20 },
  ];
  t.is(largeRatioOf(spaces), 0.7);
  t.is(largeRatioOf([]), 0);
});

test('should refuse when nobody knows how much memory is left', (t) => {
  t.is(refuseSnapshot(heap(MIB), room(null)), 'it would need about 12.0 MiB, and how much memory is left cannot be read here');
});

test('should refuse when the disk has less than three times the heap', (t) => {
  t.is(refuseSnapshot(heap(10 * MIB), room(1024 * MIB, { diskBytes: 30 * MIB })), null);
  t.is(refuseSnapshot(heap(10 * MIB), room(1024 * MIB, { diskBytes: 20 * MIB })), 'its file may take 30.0 MiB and 20.0 MiB are free on the disk');
});

test('should refuse when the process would stand still for too long', (t) => {
  t.is(refuseSnapshot(heap(200 * MIB), room(8192 * MIB)), 'the process would stand still for about 12 s and 10 s are allowed');
  t.is(refuseSnapshot(heap(200 * MIB), room(8192 * MIB, { pauseMsMax: 12_000 })), null);
});

const PROC = { 'proc/self/cgroup': '0::/app/shop\n', 'proc/meminfo': 'MemTotal: 9000000 kB\nMemAvailable:    1000000 kB\n' };

test('should find the least that is left when groups above have limits too', (t) => {
  const root = makeDirectory(t, {
    ...PROC,
    'sys/fs/cgroup/app/shop/memory.max': '500000000\n',
    'sys/fs/cgroup/app/shop/memory.current': '400000000\n',
    'sys/fs/cgroup/app/shop/memory.stat': 'anon 1\ninactive_file 150000000\nactive_file 3\n',
    'sys/fs/cgroup/app/memory.max': '900000000\n',
    'sys/fs/cgroup/app/memory.current': '700000000\n',
    'sys/fs/cgroup/app/memory.stat': 'inactive_file 0\n',
  });
  t.deepEqual(readMemoryHeadroom({ root }), { leftBytes: 200_000_000, of: "below the cgroup's limit" });
});

test('should find what the machine has when no group has a limit', (t) => {
  const root = makeDirectory(t, { ...PROC, 'sys/fs/cgroup/app/shop/memory.max': 'max\n', 'sys/fs/cgroup/app/shop/memory.current': '400000000\n' });
  t.deepEqual(readMemoryHeadroom({ root }), { leftBytes: 1_024_000_000, of: 'by the machine' });
});

test('should find what is left when the group is one of v1', (t) => {
  const root = makeDirectory(t, {
    'proc/self/cgroup': '5:memory:/shop\n',
    'sys/fs/cgroup/memory/shop/memory.limit_in_bytes': '500000000\n',
    'sys/fs/cgroup/memory/shop/memory.usage_in_bytes': '480000000\n',
    'sys/fs/cgroup/memory/shop/memory.stat': 'inactive_file 7\ntotal_inactive_file 30000000\n',
    'sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n',
    'sys/fs/cgroup/memory/memory.usage_in_bytes': '8000000000\n',
  });
  t.deepEqual(readMemoryHeadroom({ root }), { leftBytes: 50_000_000, of: "below the cgroup's limit" });
});

test('should say that nothing is known when nothing can be read', (t) => {
  t.deepEqual(readMemoryHeadroom({ root: makeDirectory(t) }), { leftBytes: null, of: 'by the machine' });
});

test('should let one process of a service take a snapshot a day when several ask, whatever is started anew', (t) => {
  const baseDirectory = makeDirectory(t);
  const claim = (pid: number, atMs: number, service = 'shop'): string | null =>
    claimSnapshot({ baseDirectory, service, pid, coolDownMs: DAY_MS, nowMs: atMs });
  t.is(claim(1, NOW_MS), null);
  t.is(claim(2, NOW_MS + 3_600_000), 'process 1 took one 1 h ago, one in 24 h is allowed');
  t.is(claim(1, NOW_MS + DAY_MS - 60_000), 'this process took one 24 h ago, one in 24 h is allowed');
  t.is(claim(2, NOW_MS, 'shop.other'), null);
  t.is(claim(2, NOW_MS + DAY_MS), null);
  t.is(claim(1, NOW_MS + DAY_MS + 1), 'process 2 took one 1 ms ago, one in 24 h is allowed');
  const file = join(baseDirectory, '.state/shop.heap-snapshot');
  t.deepEqual(JSON.parse(readFileSync(file, 'utf8')), { at: '2026-01-03T03:04:05.000Z', pid: 2 });
  t.is(statSync(file).mode & 0o777, 0o600);
  t.is(statSync(join(baseDirectory, '.state')).mode & 0o777, 0o700);
});

test('should refuse while another process decides, and not for ever when it was killed', (t) => {
  const baseDirectory = makeDirectory(t, { '.state/shop.heap-snapshot.lock': '' });
  const lock = join(baseDirectory, '.state/shop.heap-snapshot.lock');
  const claim = (): string | null => claimSnapshot({ baseDirectory, service: 'shop', pid: 1, coolDownMs: DAY_MS, nowMs: NOW_MS });
  utimesSync(lock, NOW_MS / 1000 - 1, NOW_MS / 1000 - 1);
  t.is(claim(), 'another process of the service is about to take one');
  utimesSync(lock, NOW_MS / 1000 - 11, NOW_MS / 1000 - 11);
  t.is(claim(), null);
  t.throws(() => statSync(lock), { code: 'ENOENT' });
});

test('should refuse when the time of the snapshot cannot be kept', (t) => {
  const baseDirectory = makeDirectory(t, { '.state': 'a file where the directory should be' });
  t.regex(
    claimSnapshot({ baseDirectory, service: 'shop', pid: 1, coolDownMs: DAY_MS, nowMs: NOW_MS }) ?? '',
    /^the time of the last one cannot be kept: ENOTDIR/,
  );
});
