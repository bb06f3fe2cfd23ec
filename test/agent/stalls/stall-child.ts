// A process that blocks its main thread in the way it is told, and a small agent thread in it that tells each event with its verdict, a line each.
import { execFileSync, execSync } from 'node:child_process';
import { openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { type IntervalHistogram, monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { CpuSupply } from '../../../src/agent/stalls/cpu-supply.js';
import { StallEvidenceReader, type ThreadEvidence } from '../../../src/agent/stalls/stall-evidence.js';
import { machineMs } from '../../../src/core/clock.js';
import { osThreadId } from '../../../src/core/os-thread-id.js';
import { PollClock } from '../../../src/diagnose/stalls/poll-clock.js';
import { judgeStall, judgeStop, type StallVerdict } from '../../../src/diagnose/stalls/stall-verdict.js';
import { type StallEvent, StallWatch } from '../../../src/diagnose/stalls/stall-watch.js';

export type ChildLine = StallEvent & StallVerdict & { evidence: ThreadEvidence | null };

interface Given {
  histogram: IntervalHistogram;
  tid: number;
  startMs: number;
}

const STALL_MS = 200;
const POLL_MS = STALL_MS / 4;
const HEARTBEAT_MS = 20;
const FOREVER_MS = 1e9;

const block: Record<string, (argument: string) => void> = {
  busy: () => {
    const endMs = machineMs() + FOREVER_MS;
    while (machineMs() < endMs);
  },
  'busy-for': (ms) => {
    const endMs = machineMs() + Number(ms);
    while (machineMs() < endMs);
  },
  shell: (command) => void execSync(command),
  file: (command) => void execFileSync(command, ['60']),
  atomics: () => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, FOREVER_MS),
  // Opened for both directions, so that opening it does not wait; reading it does.
  fifo: (path) => void readSync(openSync(path, 'r+'), Buffer.alloc(1)),
  // One direction: the opening waits.
  'fifo-open': (path) => void readFileSync(path),
  idle: () => void setInterval(() => {}, 1000),
};

if (isMainThread) {
  const startMs = machineMs();
  const histogram = monitorEventLoopDelay({ resolution: HEARTBEAT_MS });
  histogram.enable();
  // Begins when it is told: by then it is where the test has put it.
  process.stdin.once('data', () => {
    process.stdin.pause();
    const worker = new Worker(new URL(import.meta.url), { workerData: { histogram, tid: osThreadId(), startMs } satisfies Given });
    worker.once('message', () => {
      writeSync(1, '"blocking"\n');
      block[process.argv[2]](process.argv[3]);
    });
  });
} else {
  const { histogram, tid, startMs } = workerData as Given;
  const active = () => performance.eventLoopUtilization().active;
  const watch = new StallWatch({ stallMs: STALL_MS, heartbeatMs: HEARTBEAT_MS, startMs, tellsStops: true });
  const clock = new PollClock({ nowMs: machineMs(), activeMs: active() });
  const supply = new CpuSupply({ agentTid: osThreadId() });
  const reader = new StallEvidenceReader({ tid, supply, lookAfterMs: STALL_MS / 2 });
  let ready = false;
  setInterval(() => {
    const nowMs = machineMs();
    const lateMs = clock.poll(nowMs, active(), POLL_MS);
    supply.poll(nowMs, clock.lateMs);
    for (const event of watch.poll({ nowMs, turns: histogram.count, lateMs })) {
      if (!ready) continue;
      let line: ChildLine;
      if (event.kind === 'stopped') line = { ...event, ...judgeStop(supply.stopEvidence(event.lateMs)), evidence: null };
      else {
        const evidence = reader.read(nowMs, event.kind === 'end');
        line = { ...event, ...judgeStall({ ...evidence, gcRatio: null, topFrame: null, startup: event.startup }), evidence };
      }
      writeSync(1, `${JSON.stringify(line)}\n`);
    }
    reader.poll(nowMs, watch.sinceMs);
    if (!ready && watch.sinceMs !== startMs) {
      ready = true;
      parentPort!.postMessage('ready');
    }
  }, POLL_MS);
}
