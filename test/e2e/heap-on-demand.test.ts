// Heap snapshots on demand, by the API and by the command line, in a process that runs under pitot; what stands in the files then, and what a killed one leaves.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { ownerOfPid, type ProcessOwner, thisProcess } from '../../src/agent/process-owner.js';
import { readStalls } from '../../src/report/stall-log.js';
import { App, type AppOptions, NODE, ROOT, until } from '../support/app.js';

const SERVICE = `
import { takeHeapSnapshot } from 'pitot';
class KeptOrder { constructor(i) { this.owner = 'PLANTED owner ' + i; } }
globalThis.kept = Array.from({ length: 100 }, (_, i) => new KeptOrder(i));
setInterval(() => {}, 1000);
process.on('SIGTERM', () => process.exit(0));
`;

/** A snapshot of it takes some tenths of a second. */
const LARGER = `globalThis.kept = Array.from({ length: 20_000 }, (_, i) => ({ i, of: {} })); setInterval(() => {}, 1000);`;

function start(t: ExecutionContext, options: Partial<AppOptions> = {}) {
  const app = new App({ source: SERVICE, timeoutMs: 60_000, ...options });
  t.teardown(() => app.remove());
  const running = app.start();
  t.teardown(() => void running.child.kill('SIGKILL'));
  return { app, ...running };
}

async function take(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  try {
    return { code: 0, ...(await promisify(execFile)(process.execPath, [join(ROOT, 'dist/src/cli.js'), 'heap', ...args], { timeout: 60_000 })) };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, stdout, stderr };
  }
}

test.serial(
  'should print the file of a redacted snapshot, take a second one at once, and leave no request, when the command line asks',
  async (t) => {
    const { app, child } = start(t, { env: { PITOT_HEAP_REDACT: '1', PITOT_HEAP_SNAPSHOT: '0' } });
    await until(() => app.runs().length === 1 && existsSync(join(app.runs()[0], 'agent.log')), 'a run directory');
    const first = await take('--take', String(child.pid), '--dir', app.reports);
    t.deepEqual({ code: first.code, stderr: first.stderr }, { code: 0, stderr: '' });
    const file = first.stdout.trim();
    t.regex(file, /\/heap\/Heap\.\d{8}\.\d{6}\.\d+\.0\.001\.heapsnapshot$/);
    const text = readFileSync(file, 'latin1');
    t.false(text.includes('PLANTED'));
    t.true((JSON.parse(text) as { strings: string[] }).strings.includes('KeptOrder'));
    t.is(statSync(file).mode & 0o777, 0o600);
    // The process's own working directory and environment tell where it writes.
    const second = await take('--take', String(child.pid));
    t.regex(second.stdout, /\.0\.002\.heapsnapshot\n$/);
    const requests = join(app.runs()[0], '.requests');
    t.deepEqual(readdirSync(requests), []);
    t.is(statSync(requests).mode & 0o777, 0o700);
    t.true(existsSync(join(app.reports, '.state')), 'the cool-down has begun');
  },
);

test.serial('should say why there is none, with exit code 1, when the process refuses; with 2, when no such process runs under pitot', async (t) => {
  // So large that the shortest collection would not tell of a standstill that is allowed.
  const source = `globalThis.kept = Array.from({ length: 200_000 }, (_, i) => ({ i, of: {} })); setInterval(() => {}, 1000);`;
  const { app, child } = start(t, { source, env: { PITOT_HEAP_PAUSE_MS: '100' } });
  await until(() => app.runs().length === 1 && existsSync(join(app.runs()[0], 'agent.log')), 'a run directory');
  const refused = await take('--take', String(child.pid), '--dir', app.reports);
  t.is(refused.code, 1);
  t.regex(
    refused.stderr,
    /^pitot heap: refused: the process would stand still for about [\d.]+ m?s and 100 ms are allowed \(PITOT_HEAP_PAUSE_MS\)\n$/,
  );
  t.is(refused.stdout, '');
  const unknown = await take('--take', '999999999', '--dir', app.reports);
  t.is(unknown.code, 2);
  t.regex(unknown.stderr, /^pitot heap: --take/);
});

test.serial('should refuse each time when a timed collection says that small objects take longer than is allowed', async (t) => {
  // By its bytes 3 s; a collection of them takes 20 ms and more, one that does not collect at all would have admitted the second.
  const source = 'globalThis.kept = Array.from({ length: 250_000 }, (_, i) => ({ i, of: { i } })); setInterval(() => {}, 1000);';
  const { app, child } = start(t, { source, env: { PITOT_HEAP_PAUSE_MS: '400' } });
  await until(() => app.runs().length === 1 && existsSync(join(app.runs()[0], 'agent.log')), 'a run directory');
  const answers = [];
  for (let i = 0; i < 3; i++) answers.push(await take('--take', String(child.pid), '--dir', app.reports));
  for (const { stderr, code } of answers) {
    t.is(code, 1);
    t.regex(stderr, /^pitot heap: refused: the process would stand still for about [\d.]+ s and 400 ms are allowed \(PITOT_HEAP_PAUSE_MS\)\n$/);
  }
});

test.serial('should give the file, or the reason, when the API is asked', async (t) => {
  const source = `
import { takeHeapSnapshot } from 'pitot';
console.log(JSON.stringify(await Promise.all([takeHeapSnapshot(), takeHeapSnapshot()])));
process.exit(0);`;
  const { app, ended } = start(t, { source });
  const { stdout } = await ended;
  const answers = JSON.parse(stdout) as { file?: string; refused?: string }[];
  // Whichever asks first when the agent becomes ready.
  const first = answers.find(({ file }) => file !== undefined) ?? t.fail(stdout);
  const second = answers.find((answer) => answer !== first);
  t.deepEqual(first, { file: join(app.runs()[0], 'heap', readdirSync(join(app.runs()[0], 'heap'))[0]) });
  t.deepEqual(second, { refused: 'one is being taken' });
  const without = start(t, { source, nodeArgs: [] });
  t.deepEqual(JSON.parse((await without.ended).stdout), Array(2).fill({ refused: 'pitot does not run in this process' }));
});

test.serial(
  "should tell the standstill as pitot's own pause, and its stall as no function's of the application, when a snapshot is taken",
  async (t) => {
    const source = `
import { setTimeout as wait } from 'node:timers/promises';
import { flush, takeHeapSnapshot } from 'pitot';
globalThis.kept = Array.from({ length: 60_000 }, (_, i) => ({ i, of: {} }));
await flush();
let lastMs = performance.now();
let longestMs = 0;
setInterval(() => {
  longestMs = Math.max(longestMs, performance.now() - lastMs);
  lastMs = performance.now();
}, 2);
await wait(500);
longestMs = 0;
const { refused } = await takeHeapSnapshot();
await wait(1000);
console.log(JSON.stringify({ refused, longestMs }));
process.exit(0);`;
    const { app, ended } = start(t, { source, env: { PITOT_HEAP_PAUSE_MS: '600000', PITOT_STALL_MS: '100', PITOT_LOG_LEVEL: 'info' } });
    const { refused, longestMs } = JSON.parse((await ended).stdout) as { refused?: string; longestMs: number };
    t.is(refused, undefined);
    const [run] = app.runs();
    const pauseMs = Math.max(...app.windows().map(({ agent }) => agent.pausesNsMax)) / 1e6;
    // The application saw its loop stand from the turn before to the one after.
    t.true(pauseMs > 0.8 * longestMs && pauseMs < 1.1 * longestMs + 20, `${pauseMs} ms told, ${longestMs} ms seen`);
    const logged = /"pauseMs":([\d.]+)/.exec(readFileSync(join(run, 'agent.log'), 'utf8'))?.[1];
    t.true(Math.abs(Number(logged) - pauseMs) < 1, `${logged} ms logged`);
    const longest = readStalls(run).reduce((most, each) => (each.durationMs > most.durationMs ? each : most));
    t.regex(longest.reason, /^pitot took a heap snapshot, for /);
    t.deepEqual([longest.top, longest.file, longest.ongoing], [[], '', false]);
  },
);

test.serial('should leave nothing under its final name, and the next take removes the rest, when the process is killed in the middle', async (t) => {
  const source = `
import { takeHeapSnapshot } from 'pitot';
globalThis.kept = Array.from({ length: 100_000 }, (_, i) => ({ i, of: {} }));
void takeHeapSnapshot();
setInterval(() => {}, 1000);`;
  const { app, child, ended } = start(t, { source, env: { PITOT_HEAP_PAUSE_MS: '600000' } });
  const heap = (): string => join(app.runs()[0] ?? app.directory, 'heap');
  await until(
    () => existsSync(heap()) && readdirSync(heap()).some((name) => name.startsWith('.Heap.') && statSync(join(heap(), name)).size > 0),
    'a begun file',
    40_000,
  );
  child.kill('SIGKILL');
  t.is((await ended).signal, 'SIGKILL');
  t.deepEqual(
    readdirSync(heap()).filter((name) => !name.startsWith('.')),
    [],
  );
  t.is(readdirSync(heap()).length, 1);
});

test.serial('should refuse, naming who takes one, while another process takes one, and take one as soon as that one has ended', async (t) => {
  const { app, child } = start(t);
  await until(() => app.runs().length === 1 && existsSync(join(app.runs()[0], 'agent.log')), 'a run directory');
  const other = execFile(NODE, ['-e', 'setInterval(() => {}, 1000)']);
  t.teardown(() => void other.kill('SIGKILL'));
  // As a process of another service in the same container has it.
  const owner = { ...thisProcess(), ...(ownerOfPid(other.pid as number) as ProcessOwner) };
  const state = join(app.reports, '.state');
  mkdirSync(state, { recursive: true });
  writeFileSync(join(state, 'taking.json'), JSON.stringify({ ...owner, service: 'mail', at: new Date().toISOString(), maxMs: 600_000 }));
  const refused = await take('--take', String(child.pid), '--dir', app.reports);
  t.deepEqual(refused, { code: 1, stdout: '', stderr: `pitot heap: refused: process ${other.pid} of mail takes one at this moment\n` });
  other.kill('SIGKILL');
  await once(other, 'exit');
  const taken = await take('--take', String(child.pid), '--dir', app.reports);
  t.regex(taken.stdout, /\.0\.001\.heapsnapshot\n$/, taken.stderr);
  t.deepEqual(
    readdirSync(state).filter((name) => name.startsWith('taking')),
    [],
  );
});

test.serial('should take one snapshot at a time when processes of several services are all asked at once', async (t) => {
  const first = start(t, { env: { PITOT_SERVICE: 'shop' }, source: LARGER });
  const rest = ['mail', 'mail', 'stock'].map((service) =>
    start(t, { source: LARGER, env: { PITOT_DIR: first.app.reports, PITOT_SERVICE: service } }),
  );
  const children = [first, ...rest].map(({ child }) => child);
  const logs = (): string[] => first.app.runs().filter((run) => existsSync(join(run, 'agent.log')));
  await until(() => logs().length === 4, 'four run directories');
  const answers = await Promise.all(children.map((child) => take('--take', String(child.pid), '--dir', first.app.reports)));
  const files = answers.filter(({ code }) => code === 0).map(({ stdout }) => stdout.trim());
  t.true(files.length >= 1);
  const spans = files.map((file) => ({ beganMs: statSync(file).birthtimeMs, endedMs: statSync(file).mtimeMs })).sort((a, b) => a.beganMs - b.beganMs);
  for (const [index, { beganMs }] of spans.entries()) if (index > 0) t.true(beganMs >= spans[index - 1].endedMs, 'two were taken at the same time');
  for (const { stderr } of answers.filter(({ code }) => code !== 0))
    t.regex(stderr, /^pitot heap: refused: (process \d+ of (shop|mail|stock) takes one at this moment|another process is about to take one)\n$/);
  t.false(existsSync(join(first.app.reports, '.state/taking.json')));
});

test.serial('should let one of two processes of a service take its snapshot when both want to at the same moment', async (t) => {
  const claim = `
import { claimSnapshot } from ${JSON.stringify(join(ROOT, 'build/src/agent/evidence/snapshot-cool-down.js'))};
const [baseDirectory, go] = process.argv.slice(2);
const { existsSync } = await import('node:fs');
process.stdout.write('ready\\n');
while (!existsSync(go));
const grant = claimSnapshot({ baseDirectory, service: 'shop', pid: process.pid, coolDownMs: 86_400_000, nowMs: Date.now() });
console.log(typeof grant === 'string' ? 'refused' : 'granted');`;
  const app = new App({ source: claim });
  t.teardown(() => app.remove());
  const base = join(app.directory, 'base');
  mkdirSync(base);
  const go = join(app.directory, 'go');
  const children = [0, 1].map(() => {
    const child = execFile(NODE, ['app.mjs', base, go], { cwd: app.directory, timeout: 30_000 });
    let text = '';
    child.stdout?.on('data', (data: string) => (text += data));
    return { text: () => text, ended: new Promise((resolve) => child.once('close', resolve)) };
  });
  await until(() => children.every(({ text }) => text() === 'ready\n'), 'both to be ready');
  writeFileSync(go, '');
  await Promise.all(children.map(({ ended }) => ended));
  t.deepEqual(children.map(({ text }) => text().split('\n')[1]).sort(), ['granted', 'refused']);
});
