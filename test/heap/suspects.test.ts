// Who is named first when a detector says how much of which memory grows: real heaps with a leak and with more of what has been there from the start.
import test from 'ava';
import { analyzeHeap } from '../../src/heap/analyze-heap.js';
import type { HeapHints, HeapSuspect } from '../../src/heap/heap-analysis.js';
import { PlantedHeap } from './planted-heap.js';

const KIB = 1024;
const MIB = 1024 * KIB;
/** What has been there from the start, in each program. */
const CATALOGUE = `const v8 = require('node:v8');
class Product { constructor(i) { this.id = i; this.text = Buffer.alloc(900, 97 + i % 26).toString() + i; } }
const catalogue = new Map(); for (let i = 0; i < 4000; i++) catalogue.set(i, new Product(i));
setInterval(() => catalogue.get(1), 1e6).unref();
`;
const heap = new PlantedHeap();
test.after.always(() => heap.remove());

/** Writes the heap of a program that leaks beside the catalogue; looks into it with what is known. */
function planted(name: string, source: string): (hints: HeapHints) => Promise<HeapSuspect[]> {
  heap.run(`${name}.cjs`, `${CATALOGUE}${source}`);
  return async (hints) => (await analyzeHeap(heap.path(`${name}.heapsnapshot`), { memoryBytesMax: 1e9, hints })).suspects;
}

const named = (suspect: HeapSuspect): unknown[] => [suspect.count, suspect.constructor, suspect.holder];
const PRODUCTS = [4000, 'Product', 'catalogue in grown.cjs (Map)'];
const AUDITS = [9000, '(closure)', 'audits in grown.cjs (Array)'];
const grown = planted(
  'grown',
  `const audits = []; function remember(i) { const entry = { i, at: [i, i + 1] }; audits.push(function describeAudit() { return entry; }); }
for (let i = 0; i < 9000; i++) remember(i);
setInterval(() => audits.length, 1e6).unref();
snapshot('grown.heapsnapshot');`,
);

test('should name what agrees with the growth, not what is larger, when both are there', async (t) => {
  const suspects = await grown({ kind: 'heap', growthBytes: 1.8 * MIB });
  t.deepEqual(suspects.slice(0, 2).map(named), [AUDITS, PRODUCTS]);
  t.regex(suspects[0].sentence, /^9 000 × function describeAudit held by audits in grown\.cjs \(Array\) in .*grown\.cjs:\d+, /);
  t.true((suspects[0].score.growth ?? 0) > 0.8, JSON.stringify(suspects[0].score));
  t.true((suspects[1].score.growth ?? 1) < 0.6, JSON.stringify(suspects[1].score));
});

test('should name the other when that one agrees with the growth', async (t) => {
  const suspects = await grown({ kind: 'heap', growthBytes: 4 * MIB });
  t.deepEqual(suspects.slice(0, 2).map(named), [PRODUCTS, AUDITS]);
});

test('should not be led by the file of an allocating function when growth says another', async (t) => {
  // Both stand in the file of the function that is charged: that says nothing of either.
  const functions = [{ function: 'answer', file: heap.path('grown.cjs'), line: 9, bytes: 1.8 * MIB }];
  const [first, second] = await grown({ kind: 'heap', growthBytes: 1.8 * MIB, functions });
  t.deepEqual([named(first), named(second)], [AUDITS, PRODUCTS]);
  t.deepEqual([first.score.allocation, second.score.allocation], [0.05, 0.05]);
});

test('should name buffers alone when external memory grows', async (t) => {
  const suspects = planted(
    'slabs',
    `class FrameTags { constructor() { this.byFrame = new Map(); } }
const tags = new FrameTags(); for (let i = 0; i < 200; i++) tags.byFrame.set(i, Buffer.allocUnsafeSlow(8192).subarray(0, 8));
setInterval(() => tags.byFrame.get(1), 1e6).unref();
snapshot('slabs.heapsnapshot');`,
  );
  const found = await suspects({ kind: 'external', growthBytes: 1.6 * MIB });
  t.deepEqual(
    found.map((it) => named(it).slice(1)),
    [['Buffer', 'FrameTags.byFrame (Map)']],
  );
  // The last may still be on the stack.
  t.true(found[0].count >= 199 && found[0].count <= 200, found[0].sentence);
  t.true(found[0].retainedBytes >= 199 * 8192 && found[0].retainedBytes < 2 * MIB, String(found[0].retainedBytes));
});

test('should name what has a native side, or nothing, when native memory grows', async (t) => {
  const suspects = planted(
    'contexts',
    `const contexts = []; const { createSecureContext } = require('node:tls');
for (let i = 0; i < 150; i++) contexts.push(createSecureContext());
setInterval(() => contexts.length, 1e6).unref();
snapshot('contexts.heapsnapshot');`,
  );
  const found = await suspects({ kind: 'native', growthBytes: 2 * MIB });
  t.deepEqual(found.map(named), [[150, 'SecureContext', 'contexts in contexts.cjs (Array)']]);
  t.regex(found[0].sentence, /^150 × SecureContext held by contexts .*, about \d\.\d\d MiB of native memory$/);
  t.true(found[0].retainedBytes >= 150 * 40 && found[0].retainedBytes < MIB, String(found[0].retainedBytes));
  t.deepEqual(await suspects({ kind: 'native', growthBytes: 500 * MIB }), []);
  t.deepEqual(await grown({ kind: 'native', growthBytes: 5 * MIB }), []);
});

test('should name workers by who keeps them, and native contexts by their sandboxes, when these grow', async (t) => {
  const workers = planted(
    'workers',
    `const { Worker } = require('node:worker_threads'); const jobs = [];
const source = 'require("node:worker_threads").parentPort.postMessage(1); setInterval(() => {}, 1e6)';
(async () => { for (let i = 0; i < 6; i++) { jobs.push(new Worker(source, { eval: true })); await new Promise((done) => jobs[i].once('message', done)); }
snapshot('workers.heapsnapshot'); process.exit(0); })();`,
  );
  const [worker] = await workers({ kind: 'native', growthBytes: 50 * MIB });
  t.deepEqual([...named(worker).slice(0, 2), /^jobs /.test(worker.holder)], [6, 'Worker', true], worker.sentence);
  const contexts = planted(
    'sandboxes',
    `const vm = require('node:vm'); const sandboxes = new Map();
for (let i = 0; i < 40; i++) { const it = vm.createContext({}); vm.runInContext('var f = () => 1; f()', it); sandboxes.set(i, it); }
setInterval(() => sandboxes.size, 1e6).unref();
snapshot('sandboxes.heapsnapshot');`,
  );
  const [context] = await contexts({ kind: 'heap', growthBytes: 6 * MIB });
  t.is(context.constructor, 'native context', context.sentence);
  t.true(context.count >= 36 && context.count <= 42, context.sentence);
  t.is(context.holder, 'sandboxes in sandboxes.cjs (Map)');
});

test('should name symbols, with their names, when the registry that is a root grows beyond what a call takes as arguments', async (t) => {
  const suspects = planted(
    'symbols',
    `for (let i = 0; i < 150000; i++) Symbol.for('tenant ' + i);
snapshot('symbols.heapsnapshot');`,
  );
  const found = await suspects({ kind: 'heap', growthBytes: 12 * MIB });
  t.is(found[0].constructor, '(symbol)', found[0].sentence);
  t.true(found[0].count >= 150_000 && found[0].retainedBytes > 150_000 * 40, found[0].sentence);
});
