// What a thread is doing, from directories as the kernel shows them.
import test from 'ava';
import { ThreadTimesReader } from '../../../src/agent/samplers/thread-times.js';
import { readThreadState, type ThreadState } from '../../../src/agent/stalls/thread-state.js';
import { makeTree, type Tree } from '../samplers/file-tree.js';

/** A stat line: a name with a parenthesis in it, the state, utime and stime (fields 14, 15) and the start time (22) in ticks. */
const stat = (pid: number, state: string, startedTicks = 0, utime = 150, stime = 50) =>
  `${pid} (no) de) ${state} 1 1 1 0 -1 4194304 1 1 0 0 ${utime} ${stime} 0 0 20 0 1 0 ${startedTicks} 1 1\n`;

const TASK = 'proc/7/task/9';
const sleeping: Tree = {
  [`${TASK}/stat`]: stat(9, 'S'),
  [`${TASK}/schedstat`]: '2500000000 130000000 88\n',
  [`${TASK}/wchan`]: 'pipe_read',
  [`${TASK}/syscall`]: '0 0x14 0x7f 0x1 0x0 0x0 0x0 0x7ffc 0x7f63\n',
  [`${TASK}/children`]: '',
  'proc/7/fd/20': { link: '/var/lib/x.db' },
};
const EMPTY: ThreadState = { cpuNs: null, runnableNs: null, state: null, wchan: null, syscall: null, children: [] };

test('should read state, times, system call and its file when a thread sleeps', (t) => {
  const root = makeTree(t, sleeping);
  const expected: ThreadState = {
    cpuNs: 2_500_000_000,
    runnableNs: 130_000_000,
    state: 'S',
    wchan: 'pipe_read',
    syscall: { number: 0, name: 'read', fd: 20, path: '/var/lib/x.db' },
    children: [],
  };
  t.deepEqual(readThreadState(9, { root, pid: 7, architecture: 'x64' }), expected);
  // 0 is io_setup there; and of an architecture without a table the number is told.
  t.deepEqual(readThreadState(9, { root, pid: 7, architecture: 'arm64' }).syscall, { number: 0, name: '#0' });
  t.deepEqual(readThreadState(9, { root, pid: 7, architecture: 's390x' }).syscall, { number: 0, name: '#0' });
});

const calls: [string, string, ThreadState['syscall']][] = [
  ['x64', '232 0xd 0x7f', { number: 232, name: 'epoll_wait' }],
  ['x64', '202 0x7f63 0x189', { number: 202, name: 'futex' }],
  ['x64', '74 0x14', { number: 74, name: 'fsync', fd: 20, path: '/var/lib/x.db' }],
  ['x64', '42 0x15', { number: 42, name: 'connect', fd: 21 }],
  ['x64', '61 0xffffffff', { number: 61, name: 'wait4' }],
  ['arm64', '63 0x14', { number: 63, name: 'read', fd: 20, path: '/var/lib/x.db' }],
  ['arm64', '67 0x14', { number: 67, name: 'pread64', fd: 20, path: '/var/lib/x.db' }],
  ['arm64', '22 0xd', { number: 22, name: 'epoll_pwait' }],
  ['arm64', '98 0x7f', { number: 98, name: 'futex' }],
  ['x64', '-1 0x7ffc 0x7f63', null],
  ['x64', 'running', null],
  ['x64', '', null],
];
for (const [architecture, text, expected] of calls) {
  test(`should read ${expected?.name ?? 'no call'} when ${architecture} shows "${text}"`, (t) => {
    const root = makeTree(t, { ...sleeping, [`${TASK}/syscall`]: `${text}\n` });
    t.deepEqual(readThreadState(9, { root, pid: 7, architecture }).syscall, expected);
  });
}

test('should name children by their executables, with what a shell runs, and never their arguments', (t) => {
  const root = makeTree(t, {
    ...sleeping,
    [`${TASK}/children`]: '11 12 13 ',
    'proc/uptime': '100.00 5.00\n',
    'proc/11/exe': { link: '/opt/my app/tool (deleted)' },
    'proc/11/cmdline': 'tool\0--password=hunter2\0',
    'proc/11/stat': stat(11, 'S', 9000),
    'proc/12/exe': { link: '/usr/bin/dash' },
    'proc/12/task/12/children': '14 ',
    'proc/12/stat': stat(12, 'S', 9999),
    'proc/14/exe': { link: '/usr/bin/sleep' },
    // Another user's: its executable cannot be seen, and it is gone by the time it is asked for its start.
    'proc/13/comm': 'postgres\n',
  });
  t.deepEqual(readThreadState(9, { root, pid: 7 }).children, [
    { pid: 11, command: 'tool', ageMs: 10_000 },
    { pid: 12, command: 'dash > sleep', ageMs: 10 },
    { pid: 13, command: 'postgres', ageMs: null },
  ]);
});

test('should read the newest children only when there are many', (t) => {
  const pids = Array.from({ length: 20 }, (_, i) => 100 + i);
  const root = makeTree(t, { ...sleeping, [`${TASK}/children`]: `${pids.join(' ')} ` });
  t.deepEqual(
    readThreadState(9, { root, pid: 7 }).children.map(({ pid }) => pid),
    pids.slice(-8),
  );
});

test('should fall back to ticks, and know no run queue, when the kernel keeps no schedstats', (t) => {
  for (const schedstat of ['0 0 0\n', '']) {
    const root = makeTree(t, { ...sleeping, [`${TASK}/schedstat`]: schedstat });
    const { cpuNs, runnableNs } = readThreadState(9, { root, pid: 7 });
    t.deepEqual([cpuNs, runnableNs], [2_000_000_000, null]);
    t.is(new ThreadTimesReader(9, { root, pid: 7 }).read(), null);
  }
});

test('should read nothing when the thread is gone, or files are hidden or broken', (t) => {
  t.deepEqual(readThreadState(8, { root: makeTree(t, sleeping), pid: 7 }), EMPTY);
  t.deepEqual(readThreadState(9, { root: 'no-such-directory' }), EMPTY);
  const broken = makeTree(t, { [`${TASK}/stat`]: 'nonsense', [`${TASK}/schedstat`]: 'x y z', [`${TASK}/wchan`]: '0', [`${TASK}/syscall`]: 'x' });
  t.deepEqual({ ...readThreadState(9, { root: broken, pid: 7 }), state: null }, EMPTY);
});

test('should read both times from a file that it holds, until it is closed', (t) => {
  const reader = new ThreadTimesReader(9, { root: makeTree(t, sleeping), pid: 7 });
  t.deepEqual(reader.read(), { cpuNs: 2_500_000_000, runnableNs: 130_000_000 });
  t.deepEqual(reader.read(), { cpuNs: 2_500_000_000, runnableNs: 130_000_000 });
  reader.close();
  t.is(reader.read(), null);
  reader.close();
});
