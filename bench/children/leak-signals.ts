// Work that allocates, in equal portions: with nothing, with the live size read after each collection, with the heap sampled, with both. Sends the CPU of each portion.
import { Session } from 'node:inspector';
import { HEAP_SAMPLE_BYTES } from '../../src/core/limits.js';
import { observeGc } from '../../src/host/gc-observer.js';
import { LiveSize } from '../../src/host/live-size.js';
import { RingWriter } from '../../src/host/ring-writer.js';

export const SIGNALS = ['none', 'live size', 'heap sampler', 'both'] as const;
export type Signal = (typeof SIGNALS)[number];
/** CPU of a portion, ms, and collections in it. */
export interface SignalCost {
  cpuMs: Record<Signal, number>;
  collections: number;
}

const [rounds, iterations] = process.argv.slice(2).map(Number);
/** 50 MB of small objects that stay. */
const kept: object[] = [];
for (let i = 0; i < 400_000; i++) kept.push({ i, name: `object ${i}`, at: i + 0.5 });

const session = new Session();
session.connect();
session.post('HeapProfiler.enable');
const live = new LiveSize();
let collections = 0;
let isReading = false;
observeGc(new RingWriter(), new Float64Array(64), (batch) => {
  collections += batch.young + batch.full;
  if (isReading) live.read(batch, performance.now());
});

/** As a service that parses requests, with a place in the large heap that changes. */
function work(): number {
  let sum = 0;
  for (let i = 0; i < iterations; i++) {
    const request = JSON.parse(`{"id":${i},"items":[{"sku":"a${i}","n":1},{"sku":"b","n":2}],"user":{"name":"u${i}"}}`) as { items: { n: number }[] };
    kept[(i * 7919) % kept.length] = { i, name: `object ${i}`, at: i + 0.5 };
    for (const { n } of request.items) sum += n;
  }
  return sum;
}

async function portion(signal: Signal): Promise<number> {
  const reads = signal === 'live size' || signal === 'both';
  const samples = signal === 'heap sampler' || signal === 'both';
  isReading = reads;
  if (samples) session.post('HeapProfiler.startSampling', { samplingInterval: HEAP_SAMPLE_BYTES });
  const from = process.cpuUsage();
  for (let part = 0; part < 10; part++) {
    work();
    // Collections are told between two turns of the loop.
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { user, system } = process.cpuUsage(from);
  isReading = false;
  // What ends the sampling collects the heap: no cost of sampling.
  if (samples) session.post('HeapProfiler.stopSampling');
  return (user + system) / 1000;
}

for (const signal of SIGNALS) await portion(signal);
for (let round = 0; round < rounds; round++) {
  const before = collections;
  const cpuMs = {} as Record<Signal, number>;
  for (let i = 0; i < SIGNALS.length; i++) {
    const signal = SIGNALS[(i + round) % SIGNALS.length];
    cpuMs[signal] = await portion(signal);
  }
  process.send!({ cpuMs, collections: collections - before } satisfies SignalCost);
}
session.disconnect();
process.disconnect();
