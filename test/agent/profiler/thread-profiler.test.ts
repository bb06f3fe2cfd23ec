// One thread's sampler against a thread that answers like V8: what is sent, what is handed over, what other profiles of the thread do to it.
import test from 'ava';
import { ThreadProfiler } from '../../../src/agent/profiler/thread-profiler.js';
import type { CpuProfile } from '../../../src/flame/formats/cpu-profile.js';
import { FakeTarget } from './fake-target.js';

const START = [
  'Runtime.evaluate',
  'Profiler.disable',
  'Profiler.enable',
  'Profiler.setSamplingInterval',
  'begin',
  'Profiler.start',
  'Profiler.startPreciseCoverage',
  'Profiler.stopPreciseCoverage',
  'end',
];

function make(
  name = 'main',
  threadId = 0,
): { target: FakeTarget; profiler: ThreadProfiler; segments: [fromUs: number, toUs: number, leaf: string][] } {
  const target = new FakeTarget(name, threadId);
  const segments: [number, number, string][] = [];
  const onSegment = ({ startTime, endTime, nodes, samples }: CpuProfile): void => {
    const leaf = nodes.find(({ id }) => id === samples[0])?.callFrame.functionName ?? '';
    segments.push([startTime, endTime, leaf]);
  };
  return { target, profiler: new ThreadProfiler(target, { onSegment }), segments };
}

test('should hand over stretches that meet, over a bridge, when it is rotated', async (t) => {
  const { target, profiler, segments } = make();
  target.nowUs = 1000;
  t.is(await profiler.start(10_000, 0), 0.5);
  t.deepEqual(target.sent.splice(0), START);
  target.nowUs = 500_000;
  await profiler.rotate(500);
  t.deepEqual(target.sent.splice(0), ['begin', 'Profiler.stop', 'Profiler.start', 'end']);
  target.nowUs = 900_000;
  await profiler.rotate(900);
  t.deepEqual(segments, [
    [1000, 500_000, 'work'],
    [500_000, 900_000, 'work'],
  ]);
});

test('should hand over the samples of the bridge when the thread was busy elsewhere before it ended', async (t) => {
  const { target, profiler, segments } = make();
  await profiler.start(10_000, 0);
  target.nowUs = 500_000;
  target.busyBeforeEndUs = 10_000;
  await profiler.rotate(500);
  t.deepEqual(segments, [[0, 500_000, 'work']]);
  target.busyBeforeEndUs = 3_000_000;
  await profiler.rotate(500);
  t.deepEqual(segments.slice(1), [
    [500_000, 510_000, 'work'],
    [510_000, 3_510_000, 'between'],
  ]);
});

test('should join the rotation that is under way when it is asked again', async (t) => {
  const { target, profiler, segments } = make();
  await profiler.start(10_000, 0);
  target.sent.length = 0;
  target.isSilent = true;
  const both = [profiler.rotate(1), profiler.rotate(2)];
  t.true(profiler.isRotating);
  target.speak();
  await Promise.all(both);
  t.false(profiler.isRotating);
  t.deepEqual(target.sent, ['begin', 'Profiler.stop', 'Profiler.start', 'end']);
  t.is(segments.length, 1);
});

test("should tell the age of the oldest profile of the host's that was not ended, and hand over none of them", async (t) => {
  const { target, profiler, segments } = make();
  await profiler.start(10_000, 1000);
  t.is(profiler.foreignSinceMs, Number.POSITIVE_INFINITY);
  target.hostProfile('Started', 'first');
  await profiler.rotate(5000);
  target.hostProfile('Started', 'second');
  t.is(profiler.foreignSinceMs, 1000);
  target.hostProfile('Finished', 'first');
  t.is(profiler.foreignSinceMs, 5000);
  t.is(segments.length, 1);
  // A new start disables the domain: V8 lets go of all of the session's profiles.
  await profiler.start(10_000, 9000);
  t.is(profiler.foreignSinceMs, Number.POSITIVE_INFINITY);
});

test('should hand over the last stretch and be off when it is stopped or started anew', async (t) => {
  const { target, profiler, segments } = make();
  await profiler.start(10_000, 0);
  target.nowUs = 300_000;
  target.sent.length = 0;
  await profiler.start(50_000, 300);
  t.deepEqual(target.sent.splice(0), ['Profiler.stop', 'Profiler.disable', ...START]);
  target.nowUs = 400_000;
  await profiler.stop();
  t.false(profiler.isRunning);
  t.deepEqual(segments, [
    [0, 300_000, 'work'],
    [300_000, 400_000, 'work'],
  ]);
});

test('should not be running when a start fails, and begin from nothing the next time', async (t) => {
  const { target, profiler } = make();
  target.failing.set('Profiler.setSamplingInterval', 'Cannot change sampling interval when profiling.');
  await t.throwsAsync(profiler.start(10_000, 0), { message: 'Cannot change sampling interval when profiling.' });
  t.false(profiler.isRunning);
  target.failing.clear();
  target.sent.length = 0;
  await profiler.start(10_000, 0);
  t.true(profiler.isRunning);
  t.deepEqual(target.sent, START);
});

test('should run no script of its own in a worker thread that boots, and not lose its samples', async (t) => {
  const { target, profiler, segments } = make('worker-3', 3);
  target.readiness = 'booting';
  t.is(await profiler.start(10_000, 0), 0);
  t.deepEqual(target.sent.splice(0), ['Runtime.evaluate', 'Profiler.disable', 'Profiler.enable', 'Profiler.setSamplingInterval', 'Profiler.start']);
  target.nowUs = 400_000;
  await profiler.rotate(400);
  t.deepEqual(target.sent.splice(0), ['Runtime.evaluate']);
  target.readiness = 'ready';
  target.nowUs = 900_000;
  await profiler.rotate(900);
  t.deepEqual(target.sent.splice(0), ['Runtime.evaluate', 'begin', 'Profiler.stop', 'Profiler.start', 'end']);
  await profiler.rotate(1000);
  t.deepEqual(target.sent, ['begin', 'Profiler.stop', 'Profiler.start', 'end']);
  t.deepEqual(segments[0], [0, 900_000, 'work']);
});

test('should leave the optimised code alone when coverage is measured', async (t) => {
  const { target, profiler } = make();
  target.readiness = 'measured';
  await profiler.start(10_000, 0);
  t.deepEqual(target.sent.slice(4), ['begin', 'Profiler.start', 'end']);
});
