// What does not hold: of a weak map's pair the table's half, in a snapshot of the Node.js under test.
import test from 'ava';
import { dominatorTree } from '../../src/heap/dominator-tree.js';
import { HOLDS_NOTHING, markIdleEdges } from '../../src/heap/edge-rules.js';
import { nodeClasses } from '../../src/heap/node-classes.js';
import { readSnapshot } from '../../src/heap/read-snapshot.js';
import { PlantedHeap } from './planted-heap.js';

const heap = new PlantedHeap();
test.before(() =>
  heap.run(
    'weak.cjs',
    `class Key {} class Value { constructor() { this.list = [1, 2, 3]; } }
globalThis.map = new WeakMap(); globalThis.keys = [];
// In a function that has returned: the last value is else still on the stack, which holds it too.
function fill() { for (let i = 0; i < 20; i++) { const key = new Key(); keys.push(key); map.set(key, new Value()); } }
fill();
snapshot('weak.heapsnapshot');`,
  ),
);
test.after.always(() => heap.remove());

test('should count the values of a weak map for their keys when both are alive', async (t) => {
  const snapshot = await readSnapshot(heap.path('weak.heapsnapshot'), { memoryBytesMax: 1e9 });
  t.teardown(() => snapshot.close());
  const pairs = new Set(snapshot.pairNames);
  const weak = snapshot.meta.edgeTypes.indexOf('weak');
  const internal = snapshot.meta.edgeTypes.indexOf('internal');
  const before = snapshot.edgeType.slice();
  markIdleEdges(snapshot);
  let tableHalves = 0;
  let keyHalves = 0;
  for (let e = 0; e < snapshot.edgeCount; e++) {
    if (before[e] === weak) t.is(snapshot.edgeType[e], HOLDS_NOTHING);
    if (before[e] !== internal || !pairs.has(snapshot.edgeName[e])) continue;
    if (snapshot.edgeType[e] === HOLDS_NOTHING) tableHalves++;
    else keyHalves++;
  }
  t.deepEqual([tableHalves, keyHalves], [20, 20]);
  const { dominator } = dominatorTree(snapshot);
  const classes = nodeClasses(snapshot);
  const values = Array.from({ length: snapshot.nodeCount }, (_, node) => node).filter((node) => classes.name(classes.of[node]) === 'Value');
  t.is(values.length, 20);
  for (const value of values) t.is(classes.name(classes.of[dominator[value]]), 'Key');
});
