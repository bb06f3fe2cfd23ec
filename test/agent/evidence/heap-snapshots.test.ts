// Taking a heap snapshot, over a line to a main thread that is played: what is held meanwhile, and what is given back when it fails.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { HeapSession } from '../../../src/agent/evidence/heap-session.js';
import { HeapSnapshots, heapSnapshotAction, type SnapshotTaken } from '../../../src/agent/evidence/heap-snapshot-action.js';

const NOW_MS = Date.parse('2026-01-02T03:04:05.000Z');
const MIB = 1024 * 1024;

/** Answers at once, but for the snapshot, which the test answers. */
class PlayedMain implements HeapSession {
  onEvent: HeapSession['onEvent'] = () => {};
  isClosed = false;
  private reject: (error: Error) => void = () => {};
  private readonly onTake: (main: PlayedMain, done: () => void) => void;

  constructor(onTake: (main: PlayedMain, done: () => void) => void) {
    this.onTake = onTake;
  }

  send(method: string): Promise<unknown> {
    if (method !== 'HeapProfiler.takeHeapSnapshot') return Promise.resolve({ usedSize: MIB });
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

function play(t: ExecutionContext, onTake: (main: PlayedMain, done: () => void) => void, pauseMsMax?: number) {
  const base = mkdtempSync(join(tmpdir(), 'pitot-snapshots-'));
  t.teardown(() => rmSync(base, { recursive: true, force: true }));
  const directory = join(base, 'shop.20260102-030405.1');
  const told: (string | SnapshotTaken)[] = [];
  const clock = { nowMs: NOW_MS };
  const snapshots = new HeapSnapshots(
    { directory, baseDirectory: base, service: 'shop', pid: process.pid, timeScale: 1, ...(pauseMsMax && { pauseMsMax }) },
    {
      open: async () => new PlayedMain(onTake),
      headroom: () => ({ leftBytes: 8192 * MIB, of: 'by the machine' }),
      spaces: () => [],
      nowMs: () => clock.nowMs,
      monotonicMs: () => clock.nowMs,
      onBegin: () => told.push('begin'),
      onEnd: () => told.push('end'),
    },
  );
  const lease = (): { at: string; service: string } | null =>
    existsSync(join(base, '.state/taking.json')) ? JSON.parse(readFileSync(join(base, '.state/taking.json'), 'utf8')) : null;
  const heap = (): string[] => readdirSync(join(directory, 'heap'));
  return { snapshots, told, lease, heap, path: (name: string) => join(directory, 'heap', name), clock };
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
  const { snapshots, told, lease, heap, clock } = play(t, (main) => {
    chunk(main, 'half');
    clock.nowMs += 120_000;
    abort.abort();
  });
  await t.throwsAsync(snapshots.take({ onDemand: false, signal: abort.signal }), { message: 'the session was closed' });
  t.is(lease()?.at, '2026-01-02T03:06:05.000Z');
  t.deepEqual([heap(), told], [[], ['begin', 'end']]);
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
