// Heap profile and heap snapshot of a real main thread, from another thread of its process.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { NODE } from '../support/app.js';
import type { ChildResult, ChildTask } from './heap-child.js';

const CHILD = fileURLToPath(new URL('heap-child.js', import.meta.url));

interface Ran extends ChildResult {
  directory: string;
  heap: string[];
  stderr: string;
}

async function run(t: ExecutionContext, task: Omit<ChildTask, 'directory' | 'baseDirectory'>, base?: string): Promise<Ran> {
  const baseDirectory = base ?? makeBase(t);
  const directory = join(baseDirectory, 'shop.20260102-030405.1');
  mkdirSync(directory, { recursive: true });
  const { stdout, stderr } = await promisify(execFile)(NODE, [CHILD, JSON.stringify({ ...task, directory, baseDirectory })], { timeout: 60_000 });
  let heap: string[] = [];
  try {
    heap = readdirSync(join(directory, 'heap'));
  } catch {
    // None was made.
  }
  return { ...(JSON.parse(stdout) as ChildResult), directory, heap, stderr };
}

function makeBase(t: ExecutionContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'pitot-heap-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

const SNAPSHOT_LINE =
  /^heap-snapshot: (heap\/Heap\.\d{8}\.\d{6}\.\d+\.0\.001\.heapsnapshot) \([\d.]+ MiB, the main thread stood still for [\d.]+ m?s\)$/;

test.serial(
  'should write a snapshot that opens, with the objects that main keeps, and remove what a killed process left of one, when memory and disk allow',
  async (t) => {
    const base = makeBase(t);
    mkdirSync(join(base, 'shop.20260102-030405.1/heap'), { recursive: true });
    writeFileSync(join(base, 'shop.20260102-030405.1/heap/.Heap.20260102.030405.1.0.001.heapsnapshot.1.tmp'), 'half');
    const { lines, directory, heap, stderr } = await run(t, { runs: [['heap-snapshot']] }, base);
    const file = SNAPSHOT_LINE.exec(lines[0][0])?.[1] ?? t.fail(lines[0][0]);
    const path = join(directory, file as string);
    t.deepEqual(heap, [(file as string).slice('heap/'.length)]);
    t.is(statSync(path).mode & 0o777, 0o600);
    const { snapshot, nodes, edges, strings } = JSON.parse(readFileSync(path, 'utf8'));
    t.is(nodes.length / snapshot.meta.node_fields.length, snapshot.node_count);
    t.is(edges.length / snapshot.meta.edge_fields.length, snapshot.edge_count);
    const width = snapshot.meta.node_fields.length;
    const nameAt = snapshot.meta.node_fields.indexOf('name');
    const typeAt = snapshot.meta.node_fields.indexOf('type');
    const objectType = snapshot.meta.node_types[typeAt].indexOf('object');
    let orders = 0;
    for (let i = 0; i < nodes.length; i += width) if (nodes[i + typeAt] === objectType && strings[nodes[i + nameAt]] === 'KeptOrder') orders++;
    t.true(orders >= 5000, `${orders} orders`);
    t.is(stderr, '');
  },
);

test.serial('should refuse a snapshot, and leave no file, when too little memory is left', async (t) => {
  const { lines, heap } = await run(t, { runs: [['heap-snapshot']], leftBytes: 10 * 1024 * 1024 });
  t.regex(
    lines[0][0],
    /^heap-snapshot: refused: it may need [\d.]+ [MG]iB, and of the 10\.0 MiB left below the cgroup's limit 32\.0 MiB are kept back$/,
  );
  t.deepEqual(heap, []);
});

test.serial('should take one snapshot when two alerts ask at the same time, and none in the next process of the service', async (t) => {
  const base = makeBase(t);
  const first = await run(t, { runs: [['heap-snapshot'], ['heap-snapshot']] }, base);
  t.regex(first.lines[0][0], SNAPSHOT_LINE);
  t.is(first.lines[1][0], first.lines[0][0]);
  const second = await run(t, { runs: [['heap-snapshot']] }, base);
  t.regex(second.lines[0][0], /^heap-snapshot: refused: process \d+ took one [\d.]+ m?s ago, one in 24 h is allowed$/);
  t.is(second.heap.length, 1);
});

test.serial('should take the snapshot on Node 20, and refuse it on later ones, when the loop of main does not turn', async (t) => {
  const { stdout: version } = await promisify(execFile)(NODE, ['-p', 'process.versions.node']);
  const waits = !version.startsWith('20.');
  const { lines, heap } = await run(t, { runs: [['heap-snapshot']], blocked: true, ...(waits && { startMsMax: 500 }) });
  if (!waits) {
    t.regex(lines[0][0], SNAPSHOT_LINE);
    return;
  }
  t.is(lines[0][0], 'heap-snapshot: refused: the loop of the main thread does not turn');
  t.deepEqual(heap, []);
});

test.serial('should name who allocated what main keeps when a heap profile is taken', async (t) => {
  const { lines, directory, heap, foreignSampler } = await run(t, { runs: [['heap-profile']] });
  const file = /^heap-profile: (heap\/Heap\.\d{8}\.\d{6}\.\d+\.0\.001\.heapprofile) \(1 s\)$/.exec(lines[0][0])?.[1] ?? t.fail(lines[0][0]);
  const path = join(directory, file as string);
  t.is(statSync(path).mode & 0o777, 0o600);
  t.is(heap.length, 1);
  const functions: string[] = [];
  const walk = (node: { callFrame: { functionName: string }; selfSize: number; children: [] }): void => {
    if (node.selfSize > 0) functions.push(node.callFrame.functionName);
    node.children.forEach(walk);
  };
  walk(JSON.parse(readFileSync(path, 'utf8')).head);
  t.true(functions.includes('growOrders'), functions.join());
  t.false(foreignSampler, 'the sampler of the action has ended');
});

test.serial('should give two alerts the same heap profile when they ask at the same time', async (t) => {
  const { lines, heap } = await run(t, { runs: [['heap-profile'], ['heap-profile']] });
  t.is(lines[0][0], lines[1][0]);
  t.is(heap.length, 1);
});

test.serial("should leave the application's own sampler running when there is one", async (t) => {
  const { lines, foreignSampler } = await run(t, { runs: [['heap-profile']], foreignSampler: true });
  t.regex(lines[0][0], /\.heapprofile \(all that is alive since the running sampler began\)$/);
  t.true(foreignSampler);
});

test.serial('should profile the heap when main turns in a loop all the time', async (t) => {
  const { lines, heap } = await run(t, { runs: [['heap-profile']], blocked: true });
  t.regex(lines[0][0], /\.heapprofile \(1 s\)$/);
  t.is(heap.length, 1);
});
