// Real processes that block in each way: what they are told to wait for, burn or lack is what the verdict says.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as later } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { readThreadState } from '../../../src/agent/stalls/thread-state.js';
import type { ChildLine } from './stall-child.js';
import { type StallProcess, startStall } from './stall-process.js';

const isLinux = process.platform === 'linux';
/** Verdicts depend on how busy the machine is: these tests run one after the other. */
const linuxTest = isLinux ? test.serial : test.skip;

async function blocked(t: ExecutionContext, mode: string, argument = ''): Promise<StallProcess> {
  const child = startStall(mode, argument);
  t.teardown(() => child.kill());
  child.go();
  t.is(await child.line(), 'blocking');
  return child;
}

function makeFifo(t: ExecutionContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'pitot-fifo-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  execFileSync('mkfifo', [join(directory, 'fifo')]);
  return join(directory, 'fifo');
}

/** The first event whose verdict is so: a machine full of other work may starve a process first. */
async function untilVerdict(child: StallProcess, verdict: ChildLine['verdict']): Promise<ChildLine> {
  for (;;) {
    const line = (await child.line()) as ChildLine;
    if (line.verdict === verdict && line.kind !== 'stopped') return line;
  }
}

linuxTest('should say executing when a loop computes', async (t) => {
  const child = await blocked(t, 'busy');
  const { reason, evidence } = await untilVerdict(child, 'executing');
  t.regex(reason, /^the thread burned \d+ % of a core/);
  t.true(evidence!.cpuMs! >= evidence!.wallMs / 2);
  const state = readThreadState(child.pid, { pid: child.pid });
  t.is(state.state, 'R');
  t.true(state.cpuNs! / 1e6 >= evidence!.cpuMs!);
});

linuxTest('should tell the end of a stall with its CPU time when the loop turns again', async (t) => {
  const child = await blocked(t, 'busy-for', '600');
  const open = await child.event('open');
  const end = await child.event('end');
  t.is(end.startMs, open.startMs);
  t.true(end.durationMs >= 500 && end.durationMs > open.durationMs, `${end.durationMs}`);
  t.true(end.evidence!.cpuMs! > open.evidence!.cpuMs!);
});

linuxTest('should name the child that execSync waits for', async (t) => {
  const shell = await blocked(t, 'shell', 'sleep 60; true');
  const { verdict, reason, evidence } = await shell.event('update');
  t.is(verdict, 'waiting', reason);
  t.regex(reason, /waiting for child process \d+ \(\S+ > sleep\)/);
  t.deepEqual(
    readThreadState(shell.pid, { pid: shell.pid }).children.map(({ pid }) => pid),
    [evidence!.child!.pid],
  );
});

linuxTest('should name the child that execFileSync waits for, without its arguments', async (t) => {
  const child = await blocked(t, 'file', 'sleep');
  const { verdict, reason } = await child.event('update');
  t.is(verdict, 'waiting', reason);
  t.regex(reason, /waiting for child process \d+ \(sleep\)/);
});

linuxTest('should say a futex when a thread sits in Atomics.wait', async (t) => {
  const child = await blocked(t, 'atomics');
  const { verdict, reason } = await child.event('update');
  t.is(verdict, 'waiting', reason);
  t.regex(reason, /: waiting on a futex: Atomics\.wait or a lock/);
  const { state, syscall } = readThreadState(child.pid, { pid: child.pid });
  t.deepEqual([state, syscall?.name], ['S', 'futex']);
});

linuxTest('should name the file when a thread reads one that has nothing to read', async (t) => {
  const path = makeFifo(t);
  const child = await blocked(t, 'fifo', path);
  const { verdict, reason } = await child.event('update');
  t.is(verdict, 'waiting', reason);
  t.true(reason.includes(`: in system call read on ${path}`), reason);
});

linuxTest('should say open when a thread opens a pipe that nobody writes to', async (t) => {
  const child = await blocked(t, 'fifo-open', makeFifo(t));
  const { verdict, reason } = await child.event('update');
  t.is(verdict, 'waiting', reason);
  t.regex(reason, /: in system call open(at)?\b/);
});

/** Stops and continues the process in turns until it is told to leave off. */
function dutyCycle(pid: number, { stopMs, runMs }: { stopMs: number; runMs: number }): () => Promise<void> {
  let goesOn = true;
  const done = (async () => {
    while (goesOn) {
      process.kill(pid, 'SIGSTOP');
      await later(stopMs);
      process.kill(pid, 'SIGCONT');
      await later(runMs);
    }
  })();
  return () => {
    goesOn = false;
    return done;
  };
}

for (const [stopMs, runMs] of [
  [100, 20],
  [50, 10],
  [500, 20],
]) {
  linuxTest(`should say starved when a computing process is stopped for ${stopMs} ms and continued for ${runMs} ms in turns`, async (t) => {
    const child = await blocked(t, 'busy');
    const endDuty = dutyCycle(child.pid, { stopMs, runMs });
    t.teardown(endDuty);
    // The stall may have opened before the first stop.
    const { reason, evidence } = await untilVerdict(child, 'starved');
    t.regex(reason, /kept from running for|ready to run at/);
    t.true(evidence!.cpuMs! < evidence!.wallMs / 2);
    await endDuty();
  });
}

linuxTest('should say waiting when a process that waits is stopped and continued in turns', async (t) => {
  const child = await blocked(t, 'atomics');
  const endDuty = dutyCycle(child.pid, { stopMs: 100, runMs: 20 });
  t.teardown(endDuty);
  const { verdict, reason } = await child.event('update');
  t.is(verdict, 'waiting', reason);
  await endDuty();
});

linuxTest('should blame a stop on nobody when a whole process in health is stopped once', async (t) => {
  const child = await blocked(t, 'idle');
  process.kill(child.pid, 'SIGSTOP');
  await later(1000);
  t.is(readThreadState(child.pid, { pid: child.pid }).state, 'T');
  process.kill(child.pid, 'SIGCONT');
  let line = await child.event('stopped');
  // On a machine full of other work, the process may have lacked CPU for a moment before.
  while (line.durationMs < 900) line = await child.event('stopped');
  t.is(line.verdict, 'waiting');
  t.regex(line.reason, /^the whole process did not run for .* stopped \(SIGSTOP\), suspended or frozen$/);
});

/** A group of cgroup v1 with that quota; null and a reason where none can be made. */
function makeQuota(t: ExecutionContext, quotaUs: number): string | null {
  const directory = `/sys/fs/cgroup/cpu/pitot-test-${process.pid}`;
  try {
    mkdirSync(directory);
    writeFileSync(join(directory, 'cpu.cfs_quota_us'), `${quotaUs}`);
  } catch (error) {
    t.log(`skipped: no CPU quota can be set here: ${(error as Error).message}`);
    t.pass('needs root and the CPU controller of cgroup v1');
    return null;
  }
  return directory;
}

linuxTest('should say starved, with the throttling, when a CPU quota is used up', async (t) => {
  const group = makeQuota(t, 20_000);
  if (group === null) return;
  const child = startStall('busy');
  t.teardown(async () => {
    await child.kill();
    rmdirSync(group);
  });
  writeFileSync(join(group, 'cgroup.procs'), `${child.pid}`);
  child.go();
  t.is(await child.line(), 'blocking');
  const { verdict, reason, evidence } = await child.event('update');
  t.is(verdict, 'starved', reason);
  t.regex(reason, /runnable but not scheduled for .*; the cgroup throttled it \d+ times, /);
  t.true(evidence!.throttledCount! >= 3 && evidence!.throttledMs! > evidence!.cpuMs!, reason);
  t.true(evidence!.runnableMs! > evidence!.cpuMs!, reason);
});
