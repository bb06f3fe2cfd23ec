// A process that ends while its sampler starts, rotates or runs: its code and streams are its own, and the last report has the samples of its last moments.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import type { CpuProfile } from '../../src/flame/formats/cpu-profile.js';
import { App } from '../support/app.js';

const ENV = { PITOT_EXIT_WAIT_MS: '8000', PITOT_STALL_MS: '60000' };
const BURN = 'function spin(ms) { const end = performance.now() + ms; let x = 0; while (performance.now() < end) x++; return x; }';
const SAMPLER_RUNS = 'while ((await flush()).cpu.samples === 0) await new Promise((done) => setTimeout(done, 20));';

for (const delaysMs of [
  [0, 40, 80, 120, 160, 200],
  [60, 100, 140, 180, 250, 350],
]) {
  test(`should end with its own code and streams when the process exits ${delaysMs.join(', ')} ms after its start`, async (t) => {
    const ends = [];
    for (const delayMs of delaysMs) {
      const app = new App({
        source: `
            import { Worker } from 'node:worker_threads';
            new Worker('setInterval(() => {}, 1000)', { eval: true });
            setTimeout(() => { console.log('out'); process.exit(5); }, ${delayMs});
          `,
        env: { ...ENV, PITOT_INTERVAL_MS: '1000' },
      });
      const { code, signal, stdout, stderr } = await app.run();
      const closedBy = app.windows().at(-1)?.closedBy;
      app.remove();
      ends.push({ code, signal, stdout, stderr, closedBy });
    }
    for (const end of ends) t.deepEqual(end, { code: 5, signal: null, stdout: 'out\n', stderr: '', closedBy: 'exit' });
  });
}

test('should end with its own code and streams when the process exits during a rotation', async (t) => {
  const ends = await Promise.all(
    ['process.exit(6)', 'setImmediate(() => process.exit(6))', 'setTimeout(() => process.exit(6), 2)'].map(async (exit) => {
      const app = new App({
        source: `
          import { Worker } from 'node:worker_threads';
          import { flush } from 'pitot';
          const worker = new Worker('setInterval(() => {}, 1)', { eval: true });
          ${SAMPLER_RUNS}
          for (let i = 0; i < 3; i++) void flush();
          ${exit};
        `,
        env: ENV,
      });
      const { code, signal, stdout, stderr } = await app.run();
      const closedBy = app.windows().at(-1)?.closedBy;
      app.remove();
      return { code, signal, stdout, stderr, closedBy };
    }),
  );
  for (const end of ends) t.deepEqual(end, { code: 6, signal: null, stdout: '', stderr: '', closedBy: 'exit' });
});

const ENDS = [
  { title: 'calls process.exit within a loop that blocks', end: 'process.exit(7);', code: 7 },
  { title: 'throws after it has blocked', end: "throw new Error('boom');", code: 1 },
  { title: 'has nothing left to do after it has blocked', end: '', code: 0 },
];

for (const { title, end, code } of ENDS) {
  test(`should have the samples of the last moments in the last report when the process ${title}`, async (t) => {
    const app = new App({
      source: `
        import { flush } from 'pitot';
        ${BURN}
        function lastMoments() { spin(600); ${end} }
        ${SAMPLER_RUNS}
        setTimeout(lastMoments, 50);
      `,
      env: ENV,
    });
    const ended = await app.run();
    t.is(ended.code, code);
    if (!end.startsWith('throw')) t.is(ended.stderr, '');
    t.notRegex(ended.stderr, /debugger/i);
    const [run] = app.runs();
    const { cpu, agent } = app.windows().at(-1) as { cpu: { files: string[] }; agent: { faults: unknown[] } };
    t.deepEqual(agent.faults, []);
    const file = cpu.files.find((name) => name.endsWith('.cpuprofile')) ?? '';
    const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(join(run, file), 'utf8')) as CpuProfile;
    const within = new Set<number>();
    for (const { id, callFrame, children } of nodes) {
      if (callFrame.functionName === 'lastMoments' || within.has(id)) for (const inner of [id, ...(children ?? [])]) within.add(inner);
    }
    let sampledUs = 0;
    for (let i = 0; i + 1 < samples.length; i++) if (within.has(samples[i])) sampledUs += timeDeltas[i + 1];
    t.true(sampledUs > 300_000, `${sampledUs} µs of 600 000`);
    app.remove();
  });
}
