// What is searched for in a snapshot: how much grew, who allocates it, and who does not leak.
import test from 'ava';
import { CallTable } from '../../../src/agent/leaks/call-table.js';
import { hintsOf } from '../../../src/agent/leaks/heap-hints.js';
import type { AgedFunction } from '../../../src/diagnose/leaks/judge-ages.js';
import type { LeakVerdict } from '../../../src/diagnose/leaks/leak-verdict.js';
import { ProfileBuilder, ROOT_FUNCTION, rawFrame } from '../../../src/flame/profile-builder.js';

const MIB = 1024 * 1024;
const of = (name: string, bytes: number) => ({ function: name, file: `file:///srv/shop/${name}.js`, line: 6, bytes });
const leaking = { ...of('onRequest', 40 * MIB), kind: 'all-ages', ratio: 1, bytesByAge: [], bytesPerHour: 0, lifetimeMs: 0 } as AgedFunction;
const verdict = (grown: { grownBytes: number; trendGrownBytes: number }): LeakVerdict =>
  ({
    kind: 'heap',
    ...grown,
    functions: [leaking],
    quietFunctions: [of('createSession', 9 * MIB), of('loadCatalogue', 26 * MIB)],
  }) as unknown as LeakVerdict;

/** Stacks of the CPU profile, one sample each. */
function seen(...stacks: string[][]): CallTable {
  const builder = new ProfileBuilder(rawFrame(ROOT_FUNCTION));
  stacks.forEach((stack, i) => {
    let node = 0;
    for (const name of stack) {
      const { file, line } = of(name, 0);
      node = builder.node(node, builder.frame({ function: name, url: file, line, column: 1 }));
    }
    builder.sample(node, i);
  });
  const calls = new CallTable();
  calls.add(builder.build({ thread: 'main', startUs: 0, endUs: stacks.length, intervalUs: 1 }));
  return calls;
}

test('should not hold it against a function that it has ceased when it may have been inlined into one that leaks', (t) => {
  const grown = { grownBytes: 60 * MIB, trendGrownBytes: 20 * MIB };
  const quiet = (calls: CallTable) => hintsOf(verdict(grown), 60 * MIB, calls).quietFunctions;
  t.deepEqual(quiet(new CallTable()), [of('createSession', 9 * MIB), of('loadCatalogue', 26 * MIB)]);
  const calls = seen(['onRequest', 'authenticate', 'createSession'], ['start', 'loadCatalogue']);
  t.deepEqual(quiet(calls), [of('loadCatalogue', 26 * MIB)]);
  t.deepEqual(hintsOf(verdict(grown), 60 * MIB, calls).functions, [
    of('onRequest', 40 * MIB),
    { ...of('authenticate', 40 * MIB), inlined: true },
    { ...of('createSession', 40 * MIB), inlined: true },
  ]);
});

test('should search for what had grown when the snapshot was taken', (t) => {
  const { growthBytes, growthBytesMin, functions } = hintsOf(verdict({ grownBytes: 60 * MIB, trendGrownBytes: 20 * MIB }), 50 * MIB, new CallTable());
  t.deepEqual([growthBytes, growthBytesMin, functions], [50 * MIB, 10 * MIB, [of('onRequest', 40 * MIB)]]);
  t.is(hintsOf(verdict({ grownBytes: 90 * MIB, trendGrownBytes: 20 * MIB }), 50 * MIB, new CallTable()).growthBytesMin, undefined);
});
