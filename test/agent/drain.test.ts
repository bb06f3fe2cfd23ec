// Rings to windows with a real pool: conservation when workers die, when the agent dies in the middle, when a window is full.
import test from 'ava';
import fc from 'fast-check';
import { Directory } from '../../src/agent/directory.js';
import { Drain } from '../../src/agent/drain.js';
import { DrainedThread } from '../../src/agent/drained-thread.js';
import { Pool } from '../../src/agent/pool.js';
import { Windows } from '../../src/agent/windows.js';
import { groupByPath } from '../../src/aggregate/window.js';
import { PATH_SLOTS, RESERVED_PATHS } from '../../src/core/limits.js';
import {
  type AgentMemory,
  createAgentMemory,
  JOURNAL_DONE,
  S_DROPPED,
  S_SAMPLED_OUT,
  S_TIMED,
  STAT_FIELDS,
  type WindowMemory,
} from '../../src/memory/window-memory.js';
import { logNormal, seeded } from '../support/random.js';
import { testRing } from '../support/ring.js';

const NOW = { wallMs: 0, machineMs: 0 };

function pipeline(memory: AgentMemory, ring: ReturnType<typeof testRing>, faults: string[] = []) {
  const windows = new Windows(memory, NOW, 1);
  const directory = new Directory(memory);
  const thread = new DrainedThread(ring.memory, 'main', directory);
  const drain = new Drain(windows, { onFault: (code) => faults.push(code), onWindowFull: async () => {} });
  return { windows, directory, thread, drain };
}

/** Calls of a window: from the paths' figures, and from the histogram counts, which are merged apart from them. */
function sums(window: WindowMemory): { timed: number; counted: number; sampledOut: number; dropped: number } {
  const { counts, starts } = groupByPath(window, PATH_SLOTS);
  const sum = { timed: 0, counted: 0, sampledOut: 0, dropped: 0 };
  for (let id = 0; id < PATH_SLOTS; id++) {
    sum.timed += window.stats[id * STAT_FIELDS + S_TIMED];
    sum.sampledOut += window.stats[id * STAT_FIELDS + S_SAMPLED_OUT];
    sum.dropped += window.stats[id * STAT_FIELDS + S_DROPPED];
  }
  for (let i = starts[RESERVED_PATHS]; i < starts[PATH_SLOTS]; i++) sum.counted += counts[i];
  return sum;
}

test('should lose and invent nothing when pool workers are ended in the middle of tasks', async (t) => {
  const ring = testRing(1 << 18);
  const faults: string[] = [];
  const deaths: string[] = [];
  const { windows, thread, drain } = pipeline(createAgentMemory(), ring, faults);
  const pool = await Pool.start({ onDeath: (message) => deaths.push(message) });
  drain.pool = pool;
  const random = seeded(7);
  const paths = Array.from({ length: 50 }, (_, i) => ring.instruments.path('p', { i }));
  let calls = 0;
  for (let round = 0; round < 40; round++) {
    for (let i = 0; i < 60_000; i++) paths[(random() * 50) | 0].record(logNormal(random, 1e6, 1.5));
    calls += 60_000;
    const draining = drain.drain(thread);
    if (round % 4 === 1) await Promise.all(pool.threads.map((worker) => worker.terminate()));
    await draining;
  }
  await drain.drain(thread);
  thread.moveSlots(windows.current, windows.memory.totals);
  const sum = sums(windows.current);
  t.is(sum.timed, calls);
  t.is(sum.counted, calls);
  t.is(sum.dropped, 0);
  t.true(faults.includes('POOL_TASK'), 'at least one worker died mid-task');
  t.false(faults.includes('CONSERVATION'));
  t.true(deaths.length > 0);
  await pool.destroy();
});

test('should go on exactly where it stopped when the agent dies in the middle of a merge', (t) => {
  let cut = 0;
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 200 }), (records, dieAfter) => {
      const ring = testRing(1024);
      const memory = createAgentMemory();
      const first = pipeline(memory, ring);
      const random = seeded(records);
      const paths = Array.from({ length: 9 }, (_, i) => ring.instruments.path('p', { i }));
      for (let i = 0; i < records; i++) paths[(random() * 9) | 0].record(random() * 1e6);
      first.thread.readNewDefinitions();
      // The agent is ended between two steps of the merge: its memory stays as it is.
      const head = new Proxy(memory.head, {
        get: (target, key) => Reflect.get(target, key),
        set: (target, key, value) => {
          Reflect.set(target, key, value);
          if (key === String(JOURNAL_DONE) && value === dieAfter) throw new Error('ended');
          return true;
        },
      });
      const dying = new Drain(new Windows({ ...memory, head }, NOW, 1), { onFault: () => {}, onWindowFull: async () => {} });
      const slice = () =>
        (dying as unknown as { inline: { aggregate(m: unknown, a: number, b: number): unknown } }).inline.aggregate(ring.memory, 0, records);
      try {
        const parts = dying as unknown as { begin(...a: unknown[]): void; merge(...a: unknown[]): void; commit(...a: unknown[]): void };
        parts.begin(first.thread, 0, records);
        parts.merge(first.thread, slice());
        parts.commit(first.thread, records);
      } catch (error) {
        if ((error as Error).message !== 'ended') throw error;
        cut++;
      }
      // The next one, on the same memory.
      const second = pipeline(memory, ring);
      second.drain.recover([second.thread]);
      return sums(second.windows.current).timed === records && sums(second.windows.current).counted === records && second.thread.tail === records;
    }),
    { numRuns: 60 },
  );
  t.is(cut > 0, true);
});

test('should conserve calls whatever mix of recording, sampling, full rings and drains happens', async (t) => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('record' as const), path: fc.nat(4), times: fc.integer({ min: 1, max: 3000 }) }),
    fc.record({ kind: fc.constant('shift' as const), path: fc.nat(4), times: fc.nat(5) }),
    fc.record({ kind: fc.constant('drain' as const), path: fc.constant(0), times: fc.constant(0) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), async (steps) => {
      const ring = testRing(2048);
      const { windows, thread, drain } = pipeline(createAgentMemory(), ring);
      let calls = 0;
      for (const { kind, path, times } of steps) {
        if (kind === 'drain') await drain.drain(thread);
        else if (kind === 'shift') ring.memory.shifts[8 + path] = times;
        else {
          const target = ring.instruments.path('p', { path });
          for (let i = 0; i < times; i++) target.record(i);
          calls += times;
        }
      }
      await drain.drain(thread);
      thread.moveSlots(windows.current, windows.memory.totals);
      const sum = sums(windows.current);
      t.is(sum.timed + sum.sampledOut + sum.dropped, calls);
    }),
    { numRuns: 50 },
  );
});

test('should give two threads the same id for the same name and sum their calls', async (t) => {
  const memory = createAgentMemory();
  const one = testRing(1024, 1);
  const two = testRing(1024, 2);
  two.instruments.path('only two').record(1);
  const { windows, directory, drain } = pipeline(memory, one);
  for (const ring of [one, two]) {
    ring.instruments.path('shared', { a: 1 }).record(100);
    ring.instruments.counter('c').add(3);
  }
  for (const ring of [one, two]) {
    const thread = new DrainedThread(ring.memory, 'worker', directory);
    await drain.drain(thread);
    thread.moveSlots(windows.current, memory.totals);
  }
  const shared = directory.paths.filter(({ name }) => name === 'shared');
  t.is(shared.length, 1);
  t.is(windows.current.stats[shared[0].id * STAT_FIELDS + S_TIMED], 2);
  t.is(memory.totals[directory.counters[1].id], 6);
});
