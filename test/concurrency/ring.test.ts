// Two real threads on one ring: a seeded producer, a verifying consumer, many times around.
import { Worker } from 'node:worker_threads';
import test from 'ava';
import { HEAD, TAIL } from '../../src/memory/thread-memory.js';
import { seeded } from '../support/random.js';
import { testRing } from '../support/ring.js';

interface Outcome {
  received: number;
  wrong: number;
  firstWrong: string;
}

/** The consumer checks every record against the sequence the producer draws from the same seed. */
function consume(sab: SharedArrayBuffer, seed: number, total: number, pace: 'fast' | 'slow'): Promise<Outcome> {
  const worker = new Worker(new URL('./ring-consumer.js', import.meta.url), { workerData: { sab, seed, total, pace }, execArgv: [] });
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

for (const [records, pace] of [
  [1024, 'fast'],
  [1024, 'slow'],
  [65_536, 'fast'],
] as const) {
  test(`should hand over every record in order when a ring of ${records} is drained by a ${pace} consumer`, async (t) => {
    const { memory, writer } = testRing(records);
    const total = 2_000_000;
    const seed = 42;
    const outcome = consume(memory.sab, seed, total, pace);
    const random = seeded(seed);
    let refused = 0;
    for (let i = 0; i < total; i++) {
      const value = Math.floor(random() * 1e9);
      // A full ring refuses; the test waits for room, since the sequence has to be whole.
      while (!writer.write(i & 0xfff, i, value)) {
        refused++;
        Atomics.wait(memory.words, 127, 0, 0.05);
      }
    }
    t.deepEqual(await outcome, { received: total, wrong: 0, firstWrong: '' });
    t.is(memory.words[HEAD], memory.words[TAIL]);
    t.is(memory.words[HEAD], total);
    // Wrap-around and a full ring were both met.
    t.true(total / records > 30);
    if (records === 1024) t.true(refused > 0);
  });
}

test('should lose nothing uncounted when the producer does not wait', async (t) => {
  const { memory, instruments } = testRing(1024);
  const path = instruments.path('a');
  const seen = new Promise<Outcome>((resolve, reject) => {
    const worker = new Worker(new URL('./ring-consumer.js', import.meta.url), {
      workerData: { sab: memory.sab, seed: 0, total: -1, pace: 'slow' },
      execArgv: [],
    });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  const calls = 3_000_000;
  for (let i = 0; i < calls; i++) path.record(i);
  // Tells the consumer that no more will come.
  Atomics.store(memory.words, 126, 1);
  const { received } = await seen;
  t.is(received + memory.dropped[8], calls);
  t.true(memory.dropped[8] > 0);
});
