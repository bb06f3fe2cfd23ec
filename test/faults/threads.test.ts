// Threads that come, go and die: the service goes on, and every call is counted.
import test from 'ava';
import type { Stall } from '../../src/report/report-types.js';
import { readStalls } from '../../src/report/stall-log.js';
import { App, totals } from '../support/app.js';

const conserved = (sum: ReturnType<typeof totals>): boolean => sum.recorded === sum.aggregated + sum.dropped + sum.sampledOut;

test('should go on answering and count every call when the agent thread is killed again and again', async (t) => {
  const app = new App({
    source: `
      import { path, counter, flush } from 'pitot';
      const p = path('work'); const c = counter('calls');
      const host = globalThis[Symbol.for('pitot.host.1')];
      let calls = 0;
      const until = (f) => new Promise((done) => { const tick = () => f() ? done() : setTimeout(tick, 5); tick(); });
      for (let kill = 0; kill < 3; kill++) {
        const end = Date.now() + 700;
        while (Date.now() < end) {
          for (let i = 0; i < 2000; i++) { p.record((i % 977) * 1000); c.add(); calls++; }
          await new Promise((r) => setTimeout(r, 5));
          if (Date.now() > end - 300 && host.agentThread.thread) { const w = host.agentThread.thread; await w.terminate(); }
        }
        await until(() => host.agentThread.thread !== null);
      }
      await new Promise((r) => setTimeout(r, 2500));
      const report = await flush();
      console.log(JSON.stringify({ calls, restarts: report.agent.restarts, value: report.counters.find((x) => x.name === 'calls').value }));
    `,
    env: { PITOT_INTERVAL_MS: '1000', PITOT_OVERHEAD_BUDGET: '1' },
    timeoutMs: 60_000,
  });
  const { code, stdout, stderr } = await app.run();
  t.is(stderr, '');
  t.is(code, 0);
  const { calls, restarts, value } = JSON.parse(stdout);
  t.true(restarts >= 3, String(restarts));
  const windows = app.windows();
  const sum = totals(windows, 'work');
  t.is(sum.count, calls);
  t.is(value, calls);
  t.true(conserved(sum));
  t.deepEqual(
    windows.map(({ seq }) => seq),
    windows.map((_, i) => i + 1),
  );
  t.is(
    windows.reduce((deltas, { counters }) => deltas + (counters.find(({ name }) => name === 'calls')?.delta ?? 0), 0),
    calls,
  );
  app.remove();
});

test('should end the stall that was open, and have it in the next report, when the agent thread dies while the loop stands', async (t) => {
  const app = new App({
    source: `
      import { flush } from 'pitot';
      import { readdirSync, statSync } from 'node:fs';
      import { join } from 'node:path';
      const host = globalThis[Symbol.for('pitot.host.1')];
      await flush();
      const block = (until) => { while (!until()) ; };
      const end = Date.now() + 20_000;
      const file = join(process.env.PITOT_DIR, readdirSync(process.env.PITOT_DIR)[0], 'stalls.ndjson');
      // A file without a line is an agent that is about to write it.
      block(() => statSync(file, { throwIfNoEntry: false })?.size > 0 || Date.now() > end);
      const dead = host.agentThread.thread.terminate();
      const dieBy = Date.now() + 300;
      block(() => Date.now() > dieBy);
      await dead;
      while (host.agentThread.thread === null) await new Promise((r) => setTimeout(r, 5));
      await new Promise((r) => setTimeout(r, 500));
      const report = await flush();
      console.log(JSON.stringify({ stalls: report.stalls, faults: report.agent.faults.map(({ code }) => code) }));
    `,
    timeoutMs: 60_000,
  });
  const { code, stdout } = await app.run();
  t.is(code, 0);
  const { stalls, faults } = JSON.parse(stdout) as { stalls: Stall[]; faults: string[] };
  const told = stalls.find(({ reason }) => reason.endsWith("pitot's agent thread died while it lasted, so that its end is not known"));
  t.like(told, { id: 1, thread: 'main', ongoing: false }, JSON.stringify(stalls));
  t.true(faults.includes('AGENT_RESTART'));
  const [directory] = app.runs();
  const last = readStalls(directory).find(({ id }) => id === 1);
  t.like(last, { ongoing: false, reason: told!.reason });
  app.remove();
});

test('should count the calls of worker threads that come, end, throw and are terminated', async (t) => {
  const app = new App({
    source: `
      import { Worker } from 'node:worker_threads';
      import { path, gauge } from 'pitot';
      path('shared', { side: 'main' }).record(1000);
      gauge('level').set(1);
      for (const mode of ['natural', 'exit', 'throw', 'terminate', 'natural', 'terminate']) {
        const worker = new Worker(new URL('./worker.mjs', import.meta.url), { workerData: mode });
        worker.on('error', () => {});
        await new Promise((done) => { worker.on('message', () => mode === 'terminate' && worker.terminate()); worker.on('exit', done); });
      }
      await new Promise((r) => setTimeout(r, 300));
    `,
    files: {
      'worker.mjs': `
        import { parentPort, workerData } from 'node:worker_threads';
        import { path, gauge, counter } from 'pitot';
        const p = path('shared', { side: 'worker' });
        for (let i = 0; i < 10_000; i++) p.record(i * 100);
        gauge('level').set(2);
        counter('workers').add(1);
        parentPort.postMessage('done');
        if (workerData === 'exit') process.exit(0);
        if (workerData === 'throw') throw new Error('worker throws');
        if (workerData === 'terminate') setInterval(() => {}, 1000);
      `,
    },
    env: { PITOT_OVERHEAD_BUDGET: '1' },
  });
  const { code, stderr } = await app.run();
  t.is(stderr, '');
  t.is(code, 0);
  const [report] = app.windows();
  const bySide = new Map(report.paths.filter(({ name }) => name === 'shared').map((path) => [path.labels.side, path.count]));
  t.deepEqual([...bySide].sort(), [
    ['main', 1],
    ['worker', 60_000],
  ]);
  t.true(conserved(totals([report], 'shared')));
  t.is(report.counters.find(({ name }) => name === 'workers')?.value, 6);
  t.is(report.gauges.find(({ name, labels }) => name === 'level' && labels.thread === undefined)?.value, 1);
  app.remove();
});

test('should count all calls over stop and start', async (t) => {
  const app = new App({
    nodeArgs: [],
    source: `
      import { path, start, stop, flush } from 'pitot';
      const p = path('work');
      p.record(1);
      start({ dir: process.env.PITOT_DIR, overheadBudget: 1 });
      for (let i = 0; i < 500; i++) p.record(i);
      await flush();
      for (let i = 0; i < 250; i++) p.record(i);
      await stop();
      p.record(1);
      start({ dir: process.env.PITOT_DIR, overheadBudget: 1 });
      for (let i = 0; i < 125; i++) p.record(i);
      await stop();
    `,
  });
  const { code, stderr } = await app.run();
  t.is(stderr, '');
  t.is(code, 0);
  const windows = app.runs().flatMap((run) => app.windows(run));
  t.is(totals(windows, 'work').count, 500 + 250 + 125);
  app.remove();
});

test('should report each process of a cluster on its own, and leave forks without the preload alone', async (t) => {
  const app = new App({
    source: `
      import cluster from 'node:cluster';
      import { fork } from 'node:child_process';
      import { path } from 'pitot';
      path(cluster.isPrimary ? 'primary' : 'replica').record(5);
      if (cluster.isPrimary) {
        cluster.fork(); cluster.fork();
        fork(new URL('./bare.mjs', import.meta.url), { execArgv: [] });
      } else process.exit(0);
    `,
    files: { 'bare.mjs': "import { path } from 'pitot'; path('bare').record(1);" },
    // On a crowded machine three agent threads take longer to start than an exit waits by default.
    env: { PITOT_EXIT_WAIT_MS: '10000' },
  });
  const { code, stderr } = await app.run();
  t.is(stderr, '');
  t.is(code, 0);
  const names = app.runs().flatMap((run) => app.windows(run).flatMap(({ paths }) => paths.map(({ name }) => name)));
  t.deepEqual(names.sort(), ['primary', 'replica', 'replica']);
  app.remove();
});

test('should be one recorder when two copies of pitot are loaded', async (t) => {
  const app = new App({
    source: `
      import { cpSync } from 'node:fs';
      import { createRequire } from 'node:module';
      import { path } from 'pitot';
      cpSync(new URL('./node_modules/pitot/dist/src', import.meta.url), new URL('./copy/src', import.meta.url), { recursive: true });
      const other = createRequire(import.meta.url)('./copy/src/index.cjs');
      console.log(other.path === path, other.path('work') === path('work'));
      path('work').record(1);
      other.path('work').record(2);
      other.start();
    `,
    // As above: it ends at once.
    env: { PITOT_EXIT_WAIT_MS: '10000' },
  });
  const { code, stdout, stderr } = await app.run();
  t.is(stderr, '');
  t.is(code, 0);
  t.is(stdout, 'false true\n');
  t.is(app.runs().length, 1);
  t.is(totals(app.windows(), 'work').count, 2);
  app.remove();
});

test('should answer a flush with null on a worker thread whose agent was stopped', async (t) => {
  const app = new App({
    source: `
      import { Worker } from 'node:worker_threads';
      import { stop } from 'pitot';
      const worker = new Worker(new URL('./worker.mjs', import.meta.url));
      await new Promise((done) => worker.once('message', done));
      await stop();
      worker.postMessage('stopped');
      console.log(await new Promise((done) => worker.once('message', done)));
    `,
    files: {
      'worker.mjs': `
        import { parentPort } from 'node:worker_threads';
        import { flush } from 'pitot';
        parentPort.once('message', async () => parentPort.postMessage(String(await flush())));
        parentPort.postMessage('ready');
      `,
    },
  });
  const { code, stdout } = await app.run();
  t.is(stdout, 'null\n');
  t.is(code, 0);
  app.remove();
});

test('should close each window once when several are asked for at the same time', async (t) => {
  const app = new App({
    source: `
      import { flush, path } from 'pitot';
      const p = path('work');
      const reports = [];
      for (let round = 0; round < 5; round++) {
        for (let i = 0; i < 1000; i++) p.record(i);
        reports.push(...(await Promise.all([flush(), flush(), flush(), flush()])));
      }
      console.log(JSON.stringify(reports.map(({ seq }) => seq)));
    `,
    env: { PITOT_OVERHEAD_BUDGET: '1' },
  });
  const { code, stdout, stderr } = await app.run();
  t.is(stderr, '');
  t.is(code, 0);
  t.deepEqual(
    JSON.parse(stdout),
    Array.from({ length: 20 }, (_, i) => i + 1),
  );
  t.is(totals(app.windows(), 'work').count, 5000);
  app.remove();
});
