// The reader on snapshots of the tested Node.js line: what a program planted, by count, size, holder and place, and every sum against a plain JSON.parse.
import { readFileSync } from 'node:fs';
import test from 'ava';
import { analyzeHeap } from '../../src/heap/analyze-heap.js';
import { PlantedHeap } from '../heap/planted-heap.js';
import { lineOf, nodeVersion } from '../support/node-lines.js';

const MEMORY = { memoryBytesMax: 1e9 };
const BLOBS = 400;
const BLOB_BYTES = 20_000;
const TEXT_CHARS = 1000;
const MORE = 150;
const heap = new PlantedHeap();
test.before(() =>
  heap.run(
    'blobs.cjs',
    `// A store of blobs, each with a text of its own.
class Blob3 { constructor(i) { this.body = new Uint8Array(${BLOB_BYTES}); this.text = Buffer.alloc(${TEXT_CHARS}, 97 + (i % 26)).toString('latin1') } }
class BlobStore { constructor() { this.blobs = new Map(); }
  add(i) { this.blobs.set(i, new Blob3(i)); } }
const store = new BlobStore();
for (let i = 0; i < ${BLOBS}; i++) store.add(i);
setInterval(() => store.add(0), 1e6).unref();
snapshot('first.heapsnapshot');
for (let i = 0; i < ${MORE}; i++) store.add(${BLOBS} + i);
snapshot('second.heapsnapshot');
`,
  ),
);
test.after.always(() => heap.remove());

test('should count and weigh what was planted, and name its holder, when a snapshot of the tested line is read', async (t) => {
  t.log(nodeVersion());
  const file = heap.path('first.heapsnapshot');
  const analysis = await analyzeHeap(file, MEMORY);
  const { snapshot, nodes, locations } = JSON.parse(readFileSync(file, 'utf8'));
  const { node_fields: fields } = snapshot.meta as { node_fields: string[] };
  let bytes = 0;
  for (let i = fields.indexOf('self_size'); i < nodes.length; i += fields.length) bytes += nodes[i];
  t.deepEqual([analysis.nodes, analysis.edges, analysis.totalBytes], [snapshot.node_count, snapshot.edge_count, bytes]);
  t.true(locations.length > 0);
  const of = (name: string) => analysis.constructors.find((each) => each.name === name);
  const blobs = of('Blob3');
  const script = heap.path('blobs.cjs');
  t.deepEqual([blobs?.count, blobs?.place], [BLOBS, { file: script, line: 2 }]);
  // Its own fields: a map, properties, elements, two of its own and none to spare, or a few until the class's size is settled.
  const ownBytes = (blobs?.shallowBytes ?? 0) / BLOBS;
  t.true(ownBytes >= 40 && ownBytes <= 72, `${ownBytes} bytes each`);
  // Body and text, each with a head of its own: of a typed array, its buffer, and a string.
  const heldBytes = (blobs?.retainedBytes ?? 0) / BLOBS - ownBytes;
  t.true(heldBytes >= BLOB_BYTES + TEXT_CHARS && heldBytes <= BLOB_BYTES + TEXT_CHARS + 700, `${heldBytes} bytes each`);
  const outsideBytes = of('system / JSArrayBufferData')?.shallowBytes ?? 0;
  t.true(outsideBytes >= BLOBS * BLOB_BYTES && outsideBytes <= BLOBS * BLOB_BYTES + 1_000_000, `${outsideBytes} bytes outside the heap`);
  const [suspect] = analysis.suspects;
  t.deepEqual(
    [suspect.constructor, suspect.count, suspect.holder, suspect.place, suspect.holderPlace],
    ['Blob3', BLOBS, 'BlobStore.blobs (Map)', { file: script, line: 2 }, { file: script, line: 3 }],
  );
  // What only newer lines write, and what they write no more.
  t.is(fields.includes('trace_node_id'), lineOf(nodeVersion()) < 24);
});

test('should compare by object id when both snapshots are of one process of the tested line', async (t) => {
  const { growth } = await analyzeHeap(heap.path('first.heapsnapshot'), { ...MEMORY, later: heap.path('second.heapsnapshot') });
  const blobs = growth?.constructors.find(({ name }) => name === 'Blob3');
  t.deepEqual([growth?.comparableById, growth?.differingIds], [true, 0]);
  t.deepEqual([blobs?.addedCount, blobs?.removedCount, blobs?.netCount], [MORE, 0, MORE]);
});
