// Child of stall: a service whose loop is stopped on request, under pitot or under a timer that looks for lag and starts a profile when it finds some.
import { pbkdf2Sync } from 'node:crypto';
import { renameSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

export type BlockKind = 'loop' | 'JSON' | 'Atomics.wait' | 'pbkdf2Sync';

/** Wall clock, ms. */
export interface Blocked {
  startMs: number;
  endMs: number;
}

const [watcher, lagMs] = [process.argv[2], Number(process.argv[3])];
const text = { rows: Array.from({ length: 2000 }, (_, i) => ({ id: i, name: `row ${i}`, tags: ['a', 'b'] })) };
const word = new Int32Array(new SharedArrayBuffer(4));
let sink = 0;
const CALIBRATION_ITERATIONS = 20_000;

/** The function to be named. A single call of native code for two kinds; many short ones for JSON. */
function stopTheLoop(kind: BlockKind, forMs: number): void {
  const endMs = performance.now() + forMs;
  if (kind === 'Atomics.wait') Atomics.wait(word, 0, 0, forMs);
  else if (kind === 'pbkdf2Sync') sink += pbkdf2Sync('password', 'salt', Math.ceil(iterationsPerMs * forMs), 64, 'sha512')[0];
  else
    while (performance.now() < endMs) {
      if (kind === 'JSON') sink += JSON.stringify(text).length;
      else for (let i = 0; i < 1000; i++) sink += Math.sqrt(i);
    }
}

/** Measured, since machines differ: a block has to last beyond what is measured. In CPU time, the fastest of five: on a crowded machine the block lasts longer. */
function calibrate(): number {
  const timesUs = Array.from({ length: 5 }, () => {
    const before = process.cpuUsage();
    pbkdf2Sync('password', 'salt', CALIBRATION_ITERATIONS, 64, 'sha512');
    const { user, system } = process.cpuUsage(before);
    return user + system;
  });
  return CALIBRATION_ITERATIONS / (Math.min(...timesUs) / 1000);
}
const iterationsPerMs = calibrate();

/** What many services have: evidence of the time after. */
async function watchLag(): Promise<void> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  let seq = 0;
  for (;;) {
    const startMs = performance.now();
    await sleep(20);
    if (performance.now() - startMs < lagMs) continue;
    await session.post('Profiler.start');
    await sleep(500);
    const { profile } = await session.post('Profiler.stop');
    const file = join(process.env.PITOT_DIR!, `lag-${++seq}`);
    writeFileSync(file, JSON.stringify(profile));
    renameSync(file, `${file}.cpuprofile`);
  }
}

process.on('message', ({ kind, forMs }: { kind: BlockKind; forMs: number }) => {
  const startMs = Date.now();
  stopTheLoop(kind, forMs);
  process.send!({ startMs, endMs: Date.now() } satisfies Blocked);
});
if (watcher === 'lag') void watchLag();
process.once('disconnect', () => process.exit());
process.send!({ ready: sink });
