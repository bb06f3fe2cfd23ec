// The reader against a plain JSON.parse of the same file, at every chunk boundary, and against files that are cut off, hostile or no snapshots.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { PitotError } from '../../src/core/errors.js';
import { selfBytes } from '../../src/heap/heap-columns.js';
import { type HeapSnapshot, readSnapshot } from '../../src/heap/read-snapshot.js';
import { PlantedHeap, SESSIONS } from './planted-heap.js';

const MEMORY = { memoryBytesMax: 1e9 };
const base = mkdtempSync(join(tmpdir(), 'pitot-heap-read-'));
const planted = new PlantedHeap();
test.before(() => planted.run('sessions.cjs', SESSIONS));
test.after.always(() => {
  rmSync(base, { recursive: true, force: true });
  planted.remove();
});

let files = 0;
function fileOf(text: string | Buffer): string {
  const file = join(base, `${++files}.heapsnapshot`);
  writeFileSync(file, text);
  return file;
}

const META = {
  node_fields: ['type', 'name', 'id', 'self_size', 'edge_count', 'detachedness'],
  node_types: [['hidden', 'object', 'string', 'synthetic'], 'string', 'number', 'number', 'number', 'number'],
  edge_fields: ['type', 'name_or_index', 'to_node'],
  edge_types: [['element', 'property', 'internal', 'shortcut', 'weak'], 'string_or_number', 'node'],
  location_fields: ['object_index', 'script_id', 'line', 'column'],
};
const NODES = [3, 0, 1, 0, 2, 0, 1, 1, 3, 16, 1, 0, 2, 2, 5, 5_000_000_000, 0, 1];
const EDGES = [1, 3, 6, 0, 7, 12, 1, 4, 12];
const STRINGS = ['', 'Sess"ion\\ \u00e4\u{1f600}', 'text\n', 'a', 'long '.repeat(400)];

function small(more: { snapshot?: object; nodes?: unknown[]; edges?: unknown[]; strings?: unknown; space?: number } = {}): string {
  const snapshot = { meta: META, node_count: 3, edge_count: 3, trace_function_count: 0, ...more.snapshot };
  return JSON.stringify(
    {
      snapshot,
      nodes: more.nodes ?? NODES,
      edges: more.edges ?? EDGES,
      trace_function_infos: [],
      trace_tree: [1, 0, 2, [{ '"]': '\\"' }]],
      samples: [],
      locations: [12, 5, 3, 4, 6, 9, 0, 1],
      strings: more.strings ?? STRINGS,
    },
    null,
    more.space,
  );
}

const errorOf = async (text: string | Buffer, memoryBytesMax = 1e9): Promise<string> => {
  const file = fileOf(text);
  try {
    await (await readSnapshot(file, { memoryBytesMax })).close();
  } catch (error) {
    if (!(error instanceof PitotError)) throw error;
    return `${error.code} ${error.detail.received}`.replaceAll(base, '');
  }
  return 'no error';
};

async function reading<T>(file: string, use: (snapshot: HeapSnapshot) => T): Promise<T> {
  const snapshot = await readSnapshot(file, MEMORY);
  try {
    return use(snapshot);
  } finally {
    await snapshot.close();
  }
}

test('should hold every field when a small snapshot is read, with and without white space', async (t) => {
  for (const space of [undefined, 2]) {
    await reading(fileOf(small({ space })), (snapshot) => {
      t.deepEqual([...snapshot.nodeType], [3, 1, 2]);
      t.deepEqual([...snapshot.nodeName], [0, 1, 2]);
      t.deepEqual([...snapshot.nodeId], [1, 3, 5]);
      t.deepEqual([...snapshot.firstEdge], [0, 2, 3, 3]);
      t.deepEqual([...snapshot.detachedness], [0, 0, 1]);
      t.deepEqual([...snapshot.edgeType], [1, 0, 1]);
      t.deepEqual([...snapshot.edgeName], [3, 7, 4]);
      t.deepEqual([...snapshot.edgeTo], [1, 2, 2]);
      t.deepEqual(
        [0, 1, 2].map((node) => selfBytes(snapshot, node)),
        [0, 16, 5_000_000_000],
      );
      t.deepEqual(
        STRINGS.map((_, i) => snapshot.strings.at(i)),
        STRINGS.map((text) => text.slice(0, 1000)),
      );
      t.is(snapshot.strings.at(5), '');
      t.deepEqual(snapshot.locations.of(1), { scriptId: 9, line: 1, column: 2 });
      t.deepEqual(snapshot.locations.of(2), { scriptId: 5, line: 4, column: 5 });
      t.is(snapshot.locations.of(0), null);
    });
  }
});

test('should find fields by their names when a line of Node has others, or in another order', async (t) => {
  const nodeFields = ['id', 'trace_node_id', 'self_size', 'type', 'edge_count', 'name'];
  const meta = { ...META, node_fields: nodeFields, node_types: ['number', 'number', 'number', META.node_types[0], 'number', 'string'] };
  const nodes = [1, 0, 0, 3, 2, 0, 3, 0, 16, 1, 1, 1, 5, 0, 40, 2, 0, 2];
  await reading(fileOf(small({ snapshot: { meta }, nodes })), (snapshot) => {
    t.deepEqual([...snapshot.nodeType], [3, 1, 2]);
    t.deepEqual([...snapshot.nodeId], [1, 3, 5]);
    t.deepEqual([...snapshot.selfSize], [0, 16, 40]);
    t.deepEqual([...snapshot.edgeTo], [1, 2, 2]);
  });
});

test('should read the same when chunks end at every byte', async (t) => {
  const file = fileOf(small({ space: 1 }));
  for (const chunkBytes of [1, 2, 3, 5, 64, 1000]) {
    const snapshot = await readSnapshot(file, { ...MEMORY, chunkBytes });
    t.deepEqual([...snapshot.edgeTo, ...snapshot.nodeId, ...snapshot.firstEdge], [1, 2, 2, 1, 3, 5, 0, 2, 3, 3]);
    t.deepEqual(
      [0, 1, 2, 3].map((i) => snapshot.strings.at(i)),
      STRINGS.slice(0, 4),
    );
    t.is(snapshot.locations.of(2)?.line, 4);
    await snapshot.close();
  }
});

test('should equal JSON.parse when a real snapshot is read', async (t) => {
  const file = planted.path('first.heapsnapshot');
  const plain = JSON.parse(readFileSync(file, 'utf8'));
  const { meta, node_count: nodeCount, edge_count: edgeCount } = plain.snapshot;
  const width = meta.node_fields.length;
  const at = (field: string): number => meta.node_fields.indexOf(field);
  await reading(file, (snapshot) => {
    t.is(snapshot.nodeCount, nodeCount);
    t.is(snapshot.edgeCount, edgeCount);
    t.is(snapshot.strings.count, plain.strings.length);
    t.is(snapshot.locations.count, plain.locations.length / 4);
    let wrong = 0;
    for (let node = 0; node < nodeCount; node++) {
      const field = (name: string): number => plain.nodes[node * width + at(name)];
      if (snapshot.nodeId[node] !== field('id') || selfBytes(snapshot, node) !== field('self_size')) wrong++;
      if (snapshot.firstEdge[node + 1] - snapshot.firstEdge[node] !== field('edge_count')) wrong++;
    }
    for (let e = 0; e < edgeCount; e++) if (snapshot.edgeTo[e] * width !== plain.edges[e * 3 + 2]) wrong++;
    for (let i = 0; i < plain.strings.length; i += 7) if (snapshot.strings.at(i) !== plain.strings[i].slice(0, 1000)) wrong++;
    t.is(wrong, 0);
  });
});

test('should say where a snapshot ends when it is cut off', async (t) => {
  const whole = readFileSync(planted.path('first.heapsnapshot'));
  const { length } = whole;
  t.is(await errorOf(whole.subarray(0, 500)), 'INPUT_FILE a file that ends within "snapshot", after 500 bytes');
  t.is(await errorOf(whole.subarray(0, length - 10)), `INPUT_FILE a file that ends within "strings", after ${length - 10} bytes`);
  t.regex(await errorOf(whole.subarray(0, 100_000)), /^INPUT_FILE \d+ nodes and \d+ edges, which take .* at the least, in a file of 97\.7 KiB$/);
  t.is(
    await errorOf(small().slice(0, -1)),
    `INPUT_FILE a file that ends between two parts, after ${small().length + 0 - 1 + Buffer.byteLength(small()) - small().length} bytes`,
  );
  t.is(await errorOf(''), 'INPUT_FILE an empty file');
});

test('should say what is wrong and where when a file is hostile or none of a heap', async (t) => {
  const cases: [string, string][] = [
    ['hello', 'no JSON object at byte 0'],
    ['[1]', 'no JSON object at byte 0'],
    ['{"nodes":[]}', '"nodes" before "snapshot"'],
    ['{"nodes":[{}],"startTime":1}', '"nodes" before "snapshot"'],
    ['{"snapshot":{"meta":{}}}', 'no list "node_fields" of names in snapshot.meta'],
    ['{"snapshot":3,', 'no object "snapshot"'],
    [`{"snapshot":"${'x'.repeat(300_000)}"}`, 'a value of more than 262144 bytes at byte 300014 in "snapshot"'],
    [`{"${'k'.repeat(100)}":1}`, `a key too long at byte 66 in "${'k'.repeat(64)}"`],
    [small({ snapshot: { node_count: 1e9 } }), '1000000000 nodes and 3 edges, which take 11.2 GiB at the least, in a file of '],
    [small({ snapshot: { node_count: -1 } }), 'no count "node_count" in "snapshot"'],
    [small({ snapshot: { node_count: 1e15 } }), 'no count "node_count" in "snapshot"'],
    [small({ snapshot: { node_count: 0 } }), 'no nodes at all'],
    [small({ snapshot: { node_count: 2 } }), 'more nodes than the 2 it declares'],
    [small({ snapshot: { node_count: 4 } }), '3 nodes, where it declares 4'],
    [small({ snapshot: { edge_count: 2 } }), 'nodes with more edges than the 2 it declares'],
    [small({ snapshot: { edge_count: 4 } }), '3 edges, where it declares 4'],
    [small({ nodes: NODES.slice(0, -1) }), 'a record that ends after 5 of 6 numbers at byte '],
    [small({ nodes: [9, ...NODES.slice(1)] }), 'node 0 of type 9, where there are 4'],
    [small({ nodes: [-1, ...NODES.slice(1)] }), 'no number at byte '],
    [small({ nodes: ['3', ...NODES.slice(1)] }), 'no number at byte '],
    [small({ nodes: [3, 99, ...NODES.slice(2)] }), 'a node with the name 99, where there are 5 strings'],
    [small({ nodes: [3, 0, 2 ** 33, ...NODES.slice(3)] }), 'node 0 with a number out of range'],
    [small({ edges: [1, 3, 7, ...EDGES.slice(3)] }), 'edge 0 to 7, where no node begins'],
    [small({ edges: [1, 3, 600, ...EDGES.slice(3)] }), 'edge 0 to 600, where no node begins'],
    [small({ strings: [1] }), 'no list of strings at byte '],
    [small({ strings: {} }), 'no list of strings at byte '],
    [small().replace('[3,0,1', '[3.5,0,1'), 'no list of numbers at byte '],
    [small().replace('[3,0,1', '[3 3,0,1'), 'no list of numbers at byte '],
    [small().replace('"edges"', '"nodes"'), '"nodes" twice'],
    [small().replace('"edges"', '"sedge"'), 'no "edges"'],
  ];
  for (const [text, message] of cases) {
    const error = await errorOf(text);
    t.true(error.startsWith(`INPUT_FILE ${message}`), `${text.slice(0, 80)}: ${error}`);
  }
});

test('should refuse a snapshot before it allocates when it needs more memory than allowed', async (t) => {
  t.is(await errorOf(small(), 100), 'INPUT_FILE 3 nodes and 3 edges, with which it takes 279 B of memory to analyse, where 100 B are allowed');
});

test('should name the file when there is none, or a directory', async (t) => {
  const missing = await t.throwsAsync(readSnapshot(join(base, 'missing'), MEMORY), { instanceOf: PitotError });
  t.is(missing?.detail.received, 'nothing there');
  const directory = await t.throwsAsync(readSnapshot(base, MEMORY), { instanceOf: PitotError });
  t.is(directory?.detail.received, 'no regular file');
});

test('should stop between two chunks when its signal says so', async (t) => {
  const controller = new AbortController();
  const read = readSnapshot(planted.path('first.heapsnapshot'), { ...MEMORY, signal: controller.signal, onProgress: () => controller.abort() });
  const reason = await read.then(
    () => 'read to its end',
    (error: Error) => error.name,
  );
  t.is(reason, 'AbortError');
});
