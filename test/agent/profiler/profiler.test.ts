// All samplers of a process, with threads that come, go, fall silent and are too many. Time is an argument.
import test from 'ava';
import type { LinkEvents, Target } from '../../../src/agent/profiler/inspector-link.js';
import { Profiler, type ThreadLoad } from '../../../src/agent/profiler/profiler.js';
import { FakeTarget } from './fake-target.js';

class FakeProcess {
  readonly main = new FakeTarget();
  readonly workers: FakeTarget[] = [];
  readonly faults: string[] = [];
  readonly segments: string[] = [];
  readonly started: string[] = [];
  readonly calls: string[] = [];
  readonly loads = new Map<string, Partial<ThreadLoad>>();
  events: LinkEvents = { onTarget: () => {}, onGone: () => {} };
  nowMs = 0;
  hasInspector = true;
  readonly profiler: Profiler;

  constructor() {
    const sink = {
      onSegment: (threadId: number) => this.segments.push(String(threadId)),
      onFault: (code: string) => this.faults.push(code),
      onStart: (thread: string, intervalUs: number) => this.started.push(`${thread} ${intervalUs}`),
    };
    this.profiler = new Profiler(
      10_000,
      () => false,
      sink,
      0,
      async (_, events) => {
        this.calls.push('connect');
        if (!this.hasInspector) return null;
        this.events = events;
        events.onTarget(this.main);
        for (const worker of this.workers) events.onTarget(worker);
        return { disconnect: () => this.calls.push('disconnect'), reattachWorkers: () => this.calls.push('reattachWorkers') };
      },
    );
  }

  attach(threadId: number): FakeTarget {
    const target = new FakeTarget(`worker-${threadId}`, threadId);
    this.workers.push(target);
    this.events.onTarget(target);
    return target;
  }

  gone(target: Target): void {
    this.events.onGone(target);
  }

  /** Seconds pass, the loops turn. */
  async tick(seconds: number, load: Partial<ThreadLoad> = {}, nativeBytes = 0): Promise<void> {
    for (let i = 0; i < seconds; i++) {
      this.nowMs += 1000;
      const loadOf = (name: string): ThreadLoad => ({
        busyRatio: 0.1,
        heapBytes: 0,
        turns: this.nowMs,
        ...load,
        ...this.loads.get(name),
      });
      this.profiler.tick(this.nowMs, loadOf, nativeBytes);
      await answered();
    }
  }
}

/** All answers that need no more than promises have come. */
const answered = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const rotations = ({ sent }: FakeTarget): number => sent.filter((what) => what === 'Profiler.stop').length;

test('should fetch the samples of a young thread when its age has doubled, and of each thread every ten seconds', async (t) => {
  const process = new FakeProcess();
  t.true(await process.profiler.connect(0));
  await answered();
  const seen: number[] = [];
  for (let second = 1; second <= 41; second++) {
    await process.tick(1);
    if (rotations(process.main) > seen.length) seen.push(second);
  }
  t.deepEqual(seen, [1, 2, 4, 8, 10, 20, 30, 40]);
  t.deepEqual(process.faults, []);
});

test('should replace the session of main and count it when it falls silent though its loop turns', async (t) => {
  const process = new FakeProcess();
  await process.profiler.connect(0);
  await process.tick(9);
  process.main.isSilent = true;
  await process.tick(12);
  t.deepEqual(process.faults, ['PROFILER_WEDGED']);
  t.deepEqual(process.calls, ['connect', 'disconnect', 'connect']);
  process.main.speak();
  await process.tick(2);
  process.main.sent.length = 0;
  await process.tick(10);
  t.true(rotations(process.main) >= 1);
  t.deepEqual(process.faults, ['PROFILER_WEDGED']);
});

test('should replace a start that is never answered', async (t) => {
  const process = new FakeProcess();
  process.main.isSilent = true;
  await process.profiler.connect(0);
  await process.tick(11);
  t.deepEqual(process.faults, ['PROFILER_WEDGED']);
  t.deepEqual(process.calls, ['connect', 'disconnect', 'connect']);
});

test('should wait, however long, when the loop does not turn', async (t) => {
  const process = new FakeProcess();
  await process.profiler.connect(0);
  await process.tick(9);
  process.main.isSilent = true;
  await process.tick(100, { turns: 9000 });
  t.deepEqual([process.faults, process.calls], [[], ['connect']]);
});

test('should take the worker threads anew and leave main alone when the session of one falls silent', async (t) => {
  const process = new FakeProcess();
  await process.profiler.connect(0);
  const worker = process.attach(3);
  await process.tick(9);
  worker.isSilent = true;
  await process.tick(12);
  t.deepEqual(process.faults, ['PROFILER_WEDGED']);
  t.deepEqual(process.calls, ['connect', 'reattachWorkers']);
});

test('should say that the profile ends when the inspector is not to be reached again', async (t) => {
  const process = new FakeProcess();
  await process.profiler.connect(0);
  await process.tick(9);
  process.main.isSilent = true;
  process.hasInspector = false;
  await process.tick(12);
  t.deepEqual(process.faults, ['PROFILER_WEDGED', 'NO_INSPECTOR']);
});

test('should sample 32 threads at most, say so once, and take the next when one ends', async (t) => {
  const process = new FakeProcess();
  await process.profiler.connect(0);
  for (let id = 1; id <= 40; id++) process.attach(id);
  await answered();
  t.deepEqual(process.faults, ['PROFILED_THREADS_MAX']);
  t.deepEqual(process.started, ['main 10000', ...Array.from({ length: 31 }, (_, i) => `worker-${i + 1} 10000`)]);
  process.gone(process.workers[4]);
  process.gone(process.workers[35]);
  process.gone(process.workers[6]);
  await answered();
  t.deepEqual(process.started.slice(32), ['worker-32 10000', 'worker-33 10000']);
  t.deepEqual(process.faults, ['PROFILED_THREADS_MAX']);
});

test('should be silent about threads that end while they are asked', async (t) => {
  const process = new FakeProcess();
  await process.profiler.connect(0);
  const worker = process.attach(3);
  await process.tick(1);
  worker.isSilent = true;
  const rotated = process.profiler.rotate('worker-3', 2000);
  worker.failing.set('Profiler.stop', 'worker-3 has ended');
  process.gone(worker);
  worker.speak();
  await rotated;
  t.deepEqual(process.faults, []);
});

test('should try a start again after half a minute when it failed', async (t) => {
  const process = new FakeProcess();
  process.main.failing.set('Profiler.start', 'no');
  await process.profiler.connect(0);
  await process.tick(29);
  t.deepEqual([process.faults, process.started], [['PROFILER_START'], []]);
  process.main.failing.clear();
  await process.tick(1);
  t.deepEqual([process.faults, process.started], [['PROFILER_START'], ['main 10000']]);
});

test('should take the samples of a thread that never begins a script, and leave it, after half a minute', async (t) => {
  const process = new FakeProcess();
  await process.profiler.connect(0);
  const hooks = process.attach(2);
  hooks.readiness = 'booting';
  await process.tick(29);
  t.deepEqual(
    process.segments.filter((id) => id === '2'),
    [],
  );
  await process.tick(2);
  t.deepEqual(
    process.segments.filter((id) => id === '2'),
    ['2'],
  );
  t.is(hooks.sent.at(-1), 'Profiler.disable');
  hooks.sent.length = 0;
  await process.tick(60);
  t.deepEqual([hooks.sent, process.faults], [[], []]);
});

test("should be made anew when a profile of the host's was not ended for ten minutes, and not before the thread idles", async (t) => {
  const process = new FakeProcess();
  await process.profiler.connect(0);
  await process.tick(1);
  process.main.hostProfile('Started', 'forgotten');
  await process.tick(601);
  t.deepEqual(process.faults, []);
  await process.tick(1, { busyRatio: 0.01 });
  t.deepEqual(process.faults, ['PROFILER_RENEWED']);
  t.deepEqual(process.started, ['main 10000', 'main 10000']);
  await process.tick(700, { busyRatio: 0.06 });
  t.deepEqual(process.faults, ['PROFILER_RENEWED']);
});

test('should not take the memory of worker threads for growth of the profiler', async (t) => {
  const process = new FakeProcess();
  await process.profiler.connect(0);
  await process.tick(700, {}, 50e6);
  process.attach(3);
  process.loads.set('worker-3', { heapBytes: 30e6 });
  await process.tick(700, { busyRatio: 0.04 }, 82e6);
  t.deepEqual(
    process.faults.filter((code) => code === 'PROFILER_RENEWED'),
    [],
  );
});

test('should rotate once a minute, and say why, when another session makes each rotation dear', async (t) => {
  const process = new FakeProcess();
  await process.profiler.connect(0);
  await process.tick(10);
  process.main.pauseMs = 80;
  await process.tick(30);
  t.deepEqual(process.faults, ['PROFILER_SHARED']);
  const before = rotations(process.main);
  await process.tick(59);
  t.is(rotations(process.main) - before, 0);
  await process.tick(1);
  t.is(rotations(process.main) - before, 1);
  process.main.pauseMs = 0.5;
  await process.profiler.rotateAll(process.nowMs);
  const after = rotations(process.main);
  await process.tick(10);
  t.is(rotations(process.main) - after, 1);
});
