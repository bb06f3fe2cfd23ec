// The figures of an interval without a turn, from files that change between polls as the kernel's would.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { CpuSupply } from '../../../src/agent/stalls/cpu-supply.js';
import { StallEvidenceReader } from '../../../src/agent/stalls/stall-evidence.js';
import { makeTree } from '../samplers/file-tree.js';

const TASK = 'proc/7/task/9';

class Machine {
  readonly root: string;
  readonly supply: CpuSupply;
  readonly reader: StallEvidenceReader;
  nowMs = 1000;

  constructor(t: ExecutionContext, isNew = false) {
    this.root = makeTree(t, { 'proc/7/cgroup': '0::/app\n', [`${TASK}/children`]: '', 'proc/7/task/8/schedstat': '' });
    this.write('S', { cpuMs: 100, runnableMs: 10, throttledMs: 0, pressureMs: 0, agentRunnableMs: 0 });
    this.supply = new CpuSupply({ agentTid: 8, root: this.root, pid: 7 });
    this.reader = new StallEvidenceReader({ tid: 9, supply: this.supply, lookAfterMs: 100, isNew, root: this.root, pid: 7, architecture: 'x64' });
  }

  write(state: string, figures: Record<'cpuMs' | 'runnableMs' | 'throttledMs' | 'pressureMs' | 'agentRunnableMs', number>, call = 'running'): void {
    const file = (path: string, text: string) => writeFileSync(join(this.root, path), text);
    file(`${TASK}/stat`, `9 (node) ${state} 1 1 1 0 -1 0 1 1 0 0 ${figures.cpuMs / 10} 0 0 0\n`);
    file(`${TASK}/schedstat`, `${figures.cpuMs * 1e6} ${figures.runnableMs * 1e6} 5\n`);
    file(`${TASK}/syscall`, `${call}\n`);
    file('proc/7/task/8/schedstat', `5 ${figures.agentRunnableMs * 1e6} 5\n`);
    makeGroup(this.root, 'app', figures);
  }

  /** One poll; lateMs is the agent's sum. */
  poll(sinceMs: number, lateMs = 0): void {
    this.nowMs += 50;
    this.supply.poll(this.nowMs, lateMs);
    this.reader.poll(this.nowMs, sinceMs);
  }
}

function makeGroup(root: string, name: string, { throttledMs, pressureMs }: { throttledMs: number; pressureMs: number }): void {
  mkdirSync(join(root, 'sys/fs/cgroup', name), { recursive: true });
  writeFileSync(join(root, 'sys/fs/cgroup', name, 'cpu.stat'), `nr_throttled ${throttledMs / 10}\nthrottled_usec ${throttledMs * 1000}\n`);
  writeFileSync(join(root, 'sys/fs/cgroup', name, 'cpu.pressure'), `some avg10=0.00 total=${pressureMs * 1000}\n`);
}

test('should count all figures from the last turn on when the loop has turned before', (t) => {
  const machine = new Machine(t);
  machine.poll(1050);
  machine.write('R', { cpuMs: 140, runnableMs: 20, throttledMs: 30, pressureMs: 5, agentRunnableMs: 0 });
  machine.poll(1100, 3);
  machine.write('R', { cpuMs: 170, runnableMs: 40, throttledMs: 130, pressureMs: 15, agentRunnableMs: 0 });
  machine.poll(1100, 10);
  machine.poll(1100, 10);
  machine.write('D', { cpuMs: 200, runnableMs: 60, throttledMs: 230, pressureMs: 45, agentRunnableMs: 0 }, '74 0x14 0x0');
  machine.poll(1100, 33);
  const figures = {
    wallMs: 150,
    cpuMs: 60,
    runnableMs: 40,
    // From 100 ms on without a turn: at 1200 and 1250.
    looks: 2,
    looksRunning: 1,
    agentLateMs: 30,
    throttledMs: 200,
    throttledCount: 20,
    // From the first look on.
    pressureMs: 30,
    processCpuMs: null,
    threadState: 'D',
    syscall: { number: 74, name: 'fsync', fd: 20 },
    wchan: null,
    child: null,
  };
  t.deepEqual(machine.reader.read(machine.nowMs, false), figures);
  // The loop turns again: what the thread does by now has no part in the stall.
  machine.write('R', { cpuMs: 200, runnableMs: 60, throttledMs: 230, pressureMs: 45, agentRunnableMs: 0 });
  t.deepEqual(machine.reader.read(machine.nowMs + 50, true), { ...figures, wallMs: 200 });
});

test('should count all CPU time of the thread when its first interval begins with it', (t) => {
  for (const hasSchedstats of [true, false]) {
    const machine = new Machine(t, true);
    const zero = () => hasSchedstats || writeFileSync(join(machine.root, TASK, 'schedstat'), '0 0 0\n');
    zero();
    machine.poll(1050);
    machine.write('R', { cpuMs: 170, runnableMs: 40, throttledMs: 0, pressureMs: 0, agentRunnableMs: 0 });
    zero();
    t.is(Math.round(machine.reader.read(1300, false).cpuMs ?? -1), 170);
    // The loop turns: from here on it is as with any other.
    machine.poll(1350);
    machine.write('R', { cpuMs: 200, runnableMs: 40, throttledMs: 0, pressureMs: 0, agentRunnableMs: 0 });
    zero();
    t.is(machine.reader.read(1500, false).cpuMs, 30);
  }
});

test('should look less often when a stall lasts', (t) => {
  const machine = new Machine(t);
  machine.poll(1050);
  for (let i = 0; i < 9; i++) machine.poll(1050);
  t.is(machine.reader.read(machine.nowMs, true).looks, 8);
  // 3 s more: one look each 500 ms.
  for (let i = 0; i < 60; i++) machine.poll(1050);
  t.is(machine.reader.read(machine.nowMs, true).looks, 14);
});

test('should fall back to ticks when the kernel keeps no schedstats', (t) => {
  const machine = new Machine(t);
  writeFileSync(join(machine.root, TASK, 'schedstat'), '0 0 0\n');
  machine.poll(1050);
  machine.write('R', { cpuMs: 170, runnableMs: 40, throttledMs: 0, pressureMs: 0, agentRunnableMs: 0 });
  writeFileSync(join(machine.root, TASK, 'schedstat'), '0 0 0\n');
  const { cpuMs, runnableMs } = machine.reader.read(1150, false);
  t.deepEqual([cpuMs, runnableMs], [70, null]);
});

test('should tell no throttling when the process was moved to another group within the interval', (t) => {
  const machine = new Machine(t);
  machine.poll(1050);
  makeGroup(machine.root, 'other', { throttledMs: 5000, pressureMs: 0 });
  writeFileSync(join(machine.root, 'proc/7/cgroup'), '0::/other\n');
  machine.nowMs += 10_000;
  machine.poll(1050);
  const { throttledMs, throttledCount } = machine.reader.read(machine.nowMs, false);
  t.deepEqual([throttledMs, throttledCount], [null, null]);
  // From the next turn on it is the new group's.
  machine.poll(machine.nowMs + 50);
  makeGroup(machine.root, 'other', { throttledMs: 5100, pressureMs: 0 });
  machine.poll(machine.nowMs);
  t.is(machine.reader.read(machine.nowMs, false).throttledMs, 100);
});

test('should tell what the agent thread lacked between two polls when the process did not run', (t) => {
  const machine = new Machine(t);
  machine.write('S', { cpuMs: 100, runnableMs: 10, throttledMs: 40, pressureMs: 0, agentRunnableMs: 7 });
  machine.poll(1050);
  machine.write('S', { cpuMs: 100, runnableMs: 10, throttledMs: 340, pressureMs: 0, agentRunnableMs: 407 });
  machine.poll(1100);
  t.deepEqual(machine.supply.stopEvidence(450), { lateMs: 450, agentRunnableMs: 400, throttledMs: 300, throttledCount: 30 });
  machine.poll(1100);
  t.deepEqual(machine.supply.stopEvidence(450), { lateMs: 450, agentRunnableMs: 0, throttledMs: 0, throttledCount: 0 });
});

test('should know nothing but the time passed and the process’s CPU when there is no /proc', (t) => {
  const supply = new CpuSupply({ agentTid: 8, root: 'no-such-directory' });
  const reader = new StallEvidenceReader({ tid: 9, supply, lookAfterMs: 100, root: 'no-such-directory' });
  supply.poll(1050, 0);
  reader.poll(1050, 1050);
  const { processCpuMs, ...rest } = reader.read(1300, false);
  t.true(processCpuMs! >= 0 && processCpuMs! < 10_000, `${processCpuMs}`);
  t.deepEqual(rest, {
    wallMs: 250,
    cpuMs: null,
    runnableMs: null,
    looks: 0,
    looksRunning: 0,
    agentLateMs: 0,
    throttledMs: null,
    throttledCount: null,
    pressureMs: null,
    threadState: null,
    syscall: null,
    wchan: null,
    child: null,
  });
});

test('should tell of the wait that lasted longest, by its newest look, when the thread waited in several calls', (t) => {
  const machine = new Machine(t);
  const figures = { cpuMs: 100, runnableMs: 10, throttledMs: 0, pressureMs: 0, agentRunnableMs: 0 };
  machine.poll(1050);
  machine.poll(1100);
  const waits = ['0 0x5 0x0', '0 0x5 0x0', '0 0x5 0x0', '257 0x14 0x0', '0 0x6 0x0'];
  for (const call of waits) {
    machine.write('S', figures, call);
    machine.poll(1100);
  }
  const { syscall } = machine.reader.read(machine.nowMs, true);
  t.like(syscall, { name: 'read', fd: 5 });
});
