// Compressed time: what a program of the corpus does in an hour of the table, it does in an hour / EVAL_SCALE. Where it is checked, time does not pass by itself at all.
import { setTimeout as pause } from 'node:timers/promises';

/** Simulated time between two turns of a program, at most. */
const STEP_MS = 1000;
/** Real time between two turns. */
const TURN_MS = 20;
/** After a pause of the process longer than this, simulated, the requests in it are lost: no client waits for so long. */
const CATCH_UP_MS_MAX = 10 * 60_000;

export const MINUTE_MS = 60_000;

/** Does what is due from one moment to the next, both simulated ms since the start. */
export type Advance = (fromMs: number, toMs: number) => void | Promise<void>;

/** Runs in real time, `scale` times as fast, until so many simulated minutes have passed. */
export async function runCompressed(scale: number, minutes: number, advance: Advance): Promise<void> {
  const startMs = performance.now();
  for (let atMs = 0; atMs < minutes * MINUTE_MS; ) {
    await pause(TURN_MS);
    const nowMs = (performance.now() - startMs) * scale;
    atMs = Math.max(atMs, nowMs - CATCH_UP_MS_MAX);
    for (; atMs < nowMs; atMs = Math.min(nowMs, atMs + STEP_MS)) await advance(atMs, Math.min(nowMs, atMs + STEP_MS));
  }
}

/** What a program holds after a full collection. */
export interface LiveMemory {
  minute: number;
  heapBytes: number;
  externalBytes: number;
  rssBytes: number;
}

/** Runs as fast as it goes, collects at each tenth of the way, and says what was alive then. Needs --expose-gc. */
export async function runToCheck(minutes: number, advance: Advance): Promise<LiveMemory[]> {
  const live: LiveMemory[] = [await measure(0)];
  for (let minute = 0; minute < minutes; minute++) {
    for (let step = 0; step < MINUTE_MS; step += STEP_MS) {
      const fromMs = minute * MINUTE_MS + step;
      await advance(fromMs, fromMs + STEP_MS);
    }
    if (((minute + 1) * 10) % minutes < 10) live.push(await measure(minute + 1));
  }
  return live;
}

async function measure(minute: number): Promise<LiveMemory> {
  // Twice, with a turn of the loop in between: what a finalizer lets go is gone after the second. Array buffers are freed by another thread, after a while.
  globalThis.gc!();
  await pause(5);
  globalThis.gc!();
  await pause(5);
  const { heapUsed, external, rss } = process.memoryUsage();
  return { minute, heapBytes: heapUsed, externalBytes: external, rssBytes: rss };
}
