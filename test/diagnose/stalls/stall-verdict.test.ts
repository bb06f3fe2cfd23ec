// Verdicts and their words, from written figures.
import test from 'ava';
import { judgeStall, judgeStop, type StallEvidence } from '../../../src/diagnose/stalls/stall-verdict.js';

/** A thread on a machine in health that does nothing and was looked at 10 times. */
const QUIET: StallEvidence = {
  wallMs: 2000,
  cpuMs: 0,
  runnableMs: 0,
  looks: 10,
  looksRunning: 0,
  agentLateMs: 0,
  gcRatio: null,
  throttledMs: 0,
  throttledCount: 0,
  pressureMs: 0,
  processCpuMs: 0,
  threadState: 'S',
  syscall: null,
  wchan: null,
  child: null,
  topFrame: null,
  startup: false,
};
const judge = (figures: Partial<StallEvidence>) => judgeStall({ ...QUIET, ...figures });
const BUSY = { cpuMs: 1960, looksRunning: 10, threadState: 'R' };

const verdicts: [string, Partial<StallEvidence>, string][] = [
  ['all CPU', BUSY, 'executing'],
  ['half of the CPU', { cpuMs: 1000 }, 'executing'],
  ['half of the CPU beside a full run queue', { cpuMs: 1000, runnableMs: 1000, looksRunning: 10 }, 'executing'],
  ['all CPU with some collections', { ...BUSY, gcRatio: 0.49 }, 'executing'],
  ['all CPU with half of it collections', { ...BUSY, gcRatio: 0.5 }, 'gc'],
  ["little CPU while the collector's helpers work", { cpuMs: 700, looksRunning: 4, gcRatio: 0.9 }, 'gc'],
  ['collections that are starved', { cpuMs: 400, runnableMs: 1500, looksRunning: 10, gcRatio: 0.9 }, 'starved'],
  ['no CPU and nothing wanted', {}, 'waiting'],
  ['no CPU and no looks', { looks: 0 }, 'waiting'],
  ['a quota of 0.3', { cpuMs: 600, runnableMs: 1400, looksRunning: 10 }, 'starved'],
  ['no CPU and all of the time in the run queue', { cpuMs: 10, runnableMs: 1900, looksRunning: 10 }, 'starved'],
  ['some CPU, some run queue, mostly asleep', { cpuMs: 400, runnableMs: 300, looksRunning: 4 }, 'waiting'],
  ['mostly CPU, then run queue, then sleep', { cpuMs: 900, runnableMs: 600, looksRunning: 7 }, 'executing'],
  // No account has the time of these: only the looks and the agent's lateness do.
  ['stopped and continued 100:20', { cpuMs: 330, looksRunning: 10, agentLateMs: 1150 }, 'starved'],
  ['stopped and continued 50:10, in step with the polls', { cpuMs: 330, looksRunning: 10, agentLateMs: 100 }, 'starved'],
  ['stopped for 1 s each time it ran for 20 ms', { cpuMs: 36, looks: 1, looksRunning: 1, agentLateMs: 1960 }, 'starved'],
  ['asleep while stopped and continued 100:20, and woken by it', { cpuMs: 1, looksRunning: 10, agentLateMs: 1150 }, 'waiting'],
  ['a CPU that other processes have all of', { cpuMs: 0, looksRunning: 10 }, 'starved'],
  ['CPU and disk in turns, found running by chance', { cpuMs: 600, looks: 4, looksRunning: 3 }, 'waiting'],
  // Throttling counts where the kernel does not tell of the thread itself.
  ['throttled, no schedstats', { cpuMs: 600, runnableMs: null, looks: 0, throttledMs: 1400 }, 'starved'],
  ['throttled by other threads while asleep', { throttledMs: 1900 }, 'waiting'],
  ['throttled by other threads while asleep, no schedstats', { runnableMs: null, throttledMs: 1900 }, 'waiting'],
  ['a thread whose CPU is not known in a busy process', { cpuMs: null, runnableMs: null, looks: 0, processCpuMs: 1900 }, 'executing'],
  ['a thread whose CPU is not known in an idle process', { cpuMs: null, runnableMs: null, looks: 0, processCpuMs: 20 }, 'waiting'],
  ['an interval of no length', { wallMs: 0, looks: 0 }, 'waiting'],
];
for (const [what, figures, verdict] of verdicts) {
  test(`should say ${verdict} when there is ${what}`, (t) => t.is(judge(figures).verdict, verdict as never, judge(figures).reason));
}

const reasons: [Partial<StallEvidence>, string][] = [
  [BUSY, 'the thread burned 98 % of a core (1.96 s CPU in 2.00 s)'],
  [
    { ...BUSY, startup: true },
    'the loop has not turned for the first time yet: modules are being loaded; the thread burned 98 % of a core (1.96 s CPU in 2.00 s)',
  ],
  [{ ...BUSY, gcRatio: 0.87 }, '87 % of the samples are in the garbage collector; the thread burned 98 % of a core (1.96 s CPU in 2.00 s)'],
  [{ ...BUSY, gcRatio: 0.2 }, 'the thread burned 98 % of a core (1.96 s CPU in 2.00 s); 20 % of the samples are in the garbage collector'],
  [
    { cpuMs: 500, runnableMs: 1400, looksRunning: 10, throttledMs: 1300, throttledCount: 14 },
    'runnable but not scheduled for 1.40 s of 2.00 s; the cgroup throttled it 14 times, 1.30 s; the thread burned only 25 % of a core (500 ms CPU in 2.00 s)',
  ],
  [
    { cpuMs: 100, runnableMs: 1800, looksRunning: 10, pressureMs: 1900 },
    'runnable but not scheduled for 1.80 s of 2.00 s; the thread burned only 5 % of a core (100 ms CPU in 2.00 s); CPU pressure (some) for 1.90 s of 2.00 s',
  ],
  [
    { cpuMs: 330, looksRunning: 10, agentLateMs: 1150 },
    'the whole process was kept from running for 1.15 s of 2.00 s; the thread burned only 17 % of a core (330 ms CPU in 2.00 s)',
  ],
  [
    { cpuMs: 0, looksRunning: 10 },
    'running or ready to run at 10 of 10 looks: stopped and continued in turns, or its CPU was taken away; the thread burned only 0 % of a core (0 ms CPU in 2.00 s)',
  ],
  [
    { cpuMs: 1200, runnableMs: 700, looksRunning: 10 },
    'the thread burned 60 % of a core (1.20 s CPU in 2.00 s); runnable but not scheduled for 700 ms of 2.00 s',
  ],
  [{ cpuMs: 1100, looksRunning: 5 }, 'the thread burned 55 % of a core (1.10 s CPU in 2.00 s); it waited for the rest'],
  [{ cpuMs: null, runnableMs: null, looks: 0, processCpuMs: 1900 }, 'the whole process burned 95 % of a core (1.90 s CPU in 2.00 s)'],
  [{ cpuMs: 40, syscall: { number: 0, name: 'read', fd: 20, path: '/var/lib/x.db' } }, 'no CPU (2 %): in system call read on /var/lib/x.db'],
  [
    { cpuMs: 40, threadState: 'D', syscall: { number: 74, name: 'fsync', fd: 20, path: '/var/lib/x.db' }, topFrame: 'commit' },
    'no CPU (2 %): in system call fsync on /var/lib/x.db (uninterruptible: a disk or a network file system), called by commit',
  ],
  [{ syscall: { number: 42, name: 'connect', fd: 7 } }, 'no CPU (0 %): in system call connect on descriptor 7'],
  [{ syscall: { number: 999, name: '#999' } }, 'no CPU (0 %): in system call #999'],
  [{ syscall: { number: 232, name: 'epoll_wait' }, child: { pid: 4242, command: 'sleep' } }, 'no CPU (0 %): waiting for child process 4242 (sleep)'],
  // A child that the thread has started is not what it waits for in every call.
  [
    { syscall: { number: 0, name: 'read', fd: 3, path: '/tmp/fifo' }, child: { pid: 4242, command: 'sleep' } },
    'no CPU (0 %): in system call read on /tmp/fifo',
  ],
  [{ child: { pid: 4243, command: 'dash > sleep' } }, 'no CPU (0 %): waiting for child process 4243 (dash > sleep)'],
  [
    { syscall: { number: 232, name: 'epoll_wait' } },
    'no CPU (0 %): waiting for events in epoll_wait, in a loop of its own as execSync and spawnSync run one',
  ],
  [{ topFrame: 'spawnSync' }, 'no CPU (0 %): waiting for a child process, called by spawnSync'],
  [{ syscall: { number: 202, name: 'futex' }, topFrame: 'wait' }, 'no CPU (0 %): Atomics.wait'],
  [{ syscall: { number: 202, name: 'futex' }, topFrame: 'lock' }, 'no CPU (0 %): waiting on a futex: Atomics.wait or a lock, called by lock'],
  [{ syscall: { number: 230, name: 'clock_nanosleep' } }, 'no CPU (0 %): sleeping in clock_nanosleep'],
  [
    { syscall: { number: 219, name: 'restart_syscall' } },
    'no CPU (0 %): in a timed wait that was interrupted and goes on: Atomics.wait, a sleep or a poll',
  ],
  [{ wchan: 'pipe_read' }, 'no CPU (0 %): asleep in the kernel in pipe_read'],
  [{ threadState: 'T' }, 'no CPU (0 %): the thread is stopped (SIGSTOP)'],
  [{ threadState: 't' }, 'no CPU (0 %): the thread is stopped by a debugger or tracer'],
  [{ topFrame: 'readBlocking' }, 'no CPU (0 %): waiting, called by readBlocking'],
  [{}, 'no CPU (0 %): waiting for something that the platform does not tell'],
  [
    { cpuMs: 400, runnableMs: 300, looksRunning: 4, wchan: 'pipe_read' },
    'the thread burned 20 % of a core (400 ms CPU in 2.00 s): asleep in the kernel in pipe_read; runnable but not scheduled for 300 ms of 2.00 s',
  ],
  [
    { agentLateMs: 500, wchan: 'pipe_read' },
    'no CPU (0 %): asleep in the kernel in pipe_read; the whole process was kept from running for 500 ms of 2.00 s',
  ],
];
for (const [figures, reason] of reasons) {
  test(`should say "${reason}" when the figures are such`, (t) => t.is(judge(figures).reason, reason));
}

test('should be the surer the further ahead the strongest explanation is', (t) => {
  t.is(judge({ cpuMs: 2000, looksRunning: 10 }).confidence, 1);
  t.is(judge({ cpuMs: 1000, runnableMs: 1000, looksRunning: 10 }).confidence, 0);
  t.is(judge({ cpuMs: 500, runnableMs: 1500, looksRunning: 10 }).confidence, 0.5);
  t.is(judge({ cpuMs: null, looks: 0, processCpuMs: 2000 }).confidence, 0.5);
});

test('should blame no code when the whole process was stopped', (t) => {
  t.deepEqual(judgeStop({ lateMs: 5000, agentRunnableMs: 0, throttledMs: 0, throttledCount: 0 }), {
    verdict: 'waiting',
    reason: 'the whole process did not run for 5.00 s: stopped (SIGSTOP), suspended or frozen',
    confidence: 1,
  });
  t.is(judgeStop({ lateMs: 5000, agentRunnableMs: null, throttledMs: null, throttledCount: null }).verdict, 'waiting');
});

test('should say starved when the whole process lacked CPU', (t) => {
  t.deepEqual(judgeStop({ lateMs: 400, agentRunnableMs: 100, throttledMs: 300, throttledCount: 3 }), {
    verdict: 'starved',
    reason: 'the whole process did not run for 400 ms: the cgroup throttled it 3 times, 300 ms',
    confidence: 0.5,
  });
  t.deepEqual(judgeStop({ lateMs: 400, agentRunnableMs: 400, throttledMs: null, throttledCount: null }), {
    verdict: 'starved',
    reason: 'the whole process did not run for 400 ms: the machine had no CPU for it',
    confidence: 1,
  });
});
