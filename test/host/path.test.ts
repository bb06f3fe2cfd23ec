// The recorder: what each call leaves in the ring and in the slots.
import test from 'ava';
import { DURATION_NS_MAX, PATHS_MAX } from '../../src/core/limits.js';
import type { Path } from '../../src/host/path.js';
import { CLAMPED, FLAG_ERROR, FLAG_NO_TIME, FLAG_SYNC, HEAD, PATH_MASK, REJECTED, TAIL } from '../../src/memory/thread-memory.js';
import { type TestRing, testRing } from '../support/ring.js';

const record = ({ memory }: TestRing, i: number) => {
  const at = i & memory.ringMask;
  return { meta: memory.ringWords[at * 4], value: memory.ringValues[at * 2 + 1] };
};

test('should write path, flags and value when a duration is recorded', (t) => {
  const ring = testRing();
  ring.instruments.path('a').record(1234);
  t.deepEqual(record(ring, 0), { meta: 8 | FLAG_NO_TIME, value: 1234 });
  t.is(ring.memory.words[HEAD], 1);
});

test('should give the same path when name and labels are the same, in any order', (t) => {
  const { instruments } = testRing();
  t.is(instruments.path('a', { x: 1, y: 2 }), instruments.path('a', { y: '2', x: '1' }));
  t.not(instruments.path('a', { x: 1 }) as unknown, instruments.path('a', { x: 2 }) as unknown);
  t.not(instruments.path('a\u0000x\u00011') as unknown, instruments.path('a', { x: 12 }) as unknown);
});

test('should reject and count durations that are no durations', (t) => {
  const ring = testRing();
  const path = ring.instruments.path('a');
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -1, undefined, 'x', {}]) path.record(bad as number);
  t.is(ring.memory.words[HEAD], 0);
  t.is(ring.memory.tallies[REJECTED], 7);
  path.end(Number.NaN);
  path.end(undefined as never);
  t.is(ring.memory.tallies[REJECTED], 9);
});

test('should clamp durations above one hour to one hour and count them', (t) => {
  const ring = testRing();
  ring.instruments.path('a').record(DURATION_NS_MAX + 1);
  t.is(record(ring, 0).value, DURATION_NS_MAX);
  t.is(ring.memory.tallies[CLAMPED], 1);
});

test('should drop and count when the ring is full, and go on once the tail has moved', (t) => {
  const ring = testRing(1024);
  const path = ring.instruments.path('a');
  for (let i = 0; i < 1500; i++) path.record(i);
  t.is(ring.memory.words[HEAD], 1024);
  t.is(ring.memory.dropped[8], 476);
  Atomics.store(ring.memory.words, TAIL, 10);
  for (let i = 0; i < 20; i++) path.record(9000 + i);
  t.is(ring.memory.words[HEAD], 1034);
  t.is(ring.memory.dropped[8], 486);
  t.is(record(ring, 1033).value, 9009);
});

test('should wake the agent when the ring passes half full', (t) => {
  const ring = testRing(1024);
  const path = ring.instruments.path('a');
  for (let i = 0; i < 512; i++) path.record(i);
  t.is(ring.control[0], 0);
  path.record(1);
  t.is(ring.control[0], 1);
});

test('should count one overflow path when more paths are asked for than the limit', (t) => {
  const ring = testRing();
  const paths = new Set<Path>();
  for (let i = 0; i < 100_000; i++) paths.add(ring.instruments.path('user', { id: i }));
  t.is(paths.size, PATHS_MAX + 1);
  ring.instruments.path('user', { id: 99_999 }).record(5);
  t.is(record(ring, 0).meta & PATH_MASK, 0);
});

test('should time sync, throwing, async and rejected functions and hand on what they give', async (t) => {
  const ring = testRing();
  const path = ring.instruments.path('a');
  t.is(
    path.time(() => 42),
    42,
  );
  const boom = new Error('boom');
  t.is(
    t.throws(() =>
      path.time(() => {
        throw boom;
      }),
    ),
    boom,
  );
  t.is(await path.time(async () => 43), 43);
  t.is(await t.throwsAsync(path.time(() => Promise.reject(boom))), boom);
  t.is(ring.memory.words[HEAD], 4);
  t.deepEqual(
    [0, 1, 2, 3].map((i) => record(ring, i).meta & FLAG_ERROR),
    [0, FLAG_ERROR, 0, FLAG_ERROR],
  );
  t.is(ring.memory.errors[8], 2);
});

test('should mark the spans of functions that gave nothing up as synchronous, and no others', async (t) => {
  const ring = testRing();
  const path = ring.instruments.path('a');
  const boom = () => {
    throw new Error('boom');
  };
  path.time(() => 42);
  path.wrap(() => 42)();
  t.throws(() => path.time(boom));
  t.throws(() => path.wrap(boom)());
  new (path.wrap(class {} as never) as unknown as new () => object)();
  // Not a plain promise: timed until the function returns.
  path.time(() => Object.assign(Promise.resolve(), { lazy: true }));
  await path.time(async () => 42);
  await path.wrap(async () => 42)();
  await t.throwsAsync(path.time(async () => boom()));
  path.end(path.start());
  path.end(path.start(), false);
  path.endFrom(performance.now());
  path.record(5);
  t.is(ring.memory.words[HEAD], 13);
  t.deepEqual(
    Array.from({ length: 13 }, (_, i) => (record(ring, i).meta & FLAG_SYNC) !== 0),
    [true, true, true, true, true, true, false, false, false, false, false, false, false],
  );
  t.deepEqual(
    [2, 3, 8, 10].map((i) => record(ring, i).meta & FLAG_ERROR),
    [FLAG_ERROR, FLAG_ERROR, FLAG_ERROR, FLAG_ERROR],
  );
});

test('should time an async function until it settles', async (t) => {
  const ring = testRing();
  const started = performance.now();
  await ring.instruments.path('a').time(() => new Promise((resolve) => setTimeout(resolve, 20)));
  const tookNs = (performance.now() - started) * 1e6;
  const { value } = record(ring, 0);
  t.true(value >= 19e6 && value <= tookNs, `${value} of ${tookNs}`);
});

test('should keep this, name, length, properties and new when a function is wrapped', (t) => {
  const ring = testRing();
  const path = ring.instruments.path('a');
  function Point(this: { x: number }, x: number, _y: number) {
    this.x = x;
  }
  Point.origin = 7;
  const Wrapped = path.wrap(Point as never) as unknown as { new (x: number, y: number): { x: number }; name: string; length: number; origin: number };
  t.is(Wrapped.name, 'Point');
  t.is(Wrapped.length, 2);
  t.is(Wrapped.origin, 7);
  const point = new Wrapped(3, 4);
  t.is(point.x, 3);
  t.true(point instanceof (Point as never));
  class Sub extends (Wrapped as never as new (x: number) => { x: number }) {}
  t.true(new Sub(1) instanceof Sub);
  const method = path.wrap(function (this: { k: number }, n: number) {
    return this.k + n;
  });
  t.is(method.call({ k: 1 }, 2), 3);
  t.is(ring.memory.words[HEAD], 3);
});

test('should let a wrapped rejection go on as unhandled, once', async (t) => {
  const ring = testRing();
  const seen: unknown[] = [];
  const listeners = process.rawListeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection');
  process.on('unhandledRejection', (error) => seen.push(error));
  const boom = new Error('boom');
  void ring.instruments.path('a').time(() => Promise.reject(boom));
  await new Promise((resolve) => setTimeout(resolve, 10));
  process.removeAllListeners('unhandledRejection');
  for (const listener of listeners) process.on('unhandledRejection', listener as never);
  t.deepEqual(seen, [boom]);
});

test('should time 1 in N, count every call and weigh the timed ones when the agent asks for a shift', (t) => {
  const ring = testRing(1 << 16);
  const path = ring.instruments.path('a');
  path.end(path.start());
  ring.memory.shifts[8] = 4;
  const calls = 100_000;
  for (let i = 0; i < calls; i++) path.end(path.start(), i % 10 !== 0);
  const timed = ring.memory.words[HEAD] - 1;
  t.is(timed + ring.memory.sampledOut[8], calls);
  t.is(ring.memory.errors[8], calls / 10);
  // 1 in 16 with random gaps: 6250, standard deviation about 46.
  t.true(timed > 5950 && timed < 6550, String(timed));
  t.is((record(ring, 3).meta >>> 16) & 0xf, 4);
  ring.memory.shifts[8] = 0;
  for (let i = 0; i < 100; i++) path.end(path.start());
  const before = ring.memory.words[HEAD];
  for (let i = 0; i < 100; i++) path.end(path.start());
  t.is(ring.memory.words[HEAD] - before, 100);
});

test('should do nothing when no memory is attached, and count again when it is', (t) => {
  const ring = testRing();
  const path = ring.instruments.path('a');
  const counter = ring.instruments.counter('c');
  ring.instruments.attach(null);
  const token = path.start();
  t.is(token, 0);
  path.end(token);
  path.record(5);
  counter.add(5);
  t.is(ring.memory.words[HEAD], 0);
  const again = testRing();
  ring.instruments.attach(again.memory);
  counter.add(2);
  t.is(again.memory.counters[1], 2);
});

test('should add to counters and set gauges, rejecting what is no number', (t) => {
  const ring = testRing();
  const counter = ring.instruments.counter('c');
  counter.add();
  counter.add(2.5);
  counter.add(0);
  for (const bad of [Number.NaN, -1, Number.POSITIVE_INFINITY]) counter.add(bad);
  t.is(ring.memory.counters[1], 3.5);
  const gauge = ring.instruments.gauge('g');
  gauge.set(-4);
  gauge.set(Number.NaN);
  gauge.set(Number.NEGATIVE_INFINITY);
  t.is(ring.memory.gauges[1], -4);
  t.is(ring.memory.tallies[REJECTED], 5);
});

test('should reject and count BigInts and text instead of throwing or joining them', (t) => {
  const ring = testRing();
  const path = ring.instruments.path('a');
  const counter = ring.instruments.counter('c');
  const gauge = ring.instruments.gauge('g');
  path.record(5n as never);
  path.end(5n as never);
  counter.add(5n as never);
  counter.add('5' as never);
  gauge.set(5n as never);
  t.is(ring.memory.tallies[REJECTED], 5);
  t.is(ring.memory.words[HEAD], 0);
  t.is(ring.memory.counters[1], 0);
});

test('should sum counters exactly over small, large and fractional steps', (t) => {
  const ring = testRing();
  const counter = ring.instruments.counter('c');
  let expected = 0;
  for (const n of [1, 2 ** 29, 2 ** 29, 2 ** 29, 0.5, 1, 3e9, 1, 0.25, 7]) {
    counter.add(n);
    expected += n;
    t.is(ring.memory.counters[1], expected);
  }
});

test('should count what counters beyond the limit count in one place', (t) => {
  const ring = testRing();
  for (let i = 0; i < 1100; i++) ring.instruments.counter('c', { i }).add(2);
  t.is(ring.memory.counters[0], 200);
});

test('should return promises with methods of their own untouched', (t) => {
  const ring = testRing();
  const own = Object.assign(Promise.resolve(1), { json: () => 'x' });
  t.is(
    ring.instruments.path('a').time(() => own),
    own,
  );
});

test('should survive labels whose text throws', (t) => {
  const { instruments } = testRing();
  const hostile = {
    toString() {
      throw new Error('no');
    },
  };
  t.is(instruments.path('a', { x: hostile as never }).labels.x, '(unprintable)');
});
