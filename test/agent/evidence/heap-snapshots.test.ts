// Taking a heap snapshot, over a line to a main thread that is played: what is held meanwhile, and what is given back when it fails.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import type { HeapSession } from '../../../src/agent/evidence/heap-session.js';
import { HeapSnapshots, heapSnapshotAction, type SnapshotTaken } from '../../../src/agent/evidence/heap-snapshot-action.js';

const NOW_MS = Date.parse('2026-01-02T03:04:05.000Z');
const MIB = 1024 * 1024;

/** Answers at once, but for the snapshot, which the test answers. */
class PlayedMain implements HeapSession {
  /** What it was asked, and what it says of its heap and its clock. */
  readonly asked: string[] = [];
  usedSize = MIB;
  clockMs = 0;
  collectionMs = 0;
  /** It answers nothing: what was asked waits. */
  isStill = false;
  /** It has no sampler, or does not come to its profile: the error, or nothing. */
  onProfile: (() => Promise<unknown>) | undefined;
  readonly later: (() => void)[] = [];
  onEvent: HeapSession['onEvent'] = () => {};
  isClosed = false;
  private reject: (error: Error) => void = () => {};
  private readonly onTake: (main: PlayedMain, done: () => void) => void;

  constructor(onTake: (main: PlayedMain, done: () => void) => void) {
    this.onTake = onTake;
  }

  send(method: string): Promise<unknown> {
    this.asked.push(method);
    if (this.isStill && method === 'Runtime.evaluate') return new Promise((resolve) => this.later.push(() => resolve({})));
    if (method === 'HeapProfiler.getSamplingProfile' && this.onProfile !== undefined) return this.onProfile();
    if (method === 'HeapProfiler.getSamplingProfile') this.clockMs += this.collectionMs;
    if (method !== 'HeapProfiler.takeHeapSnapshot') return Promise.resolve({ usedSize: this.usedSize, result: { value: this.clockMs } });
    return new Promise((resolve, reject) => {
      this.reject = reject;
      this.onTake(this, () => resolve({}));
    });
  }

  close(): void {
    this.isClosed = true;
    this.reject(new Error('the session was closed'));
  }
}

function play(
  t: ExecutionContext,
  onTake: (main: PlayedMain, done: () => void) => void,
  pauseMsMax?: number,
  main?: PlayedMain,
  startMsMax?: number,
) {
  const base = mkdtempSync(join(tmpdir(), 'pitot-snapshots-'));
  t.teardown(() => rmSync(base, { recursive: true, force: true }));
  const directory = join(base, 'shop.20260102-030405.1');
  const told: (string | SnapshotTaken)[] = [];
  const clock = { nowMs: NOW_MS };
  const lines: (PlayedMain | undefined)[] = [main];
  const snapshots = new HeapSnapshots(
    { directory, baseDirectory: base, service: 'shop', pid: process.pid, timeScale: 1, ...(pauseMsMax && { pauseMsMax }) },
    {
      open: async () => lines.shift() ?? main ?? new PlayedMain(onTake),
      headroom: () => ({ leftBytes: 131_072 * MIB, of: 'by the machine' }),
      spaces: () => [],
      nowMs: () => clock.nowMs,
      monotonicMs: () => clock.nowMs,
      onBegin: () => told.push('begin'),
      onEnd: () => told.push('end'),
      ...(startMsMax && { startMsMax }),
    },
  );
  const lease = (): { at: string; service: string } | null =>
    existsSync(join(base, '.state/taking.json')) ? JSON.parse(readFileSync(join(base, '.state/taking.json'), 'utf8')) : null;
  const heap = (): string[] => readdirSync(join(directory, 'heap'));
  return { snapshots, told, lines, lease, heap, path: (name: string) => join(directory, 'heap', name), clock };
}

const chunk = (main: PlayedMain, text: string): void => main.onEvent('HeapProfiler.addHeapSnapshotChunk', { chunk: text });

test('should hold the lease until the file is whole, and give it back then', async (t) => {
  const held: unknown[] = [];
  const { snapshots, told, lease, heap } = play(t, (main, done) => {
    chunk(main, '{"whole":');
    held.push(lease()?.service);
    chunk(main, 'true}');
    done();
  });
  const outcome = (await snapshots.take({ onDemand: true, signal: new AbortController().signal })) as SnapshotTaken;
  t.is(outcome.fileBytes, 14);
  t.deepEqual([held, lease(), told], [['shop'], null, ['begin', 'end']]);
  t.is(heap().length, 1);
});

test('should keep the lease, for its whole time from then on, when nobody waits any more and V8 still goes on', async (t) => {
  const abort = new AbortController();
  const { snapshots, told, lines, lease, heap, clock } = play(t, (main) => {
    chunk(main, 'half');
    clock.nowMs += 120_000;
    abort.abort();
  });
  const standing = new PlayedMain(() => {});
  standing.isStill = true;
  lines.push(standing);
  await t.throwsAsync(snapshots.take({ onDemand: false, signal: abort.signal }), { message: 'the session was closed' });
  t.is(lease()?.at, '2026-01-02T03:06:05.000Z');
  t.deepEqual([heap(), told], [[], ['begin']], 'memory swells on');
  await turn();
  t.is(standing.later.length, 1);
  for (const answer of standing.later) answer();
  await turn();
  t.deepEqual(told, ['begin', 'end'], 'main answers again');
});

test('should leave memory to a second snapshot when the first, which nobody waits for any more, ends meanwhile', async (t) => {
  const abort = new AbortController();
  const { snapshots, told, lines } = play(t, (main, done) => {
    chunk(main, 'half');
    if (abort.signal.aborted) setTimeout(done, 30);
    else abort.abort();
  });
  const standing = new PlayedMain(() => {});
  standing.isStill = true;
  lines.push(standing);
  await t.throwsAsync(snapshots.take({ onDemand: true, signal: abort.signal }));
  const second = snapshots.take({ onDemand: true, signal: new AbortController().signal });
  while (told.length < 2) await turn();
  for (const answer of standing.later) answer();
  await turn();
  t.deepEqual(told, ['begin', 'begin']);
  t.like(await second, { fileBytes: 4 });
  t.deepEqual(told, ['begin', 'begin', 'end']);
});

test('should use up no cool-down when main does not come to the collection, and measure none when no sampler runs', async (t) => {
  const main = new PlayedMain((_, done) => done());
  main.usedSize = 512 * MIB;
  const abort = new AbortController();
  main.onProfile = () => {
    abort.abort();
    return new Promise((_, reject) => setTimeout(() => reject(new Error('the session was closed')), 10));
  };
  const { snapshots, lease, clock } = play(t, () => {}, undefined, main);
  main.close = () => {};
  const getUsage = main.send.bind(main);
  main.send = (method) =>
    abort.signal.aborted && method === 'Runtime.getHeapUsage' ? Promise.reject(new Error('the session was closed')) : getUsage(method);
  await t.throwsAsync(snapshots.take({ onDemand: false, signal: abort.signal }), { message: 'the session was closed' });
  t.is(lease(), null);
  main.send = getUsage;
  main.onProfile = () => Promise.reject(new Error('HeapProfiler.getSamplingProfile: Heap profiler is not started'));
  clock.nowMs += 1000;
  t.regex(
    ((await snapshots.take({ onDemand: false, signal: new AbortController().signal })) as { refused: string }).refused,
    /would stand still for about 38.4 s|would stand still for about 30.7 s/,
  );
  main.usedSize = MIB;
  t.like(await snapshots.take({ onDemand: false, signal: new AbortController().signal }), { pauseMsMax: 10_000 }, 'the day’s one is free');
});

test('should give back the lease, and say that memory is its own again, when the file can neither be named nor removed', async (t) => {
  const { snapshots, told, lease, heap, path } = play(t, (main, done) => {
    chunk(main, 'text');
    const [temporary] = heap();
    rmSync(path(temporary));
    // A directory in its place, and a directory of its name.
    mkdirSync(path(temporary));
    mkdirSync(join(path(temporary.replace(/^\.(.*\.heapsnapshot)\..*$/, '$1')), 'full'), { recursive: true });
    done();
  });
  await t.throwsAsync(snapshots.take({ onDemand: true, signal: new AbortController().signal }), { code: 'ENOTEMPTY' });
  t.deepEqual([lease(), told], [null, ['begin', 'end']]);
});

test('should have the time that the standstill its user allows asks for, when it is the action of an alert', (t) => {
  const timeoutMs = (pauseMsMax?: number): number => heapSnapshotAction(play(t, () => {}, pauseMsMax).snapshots).timeoutMs;
  t.deepEqual([timeoutMs(), timeoutMs(100), timeoutMs(60_000), timeoutMs(600_000)], [120_000, 120_000, 375_000, 3_615_000]);
});

test('should use up no cool-down when the file cannot be made', async (t) => {
  const { snapshots, path } = play(t, (main, done) => {
    chunk(main, 'text');
    done();
  });
  const heapDirectory = dirname(path(''));
  mkdirSync(dirname(heapDirectory), { recursive: true });
  writeFileSync(heapDirectory, '');
  const take = () => snapshots.take({ onDemand: false, signal: new AbortController().signal });
  await t.throwsAsync(take());
  rmSync(heapDirectory);
  t.like(await take(), { fileBytes: 4 });
});

test('should take a profile that needs no time for none of a collection, as that of a sampler that collects nothing', async (t) => {
  const main = new PlayedMain((_, done) => done());
  main.usedSize = 512 * MIB;
  main.collectionMs = 17;
  const { snapshots } = play(t, () => {}, undefined, main);
  const outcome = await snapshots.take({ onDemand: true, signal: new AbortController().signal });
  t.regex((outcome as { refused: string }).refused, /^the process would stand still for about 3[08]\.[47] s/);
});

test('should keep what an alert took, and the newest eight that were asked for, when more are asked for', async (t) => {
  const { snapshots, heap } = play(t, (main, done) => {
    chunk(main, 'text');
    done();
  });
  const take = (onDemand: boolean) => snapshots.take({ onDemand, signal: new AbortController().signal });
  const { file } = (await take(false)) as SnapshotTaken;
  for (let i = 0; i < 10; i++) await take(true);
  t.is(heap().length, 9);
  t.true(heap().includes(basename(file)));
});

test('should measure a collection where the bytes alone say too long a standstill, once an hour, and go by it', async (t) => {
  const main = new PlayedMain((_, done) => done());
  // 512 MiB would take 31 s and more by its bytes; 120 times 80 ms is less than 10 s, 120 times 90 ms is not.
  main.usedSize = 512 * MIB;
  main.collectionMs = 90;
  const { snapshots, clock } = play(t, () => {}, undefined, main);
  const take = () => snapshots.take({ onDemand: true, signal: new AbortController().signal });
  const refused = { refused: 'the process would stand still for about 10.8 s and 10 s are allowed (PITOT_HEAP_PAUSE_MS)' };
  t.deepEqual(await take(), refused);
  main.collectionMs = 80;
  clock.nowMs += 3_599_000;
  t.deepEqual(await take(), refused);
  t.is(main.asked.filter((method) => method === 'HeapProfiler.getSamplingProfile').length, 1);
  clock.nowMs += 1000;
  t.like(await take(), { pauseMsMax: 10_000 });
  t.is(main.asked.filter((method) => method === 'HeapProfiler.getSamplingProfile').length, 2);
});

test('should measure no collection when the snapshot is refused for another reason as well', async (t) => {
  const main = new PlayedMain((_, done) => done());
  main.collectionMs = 100;
  const { snapshots, clock } = play(t, () => {}, undefined, main);
  const take = () => snapshots.take({ onDemand: false, signal: new AbortController().signal });
  t.like(await take(), { pauseMsMax: 10_000 });
  main.usedSize = 512 * MIB;
  clock.nowMs += 7_200_000;
  t.regex(((await take()) as { refused: string }).refused, /one in 24 h is allowed$/);
  t.false(main.asked.includes('HeapProfiler.getSamplingProfile'));
});

test('should wait on for a snapshot that has begun without a sign, as main answers nothing, and give up one that has not', async (t) => {
  const begun = new PlayedMain((main, done) => {
    main.isStill = true;
    setTimeout(() => {
      chunk(main, 'text');
      main.isStill = false;
      done();
      for (const answer of main.later) answer();
    }, 100);
  });
  const signal = new AbortController().signal;
  t.like(await play(t, () => {}, undefined, begun, 20).snapshots.take({ onDemand: true, signal }), { fileBytes: 4 });
  const { snapshots, told } = play(t, () => {}, undefined, undefined, 20);
  t.deepEqual(await snapshots.take({ onDemand: true, signal }), { refused: 'the loop of the main thread does not turn' });
  t.deepEqual(told, ['begin', 'end']);
});
