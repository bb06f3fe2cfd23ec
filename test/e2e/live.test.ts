// A live service under pitot: what its reports say of requests, memory, CPU, collections and the loop; and that a blocked loop blocks nothing of pitot's.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import test from 'ava';
import type { Report } from '../../src/report/report-types.js';
import { App, ROOT, totals, until } from '../support/app.js';

const schema = JSON.parse(readFileSync(join(ROOT, 'docs/report.schema.json'), 'utf8'));
const validate = new Ajv({ strict: false, allErrors: true }).compile(schema);

test('should report requests by route, client calls by host, and a valid report', async (t) => {
  const app = new App({
    source: `
      import { createRequire } from 'node:module';
      import { flush } from 'pitot';
      const require = createRequire('${ROOT}');
      const fastify = require('fastify')();
      fastify.get('/items/:id', async (request) => {
        if (request.params.id === '13') throw new Error('unlucky');
        await new Promise((done) => setTimeout(done, 20));
        return { id: request.params.id };
      });
      await fastify.listen({ port: 0, host: '127.0.0.1' });
      const base = 'http://127.0.0.1:' + fastify.server.address().port;
      for (let i = 0; i < 30; i++) await (await fetch(base + '/items/' + i)).text();
      await (await fetch(base + '/nowhere')).text();
      const report = await flush();
      console.log(JSON.stringify(report));
      await fastify.close();
    `,
    env: { PITOT_EXIT_WAIT_MS: '8000' },
  });
  const { code, stdout, stderr } = await app.run();
  t.is(stderr, '');
  t.is(code, 0);
  const report = JSON.parse(stdout) as Report;
  t.true(validate(report), JSON.stringify(validate.errors));
  const find = (name: string, labels: Record<string, string>) =>
    report.paths.find((path) => path.name === name && Object.entries(labels).every(([key, value]) => path.labels[key] === value));
  const ok = find('http.server', { method: 'GET', route: '/items/:id', status: '2xx' });
  t.is(ok?.count, 29);
  t.is(ok?.errors, 0);
  t.true(ok !== undefined && ok.minNs >= 19e6 && ok.p50Ns >= ok.minNs && ok.p99Ns <= ok.maxNs);
  const failed = find('http.server', { route: '/items/:id', status: '5xx' });
  t.deepEqual([failed?.count, failed?.errors], [1, 1]);
  t.is(find('http.server', { status: '4xx' })?.count, 1);
  t.is(
    report.paths.filter(({ name }) => name === 'http.client').reduce((sum, { count }) => sum + count, 0),
    31,
  );
  t.is(report.records.recorded, report.records.aggregated + report.records.dropped + report.records.sampledOut);
  app.remove();
});

test('should report the memory, CPU, collections and loop of the main thread', async (t) => {
  const app = new App({
    source: `
      import { flush } from 'pitot';
      const buffer = Buffer.alloc(150e6, 1);
      const objects = Array.from({ length: 400_000 }, (_, i) => ({ i, text: 'object ' + i }));
      await new Promise((done) => setTimeout(done, 300));
      // Both in time and in CPU: a crowded machine gives less of it.
      const end = Date.now() + 1500;
      const used = process.cpuUsage().user;
      while (Date.now() < end || process.cpuUsage().user - used < 1e6) JSON.stringify(objects.slice(0, 1000));
      await new Promise((done) => setTimeout(done, 1200));
      const report = await flush();
      console.log(JSON.stringify({ report, rss: process.memoryUsage().rss, heapUsed: process.memoryUsage().heapUsed, length: buffer.length }));
    `,
    nodeArgs: ['--max-old-space-size=600', '--import', 'pitot/register'],
  });
  const { code, stdout, stderr } = await app.run();
  t.is(stderr, '');
  t.is(code, 0);
  const { report, rss, heapUsed } = JSON.parse(stdout) as { report: Report; rss: number; heapUsed: number };
  const { cpu, memory, gc, eventLoop, threads } = report.runtime;
  t.true(memory.arrayBuffersBytes >= 150e6 && memory.externalBytes >= 150e6, JSON.stringify(memory));
  t.true(memory.rssBytes > 150e6 && memory.rssBytes < rss * 1.5);
  t.true(memory.heapUsedBytes > heapUsed * 0.5 && memory.heapUsedBytes < heapUsed * 2);
  t.deepEqual([memory.limitSource, memory.limitBytes], ['max-old-space-size', 600 * 1024 * 1024]);
  t.true(cpu.userMs > 1000 && cpu.cpuRatio > 0.05, JSON.stringify(cpu));
  t.true(gc.count > 0 && gc.totalMs > 0 && gc.pauseNsMax >= gc.pauseNsP50);
  t.is(
    gc.count,
    Object.values(gc.byKind).reduce((sum, { count }) => sum + count, 0),
  );
  t.true(eventLoop.delayNsMax > 1e9, `blocked 1.5 s: ${eventLoop.delayNsMax}`);
  t.true(eventLoop.utilization > 0.2 && eventLoop.utilization <= 1);
  t.true(threads.some(({ name, cpuRatio }) => name === 'main' && cpuRatio > 0.05));
  t.true(report.agent.pausesNsMax > 0);
  t.true((report.timeline ?? []).length > 0);
  app.remove();
});

test('should drain, sample and write reports while the main thread is blocked', async (t) => {
  const app = new App({
    source: `
      import { existsSync } from 'node:fs';
      import { path } from 'pitot';
      const p = path('work');
      for (let i = 0; i < 200_000; i++) p.record(i);
      console.log('blocking');
      const end = Date.now() + 25_000;
      while (!existsSync('enough') && Date.now() < end) for (let i = 0; i < 10_000; i++) p.record(i);
      console.log('unblocked');
    `,
    env: { PITOT_INTERVAL_MS: '1000' },
  });
  const { ended, stdout } = app.start();
  await until(() => stdout().includes('blocking'), 'the block begins');
  await until(() => app.windows().length >= 2, 'two reports are written');
  t.false(stdout().includes('unblocked'));
  writeFileSync(join(app.directory, 'enough'), '');
  const seen = app.windows().at(-1) as Report;
  t.true(totals([seen], 'work').count > 1000);
  t.true(seen.runtime.eventLoop.utilization > 0 || seen.seq === 1);
  t.is((await ended).code, 0);
  app.remove();
});

test('should stay as easy to end by a signal as it was when the loop is blocked', async (t) => {
  const app = new App({ source: "console.log('blocking'); for (;;);" });
  const { child, ended, stdout } = app.start();
  await until(() => stdout().includes('blocking'), 'the block begins');
  // The agent notices within some seconds; until then a signal waits for the loop.
  const timer = setInterval(() => child.kill('SIGTERM'), 500);
  const { signal } = await ended;
  clearInterval(timer);
  t.is(signal, 'SIGTERM');
  app.remove();
});

test('should tell listeners of each report on main and worker threads, and keep no process alive for it', async (t) => {
  const app = new App({
    source: `
      import { Worker } from 'node:worker_threads';
      import { on, flush, path } from 'pitot';
      const worker = new Worker(new URL('./worker.mjs', import.meta.url));
      await new Promise((done) => worker.once('message', done));
      const lines = [];
      const heard = async (line) => { while (!lines.includes(line)) await new Promise((done) => setTimeout(done, 5)); };
      const stop = on('report', (report) => lines.push('main ' + report.seq));
      worker.on('message', (seq) => lines.push('worker ' + seq));
      path('work').record(5);
      await flush();
      await heard('main 1');
      stop();
      await flush();
      await heard('worker 2');
      console.log(lines.sort().join());
      worker.unref();
    `,
    files: {
      'worker.mjs': `
        import { parentPort } from 'node:worker_threads';
        import { on } from 'pitot';
        on('report', (report) => parentPort.postMessage(report.seq));
        parentPort.postMessage('ready');
        setInterval(() => {}, 1000);
      `,
    },
  });
  const { code, stdout, stderr } = await app.run();
  t.is(stderr, '');
  t.is(code, 0);
  t.is(stdout, 'main 1,worker 1,worker 2\n');
  app.remove();
});
