// What a CPU quota has taken, from directories as the kernel shows them.
import test, { type ExecutionContext } from 'ava';
import { type CgroupCpu, findCpuGroups, readCgroupCpu, ThrottlingReader } from '../../../src/agent/samplers/cgroup-cpu.js';
import { makeTree, type Tree } from './file-tree.js';

const v2Stat = (periods: number, us: number) =>
  `usage_usec 88\nuser_usec 44\nsystem_usec 44\nnr_periods 900\nnr_throttled ${periods}\nthrottled_usec ${us}\nnr_bursts 0\nburst_usec 0\n`;
const v1Stat = (periods: number, ns: number) => `nr_periods 900\nnr_throttled ${periods}\nthrottled_time ${ns}\nnr_bursts 0\nburst_time 0\n`;
const V2_MOUNT = '30 23 0:26 / /sys/fs/cgroup rw shared:4 - cgroup2 cgroup2 rw\n';
const V1_MOUNT = '32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw shared:5 - cgroup cgroup rw,cpu,cpuacct\n';

const trees: [string, Tree, CgroupCpu | null][] = [
  [
    'the quota and throttling of a v2 group',
    {
      'proc/self/cgroup': '0::/app\n',
      'proc/self/mountinfo': V2_MOUNT,
      'sys/fs/cgroup/app/cpu.stat': v2Stat(14, 1_300_500),
      'sys/fs/cgroup/app/cpu.max': '50000 100000\n',
    },
    { quotaRatio: 0.5, periodsThrottled: 14, throttledMs: 1300.5 },
  ],
  [
    'no quota when a v2 group has none',
    {
      'proc/self/cgroup': '0::/app\n',
      'proc/self/mountinfo': V2_MOUNT,
      'sys/fs/cgroup/app/cpu.stat': v2Stat(0, 0),
      'sys/fs/cgroup/app/cpu.max': 'max 100000\n',
    },
    { quotaRatio: null, periodsThrottled: 0, throttledMs: 0 },
  ],
  [
    'the smallest quota and all throttling of nested v2 groups',
    {
      'proc/self/cgroup': '0::/a/b/c\n',
      'proc/self/mountinfo': V2_MOUNT,
      // The root group has a cpu.stat without these fields, and c does without the controller.
      'sys/fs/cgroup/cpu.stat': 'usage_usec 88\nuser_usec 44\nsystem_usec 44\n',
      'sys/fs/cgroup/a/cpu.stat': v2Stat(10, 1_000_000),
      'sys/fs/cgroup/a/cpu.max': '30000 100000\n',
      'sys/fs/cgroup/a/b/cpu.stat': v2Stat(5, 250_000),
      'sys/fs/cgroup/a/b/cpu.max': '200000 100000\n',
      'sys/fs/cgroup/a/b/c/cpu.stat': 'usage_usec 1\n',
    },
    { quotaRatio: 0.3, periodsThrottled: 15, throttledMs: 1250 },
  ],
  [
    "a container's own v2 group when it sees only that",
    {
      'proc/self/cgroup': '0::/\n',
      'proc/self/mountinfo': V2_MOUNT,
      'sys/fs/cgroup/cpu.stat': v2Stat(3, 7000),
      'sys/fs/cgroup/cpu.max': '150000 100000\n',
    },
    { quotaRatio: 1.5, periodsThrottled: 3, throttledMs: 7 },
  ],
  [
    'the quota and throttling of a v1 group',
    {
      'proc/self/cgroup': '9:memory:/m\n4:cpu,cpuacct:/app\n',
      'proc/self/mountinfo': V1_MOUNT,
      'sys/fs/cgroup/cpu,cpuacct/app/cpu.stat': v1Stat(14, 1_300_500_000),
      'sys/fs/cgroup/cpu,cpuacct/app/cpu.cfs_quota_us': '20000\n',
      'sys/fs/cgroup/cpu,cpuacct/app/cpu.cfs_period_us': '100000\n',
      'sys/fs/cgroup/cpu,cpuacct/cpu.stat': v1Stat(0, 0),
      'sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us': '-1\n',
      'sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us': '100000\n',
    },
    { quotaRatio: 0.2, periodsThrottled: 14, throttledMs: 1300.5 },
  ],
  [
    "the v1 group's when only the container's part of the hierarchy is mounted",
    {
      'proc/self/cgroup': '4:cpu:/docker/abc\n',
      'proc/self/mountinfo': '32 31 0:29 /docker/abc /sys/fs/cgroup/cpu ro - cgroup cgroup rw,cpu\n',
      'sys/fs/cgroup/cpu/cpu.stat': v1Stat(2, 9_000_000),
      'sys/fs/cgroup/cpu/cpu.cfs_quota_us': '100000\n',
      'sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
    },
    { quotaRatio: 1, periodsThrottled: 2, throttledMs: 9 },
  ],
  [
    'the v1 group beside a v2 hierarchy without the controller',
    {
      'proc/self/cgroup': '1:cpu:/app\n0::/app\n',
      'proc/self/mountinfo': `33 31 0:30 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n`,
      'sys/fs/cgroup/unified/app/cpu.stat': 'usage_usec 5\nuser_usec 3\nsystem_usec 2\n',
      'sys/fs/cgroup/cpu/app/cpu.stat': v1Stat(1, 5_000_000),
    },
    { quotaRatio: null, periodsThrottled: 1, throttledMs: 5 },
  ],
  [
    'the usual v1 mount when mounts are not told',
    { 'proc/self/cgroup': '1:cpu:/app\n', 'sys/fs/cgroup/cpu/app/cpu.stat': v1Stat(6, 6_000_000) },
    { quotaRatio: null, periodsThrottled: 6, throttledMs: 6 },
  ],
  ['nothing when there are no groups', { 'proc/self/status': '' }, null],
  [
    'nothing when the files hold nonsense',
    { 'proc/self/cgroup': '0::/app\n', 'proc/self/mountinfo': V2_MOUNT, 'sys/fs/cgroup/app/cpu.stat': 'nr_throttled x\nthrottled_usec\n' },
    null,
  ],
];

for (const [what, tree, expected] of trees) {
  test(`should read ${what}`, (t) => {
    const root = makeTree(t, tree);
    t.deepEqual(readCgroupCpu({ root }), expected);
    const groups = findCpuGroups({ root });
    t.deepEqual(readCgroupCpu({ groups }), expected);
    t.deepEqual(heldReading(t, groups), expected && { periodsThrottled: expected.periodsThrottled, throttledMs: expected.throttledMs });
  });
}

function heldReading(t: ExecutionContext, groups: ReturnType<typeof findCpuGroups>) {
  const reader = new ThrottlingReader(groups);
  const reading = reader.read();
  t.deepEqual(reader.read(), reading);
  reader.close();
  t.is(reader.read(), null);
  return reading;
}
