// The process that stands in for an application: its streams, exit code and signals.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import test from 'ava';

const MODULE = new URL('../../src/cli/start-and-wait.js', import.meta.url).href;
const wrapperArgs = (script: string): string[] => [
  '--input-type=module',
  '-e',
  `import { startAndWait } from ${JSON.stringify(MODULE)}; process.exitCode = await startAndWait(['-e', ${JSON.stringify(script)}], process.env);`,
];

test('should have the streams and the exit code of the application when it ends by itself', (t) => {
  const script = `process.stdin.on('data', (d) => process.stdout.write('in:' + d)).on('end', () => { process.stderr.write('err'); process.exitCode = 42; })`;
  const result = spawnSync(process.execPath, wrapperArgs(script), { input: 'hello', encoding: 'utf8' });
  t.deepEqual([result.status, result.signal, result.stdout, result.stderr], [42, null, 'in:hello', 'err']);
});

test('should end by the same signal when one ends the application', (t) => {
  for (const name of ['SIGKILL', 'SIGTERM', 'SIGABRT'] as const) {
    const result = spawnSync(process.execPath, wrapperArgs(`process.kill(process.pid, '${name}'); setInterval(() => {}, 1000)`), {
      encoding: 'utf8',
    });
    t.deepEqual([result.status, result.signal], [null, name]);
  }
});

/** Starts an application that says when it is ready, sends the wrapper a signal, and tells how that ended. */
async function signalled(signal: NodeJS.Signals, script: string): Promise<[number | null, string | null, string]> {
  const child = spawn(process.execPath, wrapperArgs(script), { stdio: ['ignore', 'pipe', 'ignore'] });
  let output = '';
  child.stdout.setEncoding('utf8');
  const ready = once(child.stdout, 'data');
  child.stdout.on('data', (text: string) => {
    output += text;
  });
  await ready;
  child.kill(signal);
  const [code, by] = (await once(child, 'close')) as [number | null, string | null];
  return [code, by, output];
}

test('should hand on a signal and wait for the application when it handles the signal', async (t) => {
  for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR2'] as const) {
    const script = `process.once('${name}', () => { console.log('got it'); process.exit(7); }); setInterval(() => {}, 1000); console.log('ready')`;
    t.deepEqual(await signalled(name, script), [7, null, 'ready\ngot it\n']);
  }
});

test('should end by the signal it was sent when the application does not handle it', async (t) => {
  t.deepEqual(await signalled('SIGTERM', `setInterval(() => {}, 1000); console.log('ready')`), [null, 'SIGTERM', 'ready\n']);
  t.deepEqual(await signalled('SIGINT', `setInterval(() => {}, 1000); console.log('ready')`), [null, 'SIGINT', 'ready\n']);
});
