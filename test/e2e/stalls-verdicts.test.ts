// Why a loop does not turn: collections, waits and their names, a process that is stopped once or in turns, a CPU quota.
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as later } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { until } from '../support/app.js';
import {
  assertFlame,
  assertTold,
  assertVerdict,
  lineOf,
  linesOfBlock,
  readBlock,
  readRun,
  runStall,
  shareOf,
  stallApp,
  stallLines,
} from './stall-run.js';

/** Verdicts depend on how busy the machine is: these tests run one after the other. */
const inTurn = test.serial;
const onLinux = process.platform === 'linux' ? test.serial : test.serial.skip;

inTurn('should say gc when the collector takes most of the time', async (t) => {
  const nodeArgs = ['--expose-gc', '--single-threaded-gc', '--import', 'pitot/register'];
  const app = stallApp('gc', { nodeArgs });
  const run = await runStall(t, app);
  const block = readBlock(app);
  const { end } = assertTold(t, run, linesOfBlock(run, block));
  assertVerdict(t, end, 'gc');
  t.regex(end.reason, /\d+ % of the samples are in the garbage collector/);
  t.is(end.top[0].function, '(garbage collector)', JSON.stringify(end.top));
  t.true(end.top[0].ratio > 0.5);
  t.true(shareOf(assertFlame(t, run, end, block), ({ functionName }) => functionName === '(garbage collector)') > 0.5);
});

interface Wait {
  name: string;
  function: string;
  /** Begin and end of the reason, and what the end of the stall adds. */
  reason: RegExp;
  /** V8 answers while it waits. */
  isAnswering?: boolean;
}

const waits: [what: string, expected: Wait][] = [
  [
    'main sits in Atomics.wait',
    { name: 'atomics', function: 'acquireLease', reason: /: waiting on a futex: Atomics\.wait or a lock\b/, isAnswering: true },
  ],
  [
    'execSync waits for a command',
    { name: 'shell', function: 'runBackup', reason: /: waiting for child process \d+ \(\S*(?:sh|bash)(?: > sleep)?\)/ },
  ],
  ['a pipe is read that nobody writes to yet', { name: 'fifo', function: 'readNextOrder', reason: /: in system call read on \S+\/orders\.pipe\b/ }],
];

for (const [what, expected] of waits) {
  onLinux(`should say waiting, for what, and who waits when ${what}`, async (t) => {
    const app = stallApp(expected.name);
    const run = await runStall(t, app);
    const block = readBlock(app);
    const lines = linesOfBlock(run, block);
    const { open, end } = assertTold(t, run, lines);
    t.true(Date.parse(open.at) < block.endMs);
    for (const line of lines) {
      t.is(line.verdict, 'waiting', line.reason);
      t.true(line.cpuMs < line.durationMs / 4, line.reason);
    }
    t.regex(end.reason, expected.reason);
    const place = {
      function: expected.function,
      file: `${expected.name}.mjs`,
      line: lineOf(`${expected.name}.mjs`, `function ${expected.function}(`),
    };
    t.like(end.top[0], place, JSON.stringify(end.top));
    if (expected.isAnswering) t.like(open.top[0], place, JSON.stringify(open));
    t.log(`opened after ${Date.parse(open.at) - block.startMs} ms, ${open.top.length > 0 ? 'named' : 'not named yet'}: ${end.reason}`);
    assertFlame(t, run, end, block);
  });
}

/** A computing process whose CPU is taken away by `starve` until enough lines say so. */
async function assertStarved(t: ExecutionContext, starve: (pid: number) => () => Promise<void>, reason: RegExp): Promise<void> {
  const app = stallApp('busy');
  t.teardown(() => app.remove());
  const { child, ended, stdout } = app.start();
  t.teardown(() => void child.kill('SIGKILL'));
  await until(() => stdout().includes('blocking'), 'the block begins');
  const relieve = starve(child.pid as number);
  t.teardown(relieve);
  // The stall may have opened before: what is judged is all of it.
  const isStarved = () => stallLines(app).some(({ event, verdict }) => event === 'update' && verdict === 'starved');
  await until(isStarved, 'an update says starved', 40_000);
  writeFileSync(join(app.directory, 'enough'), '');
  await relieve();
  const { code } = await ended;
  t.is(code, 0);
  const run = readRun(app, await ended);
  const lines = linesOfBlock(run, readBlock(app));
  const starved = lines.find(({ verdict, event }) => verdict === 'starved' && event === 'update');
  t.regex(starved?.reason ?? '', reason);
  t.true((starved?.cpuMs ?? Number.NaN) / (starved?.durationMs ?? Number.NaN) < 0.5);
  const { end } = assertTold(t, run, lines);
  // The victim is named all the same.
  t.like(end.top[0], { function: 'mineBlocks', file: 'busy.mjs' }, JSON.stringify(end.top));
}

onLinux('should say starved when a computing process is stopped and continued in turns', (t) => {
  const stopInTurns = (pid: number): (() => Promise<void>) => {
    let goesOn = true;
    const done = (async () => {
      while (goesOn) {
        process.kill(pid, 'SIGSTOP');
        await later(100);
        process.kill(pid, 'SIGCONT');
        await later(20);
      }
    })();
    return () => {
      goesOn = false;
      return done;
    };
  };
  return assertStarved(t, stopInTurns, /kept from running for|ready to run at|runnable but not scheduled/);
});

/** A cgroup with a fifth of a CPU, of version 1 or 2; a reason where none can be made. */
function makeQuota(): { group: string } | { reason: string } {
  const tries: [parent: string, file: string, quota: string][] = [
    ['/sys/fs/cgroup/cpu', 'cpu.cfs_quota_us', '20000'],
    ['/sys/fs/cgroup', 'cpu.max', '20000 100000'],
  ];
  const reasons: string[] = [];
  for (const [parent, file, quota] of tries) {
    const group = join(parent, `pitot-stalls-${process.pid}`);
    try {
      mkdirSync(group);
    } catch (error) {
      reasons.push((error as Error).message);
      continue;
    }
    try {
      readFileSync(join(group, file));
      writeFileSync(join(group, file), quota);
      return { group };
    } catch (error) {
      reasons.push((error as Error).message);
      rmdirSync(group);
    }
  }
  return { reason: reasons.join('; ') };
}

onLinux('should say starved, with the throttling, when a CPU quota is used up', async (t) => {
  const quota = makeQuota();
  if ('reason' in quota) {
    t.log(`skipped: no CPU quota can be set here: ${quota.reason}`);
    return t.pass('needs root and a CPU controller');
  }
  const { group } = quota;
  t.teardown(async () => {
    await until(() => readFileSync(join(group, 'cgroup.procs'), 'utf8') === '', 'the group is empty');
    rmdirSync(group);
  });
  const throttle = (pid: number): (() => Promise<void>) => {
    writeFileSync(join(group, 'cgroup.procs'), `${pid}`);
    return async () => {
      try {
        writeFileSync(join(group, '../cgroup.procs'), `${pid}`);
      } catch {
        // The process has ended.
      }
    };
  };
  await assertStarved(t, throttle, /the cgroup throttled it \d+ times?, |runnable but not scheduled/);
});

onLinux('should blame no code when a process in health is stopped once', async (t) => {
  const app = stallApp('healthy');
  t.teardown(() => app.remove());
  const { child, ended, stdout } = app.start();
  t.teardown(() => void child.kill('SIGKILL'));
  await until(() => stdout().includes('ready'), 'the process is sampled');
  process.kill(child.pid as number, 'SIGSTOP');
  await later(1500);
  process.kill(child.pid as number, 'SIGCONT');
  // On a machine full of other work, the process may have lacked CPU for a moment before.
  const isTheStop = ({ durationMs }: { durationMs: number }) => durationMs >= 1400;
  await until(() => stallLines(app).some(isTheStop), 'the stop is told');
  writeFileSync(join(app.directory, 'enough'), '');
  t.is((await ended).code, 0);
  const run = readRun(app, await ended);
  const lines = run.lines.filter(isTheStop);
  t.deepEqual(
    lines.map(({ event, verdict, top, ongoing, thread }) => [event, verdict, top, ongoing, thread]),
    [['end', 'waiting', [], false, 'main']],
    JSON.stringify(lines),
  );
  t.regex(lines[0].reason, /^the whole process did not run for .*: stopped \(SIGSTOP\), suspended or frozen$/);
  t.deepEqual(
    run.reports
      .flatMap(({ stalls }) => stalls)
      .filter(isTheStop)
      .map(({ id, verdict, top }) => [id, verdict, top]),
    [[lines[0].id, 'waiting', []]],
  );
});
