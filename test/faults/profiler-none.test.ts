// Where no thread may be inspected the application runs as it did, the report says what is missing, and the rest is measured.
import test from 'ava';
import type { Report } from '../../src/report/report-types.js';
import { App, NODE } from '../support/app.js';
import { lineOf, nodeVersion } from '../support/node-lines.js';

const line = lineOf(nodeVersion());
const flag = line >= 22 ? '--permission' : '--experimental-permission';

const SOURCE = `
  import { flush, path } from 'pitot';
  const work = path('work');
  function block(ms) { const end = performance.now() + ms; while (performance.now() < end); }
  while ((await flush()).agent.faults.length === 0) await new Promise((done) => setTimeout(done, 50));
  await new Promise((done) => setTimeout(done, 300));
  work.time(() => block(700));
  const reports = [];
  const isTold = ({ stalls }) => stalls.some(({ durationMs, ongoing }) => durationMs >= 600 && !ongoing);
  do {
    await new Promise((done) => setTimeout(done, 100));
    reports.push(await flush());
  } while (!reports.some(isTold));
  const { cpu, agent } = reports.at(-1);
  const all = (key) => reports.flatMap((report) => report[key]);
  console.log(JSON.stringify({ cpu, stalls: all('stalls'), faults: agent.faults.map(({ code }) => code).sort(), runtimes: all('runtime'), paths: all('paths') }));
`;

test(`should measure everything but the CPU profile, and say so, when the permission model withholds the inspector (${NODE.split('/').at(-1)} ${line})`, async (t) => {
  const app = new App({
    source: SOURCE,
    nodeArgs: [flag, '--allow-fs-read=*', '--allow-fs-write=*', '--allow-worker', '--import', 'pitot/register'],
  });
  const { code, stdout, stderr } = await app.run();
  t.is(code, 0, stderr);
  t.notRegex(stderr, /Assertion failed/);
  const { cpu, stalls, faults, runtimes, paths } = JSON.parse(stdout);
  t.deepEqual(faults, ['NO_CPU_PROFILE', 'NO_INSPECTOR']);
  t.deepEqual([cpu.samples, cpu.files], [0, []]);
  t.is(paths.find(({ name }: { name: string }) => name === 'work').count, 1);
  const userMs = runtimes.reduce((sum: number, { cpu: { userMs } }: Report['runtime']) => sum + userMs, 0);
  t.true(runtimes[0].memory.heapUsedBytes > 1e6 && userMs > 100);
  const [stall] = stalls.filter(({ durationMs, ongoing }: { durationMs: number; ongoing: boolean }) => durationMs >= 600 && !ongoing);
  t.deepEqual([stall.thread, stall.top, stall.file, stall.ongoing], ['main', [], '', false]);
  app.remove();
});

test('should profile under the permission model when it allows the inspector', async (t) => {
  if (line < 24) {
    t.log(`Node.js ${line} has no --allow-inspector`);
    t.is((await new App({ source: '', nodeArgs: ['--allow-inspector'] }).run()).code, 9);
    return;
  }
  const app = new App({
    source: `import { flush } from 'pitot'; await new Promise((done) => setTimeout(done, 2500)); console.log(JSON.stringify(await flush()));`,
    nodeArgs: ['--permission', '--allow-inspector', '--allow-fs-read=*', '--allow-fs-write=*', '--allow-worker', '--import', 'pitot/register'],
  });
  const { code, stdout, stderr } = await app.run();
  t.is(code, 0, stderr);
  const { cpu, agent } = JSON.parse(stdout);
  t.deepEqual(agent.faults, []);
  t.true(cpu.samples >= 10, `${cpu.samples} samples`);
  app.remove();
});
