// What one collection that is looked at costs, and one sample of the heap: equal portions of collections, and of allocation, with and without. Sends CPU of each.
import { Session } from 'node:inspector';
import { observeGc } from '../../src/host/gc-observer.js';
import { LiveSize } from '../../src/host/live-size.js';
import { RingWriter } from '../../src/host/ring-writer.js';

/** CPU of a portion, ms, without and with what is measured. */
export interface UnitCost {
  collections: { plainMs: number; seenMs: number; count: number };
  samples: { plainMs: number; sampledMs: number; count: number };
}

/** Minor collections of a portion: each is told by a turn of its own, the dearest way. */
const COLLECTIONS = 480;
/** Bytes between two samples, far less than pitot's: the cost is of one, and there must be many. */
const SAMPLING_BYTES = 16 * 1024;

const [rounds, buffers] = process.argv.slice(2).map(Number);
const collect = (globalThis as unknown as { gc(options?: { type: 'minor' }): void }).gc;
/** 50 MB of small objects that stay; and Buffers, where they are asked for. */
const kept: object[] = [];
for (let i = 0; i < 400_000; i++) kept.push({ i, name: `object ${i}`, at: i + 0.5 });
for (let i = 0; i < buffers; i++) kept.push(Buffer.allocUnsafeSlow(4096));

const session = new Session();
session.connect();
session.post('HeapProfiler.enable');
const live = new LiveSize();
const ring = new RingWriter();
let seen = 0;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function cpuMs(from?: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(from);
  return (user + system) / 1000;
}

async function collections(isSeen: boolean): Promise<number> {
  const undo = isSeen
    ? observeGc(ring, new Float64Array(64), (batch) => {
        seen += batch.young + batch.full;
        live.read(batch, performance.now());
      })
    : null;
  // What other portions left is none of this one's.
  collect();
  const from = process.cpuUsage();
  for (let i = 0; i < COLLECTIONS; i++) {
    collect({ type: 'minor' });
    await turn();
  }
  const ms = cpuMs(from);
  undo?.();
  return ms;
}

/** The newest of the objects: the last samples are alive. */
const newest: object[] = [];

/** 80 MB of small objects, nearly all garbage at once. */
function allocate(): void {
  for (let i = 0; i < 2_000_000; i++) newest[i & 1023] = { i, at: i, to: newest };
}

function samples(isSampled: boolean): { ms: number; count: number } {
  if (isSampled) session.post('HeapProfiler.startSampling', { samplingInterval: SAMPLING_BYTES });
  collect();
  const from = process.cpuUsage();
  allocate();
  const ms = cpuMs(from);
  let count = 0;
  if (isSampled) {
    // Every sample has a number, dead or alive. The answer collects the heap: no cost of sampling.
    session.post('HeapProfiler.stopSampling', (_error, { profile }) => {
      for (const { ordinal } of (profile as unknown as { samples: { ordinal: number }[] }).samples) count = Math.max(count, ordinal);
    });
  }
  return { ms, count };
}

for (const is of [false, true]) {
  await collections(is);
  samples(is);
}
for (let round = 0; round < rounds; round++) {
  const order = round % 2 === 0 ? [false, true] : [true, false];
  const cost: UnitCost = { collections: { plainMs: 0, seenMs: 0, count: 0 }, samples: { plainMs: 0, sampledMs: 0, count: 0 } };
  for (const is of order) {
    const before = seen;
    cost.collections[is ? 'seenMs' : 'plainMs'] = await collections(is);
    if (is) cost.collections.count = seen - before;
  }
  for (const is of order) {
    const { ms, count } = samples(is);
    cost.samples[is ? 'sampledMs' : 'plainMs'] = ms;
    if (is) cost.samples.count = count;
  }
  process.send!(cost);
}
session.disconnect();
process.disconnect();
