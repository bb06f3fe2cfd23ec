// CPU profiles of V8: the model they are read into, and files written from it.
import test from 'ava';
import { PitotError } from '../../../src/core/errors.js';
import { type CpuProfile, fromCpuProfile, toCpuProfile, typicalIntervalUs } from '../../../src/flame/formats/cpu-profile.js';
import { cpuProfile, drawProfile, nameAll, named, profile, stacksOf } from '../drawn-profile.js';

const options = { thread: 'main', intervalUs: 10 };

test('should give exact self and total times when a tree is computed by hand', (t) => {
  //   100   110   120   130   150   160
  //   | a b | a c | a   | a b | a b (no length)
  const json = cpuProfile(
    [
      [100, 'a b'],
      [110, 'a c'],
      [120, 'a'],
      [130, 'a b'],
      [150, 'a b'],
    ],
    95,
    160,
  );
  const read = fromCpuProfile(json, options);
  t.deepEqual(drawProfile(read), ['(root) 0/50', '  a 10/50', '    b 30/30', '    c 10/10']);
  t.deepEqual([read.startUs, read.endUs, read.intervalUs, read.thread], [95, 160, 10, 'main']);
});

test('should place frames from line 1 column 1 on when V8 counts from 0', (t) => {
  const json = cpuProfile([[0, 'a']]);
  json.nodes[1].callFrame.lineNumber = 41;
  json.nodes[1].callFrame.columnNumber = 7;
  t.deepEqual(fromCpuProfile(json, options).frames, [
    { function: '(root)', url: '', line: 0, column: 0 },
    { function: 'a', url: 'file:///app/a.js', line: 42, column: 8 },
  ]);
});

test('should order samples by time when V8 delivers them out of order', (t) => {
  const json = cpuProfile([
    [0, 'a'],
    [20, 'c'],
    [10, 'b'],
    [30, 'd'],
  ]);
  t.deepEqual(json.timeDeltas, [0, 20, -10, 20]);
  t.deepEqual(stacksOf(fromCpuProfile(json, options)), [
    [0, 'a'],
    [10, 'b'],
    [20, 'c'],
    [30, 'd'],
  ]);
});

test('should read parents first when links go from child to parent and nodes stand in any order', (t) => {
  const json = cpuProfile([
    [0, 'a b c'],
    [5, 'a'],
  ]);
  const parents = new Map(json.nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  const turned: CpuProfile = { ...json, nodes: json.nodes.map(({ id, callFrame }) => ({ id, callFrame, parent: parents.get(id) })).reverse() };
  t.deepEqual(drawProfile(fromCpuProfile(turned, options)), ['(root) 0/5', '  a 0/5', '    b 0/5', '      c 5/5']);
});

test('should blame a gap on no code when no sample came for 20 periods and a second', (t) => {
  const stopped = profile([
    [0, 'a'],
    [10, 'a b'],
    [1_000_020, 'a'],
    [1_000_030, 'a'],
  ]);
  t.deepEqual(drawProfile(stopped), ['(root) 0/1000030', '  (not running) 1000000/1000000', '  a 20/30', '    b 10/10']);
  // One µs less, or a period of which the gap is no more than 20, and it is the code's.
  const slow = profile([
    [0, 'a'],
    [1_000_000, 'b'],
  ]);
  t.deepEqual(drawProfile(slow), ['(root) 0/1000000', '  a 1000000/1000000', '  b 0/0']);
  const rare = profile(
    [
      [0, 'a'],
      [2_000_000, 'b'],
    ],
    'main',
    100_000,
  );
  t.deepEqual(drawProfile(rare), ['(root) 0/2000000', '  a 2000000/2000000', '  b 0/0']);
});

test('should leave the stand-in for a gap as it is when its own file is read again', (t) => {
  const stopped = profile([
    [0, 'a'],
    [5_000_000, 'a'],
  ]);
  const again = fromCpuProfile(toCpuProfile(stopped), options);
  t.deepEqual(again, stopped);
});

test('should read the same profile back when it is written as a file', (t) => {
  const before = profile(
    [
      [1007, 'a b'],
      [1010, '(gc)'],
      [1020, 'a'],
      [1021, '(idle)'],
      [1040, 'a b c'],
      [1051, '(program)'],
    ],
    'worker-3',
    10,
    1000,
    1060,
  );
  const json = toCpuProfile(before);
  t.deepEqual(json.timeDeltas, [7, 3, 10, 1, 19, 11]);
  t.deepEqual(
    json.nodes.map(({ hitCount }) => hitCount),
    [0, 1, 1, 1, 1, 1, 1],
  );
  t.deepEqual(fromCpuProfile(JSON.parse(JSON.stringify(json)), { thread: 'worker-3', intervalUs: 10 }), before);
});

test('should read the same names back when a named profile is written as a file', (t) => {
  const before = named([
    [0, 'a b'],
    [10, 'a node:fs'],
    [30, '(gc)'],
    [35, 'a'],
  ]);
  before.frames[1].package = 'express';
  before.frames[1].kind = 'package';
  before.frames[1].file = 'express/lib/a.js';
  const json = toCpuProfile(before);
  t.deepEqual(
    json.nodes.map(({ callFrame }) => callFrame.url),
    ['', 'node_modules/express/lib/a.js', '', 'b.js', 'node:fs'],
  );
  t.deepEqual(nameAll(fromCpuProfile(json, options)), before);
});

test('should take the median distance as the period when a file does not tell it', (t) => {
  t.is(typicalIntervalUs({ timeDeltas: [500_000, 990, 1000, 1010, 1, -3, 5000] }), 1000);
  t.is(typicalIntervalUs({ timeDeltas: [500_000] }), 1000);
});

test('should hold no samples when the profile has none', (t) => {
  const empty = fromCpuProfile(cpuProfile([], 5, 9), options);
  t.deepEqual([empty.samples.length, empty.nodeFrames.length, empty.startUs, empty.endUs], [0, 1, 5, 9]);
  t.deepEqual(drawProfile(empty), ['(root) 0/0']);
});

function linked(json: CpuProfile, node: number, children: number[]): CpuProfile {
  return { ...json, nodes: json.nodes.map((each, i) => (i === node ? { ...each, children } : each)) };
}

const faults: [what: string, received: string, break_: (json: CpuProfile) => unknown][] = [
  ['no object', 'no list of nodes', () => 'text'],
  ['null', 'no list of nodes', () => null],
  ['no nodes', 'no list of nodes', (json) => ({ ...json, nodes: undefined })],
  ['no samples', 'nodes without samples and timeDeltas', (json) => ({ ...json, samples: undefined })],
  ['fewer deltas than samples', '2 samples with 1 timeDeltas', (json) => ({ ...json, timeDeltas: [0] })],
  ['a start that is no number', 'startTime "soon" and endTime 10', (json) => ({ ...json, startTime: 'soon' })],
  ['a node without a frame', 'node 0 without an id and a callFrame: {"id":1}', (json) => ({ ...json, nodes: [{ id: 1 }] })],
  ['two nodes of one id', 'two nodes with the id 1', (json) => ({ ...json, nodes: [...json.nodes, json.nodes[0]] })],
  ['a child that is not there', 'a link between nodes 1 and 77, which are not both there', (json) => linked(json, 0, [77])],
  ['a node under two parents', 'node 3 under two parents', (json) => linked(json, 0, [2, 3])],
  ['a cycle', 'nodes that are their own ancestors', (json) => linked(linked(json, 0, []), 2, [2])],
  ['a sample of no node', 'sample 1 of a node 9 that is not there', (json) => ({ ...json, samples: [1, 9] })],
  ['a delta that is no number', 'timeDelta 1 of null', (json) => ({ ...json, timeDeltas: [0, null] })],
];
for (const [what, received, broken] of faults) {
  test(`should say what is wrong when a file has ${what}`, (t) => {
    const json = cpuProfile([
      [0, 'a b'],
      [10, 'a'],
    ]);
    const error = t.throws(() => fromCpuProfile(broken(json) as CpuProfile, { ...options, source: 'x.cpuprofile' }), { instanceOf: PitotError });
    t.is(error?.code, 'INPUT_FILE');
    t.deepEqual([error?.detail.option, error?.detail.received], ['x.cpuprofile', received]);
  });
}
