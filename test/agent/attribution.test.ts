// Which work burned the CPU, with real parts: a thread's recorder, V8's profiler, the drain, the log of spans and the join.
import { type Profiler, Session } from 'node:inspector';
import test from 'ava';
import { Directory } from '../../src/agent/directory.js';
import { Drain } from '../../src/agent/drain.js';
import { DrainedThread } from '../../src/agent/drained-thread.js';
import { Pool } from '../../src/agent/pool.js';
import { Windows } from '../../src/agent/windows.js';
import { machineMs, threadOriginUs } from '../../src/core/clock.js';
import { RESERVED_PATHS } from '../../src/core/limits.js';
import { attribute, REQUEST_PATH } from '../../src/flame/attribution/attribute.js';
import type { SpanTable } from '../../src/flame/attribution/span-table.js';
import { type CpuProfile, fromCpuProfile } from '../../src/flame/formats/cpu-profile.js';
import type { Profile } from '../../src/flame/profile.js';
import { ThreadHost } from '../../src/host/thread-host.js';
import { createControl } from '../../src/memory/control-memory.js';
import { viewThreadMemory } from '../../src/memory/thread-memory.js';
import { createAgentMemory } from '../../src/memory/window-memory.js';
import { testRing } from '../support/ring.js';

function pipeline(records = 1 << 16) {
  const ring = testRing(records);
  ring.memory.originUs[0] = threadOriginUs();
  const memory = createAgentMemory();
  const directory = new Directory(memory);
  // So that the thread's ids and the process's differ.
  directory.idOf({ kind: 'path', id: 99, name: 'of another thread', labels: {} });
  const windows = new Windows(memory, { wallMs: 0, machineMs: 0 }, 1);
  const thread = new DrainedThread(ring.memory, 'main', directory);
  thread.spans.switchOn();
  const faults: string[] = [];
  const drain = new Drain(windows, { onFault: (code) => faults.push(code), onWindowFull: async () => {} });
  const idOf = (name: string): number => directory.paths.find((path) => path.name === name)?.id ?? -1;
  return { ...ring, thread, drain, faults, idOf };
}

const nowUs = (): number => machineMs() * 1000;

function burn(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

test('should measure where the clock of the thread stands on that of the machine within 10 µs', (t) => {
  const originUs = threadOriginUs();
  let offUs = Number.POSITIVE_INFINITY;
  // A reading may be interrupted: the best of some counts.
  for (let i = 0; i < 20; i++) offUs = Math.min(offUs, Math.abs(originUs + performance.now() * 1000 - Number(process.hrtime.bigint()) / 1000));
  t.true(offUs < 10, `${offUs} µs`);
});

test('should write where its clock stands into its memory when a thread is attached', (t) => {
  const host = new ThreadHost();
  const link = { control: createControl().buffer as SharedArrayBuffer, channel: 'attribution.test', ringRecords: 1024, http: false, heartbeatMs: 50 };
  const { memory } = host.attach(link, false);
  t.teardown(() => host.detach());
  t.true(Math.abs(memory.originUs[0] - threadOriginUs()) < 20, `${memory.originUs[0]} and ${threadOriginUs()}`);
  t.is(viewThreadMemory(memory.sab)?.originUs[0], memory.originUs[0]);
});

test('should hand spans on with process ids and machine times when slices are counted on the agent thread', async (t) => {
  const { instruments, thread, drain, idOf } = pipeline();
  const fromUs = nowUs();
  instruments.path('sync').time(() => burn(1));
  const path = instruments.path('async');
  path.end(path.start());
  const token = path.start();
  burn(1);
  path.end(token);
  instruments.path('no time').record(5_000_000);
  const toUs = nowUs();
  await drain.drain(thread);
  const spans = thread.spans.take(Number.POSITIVE_INFINITY);
  // The one without work is too short to be kept, unless the thread lost its core in the middle of it.
  const worked = Array.from(spans.paths, (_, row) => row).filter((row) => spans.endUs[row] - spans.startUs[row] >= 1000);
  t.deepEqual(
    worked.map((row) => [spans.paths[row], spans.sync[row]]),
    [
      [idOf('sync'), 1],
      [idOf('async'), 0],
    ],
  );
  const [sync, async] = worked as [number, number];
  // Ends are whole µs, and the two clocks are up to some µs apart.
  const marginUs = 10;
  t.true(spans.startUs[sync] > fromUs - marginUs);
  t.true(spans.startUs[async] > spans.endUs[sync] - marginUs && spans.endUs[async] < toUs + marginUs);
  t.deepEqual(spans.lost, []);
});

test('should hand on the same spans when a slice is counted in the pool', async (t) => {
  const inline = pipeline();
  const pooled = pipeline();
  for (const { instruments, writer, memory } of [inline, pooled]) {
    memory.originUs[0] = inline.memory.originUs[0];
    const path = instruments.path('p');
    path.record(1);
    for (let i = 0; i < 5000; i++) writer.write(RESERVED_PATHS | ((i & 1) << 14), i * 10, 2_000 + i * 100);
  }
  pooled.drain.pool = await Pool.start({ onDeath: (message) => t.fail(message) });
  await inline.drain.drain(inline.thread);
  await pooled.drain.drain(pooled.thread);
  await pooled.drain.pool.destroy();
  t.deepEqual(pooled.faults, []);
  const expected = inline.thread.spans.take(Number.POSITIVE_INFINITY);
  t.is(expected.paths.length, 5000);
  t.is(expected.paths[0], inline.idOf('p'));
  t.deepEqual(pooled.thread.spans.take(Number.POSITIVE_INFINITY), expected);
});

test('should ask for no spans and keep none while the log is switched off', async (t) => {
  const { instruments, thread, drain } = pipeline();
  thread.spans.switchOff();
  instruments.path('sync').time(() => burn(1));
  await drain.drain(thread);
  t.is(thread.spans.take(Number.POSITIVE_INFINITY).paths.length, 0);
});

test('should tell that time lost spans when the ring was full', async (t) => {
  const { instruments, thread, drain } = pipeline(1024);
  await drain.drain(thread);
  const path = instruments.path('p');
  const fromUs = nowUs();
  for (let i = 0; i < 1500; i++) path.end(path.start());
  const toUs = nowUs();
  await drain.drain(thread);
  const { lost } = thread.spans.take(Number.POSITIVE_INFINITY);
  t.is(lost.length, 1);
  t.true(lost[0][0] <= fromUs && lost[0][1] >= toUs && lost[0][0] > fromUs - 60_000_000);
});

/** The functions on a sample's stack, leaf first. */
function stackOf({ frames, nodeFrames, nodeParents, samples }: Profile, sample: number): string[] {
  const names: string[] = [];
  for (let node = samples[sample]; node >= 0; node = nodeParents[node]) names.push(frames[nodeFrames[node]].function);
  return names;
}

function profiled(work: () => void | Promise<void>): Promise<Profile> {
  const session = new Session();
  session.connect();
  const post = <T>(method: string, params: object = {}): Promise<T> =>
    new Promise((resolve, reject) =>
      (session.post as (method: string, params: object, done: (error: Error | null, result: T) => void) => void)(method, params, (error, result) =>
        error ? reject(error) : resolve(result),
      ),
    );
  return (async () => {
    await post('Profiler.enable');
    await post('Profiler.setSamplingInterval', { interval: 200 });
    await post('Profiler.start');
    await work();
    const { profile } = await post<{ profile: Profiler.Profile }>('Profiler.stop');
    session.disconnect();
    return fromCpuProfile(profile as CpuProfile, { thread: 'main', intervalUs: 200 });
  })();
}

/** Of the samples with the function on their stack: how many, and the share that was given to the path. */
function share(
  profile: Profile,
  spans: SpanTable,
  isRequest: (path: number) => boolean,
  name: string,
  path: number,
): { samples: number; ratio: number; sync: number } {
  const found = attribute(profile, spans, isRequest);
  const within = Array.from(profile.samples.keys()).filter((i) => stackOf(profile, i).includes(name));
  const hits = within.filter((i) => found.path[i] === path);
  return { samples: within.length, ratio: hits.length / within.length, sync: hits.filter((i) => found.sync[i] === 1).length };
}

/** A fixed amount of work: time that the thread had to wait for a core is none. */
function spin(rounds: number): number {
  let sum = 0;
  for (let i = 0; i < rounds * 1_000_000; i++) sum = (Math.imul(sum, 31) + i) | 0;
  return sum;
}

test.serial('should find the burned CPU in the right spans when functions with and without spans take turns and nest', async (t) => {
  const { instruments, thread, drain, idOf } = pipeline();
  const outer = instruments.path('outer');
  const inner = instruments.path('inner');
  const innerWork = inner.wrap(function innerWork() {
    return spin(2);
  });
  const outerWork = outer.wrap(function outerWork() {
    return innerWork() + ownWork();
  });
  function ownWork(): number {
    return spin(4);
  }
  function noSpan(): number {
    return spin(2);
  }
  // Compiled before it is measured.
  let sink = spin(20);
  const profile = await profiled(() => {
    for (let i = 0; i < 60; i++) sink += outerWork() + noSpan();
  });
  await drain.drain(thread);
  const spans = thread.spans.take(Number.POSITIVE_INFINITY);
  t.is(spans.paths.length, 120, `${sink}`);
  const never = (): boolean => false;
  const innerShare = share(profile, spans, never, 'innerWork', idOf('inner'));
  const ownShare = share(profile, spans, never, 'ownWork', idOf('outer'));
  const nobodys = share(profile, spans, never, 'noSpan', -1);
  t.log({ innerShare, ownShare, nobodys });
  for (const { samples, ratio } of [innerShare, ownShare, nobodys]) {
    t.true(samples >= 60, `${samples} samples`);
    t.true(ratio >= 0.95, `${ratio}`);
  }
  t.is(innerShare.sync, Math.round(innerShare.ratio * innerShare.samples));
  const { path } = attribute(profile, spans, never);
  const samplesOf = (id: number): number => path.filter((found) => found === id).length;
  const innerRatio = samplesOf(idOf('inner')) / (samplesOf(idOf('inner')) + samplesOf(idOf('outer')));
  t.true(Math.abs(innerRatio - 2 / 6) < 0.08, `inner ${innerRatio} of outer`);
});

test.serial('should give a request the CPU of its asynchronous parts while it is alone, and nobody that of two', async (t) => {
  const { instruments, thread, drain, idOf } = pipeline();
  const request = instruments.path(REQUEST_PATH, { route: '/a' });
  const other = instruments.path(`${REQUEST_PATH}-b`);
  const query = instruments.path('query');
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  function aloneWork(): void {
    burn(2);
  }
  function sharedWork(): void {
    burn(2);
  }
  const profile = await profiled(async () => {
    for (let i = 0; i < 40; i++) {
      const a = request.start();
      const q = query.start();
      await turn();
      aloneWork();
      query.end(q);
      const b = other.start();
      await turn();
      sharedWork();
      request.end(a);
      other.end(b);
    }
  });
  await drain.drain(thread);
  const spans = thread.spans.take(Number.POSITIVE_INFINITY);
  const isRequest = (path: number): boolean => path === idOf(REQUEST_PATH) || path === idOf(`${REQUEST_PATH}-b`);
  const alone = share(profile, spans, isRequest, 'aloneWork', idOf(REQUEST_PATH));
  const shared = share(profile, spans, isRequest, 'sharedWork', -1);
  t.log({ alone, shared });
  t.true(alone.samples >= 60 && alone.ratio >= 0.95 && alone.sync === 0);
  t.true(shared.samples >= 60 && shared.ratio >= 0.95);
});
