// Memory and CPU of the process: pidusage where it works, Node where it does not.
import test from 'ava';
import { type ProcessReadings, ProcessSampler } from '../../../src/agent/samplers/process-sampler.js';

function sampler(load: ProcessReadings['load'], rssBytes = 1000) {
  const faults: string[] = [];
  const process = new ProcessSampler({
    load,
    pid: 42,
    rssBytes: () => rssBytes,
    cpuUsage: () => ({ user: 1_500_250, system: 250_500 }),
    onFault: (code, message) => faults.push(`${code}: ${message}`),
  });
  return { process, faults };
}

const cpu = { cpuUserMs: 1500.25, cpuSystemMs: 250.5 };

test("should take memory from pidusage and CPU from Node's finer clock", async (t) => {
  const pids: number[] = [];
  let memory = 1100;
  const { process, faults } = sampler(async () => async (pid) => {
    pids.push(pid);
    return { memory };
  });
  t.deepEqual(await process.sample(), { rssBytes: 1100, ...cpu });
  memory = 9000;
  t.deepEqual(await process.sample(), { rssBytes: 9000, ...cpu });
  t.deepEqual([pids, faults], [[42, 42], []]);
});

test('should ask Node from then on, and tell once, when pidusage fails', async (t) => {
  let calls = 0;
  const { process, faults } = sampler(async () => async () => {
    if (++calls > 1) throw new Error('Access to this API has been restricted');
    return { memory: 1200 };
  });
  t.deepEqual(await process.sample(), { rssBytes: 1200, ...cpu });
  for (let i = 0; i < 3; i++) t.deepEqual(await process.sample(), { rssBytes: 1000, ...cpu });
  t.is(calls, 2);
  t.deepEqual(faults, ['PIDUSAGE: resident memory is taken from Node: Access to this API has been restricted']);
});

test('should ask Node when pidusage cannot be loaded, or throws at once', async (t) => {
  const { process, faults } = sampler(async () => {
    throw new Error('no such package');
  });
  t.deepEqual(await process.sample(), { rssBytes: 1000, ...cpu });
  const other = sampler(async () => () => {
    throw new Error('spawn not allowed');
  });
  t.deepEqual(await other.process.sample(), { rssBytes: 1000, ...cpu });
  t.deepEqual([faults.length, other.faults.length], [1, 1]);
});

test('should not believe pidusage when it takes pages for a quarter of their size', async (t) => {
  const { process, faults } = sampler(async () => async () => ({ memory: 250 }));
  t.is((await process.sample()).rssBytes, 1000);
  t.deepEqual(faults, ['PIDUSAGE: resident memory is taken from Node: it tells 250 bytes, Node 1000']);
});

test('should answer at once when asked to', (t) => {
  const { process } = sampler(async () => async () => ({ memory: 1 }));
  t.deepEqual(process.sampleNow(), { rssBytes: 1000, ...cpu });
});

test('should measure this process', async (t) => {
  const faults: string[] = [];
  const real = new ProcessSampler({ onFault: (code, message) => faults.push(`${code}: ${message}`) });
  const before = process.cpuUsage();
  const { rssBytes, cpuUserMs, cpuSystemMs } = await real.sample();
  const after = process.cpuUsage();
  t.deepEqual(faults, []);
  const ratio = rssBytes / process.memoryUsage.rss();
  t.true(ratio > 0.7 && ratio < 1.4, `${ratio}`);
  t.true(cpuUserMs >= before.user / 1000 && cpuUserMs <= after.user / 1000);
  t.true(cpuSystemMs >= before.system / 1000 && cpuSystemMs <= after.system / 1000);
});
