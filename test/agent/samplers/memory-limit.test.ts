// Which memory limit binds, from directories as the kernel shows them.
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { findMemoryLimit, parseMaxOldSpaceSize } from '../../../src/agent/samplers/memory-limit.js';

const HOST_BYTES = 16_000_000_000;
/** Tests run from build/test/agent/samplers; fixtures stay in the sources. */
const rootOf = (name: string) => fileURLToPath(new URL(`../../../../test/fixtures/cgroup/${name}`, import.meta.url));
const limitIn = (name: string, maxOldSpaceSizeBytes: number | null = null, hostBytes = HOST_BYTES) =>
  findMemoryLimit({ root: rootOf(name), pid: 'self', maxOldSpaceSizeBytes, hostBytes });

const host = { limitBytes: HOST_BYTES, limitSource: 'host' } as const;

const cases: [string, string, { limitBytes: number; limitSource: string }][] = [
  ['the lowest limit of a v2 group and those above it, and not memory.high', 'v2-nested', { limitBytes: 500_000_000, limitSource: 'cgroup-v2' }],
  ['the limit of a v2 namespace', 'v2-namespaced', { limitBytes: 268_435_456, limitSource: 'cgroup-v2' }],
  ['the limit of the namespace when the v2 group is outside of it', 'v2-above-namespace', { limitBytes: 268_435_456, limitSource: 'cgroup-v2' }],
  ['the host when a v2 group has no limit', 'v2-unlimited', host],
  ['the group above when a v2 limit cannot be read', 'v2-unreadable', { limitBytes: 300_000_000, limitSource: 'cgroup-v2' }],
  ['the host when a v2 limit is no number', 'v2-garbage', host],
  ['the usual mount when mounts are not told', 'v2-no-mountinfo', { limitBytes: 123_456_789, limitSource: 'cgroup-v2' }],
  ['the real mount when it is elsewhere, spaces and colons included', 'v2-elsewhere', { limitBytes: 222_222_222, limitSource: 'cgroup-v2' }],
  ['the limit of a v1 group', 'v1', { limitBytes: 400_000_000, limitSource: 'cgroup-v1' }],
  ['the lowest limit of a v1 group and those above it', 'v1-nested', { limitBytes: 600_000_000, limitSource: 'cgroup-v1' }],
  ['the host when a v1 group has no limit', 'v1-unlimited', host],
  ["the v1 limit when only the container's part of the hierarchy is mounted", 'v1-container', { limitBytes: 134_217_728, limitSource: 'cgroup-v1' }],
  ['the v1 limit when the path is one of the host', 'v1-host-path', { limitBytes: 104_857_600, limitSource: 'cgroup-v1' }],
  ['the v1 limit when v2 is mounted beside it without memory', 'hybrid', { limitBytes: 333_333_333, limitSource: 'cgroup-v1' }],
  ['the lower limit when v1 and v2 have one', 'both', { limitBytes: 222_222_222, limitSource: 'cgroup-v2' }],
  ['the host when there are no groups', 'none', host],
];

for (const [what, name, expected] of cases) {
  test(`should find ${what}`, (t) => {
    t.deepEqual(limitIn(name), expected as never);
  });
}

test('should name the smallest limit whoever sets it', (t) => {
  t.deepEqual(limitIn('v1', 399_999_999), { limitBytes: 399_999_999, limitSource: 'max-old-space-size' });
  t.deepEqual(limitIn('v1', 400_000_001), { limitBytes: 400_000_000, limitSource: 'cgroup-v1' });
  t.deepEqual(limitIn('v1', 400_000_000), { limitBytes: 400_000_000, limitSource: 'cgroup-v1' });
  t.deepEqual(limitIn('v1', null, 399_999_999), { limitBytes: 399_999_999, limitSource: 'host' });
  t.deepEqual(limitIn('none', 5), { limitBytes: 5, limitSource: 'max-old-space-size' });
});

test('should say none when nothing is known', (t) => {
  t.deepEqual(limitIn('none', null, 0), { limitBytes: 0, limitSource: 'none' });
  t.deepEqual(limitIn('no-such-directory', null, 0), { limitBytes: 0, limitSource: 'none' });
});

const MIB = 1024 * 1024;

test('should read --max-old-space-size as Node does', (t) => {
  t.is(parseMaxOldSpaceSize([], undefined), null);
  t.is(parseMaxOldSpaceSize(['--max-old-space-size=300'], undefined), 300 * MIB);
  t.is(parseMaxOldSpaceSize(['--max_old_space_size=300'], undefined), 300 * MIB);
  t.is(parseMaxOldSpaceSize(['--max-old-space-size=300', '--enable-source-maps', '--max_old-space_size=200'], undefined), 200 * MIB);
  t.is(parseMaxOldSpaceSize(['--import', 'pitot/register', '-e', 'x'], ''), null);
  t.is(parseMaxOldSpaceSize(['--max-old-space-size-percentage=10', '--max-old-space-size=abc', '--max-semi-space-size=64'], undefined), null);
});

test("should take 0 for V8's default", (t) => {
  t.is(parseMaxOldSpaceSize(['--max-old-space-size=0'], undefined), null);
  t.is(parseMaxOldSpaceSize(['--max-old-space-size=0'], '--max-old-space-size=300'), null);
});

test('should read NODE_OPTIONS, quotes included, and prefer the command line', (t) => {
  t.is(parseMaxOldSpaceSize([], '--import pitot/register --max-old-space-size=512'), 512 * MIB);
  t.is(parseMaxOldSpaceSize([], '"--max-old-space-size=512"  --enable-source-maps'), 512 * MIB);
  t.is(parseMaxOldSpaceSize([], '--require "./a \\" --max-old-space-size=1 b.js"'), null);
  t.is(parseMaxOldSpaceSize(['--max-old-space-size=300'], '--max-old-space-size=500'), 300 * MIB);
});
