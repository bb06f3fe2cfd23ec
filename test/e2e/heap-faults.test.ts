// Evidence of memory when things go wrong: no memory, no inspector, a directory that is gone, a process that is killed, another tool at the heap.
import { existsSync, readdirSync, readFileSync, renameSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { readAlerts } from '../../src/report/alerts-log.js';
import { App, type AppOptions, until } from '../support/app.js';
import { lineOf, nodeVersion } from '../support/node-lines.js';

const LINE = lineOf(nodeVersion());

function start(t: ExecutionContext, options: AppOptions) {
  const app = new App({ timeoutMs: 60_000, ...options });
  t.teardown(() => app.remove());
  const running = app.start();
  t.teardown(() => void running.child.kill('SIGKILL'));
  return { app, ...running };
}

/** Names under heap/ of the newest run. */
function heapOf(app: App): string[] {
  const heap = join(app.runs().at(-1) ?? app.directory, 'heap');
  return existsSync(heap) ? readdirSync(heap) : [];
}

const begun = (app: App): string | undefined => heapOf(app).find((name) => name.startsWith('.Heap.') && name.endsWith('.tmp'));

/** Enough that a snapshot of it takes a second. */
const LARGE = 'globalThis.kept = Array.from({ length: 100_000 }, (_, i) => ({ i, of: {} }));';

/** Grows, as soon as pitot's sampler runs, until there is no memory; but where a file says that this was before. */
const LEAKING = `
import { existsSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
if (!existsSync('second')) {
  writeFileSync('second', '');
  const session = new Session();
  session.connect();
  const isSampling = () => new Promise((resolve) => session.post('HeapProfiler.getSamplingProfile', (error) => resolve(error === null)));
  while (!(await isSampling())) await new Promise((resolve) => setTimeout(resolve, 20));
  session.disconnect();
  const kept = [];
  setInterval(() => { for (let i = 0; i < 4000; i++) kept.push({ i, of: {} }); }, 10);
} else setInterval(() => {}, 1000);`;
const SMALL_HEAP = ['--max-old-space-size=16', '--import', 'pitot/register'];

test.serial("should have the runtime's own snapshot in the run of the process that ran out of memory, when that is wanted", async (t) => {
  const { app, ended } = start(t, { source: LEAKING, nodeArgs: SMALL_HEAP, env: { PITOT_HEAP_NEAR_LIMIT: 'snapshot' } });
  t.is((await ended).signal, 'SIGABRT');
  const second = app.start();
  t.teardown(() => void second.child.kill('SIGKILL'));
  const heap = join(app.runs()[0], 'heap');
  const found = (): string[] => (existsSync(heap) ? readdirSync(heap).filter((name) => name.endsWith('.heapsnapshot')) : []);
  await until(() => found().length === 1, 'the file to be moved');
  t.true((JSON.parse(readFileSync(join(heap, found()[0]), 'utf8')) as { nodes: number[] }).nodes.length > 10_000);
});

test.serial('should have a heap profile of the process that ran out of memory on Node 26, and none on lines that have no such thing', async (t) => {
  const { app, ended } = start(t, { source: LEAKING, nodeArgs: SMALL_HEAP });
  t.is((await ended).signal, 'SIGABRT');
  const profiles = (): string[] => readdirSync(app.directory).filter((name) => name.startsWith('Heap.'));
  t.deepEqual(
    profiles().map((name) => name.split('.').at(-1)),
    LINE >= 26 ? ['heapprofile'] : [],
  );
  for (const name of profiles())
    t.true(Array.isArray((JSON.parse(readFileSync(join(app.directory, name), 'utf8')) as { head: { children: [] } }).head.children));
});

test.serial('should say why, and run on, when the directory of a snapshot is gone in its middle', async (t) => {
  const source = `
import { takeHeapSnapshot } from 'pitot';
${LARGE}
console.log(JSON.stringify(await takeHeapSnapshot()));
process.exit(0);`;
  const { app, ended } = start(t, { source, env: { PITOT_HEAP_PAUSE_MS: '600000' } });
  await until(() => begun(app) !== undefined, 'a begun file', 40_000);
  // At once, whatever is written to it meanwhile.
  renameSync(app.runs()[0], join(app.directory, 'gone'));
  const { code, stdout, stderr } = await ended;
  t.deepEqual({ code, stderr }, { code: 0, stderr: '' });
  t.regex((JSON.parse(stdout) as { refused: string }).refused, /^failed: ENOENT/);
  t.deepEqual(heapOf(app), []);
});

test.serial('should say why, not begin anew by itself, and take the next one, when the agent thread dies before a snapshot is whole', async (t) => {
  const source = `
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { flush, takeHeapSnapshot } from 'pitot';
await flush();
const { agentThread } = globalThis[Symbol.for('pitot.host.1')];
const asked = takeHeapSnapshot();
// It is this process's to take, no file is locked, and the loop stands: whatever the agent needs of this thread, it does not have all of it yet.
const state = join(process.env.PITOT_DIR, '.state');
const isClaimed = (names) => names.includes('taking.json') && names.includes('app.heap-snapshot') && !names.some((name) => name.endsWith('.lock'));
while (!existsSync(state) || !isClaimed(readdirSync(state)));
const dead = agentThread.thread.terminate();
console.log(JSON.stringify(await asked));
await dead;
console.log(JSON.stringify(await takeHeapSnapshot()));
process.exit(0);`;
  const { app, ended } = start(t, { source, env: { PITOT_HEAP_PAUSE_MS: '600000' } });
  const { code, stdout, stderr } = await ended;
  t.deepEqual({ code, stderr }, { code: 0, stderr: '' });
  const [first, second] = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { file?: string; refused?: string });
  t.deepEqual(first, { refused: "pitot's agent thread ended in the middle of it" });
  t.deepEqual(heapOf(app), [basename(second.file ?? stdout)]);
});

test.serial('should run the application unharmed, without evidence, when the permission model forbids the inspector', async (t) => {
  const flag = LINE === 20 ? '--experimental-permission' : '--permission';
  const { app, ended } = start(t, {
    source: `
import { flush, takeHeapSnapshot } from 'pitot';
console.log(JSON.stringify(await takeHeapSnapshot()));
console.log((await flush()).agent.faults.some(({ code }) => code === 'NO_INSPECTOR'));
process.exit(0);`,
    nodeArgs: [flag, '--allow-fs-read=*', '--allow-fs-write=*', '--allow-worker', '--import', 'pitot/register'],
  });
  const { code, stdout } = await ended;
  t.is(stdout, '{"refused":"the inspector is not available in this process"}\ntrue\n');
  t.is(code, 0);
  t.deepEqual(heapOf(app), []);
});

test.serial(
  'should have the alert, its leak and a report on disk before a snapshot begins, and remove what a killed one left at the next start',
  async (t) => {
    const alerts = {
      rules: [
        { name: 'always', severity: 'critical', condition: { kind: 'threshold', metric: { gauge: 'load' }, above: 1 }, actions: ['heap-snapshot'] },
      ],
    };
    const { app, child, ended } = start(t, {
      source: `
import { gauge } from 'pitot';
${LARGE}
gauge('load').set(2);
setInterval(() => {}, 1000);`,
      files: { 'alerts.json': JSON.stringify(alerts) },
      env: { PITOT_ALERTS: 'alerts.json', PITOT_TIME_SCALE: '20', PITOT_HEAP_PAUSE_MS: '600000' },
    });
    await until(() => begun(app) !== undefined, 'a begun file', 40_000);
    child.kill('SIGKILL');
    t.is((await ended).signal, 'SIGKILL');
    const [run] = app.runs();
    const left = begun(app) ?? t.fail('the snapshot was whole before the process was killed');
    t.deepEqual(heapOf(app), [left]);
    t.deepEqual(
      readAlerts(run).map(({ rule, state }) => [rule, state]),
      [['always', 'firing']],
    );
    const begunMs = statSync(join(run, 'heap', left as string)).birthtimeMs;
    const before = app.windows(run).filter(({ seq }) => statSync(join(run, `report-${String(seq).padStart(6, '0')}.json`)).mtimeMs <= begunMs);
    t.true(
      before.some((report) => report.alerts.some(({ rule, state }) => rule === 'always' && state === 'firing')),
      'a report from before the snapshot has the alert',
    );

    const second = new App({ source: 'setInterval(() => {}, 1000);', env: { PITOT_DIR: app.reports }, timeoutMs: 60_000 });
    t.teardown(() => second.remove());
    const running = second.start();
    t.teardown(() => void running.child.kill('SIGKILL'));
    await until(() => !existsSync(join(run, 'heap', left as string)), 'the begun file to be removed');
    t.deepEqual(readdirSync(join(run, 'heap')), []);
  },
);

test.serial('should leave the sampler of another tool running, and say so, when it was there first', async (t) => {
  const { ended } = start(t, {
    source: `
import { flush } from 'pitot';
let report;
do {
  report = await flush();
  await new Promise((resolve) => setTimeout(resolve, 100));
} while (!report.agent.faults.some(({ code }) => code === 'HEAP_SAMPLER'));
console.log(report.agent.faults.find(({ code }) => code === 'HEAP_SAMPLER').message);
globalThis.own.post('HeapProfiler.stopSampling', (error, answer) => {
  console.log(error === null && answer.profile.head.children.length > 0);
  globalThis.own.disconnect();
  process.exit(0);
});`,
    files: {
      'sampler.mjs': `
import { Session } from 'node:inspector';
globalThis.own = new Session();
globalThis.own.connect();
globalThis.own.post('HeapProfiler.startSampling', { samplingInterval: 1024 });`,
    },
    nodeArgs: ['--import', './sampler.mjs', '--import', 'pitot/register'],
  });
  const { code, stdout, stderr } = await ended;
  t.deepEqual({ code, stderr }, { code: 0, stderr: '' });
  t.is(stdout, 'another tool samples the heap: leaks are judged by their trend, without the ages of what is alive\ntrue\n');
});
