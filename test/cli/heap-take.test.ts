// Which run directory a snapshot is asked for in: the process's own before the shell's, and the next where nobody answers.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { answerName, REQUEST_DIRECTORY } from '../../src/agent/evidence/snapshot-requests.js';
import { takeHeap } from '../../src/cli/heap-take.js';
import { NODE } from '../support/app.js';

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
