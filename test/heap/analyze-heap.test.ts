// The analysis of real heaps: sums against a plain JSON.parse, planted leaks by name and place, growth between two snapshots, the command line, and the child process.
import { spawnSync } from 'node:child_process';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { analyzeInChild } from '../../src/agent/evidence/analyze-in-child.js';
import { PitotError } from '../../src/core/errors.js';
import { analyzeHeap } from '../../src/heap/analyze-heap.js';
import type { HeapAnalysis, HeapSuspect } from '../../src/heap/heap-analysis.js';
import { PlantedHeap, SESSIONS } from './planted-heap.js';

const MAIN = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
const MEMORY = { memoryBytesMax: 1e9 };
const heap = new PlantedHeap();
test.before(() => heap.run('sessions.cjs', SESSIONS));
test.after.always(() => heap.remove());

const first = (): string => heap.path('first.heapsnapshot');
const second = (): string => heap.path('second.heapsnapshot');
const pitot = (...args: string[]) =>
  spawnSync(process.execPath, [MAIN, 'heap', ...args], { encoding: 'utf8', env: { PATH: process.env.PATH }, cwd: heap.directory });

/** Own bytes and count by class, as a plain reading of the file has them. */
function plainSums(file: string): Map<string, { count: number; bytes: number }> {
  const { snapshot, nodes, strings } = JSON.parse(readFileSync(file, 'utf8'));
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const sums = new Map<string, { count: number; bytes: number }>();
  const at = (name: string): number => fields.indexOf(name);
  for (let i = 0; i < nodes.length; i += fields.length) {
    const type = types[at('type')][nodes[i + at('type')]];
    const named = strings[nodes[i + at('name')]] || '(no name)';
    const name = type === 'object' || type === 'native' ? named : type === 'hidden' ? '(system)' : type === 'code' ? '(compiled code)' : `(${type})`;
    const sum = sums.get(name) ?? { count: 0, bytes: 0 };
    sums.set(name, { count: sum.count + 1, bytes: sum.bytes + nodes[i + at('self_size')] });
  }
  return sums;
}

test('should equal the sums of the file for every constructor, and retain no less than their own', async (t) => {
  const analysis = await analyzeHeap(first(), MEMORY);
  const sums = plainSums(first());
  for (const { name, count, shallowBytes, retainedBytes } of analysis.constructors) {
    t.deepEqual({ count, bytes: shallowBytes }, sums.get(name), name);
    t.true(retainedBytes >= shallowBytes && retainedBytes <= analysis.totalBytes, name);
  }
  t.is(
    analysis.totalBytes,
    [...sums.values()].reduce((total, { bytes }) => total + bytes, 0),
  );
  t.true(analysis.constructors.length > 50);
  const session = analysis.constructors.find(({ name }) => name === 'Session');
  t.deepEqual([session?.count, session?.place], [2000, { file: heap.path('sessions.cjs'), line: 2 }]);
});

function isPlanted(suspect: HeapSuspect): unknown {
  return [suspect.constructor, suspect.count, suspect.holder, suspect.place, suspect.holderPlace, suspect.kind];
}

test('should name class, count, holder and places first when sessions are never removed', async (t) => {
  const { suspects } = await analyzeHeap(first(), MEMORY);
  const file = heap.path('sessions.cjs');
  t.deepEqual(isPlanted(suspects[0]), ['Session', 2000, 'SessionStore.sessions (Map)', { file, line: 2 }, { file, line: 3 }, 'accumulation']);
  t.regex(suspects[0].sentence, /^2 000 × Session held by SessionStore\.sessions \(Map\) in .*sessions\.cjs:3, \d+ KiB retained$/);
  const { retainers } = suspects[0];
  t.deepEqual(retainers.slice(-4), ['variable store: SessionStore', '.sessions Map', '<table> (array)', '<> Session']);
});

test('should say what came and what went, and name what grew, when two snapshots are compared', async (t) => {
  const { growth, suspects } = await analyzeHeap(first(), { ...MEMORY, later: second() });
  const session = growth?.constructors.find(({ name }) => name === 'Session');
  t.deepEqual([session?.addedCount, session?.removedCount, session?.netCount], [500, 100, 400]);
  const before = plainSums(first());
  const after = plainSums(second());
  const total = (sums: typeof before): number => [...sums.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  t.is(growth?.netBytes, total(after) - total(before));
  for (const { name, netCount, netBytes } of growth?.constructors ?? []) {
    t.is(netCount, (after.get(name)?.count ?? 0) - (before.get(name)?.count ?? 0), name);
    t.is(netBytes, (after.get(name)?.bytes ?? 0) - (before.get(name)?.bytes ?? 0), name);
  }
  t.deepEqual([suspects[0].constructor, suspects[0].count, suspects[0].holder], ['Session', 500, 'SessionStore.sessions (Map)']);
});

test('should rank by agreement with what was measured when hints are given', async (t) => {
  heap.run(
    'early.cjs',
    `class Order { constructor(i) { this.id = 'order ' + i; this.lines = [i]; } }
const cache = new Map(); for (let i = 0; i < 20000; i++) cache.set(i, { name: 'cached ' + i });
const audit = { pending: [] };
function place(i) { audit.pending.push(new Order(i)); }
for (let i = 0; i < 600; i++) place(i);
setInterval(() => { cache.get(1); place(1); }, 1e6).unref();
snapshot('early.heapsnapshot');`,
  );
  const file = heap.path('early.heapsnapshot');
  const without = await analyzeHeap(file, MEMORY);
  t.is(without.suspects[0].holder, 'cache in early.cjs (Map)');
  const script = heap.path('early.cjs');
  const hints = { growthBytes: 80_000, functions: [{ function: 'Order', file: script, line: 1, bytes: 80_000 }] };
  const [suspect] = (await analyzeHeap(file, { ...MEMORY, hints })).suspects;
  t.deepEqual([suspect.constructor, suspect.count, suspect.holder], ['Order', 600, 'audit.pending in early.cjs (Array)']);
  t.is(suspect.score.allocation, 1);
  t.true((suspect.score.growth ?? 0) > 0.5);
});

test('should name the chain when objects hold each other in a list', async (t) => {
  heap.run(
    'chain.cjs',
    `class Link { constructor(next) { this.next = next; this.body = 'x'.repeat(40) + Math.random(); } }
globalThis.chain = { head: null };
for (let i = 0; i < 20000; i++) chain.head = new Link(chain.head);
snapshot('chain.heapsnapshot');`,
  );
  const { suspects } = await analyzeHeap(heap.path('chain.heapsnapshot'), MEMORY);
  const chain = suspects.find((suspect) => suspect.constructor === 'Link');
  t.deepEqual([chain?.count, chain?.kind], [20_000, 'path']);
  t.regex(chain?.holder ?? '', /^global\.chain \(Object\)$/);
  t.true(chain?.retainers.includes('(.next Link)×N'), chain?.retainers.join('\n'));
});

test('should end with 2 and one line when the command line is misused or the file is no snapshot', (t) => {
  writeFileSync(heap.path('cut.heapsnapshot'), readFileSync(first()));
  truncateSync(heap.path('cut.heapsnapshot'), 3_000_000);
  const cases: [string[], RegExp][] = [
    [[], /^pitot heap: SNAPSHOT \[LATER\]: expected one heap snapshot, or two of one process, received 0\. .*\n$/],
    [['a', 'b', 'c'], /^pitot heap: SNAPSHOT \[LATER\]: .*received 3\. .*\n$/],
    [['sessions.cjs'], /^pitot heap: sessions\.cjs: expected a whole heap snapshot of V8, received no JSON object at byte 0\. .*\n$/],
    [['cut.heapsnapshot'], /^pitot heap: cut\.heapsnapshot: .* received a file that ends within "\w+", after 3000000 bytes\. .*\n$/],
    [['first.heapsnapshot', '--memory', '5'], /^pitot heap: first\.heapsnapshot: .* where 5\.00 MiB are allowed\. .*\n$/],
    [['first.heapsnapshot', '--rows', '0'], /^pitot heap: --rows: expected a whole number 1\.\.200, received 0\. .*\n$/],
  ];
  for (const [args, line] of cases) {
    const { status, stdout, stderr } = pitot(...args);
    t.deepEqual([status, stdout], [2, ''], args.join(' '));
    t.regex(stderr, line);
  }
});

test('should print suspects, growth and constructors for people, and the whole analysis as JSON', (t) => {
  const text = pitot('first.heapsnapshot', 'second.heapsnapshot', '--rows', '150');
  t.is(text.status, 0, text.stderr);
  t.regex(text.stdout, /suspects\n {2}1\. 500 × Session held by SessionStore\.sessions \(Map\)/);
  t.regex(text.stdout, /\n {2}Session +500 +100 +\+400 /);
  t.regex(text.stdout, /\n {2}Session sessions\.cjs:2 +2400 /);
  const json = pitot('first.heapsnapshot', '--json');
  t.is(json.status, 0);
  const analysis = JSON.parse(json.stdout) as HeapAnalysis;
  t.deepEqual([analysis.schema, analysis.suspects[0].constructor, analysis.growth], ['pitot.heap/1', 'Session', null]);
});

test('should say the same, and tell its progress, when it runs in a process of its own', async (t) => {
  const stages = new Set<string>();
  const apart = await analyzeInChild(first(), { ...MEMORY, hints: { growthBytes: 1e6 }, onProgress: (stage) => stages.add(stage) });
  const here = await analyzeHeap(first(), { ...MEMORY, hints: { growthBytes: 1e6 } });
  t.deepEqual({ ...apart, took: null }, { ...here, took: null });
  t.deepEqual([...stages], ['reading', 'dominators', 'suspects']);
});

test('should hand on errors and reasons when the process of its own fails', async (t) => {
  const error = await t.throwsAsync(analyzeInChild(heap.path('missing'), MEMORY), { instanceOf: PitotError });
  t.is(error?.detail.received, 'nothing there');
  await t.throwsAsync(analyzeInChild(first(), { ...MEMORY, timeoutMs: 1 }), { message: 'heap analysis took longer than 1 ms' });
  const controller = new AbortController();
  const aborted = analyzeInChild(first(), { ...MEMORY, signal: controller.signal, onProgress: () => controller.abort() });
  await t.throwsAsync(aborted, { message: 'heap analysis aborted' });
});

test('should not measure by the memory that threads share when a small leak stands beside much of it', async (t) => {
  const source = `const shared = new SharedArrayBuffer(64 * 2 ** 20);
const waiting = new Map();
class Order { constructor(i) { this.id = i; this.text = 'order ' + i + '-'.repeat(100) + i; } }
for (let i = 0; i < 1500; i++) waiting.set('o' + i, new Order(i));
snapshot('shared.heapsnapshot');
setTimeout(() => [shared, waiting], 1);
`;
  heap.run('shared.cjs', source);
  const { suspects, totalBytes } = await analyzeHeap(heap.path('shared.heapsnapshot'), MEMORY);
  t.true(totalBytes > 64 * 2 ** 20);
  t.is(suspects[0].constructor, 'Order');
  t.true(suspects[0].score.size > 0.03, `${suspects[0].score.size}`);
});
