// pitot's own scripts leave profiles without a trace, and without moving time.
import test from 'ava';
import { untilExitWait, wholeStretch, withoutOwnFrames } from '../../../src/agent/profiler/own-frames.js';
import { OWN_SCRIPT } from '../../../src/agent/profiler/thread-profiler.js';
import type { CpuProfile, CpuProfileNode } from '../../../src/flame/formats/cpu-profile.js';

const node = (id: number, functionName: string, url: string, children: number[] = []): CpuProfileNode => ({
  id,
  callFrame: { functionName, scriptId: '1', url, lineNumber: 0, columnNumber: 0 },
  children,
});

// (root) 1 ── work 2 ── (own) 3 ── profile 4
//          └─ (own) 5 ── profileEnd 6
const PROFILE: CpuProfile = {
  startTime: 1000,
  endTime: 1100,
  nodes: [
    node(1, '(root)', '', [2, 5]),
    node(2, 'work', 'file:///app.js', [3]),
    node(3, '', OWN_SCRIPT, [4]),
    node(4, 'profile', ''),
    node(5, '', OWN_SCRIPT, [6]),
    node(6, 'profileEnd', ''),
  ],
  samples: [6, 2, 4, 2, 1],
  timeDeltas: [5, 10, 3, 10, 20],
};

test('should give the time of own samples to the sample before when they are left out', (t) => {
  const { nodes, samples, timeDeltas } = withoutOwnFrames(PROFILE, OWN_SCRIPT);
  t.deepEqual(
    nodes.map(({ id, children }) => [id, children]),
    [
      [1, [2]],
      [2, []],
    ],
  );
  t.deepEqual(samples, [2, 2, 1]);
  // The samples stay at 1015, 1028 and 1048.
  t.deepEqual(timeDeltas, [15, 13, 20]);
});

test('should return the very profile when nothing of it is own', (t) => {
  t.is(withoutOwnFrames(PROFILE, 'pitot:other'), PROFILE);
});

test('should end where the process began to wait for its last report when it ends', (t) => {
  // (root) 1 ── exit 2 ── waitForLastReport 3 ── notify 4
  const nodes = [
    node(1, '(root)', '', [2]),
    node(2, 'exit', 'node:internal/process/per_thread', [3]),
    node(3, 'waitForLastReport', 'file:///pitot/process-host.cjs', [4]),
    node(4, 'notify', ''),
  ];
  const profile = { startTime: 1000, endTime: 1090, nodes, samples: [2, 2, 4, 3, 3], timeDeltas: [5, 10, 10, 10, 10] };
  const isExitWait = (name: string, url: string): boolean => name === 'waitForLastReport' && url.endsWith('process-host.cjs');
  const cut = untilExitWait(profile, isExitWait);
  t.deepEqual(
    cut.nodes.map(({ id, children }) => [id, children]),
    [
      [1, [2]],
      [2, []],
    ],
  );
  t.deepEqual([cut.samples, cut.timeDeltas, cut.endTime], [[2, 2], [5, 10], 1025]);
  t.is(
    untilExitWait(profile, () => false),
    profile,
  );
});

test('should repeat the last sample at the end of the stretch, and only there', (t) => {
  const { samples, timeDeltas } = wholeStretch(PROFILE);
  t.deepEqual(samples, [6, 2, 4, 2, 1, 1]);
  // From 1048 to 1100.
  t.deepEqual(timeDeltas, [5, 10, 3, 10, 20, 52]);
  t.deepEqual(wholeStretch({ ...PROFILE, endTime: 1048 }).samples, PROFILE.samples);
});

test('should have the second sample begin with the stretch when the first saw nothing but the command that began it', (t) => {
  const nodes = [node(1, '(root)', '', [2, 3]), node(2, '(program)', ''), node(3, '(idle)', '')];
  const profile = { startTime: 1000, endTime: 1040, nodes, samples: [2, 3, 2, 3], timeDeltas: [2, 8, 10, 10] };
  const { samples, timeDeltas } = wholeStretch(profile);
  t.deepEqual(samples, [3, 2, 3, 3]);
  // At 1002, 1020, 1030, and the end.
  t.deepEqual(timeDeltas, [2, 18, 10, 10]);
});
