// The heap sampler beside another tool: V8 has one sampler for all that ask.
import test from 'ava';
import type { HeapSession } from '../../../src/agent/evidence/heap-session.js';
import { HeapSampler } from '../../../src/agent/leaks/heap-sampler.js';

const MIB = 1024 * 1024;
const PROFILE: { head: object; samples: { size: number; nodeId: number; ordinal: number }[] } = { head: {}, samples: [] };
/** One sample a MiB. */
const profileOf = (mib: number, nodeId = 7, firstOrdinal = 1): typeof PROFILE => ({
  head: {},
  samples: Array.from({ length: mib }, (_, i) => ({ size: MIB, nodeId, ordinal: firstOrdinal + 3 * i })),
});

/** A main thread whose V8 samples, or does not. */
class FakeSession implements HeapSession {
  onEvent: HeapSession['onEvent'] = () => {};
  isClosed = false;
  isSampling: boolean;
  profile = PROFILE;
  usedBytes = 10 * MIB;
  readonly sent: string[] = [];

  constructor(isSampling: boolean) {
    this.isSampling = isSampling;
  }

  async send(method: string, params: { expression?: string } = {}): Promise<unknown> {
    if (params.expression === 'process.memoryUsage().heapUsed') return { result: { type: 'number', value: this.usedBytes } };
    if (method !== 'Runtime.evaluate') this.sent.push(method.replace('HeapProfiler.', ''));
    if (method === 'HeapProfiler.startSampling') this.isSampling = true;
    if (method !== 'HeapProfiler.getSamplingProfile') return {};
    if (!this.isSampling) throw new Error('V8 sampling heap profiler was not started.');
    return { profile: this.profile };
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

test('should give no ages of a sampler that another tool put in the place of its own, and leave it running', async (t) => {
  const others: [string, typeof PROFILE][] = [
    ['an object that was born as another', profileOf(120, 9)],
    ['what was born since the other began alone, of far more that lives', profileOf(25, 7, 2)],
  ];
  for (const [what, other] of others) {
    const session = new FakeSession(false);
    const { sampler, faults } = makeSampler(session);
    await sampler.start();
    session.profile = profileOf(100);
    session.usedBytes = 110 * MIB;
    t.is(await sampler.profile(), session.profile as never);
    session.profile = other;
    session.usedBytes = 130 * MIB;
    t.is(await sampler.profile(), null, what);
    t.is(sampler.startedAtMs, Number.NaN);
    t.false(session.isClosed, 'closing the session that has started V8’s sampler ends it, whosever it is');
    const sent = session.sent.length;
    t.is(await sampler.profile(), null);
    t.is(session.sent.length, sent, 'no further collection is paid for');
    t.deepEqual(faults, [
      "HEAP_SAMPLER another tool put its sampler of the heap in the place of pitot's: leaks are judged by their trend, without ages",
    ]);
  }
});

test('should take a profile for its own when little is younger than the sampler, most of it has died, or the newest have', async (t) => {
  const session = new FakeSession(false);
  session.usedBytes = 400 * MIB;
  const { sampler, faults } = makeSampler(session);
  await sampler.start();
  const profiles: [typeof PROFILE, number][] = [
    [profileOf(5), 420 * MIB],
    [profileOf(3), 380 * MIB],
    [profileOf(200), 600 * MIB],
    [profileOf(20), 421 * MIB],
    [profileOf(60), Number.NaN],
  ];
  for (const [profile, usedBytes] of profiles) {
    Object.assign(session, { profile, usedBytes });
    t.is(await sampler.profile(), profile as never);
  }
  t.deepEqual(faults, []);
});

test('should do without a sampler when there is no inspector', async (t) => {
  const { sampler, faults } = makeSampler(null);
  await sampler.start();
  t.is(await sampler.profile(), null);
  t.deepEqual(faults, []);
});
