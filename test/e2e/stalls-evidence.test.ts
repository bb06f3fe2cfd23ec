// Evidence that outlives its process, that reaches back to its start, that does without samples; and stalls of worker threads.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import type { StallLine } from '../../src/report/stall-log.js';
import { until } from '../support/app.js';
import {
  assertFlame,
  assertTold,
  assertVerdict,
  lineOf,
  linesOfBlock,
  readBlock,
  readFlame,
  runStall,
  shareOf,
  stallApp,
  stallLines,
} from './stall-run.js';

/** Verdicts depend on how busy the machine is: these tests run one after the other. */
const inTurn = test.serial;

inTurn('should have named the function on disk when a process blocked for 3 s is killed', async (t) => {
  const app = stallApp('forever');
  t.teardown(() => app.remove());
  const { child, ended, stdout } = app.start();
  t.teardown(() => void child.kill('SIGKILL'));
  await until(() => stdout().includes('blocking'), 'the block begins');
  // The update after 3 s; its line is there before anything ends.
  await until(() => stallLines(app).some(({ durationMs }) => durationMs >= 3000), 'the stall lasts 3 s', 40_000);
  child.kill('SIGKILL');
  t.is((await ended).signal, 'SIGKILL');
  const [directory] = app.runs();
  // Every byte of it is lines that parse.
  const text = readFileSync(join(directory, 'stalls.ndjson'), 'utf8');
  t.true(text.endsWith('}\n'));
  const last = stallLines(app).at(-1);
  const top = { function: 'solveForever', file: 'forever.mjs', line: lineOf('forever.mjs', 'function solveForever(') };
  t.like(last, { ongoing: true, thread: 'main', event: 'update' });
  t.like(last?.top[0], top, JSON.stringify(last));
  const profile = readFlame(directory, last?.file ?? '');
  t.true(shareOf(profile, ({ functionName }) => functionName === 'solveForever') > 0.5);
  t.true((profile.endTime - profile.startTime) / 1000 > 1000);
});

inTurn('should name the function when a module blocks while it is loaded, before the loop has turned', async (t) => {
  const app = stallApp('startup');
  const run = await runStall(t, app);
  const block = readBlock(app);
  const lines = linesOfBlock(run, block);
  const { open, end } = assertTold(t, run, lines);
  t.true(Date.parse(open.at) < block.endMs);
  for (const line of lines) {
    assertVerdict(t, line, 'executing');
    t.regex(line.reason, /^the loop has not turned for the first time yet: modules are being loaded; /);
  }
  t.like(end.top[0], { function: 'buildTables', file: 'startup.mjs', line: lineOf('startup.mjs', 'function buildTables(') }, JSON.stringify(end.top));
  // It begins with the process, and has all of its CPU time.
  t.true(end.durationMs > block.durationMs && Date.parse(end.startAt) <= block.startMs);
  const profile = readFlame(run.directory, end.file);
  t.true(shareOf(profile, ({ functionName }) => functionName === 'buildTables') > 0.5);
});

inTurn('should name the function when the process ends as soon as a long native call is over', async (t) => {
  const run = await runStall(t, stallApp('exit'));
  const end = run.lines.findLast(({ event, thread }) => event === 'end' && thread === 'main');
  t.like(end?.top[0], { function: 'sealArchive', file: 'exit.mjs', line: lineOf('exit.mjs', 'function sealArchive(') }, JSON.stringify(run.lines));
  t.like(run.reports.at(-1)?.stalls.at(-1), { id: end?.id, ongoing: false, verdict: end?.verdict });
});

inTurn('should tell stalls with their verdict, and no function, when CPU profiling is off', async (t) => {
  const app = stallApp('loop', { env: { PITOT_CPU_INTERVAL_US: '0' } });
  const run = await runStall(t, app);
  const block = readBlock(app);
  const lines = linesOfBlock(run, block);
  const { open } = assertTold(t, run, lines);
  t.true(Date.parse(open.at) < block.endMs);
  for (const line of lines) {
    assertVerdict(t, line, 'executing');
    t.deepEqual([line.top, line.file], [[], '']);
  }
});

inTurn('should name thread and function, and find main in health, when a worker thread blocks', async (t) => {
  const app = stallApp('workers');
  const run = await runStall(t, app);
  const block = readBlock(app);
  // The agent, three workers and the pool's came before it.
  t.regex(block.thread, /^worker-[5-9]$/);
  const lines = linesOfBlock(run, block);
  const { open, end } = assertTold(t, run, lines);
  t.true(Date.parse(open.at) < block.endMs);
  const place = { function: 'simulateMarket', file: 'worker-block.mjs', line: lineOf('worker-block.mjs', 'function simulateMarket(') };
  t.like(end.top[0], place, JSON.stringify(end.top));
  if (open.cpuMs / open.durationMs > 0.8) t.like(open.top[0], place, JSON.stringify(open));
  for (const line of lines) assertVerdict(t, line, 'executing');
  const profile = assertFlame(t, run, end, block);
  t.true(shareOf(profile, ({ functionName }) => functionName === 'simulateMarket') > 0.5);
  // Main's loop went on: it turned all through the block, and none of its stalls names that function.
  t.true(Number(readFileSync(join(app.directory, 'turns.json'), 'utf8')) > 5);
  t.false(run.lines.some((line) => line.thread === 'main' && line.top[0]?.function === 'simulateMarket'));
});

inTurn('should tell of no stall when workers of a pool wait for work', async (t) => {
  const app = stallApp('pool');
  const run = await runStall(t, app);
  t.is(run.stdout, '10\n');
  // Their start may be one on a crowded machine: it is told to be over once they are seen to wait.
  const ofWorkers = run.lines.filter(({ thread }) => thread !== 'main');
  for (const { id } of ofWorkers) {
    const { event, verdict, top } = ofWorkers.findLast((line) => line.id === id) as StallLine;
    t.is(event, 'end');
    t.false(verdict === 'waiting' && top[0]?.function === 'atomicsWaitLoop', JSON.stringify(ofWorkers));
  }
  t.true(new Set(ofWorkers.map(({ id }) => id)).size <= 2, JSON.stringify(ofWorkers));
});

inTurn('should tell of a worker thread that waits when it waits in code of the application', async (t) => {
  const app = stallApp('waiting-worker');
  const run = await runStall(t, app);
  const block = readBlock(app);
  t.not(block.thread, 'main');
  const { end } = assertTold(t, run, linesOfBlock(run, block));
  t.is(end.verdict, 'waiting', end.reason);
  const place = { function: 'acquireLedgerLock', file: 'worker-wait.mjs', line: lineOf('worker-wait.mjs', 'function acquireLedgerLock(') };
  t.like(end.top[0], place, JSON.stringify(end.top));
});
