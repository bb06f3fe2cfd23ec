// When a heap snapshot is not looked into: for memory, and because there is no Node.js to do it; whom the kernel ends first while it is.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import v8 from 'node:v8';
import test, { type ExecutionContext } from 'ava';
import { admitAnalysis, refuseProgram } from '../../../src/agent/evidence/analysis-admission.js';
import { analyzeIfRoom } from '../../../src/agent/evidence/analyze-if-room.js';
import { analyzeInChild } from '../../../src/agent/evidence/analyze-in-child.js';
import { ANALYZE_HEAP_URL } from '../../../src/worker-urls.js';
import { NODE } from '../../support/app.js';
import { testUnless } from '../../support/needs.js';

const MIB = 1024 * 1024;
const of = "below the cgroup's limit";
const missingScore = existsSync('/proc/self/oom_score_adj') ? null : 'no /proc/self/oom_score_adj';

function snapshotOfThis(t: ExecutionContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'pitot-analysis-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  return v8.writeHeapSnapshot(join(directory, 'own.heapsnapshot'));
}

test('should give columns half of what is left, less where the child and what is kept back leave less, and refuse below 16 MiB', (t) => {
  // 80 for the child, a tenth or 32 kept back.
  const columns = (leftMib: number): number | string => admitAnalysis({ leftBytes: leftMib * MIB, of });
  t.is(columns(100_000), 4096 * MIB);
  t.is(columns(1000), 500 * MIB);
  t.is(columns(200), 88 * MIB);
  t.is(columns(128), 16 * MIB);
  t.is(columns(127), "it needs 96.0 MiB, and of the 127 MiB left below the cgroup's limit 32.0 MiB are kept back");
  t.is(admitAnalysis({ leftBytes: null, of }), 'it needs 96.0 MiB, and how much memory is left cannot be read here');
});

test('should refuse where a second process would be the application itself, and not here', (t) => {
  t.is(refuseProgram(), null);
  t.is(
    refuseProgram({ isSea: true, electron: undefined }),
    'this is a single executable application, and a second process of it would be the application itself: look into the file by `pitot heap`',
  );
  t.regex(refuseProgram({ isSea: false, electron: '30.0.1' }) ?? '', /^this is an Electron application, /);
});

test('should say why, and look twice, when too little memory is left; once is enough when the second look finds some', async (t) => {
  const left = [100 * MIB, 90 * MIB];
  const headroom = () => ({ leftBytes: left.shift() ?? null, of });
  const sources = { headroom, pauseMs: 0 };
  await t.throwsAsync(analyzeIfRoom('/nowhere', {}, sources), {
    message: "heap analysis refused: it needs 96.0 MiB, and of the 90.0 MiB left below the cgroup's limit 32.0 MiB are kept back",
  });
  t.deepEqual(left, []);
  await t.throwsAsync(analyzeIfRoom('/nowhere', {}, { ...sources, program: { isSea: true, electron: undefined } }), {
    message: /^heap analysis refused: this is a single executable/,
  });
  left.push(100 * MIB, 1000 * MIB);
  const { schema, suspects } = await analyzeIfRoom(snapshotOfThis(t), {}, sources);
  t.deepEqual([schema, Array.isArray(suspects)], ['pitot.heap/1', true]);
});

testUnless(missingScore)('should have the kernel end the analysis first from its begin on, and not the process that asked', async (t) => {
  const own = readFileSync('/proc/self/oom_score_adj', 'utf8');
  const file = snapshotOfThis(t);
  const running = analyzeInChild(file, { memoryBytesMax: 1e9 });
  // Begun just now, in this turn: it has not loaded its own code yet.
  const scores = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && commandOf(pid).includes(file));
  t.deepEqual(
    scores.map((pid) => readFileSync(`/proc/${pid}/oom_score_adj`, 'utf8')),
    ['1000\n'],
  );
  t.true((await running).nodes > 10_000);
  t.is(readFileSync('/proc/self/oom_score_adj', 'utf8'), own);
});

testUnless(missingScore)('should be ended first by its own doing when nobody else has seen to it', (t) => {
  const tell = `data:text/javascript,${encodeURIComponent(
    "import { readFileSync } from 'node:fs'; process.on('exit', () => console.log(readFileSync('/proc/self/oom_score_adj', 'utf8').trim()));",
  )}`;
  const { stdout } = spawnSync(NODE, ['--import', tell, fileURLToPath(ANALYZE_HEAP_URL), '{"file":"/nowhere","memoryBytesMax":1e9}'], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH },
  });
  t.is(stdout.trim().split('\n').at(-1), '1000');
});

/** Empty: it has ended, or is nobody's business. */
function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
