// Sessions with main at the end of the thread that holds them: none is opened any more, and none takes the process along.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import test from 'ava';
import { NODE } from '../support/app.js';

const MODULE = JSON.stringify(new URL('../../src/agent/open-session.js', import.meta.url).href);

/** Runs a worker after another while main is busy, in native code and in JavaScript; prints what the workers post, as JSON. */
const program = (worker: string, workers: number): string => `
  import { Worker } from 'node:worker_threads';
  const code = ${JSON.stringify(`import(${MODULE}).then(async ({ openSession, closeSession }) => {
    const { parentPort } = await import('node:worker_threads');
    ${worker}
  });`)};
  const posted = [];
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  let left = ${workers};
  let live = 0;
  const next = () => {
    if (left-- <= 0) return;
    live++;
    const worker = new Worker(code, { eval: true });
    worker.on('message', (message) => {
      posted.push(message);
      worker.terminate();
    });
    worker.on('exit', () => { live--; next(); });
  };
  next(); next(); next();
  const work = () => {
    Atomics.wait(sleeper, 0, 0, 2);
    for (const endMs = Date.now() + 2; Date.now() < endMs;);
    if (live > 0) setImmediate(work);
    else console.log(JSON.stringify(posted));
  };
  work();
`;

async function run(worker: string, workers: number): Promise<unknown[]> {
  const { stdout } = await promisify(execFile)(NODE, ['--input-type=module', '-e', program(worker, workers)], { timeout: 60_000 });
  return JSON.parse(stdout) as unknown[];
}

test('should open no session when the thread ends while the inspector is loaded', async (t) => {
  const worker = `
    const { Session } = await import('node:inspector');
    let connected = 0;
    const { connectToMainThread } = Session.prototype;
    Session.prototype.connectToMainThread = function () { connected++; return connectToMainThread.call(this); };
    let isEnding = false;
    const opening = openSession(() => isEnding);
    isEnding = true;
    const session = await opening;
    if (session !== null) closeSession(session);
    parentPort.postMessage([session === null, connected]);
  `;
  t.deepEqual(await run(worker, 1), [[true, 0]]);
});

test('should leave the process alive when main ends threads as soon as they have closed their session, as `stop` does', async (t) => {
  const worker = `
    const session = await openSession(() => false);
    setInterval(() => {}, 60_000);
    session.post('Runtime.evaluate', { expression: '1 + 1' }, (error, { result }) => {
      closeSession(session);
      closeSession(session);
      parentPort.postMessage(result.value);
    });
  `;
  t.deepEqual(await run(worker, 20), Array(20).fill(2));
});

test('should end with the exit code of the application when pitot is stopped while it starts, again and again', async (t) => {
  const index = JSON.stringify(new URL('../../src/index.js', import.meta.url).href);
  const source = `
    import { mkdtempSync, rmSync } from 'node:fs';
    import { tmpdir } from 'node:os';
    import { join } from 'node:path';
    import { start, stop } from ${index};
    const dir = mkdtempSync(join(tmpdir(), 'pitot-stopped-'));
    for (let i = 0; i < 8; i++) {
      start({ dir });
      await new Promise((resolve) => setTimeout(resolve, 15 * i));
      await stop();
    }
    rmSync(dir, { recursive: true, force: true });
    process.exitCode = 7;
  `;
  const failed = await promisify(execFile)(NODE, ['--input-type=module', '-e', source], { timeout: 120_000 }).catch((error) => error);
  t.like(failed, { code: 7, signal: null, stderr: '' });
});
