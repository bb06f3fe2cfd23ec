// One program under pitot as the evaluation runs it: to its end, and where it cannot be run.
import test from 'ava';
import { PATTERNS } from '../../eval/corpus/patterns.js';
import { parseVerdicts } from '../../eval/read-verdicts.js';
import { isDone, runProgram } from '../../eval/run-program.js';

const step = PATTERNS.find(({ id }) => id === 'step')!;
const options = { node: process.execPath, version: process.version, scale: 600, packages: '', keep: false, say: () => {} };

test('should end by itself and say nothing of a leak when a harmless program was watched for its time', async (t) => {
  const { failure, verdict, judgement, node } = await runProgram({ ...step, minutes: 10 }, options);
  t.deepEqual({ failure, verdict, judgement, node }, { failure: '', verdict: 'none', judgement: 'right', node: process.version });
});

test('should say why when a program or its Node.js cannot be started', async (t) => {
  t.regex((await runProgram(step, { ...options, node: '/nowhere/node' })).failure, /ENOENT/);
  t.regex((await runProgram({ ...step, program: 'eval/corpus/programs/warp' }, options)).failure, /ended with 1: .*Cannot find module/s);
});

test('should wait for the name of a leak beyond the end of its time, for a minute, and for no verdict', (t) => {
  const at = new Date(100_000).toISOString();
  const lines = (...of: object[]) => parseVerdicts(of.map((line) => JSON.stringify({ at, verdict: 'leak', ...line })).join('\n'));
  const heap = { ...step, kind: 'heap' as const };
  const endMs = 101_000;
  t.deepEqual([isDone([], heap, endMs, 100_000), isDone([], heap, endMs, 101_001)], [false, true]);
  const told = lines({ event: 'verdict', kind: 'heap' });
  t.deepEqual([isDone(told, heap, endMs, 159_000), isDone(told, heap, endMs, 160_001)], [false, true]);
  t.true(isDone(lines({ event: 'verdict', kind: 'heap' }, { event: 'named', kind: 'heap' }), heap, endMs, 100_500));
  const ofAnother = lines({ event: 'verdict', kind: 'native' }, { event: 'named', kind: 'native' });
  t.deepEqual([isDone(ofAnother, heap, endMs, 100_900), isDone(ofAnother, heap, endMs, 101_001)], [false, true], 'another class was named');
});
