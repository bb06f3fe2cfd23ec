// Other inspector sessions of the process: a profiler of the host's own, a debugger that attaches, a debugger that is waited for. All work, and so does pitot.
import test, { type ExecutionContext } from 'ava';
import type { CpuProfileSummary } from '../../src/report/report-types.js';
import { App, type AppOptions, until } from '../support/app.js';
import { InspectorClient } from './inspector-client.js';

const ENV = { PITOT_INTERVAL_MS: '1000', PITOT_EXIT_WAIT_MS: '8000', PITOT_STALL_MS: '60000' };
const BURN = 'function spin(ms) { const end = performance.now() + ms; let x = 0; while (performance.now() < end) x++; return x; }';

test('should leave the sampling interval and the profile of a session of the host as they are alone', async (t) => {
  const app = new App({
    source: `
      import { Session } from 'node:inspector';
      import { flush } from 'pitot';
      ${BURN}
      function hostWork() { spin(300); }
      function inBetween() { spin(300); }
      const seconds = (count) => new Promise((done) => setTimeout(done, count * 1000));
      const session = new Session(); session.connect();
      const post = (method, params = {}) => new Promise((done, failed) => session.post(method, params, (error, result) => (error ? failed(error) : done(result))));
      await post('Profiler.enable');
      while ((await flush()).cpu.samples === 0) await seconds(0.02);
      // Rotations, with the host's session enabled and idle.
      await seconds(2.2);
      await post('Profiler.setSamplingInterval', { interval: 1000 });
      await post('Profiler.start');
      hostWork(); await seconds(1.5);
      const { profile } = await post('Profiler.stop');
      inBetween();
      await post('Profiler.setSamplingInterval', { interval: 2000 });
      await post('Profiler.disable');
      const has = profile.nodes.some(({ callFrame }) => callFrame.functionName === 'hostWork');
      const { agent } = await flush();
      const deltasUs = profile.timeDeltas.slice(1).sort((a, b) => a - b);
      console.log(JSON.stringify({ has, shortUs: deltasUs[deltasUs.length >> 2], faults: agent.faults.map(({ code }) => code) }));
    `,
    env: ENV,
  });
  const { code, stdout, stderr } = await app.run();
  t.is(stderr, '');
  t.is(code, 0);
  const { has, shortUs, faults } = JSON.parse(stdout) as { has: boolean; shortUs: number; faults: string[] };
  t.true(has);
  // A quarter of the samples at least come at 1 kHz, also on a crowded machine; at pitot's rate they would be 10 ms apart.
  t.true(shortUs < 4000, `${shortUs} µs`);
  t.deepEqual(
    faults.filter((fault) => fault !== 'PROFILER_SHARED'),
    [],
  );
  const functions = (app.windows() as { cpu: CpuProfileSummary }[]).flatMap(({ cpu }) => cpu.top.map((each) => each.function));
  t.true(functions.includes('hostWork') && functions.includes('inBetween'));
  app.remove();
});

/** Starts an application whose inspector listens, on a port of its own choice, and attaches to it. */
async function attach(t: ExecutionContext, options: AppOptions) {
  const app = new App({ timeoutMs: 90_000, ...options, env: ENV });
  const { child, ended } = app.start();
  t.teardown(() => child.kill('SIGKILL'));
  let stderr = '';
  child.stderr?.on('data', (text) => (stderr += text));
  await until(() => /ws:\/\/\S+/.test(stderr), 'the inspector listens');
  return { app, ended, client: await InspectorClient.connect(/ws:\/\/\S+/.exec(stderr)?.[0] ?? '') };
}

/** What Node.js prints itself when a debugger may attach, and does. */
const NODE_LINES = /^(Debugger listening on|For help, see|Debugger attached|Debugger ending on)/;
const others = (text: string): string[] => text.split('\n').filter((line) => line !== '' && !NODE_LINES.test(line));

test('should work beside a debugger that attaches, profiles and goes when Node.js was started with --inspect', async (t) => {
  const source = `
    import { flush } from 'pitot';
    ${BURN}
    function onTimer() { spin(20); }
    setInterval(onTimer, 50);
    while ((await flush()).cpu.samples === 0) await new Promise((done) => setTimeout(done, 20));
    globalThis.samplerRuns = true;
    globalThis.finish = async () => {
      const { agent, cpu } = await flush();
      console.log(JSON.stringify({ faults: agent.faults.map(({ code }) => code), top: cpu.top.map((each) => each.function) }));
      process.exit(3);
    };
  `;
  const { app, ended, client } = await attach(t, { source, nodeArgs: ['--inspect=127.0.0.1:0', '--import', 'pitot/register'] });
  const evaluate = async (expression: string): Promise<unknown> =>
    ((await client.send('Runtime.evaluate', { expression, returnByValue: true })).result as { value: unknown }).value;
  while ((await evaluate('globalThis.samplerRuns')) !== true) await new Promise((resolve) => setTimeout(resolve, 20));
  await client.send('Runtime.enable');
  await client.send('Debugger.enable');
  await client.send('Profiler.enable');
  // Two rotations and more.
  await new Promise((resolve) => setTimeout(resolve, 2500));
  await client.send('Profiler.setSamplingInterval', { interval: 1000 });
  await client.send('Profiler.start');
  await new Promise((resolve) => setTimeout(resolve, 500));
  const { profile } = (await client.send('Profiler.stop')) as { profile: { nodes: { callFrame: { functionName: string } }[] } };
  t.true(profile.nodes.some(({ callFrame }) => callFrame.functionName === 'onTimer'));
  // A stop in the debugger and on again, with a rotation meanwhile.
  const paused = client.event('Debugger.paused');
  await client.send('Debugger.pause');
  await paused;
  await new Promise((resolve) => setTimeout(resolve, 1500));
  await client.send('Debugger.resume');
  t.is(await evaluate('6 * 7'), 42);
  const titles = client.events.filter(({ method }) => method === 'Profiler.consoleProfileStarted').map(({ params }) => params.title);
  t.true(titles.length >= 2);
  t.deepEqual(
    [...new Set(titles)].filter((title) => !/^pitot \d+$/.test(String(title))),
    [],
  );
  await client.send('Profiler.disable');
  await client.send('Runtime.evaluate', { expression: 'setTimeout(finish, 100)' });
  await client.close();
  const { code, stdout, stderr } = await ended;
  t.is(code, 3);
  t.deepEqual(others(stderr), []);
  const { faults, top } = JSON.parse(stdout) as { faults: string[]; top: string[] };
  t.deepEqual(
    faults.filter((fault) => fault !== 'PROFILER_SHARED'),
    [],
  );
  t.true(top.includes('onTimer'));
  app.remove();
});

test('should run when the debugger lets it, and be profiled, when Node.js was started with --inspect-brk', async (t) => {
  const source = `
    import { flush } from 'pitot';
    let cpu; do { await new Promise((done) => setTimeout(done, 50)); ({ cpu } = await flush()); } while (cpu.samples === 0);
    console.log('ran');
  `;
  const { app, ended, client } = await attach(t, { source, nodeArgs: ['--inspect-brk=127.0.0.1:0', '--import', 'pitot/register'] });
  await client.send('Runtime.enable');
  await client.send('Debugger.enable');
  const paused = client.event('Debugger.paused');
  await client.send('Runtime.runIfWaitingForDebugger');
  t.is((await paused).reason, 'Break on start');
  // The agent attaches meanwhile.
  await new Promise((resolve) => setTimeout(resolve, 1000));
  await client.send('Debugger.resume');
  await new Promise((resolve) => setTimeout(resolve, 100));
  await client.close();
  const { code, stdout, stderr } = await ended;
  t.deepEqual([code, stdout, others(stderr)], [0, 'ran\n', []]);
  app.remove();
});

test('should profile a process whose inspector the host opens and closes by itself', async (t) => {
  const app = new App({
    source: `
      import inspector from 'node:inspector';
      import { flush } from 'pitot';
      inspector.open(0, '127.0.0.1');
      while ((await flush()).cpu.samples === 0) await new Promise((done) => setTimeout(done, 20));
      const isOpen = inspector.url() !== undefined;
      inspector.close();
      await new Promise((done) => setTimeout(done, 1200));
      const { cpu, agent } = await flush();
      console.log(JSON.stringify({ isOpen, isClosed: inspector.url() === undefined, isSampled: cpu.samples > 0, faults: agent.faults }));
    `,
    env: { ...ENV, PITOT_INTERVAL_MS: '60000' },
  });
  const { code, stdout, stderr } = await app.run();
  t.deepEqual([code, others(stderr)], [0, []]);
  t.deepEqual(JSON.parse(stdout), { isOpen: true, isClosed: true, isSampled: true, faults: [] });
  app.remove();
});
