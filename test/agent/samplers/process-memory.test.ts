// What counts against the nearest limit of the whole process, from directories as the kernel shows them.
import test from 'ava';
import { readProcessMemory } from '../../../src/agent/samplers/process-memory.js';
import { makeDirectory } from '../../support/make-directory.js';

const PROC = { 'proc/self/cgroup': '0::/app/shop\n' };
const RSS_BYTES = 300;
const HOST_BYTES = 16_000;

test('should be the working set against the limit of the group that has least left', (t) => {
  const root = makeDirectory(t, {
    ...PROC,
    'sys/fs/cgroup/app/shop/memory.max': '500\n',
    'sys/fs/cgroup/app/shop/memory.current': '400\n',
    'sys/fs/cgroup/app/shop/memory.stat': 'anon 300\ninactive_file 60\nactive_file 40\n',
    // Two containers of 500 bytes in a pod of 800.
    'sys/fs/cgroup/app/memory.max': '800\n',
    'sys/fs/cgroup/app/memory.current': '790\n',
    'sys/fs/cgroup/app/memory.stat': 'inactive_file 70\n',
  });
  t.deepEqual(readProcessMemory(RSS_BYTES, HOST_BYTES, { root }), { limitBytes: 800, usedBytes: 720 });
});

test('should be resident memory where the group does not tell its use, and against the machine where no group has a limit', (t) => {
  const silent = makeDirectory(t, { ...PROC, 'sys/fs/cgroup/app/shop/memory.max': '500\n' });
  t.deepEqual(readProcessMemory(RSS_BYTES, HOST_BYTES, { root: silent }), { limitBytes: 500, usedBytes: 300 });
  t.deepEqual(readProcessMemory(RSS_BYTES, 0, { root: silent }), { limitBytes: 500, usedBytes: 300 });
  const unlimited = makeDirectory(t, { ...PROC, 'sys/fs/cgroup/app/shop/memory.max': 'max\n', 'sys/fs/cgroup/app/shop/memory.current': '400\n' });
  t.deepEqual(readProcessMemory(RSS_BYTES, HOST_BYTES, { root: unlimited }), { limitBytes: 16_000, usedBytes: 300 });
});
