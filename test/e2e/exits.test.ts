// However a process ends: its last window is on disk, and its code, signal and streams are those it has without pitot.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { App, ROOT, totals } from '../support/app.js';

const RECORD = "import { path } from 'pitot'; const p = path('work'); for (let i = 0; i < 1000; i++) p.record(i * 1000);\n";

interface Way {
  title: string;
  source: string;
  /** False where Node itself gives a process no chance to say goodbye. */
  reports?: boolean;
  signalAfterLine?: NodeJS.Signals;
}

const WAYS: Way[] = [
  { title: 'ends naturally after 30 ms', source: "setTimeout(() => console.log('bye'), 30);" },
  { title: 'ends at once', source: '' },
  { title: 'calls process.exit', source: "console.log('out'); console.error('err'); process.exit(3);" },
  { title: 'calls process.exit after a second', source: 'setTimeout(() => process.exit(4), 1000);' },
  { title: 'sets process.exitCode', source: 'process.exitCode = 5;' },
  { title: 'throws', source: "setTimeout(() => { throw new Error('boom'); }, 300);" },
  { title: 'rejects unhandled', source: "setTimeout(() => Promise.reject(new Error('nope')), 300);" },
  {
    title: 'gets SIGTERM without a listener',
    source: "setInterval(() => {}, 1000); setTimeout(() => console.log('ready'), 500);",
    signalAfterLine: 'SIGTERM',
  },
  {
    title: 'gets SIGINT without a listener',
    source: "setInterval(() => {}, 1000); setTimeout(() => console.log('ready'), 500);",
    signalAfterLine: 'SIGINT',
  },
  {
    title: 'gets SIGTERM with a listener of its own',
    source:
      "process.on('SIGTERM', () => { console.log('closing'); setTimeout(() => process.exit(7), 50); }); setInterval(() => {}, 1000); setTimeout(() => console.log('ready'), 500);",
    signalAfterLine: 'SIGTERM',
  },
  {
    title: 'gets SIGTERM with a once-listener, after a long block',
    source:
      "process.once('SIGTERM', () => { console.log('closing'); setTimeout(() => { console.log('closed'); process.exit(0); }, 200); }); const end = Date.now() + 3500; while (Date.now() < end); setInterval(() => {}, 1000); setTimeout(() => console.log('ready'), 1500);",
    signalAfterLine: 'SIGTERM',
  },
  {
    title: 'gets SIGTERM with the package signal-exit loaded',
    source: `const { onExit } = await import('${ROOT}node_modules/signal-exit/dist/mjs/index.js'); onExit(() => {}); setInterval(() => {}, 1000); setTimeout(() => console.log('ready'), 500);`,
    signalAfterLine: 'SIGTERM',
  },
  { title: 'exits from an exit handler', source: "process.on('exit', () => { process.exitCode = 9; });" },
];

async function runWay(way: Way, nodeArgs: string[] | undefined) {
  // The bound of the wait is a choice, tested elsewhere: a crowded machine may need longer than the default for the page.
  const app = new App({ source: RECORD + way.source, env: { PITOT_EXIT_WAIT_MS: '8000' }, ...(nodeArgs ? { nodeArgs } : {}) });
  const { child, ended, stdout } = app.start();
  if (way.signalAfterLine) {
    const timer = setInterval(() => {
      if (!stdout().includes('ready')) return;
      clearInterval(timer);
      child.kill(way.signalAfterLine);
    }, 10);
    void ended.then(() => clearInterval(timer));
  }
  return { app, ended: await ended };
}

/** Stack traces name temporary directories and the loader's frames: the parts that say what happened are compared. */
const withoutPaths = (text: string): string =>
  text
    .replace(/file:\/\/\S*pitot-app-\w+/g, '')
    .replace(/\/\S*pitot-app-\w+/g, '')
    .split('\n')
    .filter((line) => !/^\s+at /.test(line))
    .join('\n');

for (const way of WAYS) {
  test(`should leave a whole report and nothing else changed when the process ${way.title}`, async (t) => {
    const [bare, measured] = await Promise.all([runWay(way, []), runWay(way, undefined)]);
    t.is(measured.ended.code, bare.ended.code);
    t.is(measured.ended.signal, bare.ended.signal);
    t.is(measured.ended.stdout, bare.ended.stdout);
    t.is(withoutPaths(measured.ended.stderr), withoutPaths(bare.ended.stderr));
    t.deepEqual(bare.app.runs(), []);
    const windows = measured.app.windows();
    const sum = totals(windows, 'work');
    t.is(sum.count, 1000);
    t.is(sum.recorded, sum.aggregated + sum.dropped + sum.sampledOut);
    t.is(windows.at(-1)?.closedBy, 'exit');
    const [run] = measured.app.runs();
    t.deepEqual(JSON.parse(readFileSync(join(run, 'latest.json'), 'utf8')), windows.at(-1));
    t.true(existsSync(join(run, 'report.html')));
    t.deepEqual(
      readdirSync(run).filter((name) => name.includes('.tmp')),
      [],
    );
    t.is(statSync(run).mode & 0o777, 0o700);
    for (const entry of readdirSync(run, { recursive: true, withFileTypes: true })) {
      t.is(statSync(join(entry.parentPath, entry.name)).mode & 0o777, entry.isDirectory() ? 0o700 : 0o600, entry.name);
    }
    bare.app.remove();
    measured.app.remove();
  });
}

test('should have whole earlier windows on disk when the process is killed with SIGKILL', async (t) => {
  const app = new App({
    source: `${RECORD} import { flush } from 'pitot'; await flush(); console.log('ready'); setInterval(() => p.record(5), 1);`,
    env: { PITOT_INTERVAL_MS: '1000' },
  });
  const { child, ended, stdout } = app.start();
  while (!stdout().includes('ready')) await new Promise((resolve) => setTimeout(resolve, 10));
  child.kill('SIGKILL');
  t.is((await ended).signal, 'SIGKILL');
  t.is(totals(app.windows(), 'work').count >= 1000, true);
  app.remove();
});
