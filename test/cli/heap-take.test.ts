// Which run directory a snapshot is asked for in: the process's own before the shell's, and the next where nobody answers.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { answerName, REQUEST_DIRECTORY } from '../../src/agent/evidence/snapshot-requests.js';
import { takeHeap } from '../../src/cli/heap-take.js';
import { NODE } from '../support/app.js';

const MAIN = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
/** A hundred looks of the agent below. */
const SEEN_MS = 1000;
const REQUEST = /^heap-snapshot\.([0-9a-f]+)\.json$/;

/** A process that writes nowhere, with the run directories of its own base and of this shell's. */
async function planted(t: ExecutionContext) {
  const base = mkdtempSync(join(tmpdir(), 'pitot-take-'));
  t.teardown(() => rmSync(base, { recursive: true, force: true }));
  const [own, shell] = ['own', 'shell'].map((name) => join(base, name));
  const child = spawn(NODE, ['-e', 'process.stdout.write("up"); setInterval(() => {}, 1000)'], {
    env: { PITOT_DIR: own },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  t.teardown(() => void child.kill('SIGKILL'));
  await new Promise((resolve) => child.stdout?.once('data', resolve));
  const run = (directory: string, start: string): string => {
    const made = join(directory, `shop.${start}.${child.pid}`);
    mkdirSync(made, { recursive: true });
    return made;
  };
  return { pid: String(child.pid), own: run(own, '20260101-000000'), shell: run(shell, '20261231-000000'), env: { PITOT_DIR: shell } };
}

/** Answers the first request in a run directory, as an agent does. */
function agent(t: ExecutionContext, run: string): void {
  const requests = join(run, REQUEST_DIRECTORY);
  const timer = setInterval(() => {
    const [, token] = (existsSync(requests) ? readdirSync(requests) : []).map((name) => REQUEST.exec(name)).find((match) => match !== null) ?? [];
    if (token === undefined) return;
    clearInterval(timer);
    rmSync(join(requests, `heap-snapshot.${token}.json`));
    writeFileSync(join(requests, answerName(token)), JSON.stringify({ file: join(run, 'heap', 'x.heapsnapshot'), reason: 'taken' }));
  }, 10);
  t.teardown(() => clearInterval(timer));
}

async function take(pid: string, env: Record<string, string>) {
  const io = { out: '', err: '' };
  const code = await takeHeap(
    { pid },
    { env, out: (text) => (io.out += text), err: (text) => (io.err += text), width: 80, errIsTerminal: false, colour: false },
    SEEN_MS,
  );
  return { code, ...io };
}

const linux = process.platform === 'linux' ? test : test.skip;

linux('should ask in the directory that the process itself has when the shell has an older run of the same number', async (t) => {
  const { pid, own, env } = await planted(t);
  agent(t, own);
  t.deepEqual(await take(pid, env), { code: 0, out: `${join(own, 'heap', 'x.heapsnapshot')}\n`, err: '' });
});

linux('should go on to the next directory when no agent answers in the first, and refuse when none does in any', async (t) => {
  const { pid, shell, env } = await planted(t);
  agent(t, shell);
  t.deepEqual(await take(pid, env), { code: 0, out: `${join(shell, 'heap', 'x.heapsnapshot')}\n`, err: '' });
  t.deepEqual(await take(pid, env), { code: 1, out: '', err: 'pitot heap: refused: no agent of pitot answers in this process\n' });
});

linux('should find the run directory by the log that the process holds open when neither its environment nor the shell names it', async (t) => {
  const base = mkdtempSync(join(tmpdir(), 'pitot-take-'));
  t.teardown(() => rmSync(base, { recursive: true, force: true }));
  const script = `const fs = require('node:fs'); const run = ${JSON.stringify(base)} + '/elsewhere/shop.20260101-000000.' + process.pid;
fs.mkdirSync(run, { recursive: true }); fs.openSync(run + '/agent.log', 'a'); process.stdout.write(run); setInterval(() => {}, 1000)`;
  const child = spawn(NODE, ['-e', script], { stdio: ['ignore', 'pipe', 'ignore'] });
  t.teardown(() => void child.kill('SIGKILL'));
  const run = String(await new Promise((resolve) => child.stdout?.once('data', resolve)));
  agent(t, run);
  t.deepEqual(await take(String(child.pid), { PITOT_DIR: join(base, 'none') }), {
    code: 0,
    out: `${join(run, 'heap', 'x.heapsnapshot')}\n`,
    err: '',
  });
});

linux('should say what to do when the directory cannot be read, and what does not go together', async (t) => {
  const { pid } = await planted(t);
  const file = join(mkdtempSync(join(tmpdir(), 'pitot-take-')), 'file');
  writeFileSync(file, '');
  const run = (...args: string[]) => {
    const { status, stderr } = spawnSync(process.execPath, [MAIN, 'heap', ...args], { encoding: 'utf8' });
    return `${status} ${stderr}`;
  };
  t.regex(run('--take', pid, '--dir', file), /^2 .*ENOTDIR.*Run it as the user of the process, or as root/s);
  t.regex(run('--take', pid, 'x.heapsnapshot', '--rows', '5'), /^2 .*--take.*x\.heapsnapshot --rows/s);
  t.regex(run('--dir', file, 'x.heapsnapshot'), /^2 .*--dir.*--take/s);
});
