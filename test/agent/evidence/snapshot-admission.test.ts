// When a heap snapshot is refused: for memory, disk, standstill, and because there was one.
import { existsSync, readFileSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { readMemoryHeadroom } from '../../../src/agent/evidence/memory-headroom.js';
import {
  type HeapMakeUp,
  isCollectionWorth,
  makeUpOf,
  predictSnapshot,
  refuseSnapshot,
  type SnapshotRoom,
} from '../../../src/agent/evidence/snapshot-admission.js';
import { claimSnapshot, type SnapshotGrant } from '../../../src/agent/evidence/snapshot-cool-down.js';
import { makeDirectory } from '../../support/make-directory.js';

const MIB = 1024 * 1024;
const DAY_MS = 86_400_000;
const NOW_MS = Date.parse('2026-01-02T03:04:05.000Z');

const room = (leftBytes: number | null, change: Partial<SnapshotRoom> = {}): SnapshotRoom => ({
  memory: { leftBytes, of: "below the cgroup's limit" },
  diskBytes: null,
  isDiskMemory: false,
  pauseMsMax: 10_000,
  ...change,
});
const heap = (usedBytes: number, change: Partial<HeapMakeUp> = {}): HeapMakeUp => ({
  usedBytes,
  largeRatio: 0,
  codeRatio: 0,
  limitBytes: null,
  collectionMs: null,
  ...change,
});

test('should admit a snapshot when its worst case and a tenth fit, and no byte less', (t) => {
  // 16 + 24 * 20 = 496 MiB, of which 551.1 keep a tenth back.
  const leftBytes = Math.ceil((496 * MIB) / 0.9);
  t.is(refuseSnapshot(heap(20 * MIB), room(leftBytes), false), null);
  const refused = "it may need 496 MiB, and of the 551 MiB left below the cgroup's limit 55.1 MiB are kept back";
  t.is(refuseSnapshot(heap(20 * MIB), room(leftBytes - 2), false), refused);
  t.is(refuseSnapshot(heap(MIB), room(72 * MIB), false), null);
  t.is(
    refuseSnapshot(heap(MIB), room(72 * MIB - 1), false),
    "it may need 40.0 MiB, and of the 72.0 MiB left below the cgroup's limit 32.0 MiB are kept back",
  );
});

test('should expect more of large objects, less of code, and the file too where the disk is memory, when it predicts', (t) => {
  const { spikeBytes } = predictSnapshot(heap(10 * MIB, { largeRatio: 0.5, codeRatio: 0.1 }), false);
  t.is(Math.round(spikeBytes / MIB), 16 + 160 * 5 + 8 * 1 + 24 * 4);
  const refused = "it may need 106 MiB, and of the 130 MiB left below the cgroup's limit 32.0 MiB are kept back";
  t.is(refuseSnapshot(heap(90 * (MIB / 29)), room(130 * MIB), false), null);
  t.is(refuseSnapshot(heap(90 * (MIB / 29)), room(130 * MIB, { isDiskMemory: true }), false), refused);
  const spaces = [
    { name: 'old_space', usedBytes: 30 },
    { name: 'code_space', usedBytes: 15 },
    { name: 'code_large_object_space', usedBytes: 5 },
    { name: 'large_object_space', usedBytes: 30 },
    { name: 'new_large_object_space', usedBytes: 20 },
  ];
  t.deepEqual(makeUpOf(spaces), { largeRatio: 0.5, codeRatio: 0.2 });
  t.deepEqual(makeUpOf([]), { largeRatio: 1, codeRatio: 0 });
});

// Used heap, MB; part in spaces for large objects where it was told; measured spike, MB; file, MB. LEAKS 2.6, and processes of eval/admission on four lines.
const MEASURED: readonly (readonly [shape: string, usedMb: number, largeRatio: number, spikeMb: number, fileMb: number])[] = [
  ['sessions, Node 20', 96, 0, 1070, 197],
  ['sessions, 22', 92, 0, 938, 187],
  ['sessions, 24', 94, 0, 892, 174],
  ['sessions, 26', 92, 0, 893, 171],
  ['tiny objects, 20', 86, 0, 1866, 200],
  ['tiny objects, 24', 86, 0, 1718, 188],
  ['JSON, 20', 89, 0, 1576, 215],
  ['JSON, 24', 89, 0, 1082, 147],
  ['strings, 20', 95, 0, 328, 106],
  ['strings, 24', 95, 0, 84, 37],
  ['sessions, 24, large', 285, 0, 2900, 547],
  ['TypeScript, 22', 120, 0, 433, 143],
  ['TypeScript, 24, large', 353, 0, 1259, 416],
  ['empty arrays, 20', 24.1, 0.19, 768, 54],
  ['map of one object, 26', 16.4, 0.43, 737, 30],
  ['map of one object, 20', 15.1, 0.48, 586, 26],
  ['arrays of pointers, 20', 26, 0.89, 1343, 105],
  ['one array of pointers, 20', 11.1, 0.745, 1278, 46],
  ['one array of pointers, 26', 12.5, 0.655, 1283, 44],
  ['map of strings, 20', 56.5, 0.525, 2696, 111],
  ['map of strings, 26', 57.9, 0.509, 3643, 130],
  ['keys, 20', 20.7, 0.59, 529, 24],
  ['an empty process, 20', 3.1, 0.08, 31, 5],
  ['functions, 24', 12.5, 0.05, 78, 14],
];

test('should predict no less than was measured when the heap is one of those measured', (t) => {
  for (const [shape, usedMb, largeRatio, spikeMb, fileMb] of MEASURED) {
    const { spikeBytes, fileBytes } = predictSnapshot(heap(usedMb * 1e6, { largeRatio }), shape.endsWith('20'));
    t.true(spikeBytes >= spikeMb * 1e6, `${shape}: ${spikeBytes / 1e6} MB`);
    t.true(fileBytes >= fileMb * 1e6, `${shape}: file of ${fileBytes / 1e6} MB`);
  }
});

test('should refuse when nobody knows how much memory is left', (t) => {
  t.is(refuseSnapshot(heap(MIB), room(null), false), 'it may need 40.0 MiB, and how much memory is left cannot be read here');
});

test('should refuse when the disk has no room for the largest file', (t) => {
  t.is(refuseSnapshot(heap(10 * MIB), room(1024 * MIB, { diskBytes: 66 * MIB }), false), null);
  const refused = 'its file may take 50.0 MiB, and of the 60.0 MiB free on the disk 16.0 MiB are kept back';
  t.is(refuseSnapshot(heap(10 * MIB), room(1024 * MIB, { diskBytes: 60 * MIB }), false), refused);
});

test('should refuse when the process would stand still for too long, on Node 20 sooner', (t) => {
  const refused = 'the process would stand still for about 12 s and 10 s are allowed (PITOT_HEAP_PAUSE_MS)';
  t.is(refuseSnapshot(heap(200 * MIB), room(8192 * MIB), false), refused);
  t.is(refuseSnapshot(heap(160 * MIB), room(8192 * MIB), true), refused);
  t.is(refuseSnapshot(heap(160 * MIB), room(8192 * MIB), false), null);
  t.is(refuseSnapshot(heap(200 * MIB), room(8192 * MIB, { pauseMsMax: 12_000 }), false), null);
});

test('should expect less of a heap that is collected quickly, and never more than its bytes say, when a collection was measured', (t) => {
  const pauseMs = (collectionMs: number | null): number => predictSnapshot(heap(200 * MIB, { collectionMs }), false).pauseMs;
  t.deepEqual([null, 20, 100, 101, Number.POSITIVE_INFINITY].map(pauseMs), [12_000, 2400, 12_000, 12_000, 12_000]);
  t.is(refuseSnapshot(heap(400 * MIB, { collectionMs: 83 }), room(16_384 * MIB), false), null);
  const refused = 'the process would stand still for about 10.6 s and 10 s are allowed (PITOT_HEAP_PAUSE_MS)';
  t.is(refuseSnapshot(heap(400 * MIB, { collectionMs: 88 }), room(16_384 * MIB), false), refused);
});

test('should think a collection worth its pause when the standstill by the bytes alone is all that stands against a snapshot', (t) => {
  const large = room(65_536 * MIB);
  t.true(isCollectionWorth(heap(200 * MIB), large, false));
  t.false(isCollectionWorth(heap(100 * MIB), large, false), 'it may be taken as it is');
  t.false(isCollectionWorth(heap(200 * MIB, { collectionMs: 500 }), large, false), 'it was measured');
  t.false(isCollectionWorth(heap(200 * MIB), room(1024 * MIB), false), 'memory stands against it too');
  t.true(isCollectionWorth(heap(512 * MIB), large, false));
  t.false(isCollectionWorth(heap(513 * MIB), large, false), 'the collection itself is long');
  const impatient = (pauseMsMax: number) => room(65_536 * MIB, { pauseMsMax });
  t.false(isCollectionWorth(heap(300 * MIB), impatient(1200), false), 'the shortest collection of such a heap would not admit it');
  t.true(isCollectionWorth(heap(300 * MIB), impatient(1300), false));
});

test('should refuse when the file is likely to push out the other files of pitot', (t) => {
  const kept = (retainMib: number) => refuseSnapshot(heap(75 * MIB), room(16_384 * MIB, { retainBytes: retainMib * MIB }), false);
  t.is(kept(150), null);
  t.is(kept(149), 'its file may take 150 MiB, too much of the 149 MiB that all files of pitot may take (PITOT_RETAIN_BYTES)');
});

test("should refuse when the heap is near V8's own limit", (t) => {
  t.is(refuseSnapshot(heap(90 * MIB, { limitBytes: 100 * MIB }), room(8192 * MIB), false), null);
  t.is(
    refuseSnapshot(heap(91 * MIB, { limitBytes: 100 * MIB }), room(8192 * MIB), false),
    "91.0 MiB of the heap's limit of 100 MiB are used: it might end the process",
  );
});

test('should find the least that is left when ulimit allows less than the machine has', (t) => {
  const root = makeDirectory(t, {
    ...PROC,
    'proc/self/limits':
      'Limit                     Soft Limit           Hard Limit           Units     \nMax address space         900000000            unlimited            bytes     \n',
    'proc/self/status': 'VmPeak:\t 800000 kB\nVmSize:\t  500000 kB\n',
  });
  t.deepEqual(readMemoryHeadroom({ root }), { leftBytes: 388_000_000, of: 'of the address space that ulimit allows' });
});

const refusalOf = (claim: SnapshotGrant | string): string | null => (typeof claim === 'string' ? claim : null);

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
    refusalOf(claimSnapshot({ baseDirectory, service, pid, coolDownMs: DAY_MS, nowMs: atMs }));
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
  const claim = (): string | null => refusalOf(claimSnapshot({ baseDirectory, service: 'shop', pid: 1, coolDownMs: DAY_MS, nowMs: NOW_MS }));
  utimesSync(lock, NOW_MS / 1000 - 1, NOW_MS / 1000 - 1);
  t.is(claim(), 'another process of the service is about to take one');
  utimesSync(lock, NOW_MS / 1000 - 11, NOW_MS / 1000 - 11);
  t.is(claim(), null);
  t.throws(() => statSync(lock), { code: 'ENOENT' });
});

test('should refuse when the time of the snapshot cannot be kept', (t) => {
  const baseDirectory = makeDirectory(t, { '.state': 'a file where the directory should be' });
  t.regex(
    refusalOf(claimSnapshot({ baseDirectory, service: 'shop', pid: 1, coolDownMs: DAY_MS, nowMs: NOW_MS })) ?? '',
    /^the time of the last one cannot be kept: ENOTDIR/,
  );
});

test('should be as if it had not been asked when no snapshot came of a claim', (t) => {
  const baseDirectory = makeDirectory(t);
  const claim = (pid: number, atMs: number) => claimSnapshot({ baseDirectory, service: 'shop', pid, coolDownMs: DAY_MS, nowMs: atMs });
  const first = claim(1, NOW_MS) as SnapshotGrant;
  first.release();
  t.false(existsSync(join(baseDirectory, '.state/shop.heap-snapshot')));
  t.is(refusalOf(claim(1, NOW_MS)), null);
  const second = claimSnapshot({ baseDirectory, service: 'shop', pid: 2, coolDownMs: 0, nowMs: NOW_MS + 1000 }) as SnapshotGrant;
  first.release();
  t.is(refusalOf(claim(3, NOW_MS + 2000)), 'process 2 took one 1 s ago, one in 24 h is allowed');
  second.release();
  t.is(refusalOf(claim(3, NOW_MS + 2000)), 'process 1 took one 2 s ago, one in 24 h is allowed');
});
