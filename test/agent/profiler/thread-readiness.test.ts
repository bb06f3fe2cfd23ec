// What threads say of themselves: one whose coverage is measured, and worker threads from the moment they are made.
import { Session } from 'node:inspector';
import { Worker } from 'node:worker_threads';
import test from 'ava';
import { InspectorLink, type Target } from '../../../src/agent/profiler/inspector-link.js';
import { type Readiness, readinessOf } from '../../../src/agent/profiler/thread-readiness.js';

function connect(onWorker: (target: Target) => void = () => {}): { main: Target; link: InspectorLink } {
  const session = new Session();
  session.connect();
  let main: Target | null = null;
  const onTarget = (target: Target): void => {
    if (target.threadId === 0) main = target;
    else onWorker(target);
  };
  const link = new InspectorLink(session, () => false, { onTarget, onGone: () => {} });
  return { main: main as unknown as Target, link };
}

test.serial('should know a thread whose coverage is measured by its environment', async (t) => {
  const { NODE_V8_COVERAGE } = process.env;
  t.teardown(() => {
    if (NODE_V8_COVERAGE === undefined) delete process.env.NODE_V8_COVERAGE;
    else process.env.NODE_V8_COVERAGE = NODE_V8_COVERAGE;
  });
  const { main, link } = connect();
  process.env.NODE_V8_COVERAGE = 'coverage';
  t.is(await readinessOf(main, 'pitot:test'), 'measured');
  delete process.env.NODE_V8_COVERAGE;
  t.is(await readinessOf(main, 'pitot:test'), 'ready');
  link.disconnect();
});

test.serial('should see a worker thread boot, and be ready when its script runs', async (t) => {
  const seen: Readiness[] = [];
  const attached = new Promise<Target>((resolve) => {
    const { link } = connect(async (target) => {
      seen.push(await readinessOf(target, 'pitot:test'));
      resolve(target);
    });
    t.teardown(() => link.disconnect());
  });
  const env = { ...process.env };
  delete env.NODE_V8_COVERAGE;
  const worker = new Worker("require('node:worker_threads').parentPort.postMessage('runs'); setInterval(() => {}, 1000);", { eval: true, env });
  const runs = new Promise((resolve) => worker.once('message', resolve));
  const target = await attached;
  await runs;
  t.is(await readinessOf(target, 'pitot:test'), 'ready');
  t.true(seen[0] === 'booting' || seen[0] === 'ready', seen[0]);
  await worker.terminate();
});
