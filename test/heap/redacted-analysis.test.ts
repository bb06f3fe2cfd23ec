// A redacted snapshot is read and analysed as the one it was made of: the same shapes, sizes, edges, ways from the root, and suspects.
import { readFileSync, writeFileSync } from 'node:fs';
import test from 'ava';
import { analyzeHeap } from '../../src/heap/analyze-heap.js';
import { type HeapSnapshot, readSnapshot } from '../../src/heap/read-snapshot.js';
import { SnapshotRedactor } from '../../src/heap/redact.js';
import { rootPaths } from '../../src/heap/root-paths.js';
import { PlantedHeap, SESSIONS } from './planted-heap.js';

const MEMORY = { memoryBytesMax: 1e9 };
const heap = new PlantedHeap();
const plain = (): string => heap.path('first.heapsnapshot');
const redacted = (name = 'first'): string => heap.path(`${name}-redacted.heapsnapshot`);
test.before(() => {
  heap.run('sessions.cjs', SESSIONS);
  for (const name of ['first', 'second']) {
    let text = '';
    const redactor = new SnapshotRedactor((piece) => (text += piece));
    redactor.push(readFileSync(heap.path(`${name}.heapsnapshot`), 'latin1'));
    redactor.end();
    writeFileSync(redacted(name), text, 'latin1');
  }
});
test.after.always(() => heap.remove());

async function columnsOf(file: string) {
  const snapshot: HeapSnapshot = await readSnapshot(file, MEMORY);
  try {
    const { nodeType, nodeId, selfSize, firstEdge, detachedness, edgeType, edgeTo, locations } = snapshot;
    const paths = rootPaths(snapshot);
    const ways = Uint32Array.from(nodeId, (_, node) => paths.to(node).reduce((hash, at) => Math.imul(hash, 31) + at, 1) >>> 0);
    const places = Array.from({ length: locations.count }, (_, i) => [locations.nodeAt(i), locations.scriptAt(i)].join());
    return { nodeType, nodeId, selfSize, firstEdge, detachedness, edgeType, edgeTo, ways, places };
  } finally {
    await snapshot.close();
  }
}

test('should read the same nodes, sizes, edges and ways from the root when the contents are blanked', async (t) => {
  t.true(readFileSync(plain(), 'latin1').includes('user-1999'));
  t.false(readFileSync(redacted(), 'latin1').includes('user-1999'));
  const [before, after] = await Promise.all([plain(), redacted()].map(columnsOf));
  for (const [name, column] of Object.entries(before)) t.true(column.join() === after[name as keyof typeof after].join(), name);
});

test('should find the same constructors, suspects and growth when the contents are blanked', async (t) => {
  const [before, after] = await Promise.all([plain(), redacted()].map((file) => analyzeHeap(file, MEMORY)));
  t.deepEqual({ ...after, file: '', fileBytes: 0, took: null }, { ...before, file: '', fileBytes: 0, took: null });
  t.deepEqual([after.suspects[0].constructor, after.suspects[0].holder], ['Session', 'SessionStore.sessions (Map)']);
  t.deepEqual(after.suspects[0].retainers.slice(-4), ['variable store: SessionStore', '.sessions Map', '<table> (array)', '<> Session']);
  const { growth } = await analyzeHeap(redacted(), { ...MEMORY, later: redacted('second') });
  const session = growth?.constructors.find(({ name }) => name === 'Session');
  t.deepEqual([growth?.comparableById, session?.addedCount, session?.removedCount], [true, 500, 100]);
});
