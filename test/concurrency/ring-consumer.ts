// The consumer thread of ring.test.ts.
import { parentPort, workerData } from 'node:worker_threads';
import { HEAD, TAIL, viewThreadMemory } from '../../src/memory/thread-memory.js';
import { seeded } from '../support/random.js';

const { sab, seed, total, pace } = workerData as { sab: SharedArrayBuffer; seed: number; total: number; pace: 'fast' | 'slow' };
const memory = viewThreadMemory(sab);
if (memory === null) throw new Error('not a ring');
const random = seeded(seed);
let received = 0;
let wrong = 0;
let firstWrong = '';

/** total -1: until the producer says that it is done, without looking at the values. */
for (;;) {
  const done = Atomics.load(memory.words, 126) === 1;
  const head = Atomics.load(memory.words, HEAD);
  let tail = memory.words[TAIL];
  for (; tail !== head; tail = (tail + 1) | 0) {
    const at = tail & memory.ringMask;
    if (total >= 0) {
      const value = Math.floor(random() * 1e9);
      const meta = memory.ringWords[at * 4];
      if (memory.ringValues[at * 2 + 1] !== value || meta !== (received & 0xfff) || memory.ringWords[at * 4 + 1] !== received) {
        if (wrong++ === 0) firstWrong = `record ${received}: ${meta} ${memory.ringValues[at * 2 + 1]}, expected ${received & 0xfff} ${value}`;
      }
    }
    received++;
  }
  Atomics.store(memory.words, TAIL, tail);
  if (total >= 0 ? received >= total : done && tail === Atomics.load(memory.words, HEAD)) break;
  if (pace === 'slow') Atomics.wait(memory.words, 127, 0, 0.2);
}
parentPort?.postMessage({ received, wrong, firstWrong });
