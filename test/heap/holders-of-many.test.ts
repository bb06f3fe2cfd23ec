// Suspects of real heaps whose objects are of many classes, lie in many holders, hold each other in a chain, or hang from cells: all of what is held counts, once.
import test from 'ava';
import { analyzeHeap } from '../../src/heap/analyze-heap.js';
import type { HeapHints, HeapSuspect } from '../../src/heap/heap-analysis.js';
import { PlantedHeap } from './planted-heap.js';

const KIB = 1024;
const MIB = 1024 * KIB;
const heap = new PlantedHeap();
test.after.always(() => heap.remove());

const PRODUCTS = 4000;
/** Holds 3.8 MiB from the start. */
const CATALOGUE = `class Product { constructor(i) { this.id = i; this.text = Buffer.alloc(900, 97 + i % 26).toString() + i; } }
const catalogue = new Map(); for (let i = 0; i < ${PRODUCTS}; i++) catalogue.set(i, new Product(i));
setInterval(() => catalogue.get(1), 1e6).unref();
`;
const suspectsOf = async (name: string, hints: HeapHints): Promise<HeapSuspect[]> =>
  (await analyzeHeap(heap.path(`${name}.heapsnapshot`), { memoryBytesMax: 1e9, hints })).suspects;
const named = (suspect: HeapSuspect): unknown[] => [suspect.count, suspect.constructor, suspect.holder];

test.before(() => {
  heap.run(
    'many.cjs',
    `${CATALOGUE}class Outbox { constructor() { this.events = []; } }
const kinds = Array.from({ length: 8 }, (_, i) => new Function('return class Event' + i + ' { constructor(at) { this.at = at; this.note = "note " + at + at + Buffer.alloc(90, 97); } }')());
const outbox = new Outbox(); for (let i = 0; i < 24000; i++) outbox.events.push(new kinds[i % 8](i));
class Session { constructor(i) { this.user = i; this.cart = [{ sku: i }, { sku: -i }]; } }
class Tenant { constructor() { this.sessions = new Map(); } }
const tenants = new Map();
function open(i) { const tenant = new Tenant(); tenants.set(i, tenant); for (let k = 0; k < 400; k++) tenant.sessions.set(k, new Session(k)); }
for (let i = 0; i < 41; i++) open(i); tenants.delete(40);
setInterval(() => outbox.events.length + tenants.size, 1e6).unref();
snapshot('many.heapsnapshot');`,
  );
});

test('should weigh a holder by all it holds, and say how many more there are, when its objects are of eight classes', async (t) => {
  const [first, ...others] = await suspectsOf('many', { kind: 'heap', growthBytes: 6.5 * MIB, growthBytesMin: 5.5 * MIB });
  t.regex(first.constructor, /^Event\d$/);
  t.deepEqual([first.count, first.holder], [3000, 'Outbox.events (Array)']);
  t.regex(first.sentence, /^3 000 × Event\d and 21 000 other objects held by Outbox\.events \(Array\)/);
  // 24 000 objects with two fields and a text of 100 characters or more each, and the array's table.
  t.true(first.retainedBytes > 24_000 * 150 && first.retainedBytes < 8 * MIB, String(first.retainedBytes));
  t.true(others.every(({ holder }) => holder !== first.holder));
});

test('should name what the many hold, and who holds these, when each of forty holders has many of a kind', async (t) => {
  const bytes = 16_000 * 230;
  const suspects = await suspectsOf('many', { kind: 'heap', growthBytes: bytes, functions: [{ function: 'Session', file: '', line: 1, bytes }] });
  const [first] = suspects;
  t.deepEqual(named(first), [16_000, 'Session', 'Tenant.sessions (Map) of 40 × Tenant held by tenants in many.cjs (Map)']);
  t.regex(
    first.sentence,
    /^16 000 × Session held by Tenant\.sessions \(Map\) of 40 × Tenant held by tenants in many\.cjs \(Map\) in .*many\.cjs:\d+, /,
  );
  t.true(first.retainedBytes > 16_000 * 100 && first.retainedBytes < 6 * MIB, String(first.retainedBytes));
});

test('should rank the holders themselves first when those are many, and what each holds is few', async (t) => {
  heap.run(
    'orders.cjs',
    `class Line { constructor(i) { this.sku = i; } }
class Order { constructor() { this.lines = []; for (let i = 0; i < 30; i++) this.lines.push(new Line(i)); } }
const orders = new Map(); for (let i = 0; i < 2000; i++) orders.set(i, new Order());
setInterval(() => orders.size, 1e6).unref();
snapshot('orders.heapsnapshot');`,
  );
  const [first, second] = await suspectsOf('orders', { kind: 'heap', growthBytes: 3 * MIB });
  t.deepEqual(named(first), [2000, 'Order', 'orders in orders.cjs (Map)']);
  t.deepEqual(named(second), [60_000, 'Line', 'Order.lines (Array) of 2 000 × Order held by orders in orders.cjs (Map)']);
});

test('should count the chain alone, not what another of its class holds, when promises wait for each other', async (t) => {
  heap.run(
    'promises.cjs',
    `class Product { constructor(i) { this.id = i; this.text = Buffer.alloc(900, 97 + i % 26).toString() + i; } }
class Queue { constructor() { this.connected = new Promise(() => {}); this.tail = this.connected; }
  enqueue(id) { this.tail = this.tail.then(function writeNext() { return id; }); } }
const queue = new Queue(); for (let i = 0; i < 20000; i++) queue.enqueue(i);
// The pending promise of this function is the one that holds the catalogue.
(async function main() { const catalogue = new Map(); for (let i = 0; i < ${PRODUCTS}; i++) catalogue.set(i, new Product(i));
for (;;) { await new Promise((due) => setInterval(due, 1e6).unref()); queue.enqueue(catalogue.size); } })();
setTimeout(() => snapshot('promises.heapsnapshot'), 10);`,
  );
  const suspects = await suspectsOf('promises', { kind: 'heap', growthBytes: 3.8 * MIB });
  const chain = suspects.find((suspect) => suspect.constructor === 'Promise');
  t.true(chain !== undefined && chain.count > 18_000 && chain.count < 20_200, chain?.sentence);
  // A promise, its reaction, a function and its scope: 200 to 260 bytes; with the catalogue it were 8 MiB.
  t.true(chain!.retainedBytes > 20_000 * 150 && chain!.retainedBytes < 20_000 * 270, chain?.sentence);
});

test('should find the registry, however many cells there are, when held values hold their targets', async (t) => {
  heap.run(
    'cells.cjs',
    `class UploadHandle { constructor(i) { this.path = '/uploads/' + i; this.head = 'x'.repeat(400) + i; } }
const registry = new FinalizationRegistry((close) => close());
function openUpload(i) { const handle = new UploadHandle(i); registry.register(handle, () => { handle.closed = true; }); }
for (let i = 0; i < 5000; i++) openUpload(i);
setInterval(() => registry, 1e6).unref();
snapshot('cells.heapsnapshot');`,
  );
  const suspects = await suspectsOf('cells', { kind: 'heap', growthBytes: 3 * MIB });
  t.regex(suspects[0].sentence, /held by registry in cells\.cjs \(FinalizationRegistry\) in .*cells\.cjs:\d+/);
  t.true(suspects[0].count >= 4900 && suspects[0].count <= 5100, suspects[0].sentence);
});

test('should count keys with what they are keys of, and tell them by no other name, when a text is joined of parts or is flat', async (t) => {
  heap.run(
    'keys.cjs',
    `const { randomUUID } = require('node:crypto');
class Visit { constructor(i) { this.id = i % 2 ? randomUUID() : 'visit-of-' + i + '-' + Buffer.alloc(20, 97); } }
const visits = new Map();
function add(visit) { visits.set(visit.id, visit); }
for (let i = 0; i < 8000; i++) add(new Visit(i));
setInterval(() => visits.size, 1e6).unref();
snapshot('keys.heapsnapshot');`,
  );
  const [first] = await suspectsOf('keys', { kind: 'heap', growthBytes: MIB });
  t.regex(first.sentence, /^8 000 × Visit(?: \{id\})? held by visits in keys\.cjs \(Map\)/);
});
