// The heap sampler beside another tool: V8 has one sampler for all that ask.
import test from 'ava';
import type { HeapSession } from '../../../src/agent/evidence/heap-session.js';
import { HeapSampler } from '../../../src/agent/leaks/heap-sampler.js';

const PROFILE = { head: {}, samples: [] };

/** A main thread whose V8 samples, or does not. */
class FakeSession implements HeapSession {
  onEvent: HeapSession['onEvent'] = () => {};
  isClosed = false;
  isSampling: boolean;
  readonly sent: string[] = [];

  constructor(isSampling: boolean) {
    this.isSampling = isSampling;
  }

  async send(method: string): Promise<unknown> {
    if (method !== 'Runtime.evaluate') this.sent.push(method.replace('HeapProfiler.', ''));
    if (method === 'HeapProfiler.startSampling') this.isSampling = true;
    if (method !== 'HeapProfiler.getSamplingProfile') return {};
    if (!this.isSampling) throw new Error('V8 sampling heap profiler was not started.');
    return { profile: PROFILE };
  }

  close(): void {
    this.isClosed = true;
  }
}

function makeSampler(session: FakeSession | null) {
  const faults: string[] = [];
  const sources = { open: async () => session, nowMs: () => 42, onFault: (code: string, message: string) => void faults.push(`${code} ${message}`) };
  return { sampler: new HeapSampler(524_288, sources), faults };
}

test('should leave the sampler of another tool alone, and say so, when one runs already', async (t) => {
  const session = new FakeSession(true);
  const { sampler, faults } = makeSampler(session);
  await sampler.start();
  t.deepEqual(session.sent, ['enable', 'getSamplingProfile']);
  t.true(session.isClosed);
  t.is(sampler.startedAtMs, Number.NaN);
  t.is(await sampler.profile(), null);
  t.deepEqual(faults, ['HEAP_SAMPLER another tool samples the heap: leaks are judged by their trend, without the ages of what is alive']);
});

test('should begin anew, and know no older ages, when another tool ended its sampling', async (t) => {
  const session = new FakeSession(false);
  const { sampler, faults } = makeSampler(session);
  await sampler.start();
  t.is(sampler.startedAtMs, 42);
  t.is(await sampler.profile(), PROFILE as never);
  session.isSampling = false;
  t.is(await sampler.profile(), null);
  t.is(await sampler.profile(), PROFILE as never);
  t.deepEqual(faults, ["HEAP_SAMPLER another tool ended pitot's sampling of the heap: it begins anew"]);
  sampler.end();
  t.true(session.isClosed);
  t.is(sampler.startedAtMs, Number.NaN);
});

test('should do without a sampler when there is no inspector', async (t) => {
  const { sampler, faults } = makeSampler(null);
  await sampler.start();
  t.is(await sampler.profile(), null);
  t.deepEqual(faults, []);
});
