// Two snapshots compared by the ids of objects: of one process that means something, of two, or with a session of the inspector closed between, it does not.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { analyzeHeap } from '../../src/heap/analyze-heap.js';
import type { HeapAnalysis } from '../../src/heap/heap-analysis.js';
import { comparableIds, isOtherString } from '../../src/heap/shared-ids.js';
import { PlantedHeap } from '../heap/planted-heap.js';

const MEMORY = { memoryBytesMax: 1e9 };
const MAIN = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
const heap = new PlantedHeap();
const source = (name: string): string => `
class Visit { constructor(i) { this.page = ['/page', i, process.pid].join('/'); } }
const log = { visits: [] };
const add = (count) => { for (let i = 0; i < count; i++) log.visits.push(new Visit(i)); };
setInterval(() => add(1), 1e6).unref();
add(6000);
snapshot('${name}.1.heapsnapshot');
log.visits.splice(0, 800);
add(2800);
snapshot('${name}.2.heapsnapshot');
const session = new (require('node:inspector').Session)();
session.connect();
session.disconnect();
add(1200);
snapshot('${name}.3.heapsnapshot');
`;
test.before(() => {
  heap.run('one.cjs', source('one'));
  heap.run('two.cjs', source('two'));
});
test.after.always(() => heap.remove());

const compared = (earlier: string, later: string): Promise<HeapAnalysis> =>
  analyzeHeap(heap.path(`${earlier}.heapsnapshot`), { ...MEMORY, later: heap.path(`${later}.heapsnapshot`) });
const visitsOf = ({ growth }: HeapAnalysis) => growth?.constructors.find(({ name }) => name === 'Visit');

test('should count what came and what went when both snapshots are of one process', async (t) => {
  const analysis = await compared('one.1', 'one.2');
  t.is(analysis.growth?.comparableById, true);
  t.is(analysis.growth?.differingIds, 0);
  const { addedCount, removedCount, netCount } = visitsOf(analysis) ?? {};
  t.deepEqual([addedCount, removedCount, netCount], [2800, 800, 2000]);
  t.deepEqual([analysis.suspects[0].constructor, analysis.suspects[0].count], ['Visit', 2800]);
});

for (const [what, earlier, later, net, all] of [
  ['a session of the inspector was closed between them', 'one.2', 'one.3', 1200, 9200],
  ['they are of two processes', 'one.1', 'two.2', 2000, 8000],
  ['they are of two processes that hold as much', 'one.2', 'two.2', 0, 8000],
] as const) {
  test(`should tell net figures alone, and suspect the whole heap, when ${what}`, async (t) => {
    const analysis = await compared(earlier, later);
    const { growth, suspects } = analysis;
    t.is(growth?.comparableById, false);
    t.true((growth?.differingIds ?? 0) > 0.01 * (growth?.sharedIds ?? 0));
    t.deepEqual([growth?.addedCount, growth?.addedBytes, growth?.removedCount, growth?.removedBytes], [null, null, null, null]);
    const visits = visitsOf(analysis);
    t.is(visits?.netCount ?? 0, net);
    t.is(visits?.addedCount ?? null, null);
    const bytes = (sums: HeapAnalysis): number => sums.totalBytes;
    const [before, after] = await Promise.all([earlier, later].map((name) => analyzeHeap(heap.path(`${name}.heapsnapshot`), MEMORY)));
    t.is(growth?.netBytes, bytes(after) - bytes(before));
    t.deepEqual(suspects, after.suspects);
    t.is(suspects.find((suspect) => suspect.constructor === 'Visit')?.count, all);
  });
}

test('should say so, and print no came and no went, when ids do not compare', (t) => {
  const { status, stdout } = spawnSync(process.execPath, [MAIN, 'heap', 'one.1.heapsnapshot', 'two.2.heapsnapshot', '--rows', '100'], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH },
    cwd: heap.directory,
  });
  t.is(status, 0);
  t.regex(stdout.replace(/\s+/g, ' '), /not comparable by object id: of the \d+ ids that both have, \d+ name something else in each\./);
  t.regex(stdout, /\n {2}constructor +net +net bytes\n/);
  t.regex(stdout, /\n {2}Visit +\+2000 +\+\d/);
  t.notRegex(stdout, /came +went/);
});

test('should take ids for the same objects when few of them differ, and few are left of a large heap', (t) => {
  const ids = { count: 50_000, otherClass: 0, strings: 10_000, otherStrings: 0 };
  t.true(comparableIds(ids, 60_000));
  t.true(comparableIds({ ...ids, otherClass: 500, otherStrings: 300 }, 60_000));
  t.false(comparableIds({ ...ids, otherClass: 501 }, 60_000));
  t.false(comparableIds({ ...ids, otherStrings: 301 }, 60_000));
  // A cache of ten millions that was replaced: what Node.js keeps is still there.
  t.true(comparableIds(ids, 10_000_000));
  t.false(comparableIds({ count: 30, otherClass: 0, strings: 0, otherStrings: 0 }, 60_000));
  t.true(isOtherString(32, 40));
  t.false(isOtherString(40, 40));
  t.false(isOtherString(40, 24));
});
