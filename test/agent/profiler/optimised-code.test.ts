// Loops that were optimised while they ran, before the sampler began, are seen by it.
import { Session } from 'node:inspector';
import test from 'ava';
import type { Target } from '../../../src/agent/profiler/inspector-link.js';
import { renewOptimisedCode } from '../../../src/agent/profiler/optimised-code.js';
import type { CpuProfile } from '../../../src/flame/formats/cpu-profile.js';

function connect(): Target & { sent: string[] } {
  const session = new Session();
  session.connect();
  const sent: string[] = [];
  return {
    name: 'main',
    threadId: 0,
    sent,
    onEvent: () => {},
    send(method, params = {}) {
      sent.push(method);
      return new Promise((resolve, reject) => session.post(method, params, (error, result) => (error ? reject(error) : resolve(result))));
    },
  };
}

function sumRoots(untilMs: number): number {
  let sum = 0;
  while (Date.now() < untilMs) for (let i = 1; i < 1e5; i++) sum += Math.sqrt(sum * i + 1) % 7;
  return sum;
}

test.serial('should show a loop that was optimised before the sampler began when its code is made anew', async (t) => {
  const { NODE_V8_COVERAGE } = process.env;
  delete process.env.NODE_V8_COVERAGE;
  t.teardown(() => {
    if (NODE_V8_COVERAGE !== undefined) process.env.NODE_V8_COVERAGE = NODE_V8_COVERAGE;
  });
  sumRoots(Date.now() + 200);
  const target = connect();
  await target.send('Profiler.enable');
  await target.send('Profiler.start');
  await Promise.all(renewOptimisedCode(target));
  const callRoots = (): number => sumRoots(Date.now() + 200);
  callRoots();
  const { profile } = (await target.send('Profiler.stop')) as { profile: CpuProfile };
  const hits = (name: string): number => {
    const ids = new Set(profile.nodes.filter(({ callFrame }) => callFrame.functionName === name).map(({ id }) => id));
    return profile.samples.filter((id) => ids.has(id)).length;
  };
  t.true(hits('sumRoots') > 10 * hits('callRoots'), `${hits('sumRoots')} samples, and ${hits('callRoots')} of the caller`);
});
