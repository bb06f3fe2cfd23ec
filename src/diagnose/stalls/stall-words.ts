// What a thread waits for, and the figures of a stall, in words. Pure.

/** A system call that a thread is in. */
export interface SystemCall {
  number: number;
  /** `read`; `#999` where the number is not in the table. */
  name: string;
  /** Where its first argument is a file descriptor: the descriptor, and what it refers to. */
  fd?: number;
  path?: string;
}

export interface ChildProcess {
  pid: number;
  /** Name of its executable. Its arguments, which may hold secrets, are not read. */
  command: string;
  /** How long ago it was started, ms in steps of 10; null where that is not known. */
  ageMs: number | null;
}

/** What the thread was doing when it was looked at last. */
export interface WaitEvidence {
  /** State of /proc: R running or ready, S asleep, D asleep without interruption, T stopped, t traced. */
  threadState: string | null;
  syscall: SystemCall | null;
  /** Function of the kernel in which the thread sleeps. */
  wchan: string | null;
  /** The newest process that the thread has started within the interval and that has not ended. */
  child: Pick<ChildProcess, 'pid' | 'command'> | null;
  /** Name of the function that the profile shows on top; empty or null where it shows none. */
  topFrame: string | null;
}

/** System calls in which a thread waits for a child: by themselves, or in the event loop of its own that libuv runs for execSync and spawnSync. */
const CHILD_WAITS = new Set(['wait4', 'waitid', 'epoll_wait', 'epoll_pwait', 'epoll_pwait2', 'poll', 'ppoll']);
const LOOP_WAITS = new Set(['epoll_wait', 'epoll_pwait', 'epoll_pwait2']);
const SLEEPS = new Set(['nanosleep', 'clock_nanosleep']);
const SPAWNS = /^(?:spawnSync|execSync|execFileSync)$/;

/** `in system call read on /var/lib/x.db, called by loadIndex`. */
export function sayWait({ threadState, syscall, wchan, child, topFrame }: WaitEvidence): string {
  const frame = topFrame === null || topFrame === '' ? null : topFrame;
  const by = frame === null ? '' : `, called by ${frame}`;
  if (threadState === 'T') return `the thread is stopped (SIGSTOP)${by}`;
  if (threadState === 't') return `the thread is stopped by a debugger or tracer${by}`;
  if (child !== null && (syscall === null || CHILD_WAITS.has(syscall.name))) return `waiting for child process ${child.pid} (${child.command})${by}`;
  if (syscall === null) {
    if (frame !== null && SPAWNS.test(frame)) return `waiting for a child process${by}`;
    if (wchan !== null) return `asleep in the kernel in ${wchan}${by}`;
    return `waiting${by === '' ? ' for something that the platform does not tell' : by}`;
  }
  if (syscall.name === 'futex') return frame === 'wait' ? 'Atomics.wait' : `waiting on a futex: Atomics.wait or a lock${by}`;
  // What a timed wait is called once a signal, a SIGCONT mostly, has interrupted it.
  if (syscall.name === 'restart_syscall') return `in a timed wait that was interrupted and goes on: Atomics.wait, a sleep or a poll${by}`;
  if (SLEEPS.has(syscall.name)) return `sleeping in ${syscall.name}${by}`;
  if (LOOP_WAITS.has(syscall.name)) return `waiting for events in ${syscall.name}, in a loop of its own as execSync and spawnSync run one${by}`;
  const on = syscall.path === undefined ? (syscall.fd === undefined ? '' : ` on descriptor ${syscall.fd}`) : ` on ${syscall.path}`;
  const disk = threadState === 'D' ? ' (uninterruptible: a disk or a network file system)' : '';
  return `in system call ${syscall.name}${on}${disk}${by}`;
}

/** `250 ms`, `1.96 s`, `2.00 s`, `83.4 s`: as many digits as a figure of a few polls bears. */
export function sayDuration(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  const s = ms / 1000;
  return `${s.toFixed(s < 9.995 ? 2 : 1)} s`;
}

export const sayPercent = (ratio: number): string => `${Math.round(ratio * 100)} %`;
