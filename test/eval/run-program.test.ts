// One program under pitot as the evaluation runs it: to its end, and where it cannot be run.
import test from 'ava';
import { PATTERNS } from '../../eval/corpus/patterns.js';
import { runProgram } from '../../eval/run-program.js';

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
