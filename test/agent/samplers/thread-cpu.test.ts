// CPU of threads from directories as the kernel shows them, and from the kernel itself.
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { readThreadCpu } from '../../../src/agent/samplers/thread-cpu.js';
import { monotonicMs } from '../../../src/core/clock.js';
import { osThreadId } from '../../../src/core/os-thread-id.js';

const rootOf = (name: string) => fileURLToPath(new URL(`../../../../test/fixtures/proc/${name}`, import.meta.url));

test('should read the on-CPU time of each thread in ns', (t) => {
  t.deepEqual(readThreadCpu({ root: rootOf('schedstat'), pid: 7 }), [
    { tid: 7, name: 'node', cpuNs: 123_456_789 },
    { tid: 8, name: 'V8 (odd) name', cpuNs: 9_000_000_000 },
    { tid: 19, name: 'libuv-worker', cpuNs: 42 },
  ]);
});

test('should fall back to ticks when the kernel keeps no schedstats, and leave out a thread that is gone', (t) => {
  t.deepEqual(readThreadCpu({ root: rootOf('ticks') }), [
    { tid: 1, name: 'node', cpuNs: 3_000_000_000 },
    { tid: 2, name: 'zeros', cpuNs: 70_000_000 },
    { tid: 4, name: 'unused', cpuNs: 0 },
  ]);
});

test('should read nothing when there is no such process', (t) => {
  t.deepEqual(readThreadCpu({ root: rootOf('schedstat'), pid: 8 }), []);
  t.deepEqual(readThreadCpu({ root: rootOf('nowhere') }), []);
});

test('should see the CPU that this thread burns, and no more than passed', (t) => {
  const tid = osThreadId();
  if (tid === 0) return t.pass('no /proc here');
  const cpuOfThis = () => readThreadCpu().find((thread) => thread.tid === tid)?.cpuNs ?? Number.NaN;
  const startMs = monotonicMs();
  const before = cpuOfThis();
  let turns = 0;
  // Until the kernel has seen 50 ms of it: no assumption on how busy the machine is.
  while (cpuOfThis() - before < 50e6) turns++;
  const burnt = cpuOfThis() - before;
  const passedNs = (monotonicMs() - startMs) * 1e6;
  t.true(turns > 0);
  // A tick of slack, as the kernel brings its figure up to date at ticks.
  t.true(burnt <= passedNs + 10e6, `${burnt} ns of ${passedNs} ns`);
});
