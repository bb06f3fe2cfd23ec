// How long this thread has waited for a core: what a crowded machine does to a gap, as against what the program does.
import { existsSync, openSync, readSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

/** Second figure of schedstat, ns on the run queue, read without garbage. Without Linux's /proc nothing is known, and nothing is taken off. */
const schedstat = existsSync('/proc/thread-self/schedstat') ? openSync('/proc/thread-self/schedstat', 'r') : null;
const text = Buffer.alloc(128);
const SPACE = 32;
const ZERO = 48;

/** Since the thread began, ms. The thread is the one that loaded this module. */
export function queuedMs(): number {
  if (schedstat === null) return 0;
  const length = readSync(schedstat, text, 0, text.length, 0);
  let ns = 0;
  for (let i = text.indexOf(SPACE) + 1; i < length && text[i] >= ZERO; i++) ns = ns * 10 + text[i] - ZERO;
  return ns / 1e6;
}

/** Longest time between two looks at the clock: by the clock, and without the time in which the thread was ready but had no CPU. */
export interface Gap {
  clockMs: number;
  ownMs: number;
}

/** Looks at the clock as fast as it can until `done` says so, which is asked at each look; 2 µs each. Nothing else runs on the thread but what interrupts it. */
export function longestGap(done: () => boolean): Gap {
  const longest: Gap = { clockMs: 0, ownMs: 0 };
  let lastMs = performance.now();
  let lastQueuedMs = queuedMs();
  for (let ended = false; !ended; ) {
    ended = done();
    const nowMs = performance.now();
    const nowQueuedMs = queuedMs();
    const gapMs = nowMs - lastMs;
    const ownMs = gapMs - (nowQueuedMs - lastQueuedMs);
    if (gapMs > longest.clockMs) longest.clockMs = gapMs;
    if (ownMs > longest.ownMs) longest.ownMs = ownMs;
    lastMs = nowMs;
    lastQueuedMs = nowQueuedMs;
  }
  return longest;
}
