// Totals and retained sizes against @memlab/heap-analysis on the same file. It is installed on demand into a directory of its own, where CI asks for it: 90 MB.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { MEMLAB, MEMLAB_SOURCE, type MemlabFigures } from '../../bench/memlab.js';
import { install } from '../../eval/install.js';
import { analyzeHeap } from '../../src/heap/analyze-heap.js';
import { PlantedHeap, SESSIONS } from './planted-heap.js';

const heap = new PlantedHeap();
test.before(() => heap.run('sessions.cjs', SESSIONS));
test.after.always(() => heap.remove());

test('should agree on nodes, sizes and what classes retain when memlab analyses the same file', async (t) => {
  t.timeout(240_000);
  const file = heap.path('first.heapsnapshot');
  const ours = await analyzeHeap(file, { memoryBytesMax: 1e9 });
  const planted = ['Session', 'SessionStore'].map((name) => ours.constructors.find((each) => each.name === name));
  t.deepEqual(
    planted.map((each) => each?.count),
    [2000, 1],
  );
  if (!process.env.CI) return t.log('skipped beyond this: memlab is a package of 90 MB; CI=true asks for it');
  const directory = await install(MEMLAB, (text) => t.log(text));
  if (directory === null) return t.log('skipped beyond this: memlab could not be installed');
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', MEMLAB_SOURCE, join(directory, 'package.json'), file], {
    maxBuffer: 64 << 20,
  });
  const theirs = JSON.parse(stdout) as MemlabFigures;
  t.deepEqual([ours.nodes, ours.edges, ours.totalBytes], [theirs.nodes, theirs.edges, theirs.selfBytes]);
  t.is(ours.totalBytes, theirs.rootRetainedBytes);
  t.deepEqual(
    planted.map((each) => [each?.name, each?.count, each?.shallowBytes, each?.retainedBytes]),
    ['Session', 'SessionStore'].map((name) => [name, theirs.classes[name].count, theirs.classes[name].selfBytes, theirs.classes[name].retainedBytes]),
  );
  // Theirs counts an object below another of its class twice, ours once; and a weak map's values for the map, where ours counts them for their keys.
  const alike = ours.constructors.filter(({ name, count }) => count === theirs.classes[name]?.count);
  const same = alike.filter(({ name, retainedBytes }) => Math.abs(retainedBytes - theirs.classes[name].retainedBytes) <= 0.01 * retainedBytes);
  t.log(`${same.length} of ${alike.length} classes retain the same, within 1 %`);
  t.true(alike.length > 50);
  t.true(same.length >= 0.8 * alike.length);
});
