// Who is named first when a cache filled while a leak began, and a heap profile knows which functions' objects do not grow: a real heap, and hints of all sizes.
import test from 'ava';
import { analyzeHeap } from '../../src/heap/analyze-heap.js';
import type { HeapHints, HeapSuspect } from '../../src/heap/heap-analysis.js';
import { PlantedHeap } from './planted-heap.js';

const MIB = 1024 * 1024;
const heap = new PlantedHeap();
test.after.always(() => heap.remove());

test.before(() => {
  heap.run(
    'cache.cjs',
    `class CacheEntry { constructor(i) { this.id = i; this.text = Buffer.alloc(500, 98).toString() + i; this.copy = Buffer.alloc(400, 97).toString() + i; } }
const cache = new Map(); for (let i = 0; i < 3000; i++) cache.set(i, new CacheEntry(i));
class AuditRecord { constructor(i) { this.id = i; this.at = [i, i + 0.5]; this.note = Buffer.alloc(150, 97).toString() + i; } }
const audits = []; for (let i = 0; i < 5000; i++) audits.push(new AuditRecord(i));
setInterval(() => cache.size + audits.length, 1e6).unref();
snapshot('cache.heapsnapshot');`,
  );
});

const CACHE = 'cache in cache.cjs (Map)';
const AUDITS = 'audits in cache.cjs (Array)';

async function suspectsOf(hints: HeapHints): Promise<HeapSuspect[]> {
  return (await analyzeHeap(heap.path('cache.heapsnapshot'), { memoryBytesMax: 1e9, hints: { kind: 'heap', ...hints } })).suspects;
}
const from = (name: string, bytes: number) => [{ function: name, file: heap.path('cache.cjs'), line: 1, bytes }];

test('should name the leak, not the cache that filled, when the allocating functions of both are known', async (t) => {
  // The leak, of 1.5 MiB, is a small part of what has grown; and the cache, of 3.1 MiB, is as near to it as can be.
  for (const growthBytes of [1.5 * MIB, 3.1 * MIB, 4.6 * MIB, 12 * MIB]) {
    const hints = {
      growthBytes,
      growthBytesMin: 1.3 * MIB,
      functions: from('AuditRecord', 1.3 * MIB),
      quietFunctions: from('CacheEntry', 2.5 * MIB),
    };
    const [first, second] = await suspectsOf(hints);
    t.deepEqual([first.holder, second.holder], [AUDITS, CACHE], String(growthBytes));
    t.is(first.score.allocation, 1);
    t.true((second.score.allocation ?? 0) < -0.7, JSON.stringify(second.score));
  }
});

test('should name what nothing is known of before what is known not to leak', async (t) => {
  const [first] = await suspectsOf({ growthBytes: 3.1 * MIB, growthBytesMin: 1.3 * MIB, quietFunctions: from('CacheEntry', 2.5 * MIB) });
  t.is(first.holder, AUDITS);
});

test('should take the file alone, not the class, of a function that may have been inlined into one that leaks', async (t) => {
  const inlined = (name: string) => from(name, 1.3 * MIB).map((it) => ({ ...it, inlined: true }));
  const [first, second] = await suspectsOf({ growthBytes: 3.1 * MIB, growthBytesMin: 1.3 * MIB, functions: inlined('CacheEntry') });
  t.deepEqual([first.score.allocation, second.score.allocation], [0.05, 0.05], 'two stand in that file');
});

test('should hold little against a class when the quiet function made a small part of it, as before it was inlined', async (t) => {
  const [first] = await suspectsOf({ growthBytes: 3.1 * MIB, quietFunctions: from('CacheEntry', 0.1 * MIB) });
  t.is(first.holder, CACHE);
  t.true((first.score.allocation ?? -1) > -0.1, JSON.stringify(first.score));
});

test('should agree with all that lies between the growth that was seen and all growth', async (t) => {
  const suspects = await suspectsOf({ growthBytes: 4.6 * MIB, growthBytesMin: 1 * MIB });
  t.deepEqual(suspects.map(({ holder }) => holder).sort(), [AUDITS, CACHE]);
  for (const { score } of suspects) t.true((score.growth ?? 0) >= 0.85 && (score.growth ?? 0) < 1, JSON.stringify(score));
});
