// Functions that a heap profile clears: what they made is alive, and is not what grows.
import test from 'ava';
import { captureAges } from '../../../src/diagnose/leaks/age-capture.js';
import type { AgedFunction, AgeKind } from '../../../src/diagnose/leaks/judge-ages.js';
import { quietFunctions } from '../../../src/diagnose/leaks/quiet-functions.js';

const MINUTE_MS = 60_000;
const NOW = 240;
const FROM = 180;
const KIB_512 = 524_288;

/** A sample of 512 KiB of each function at each of these minutes; ordinals are minutes by 1000. */
function quiet(born: Record<string, readonly number[]>, kinds: Record<string, AgeKind> = {}): [string, number][] {
  const names = Object.keys(born);
  const children = names.map((functionName, i) => ({ id: i + 2, callFrame: { functionName, url: 'file:///app/service.js', lineNumber: i } }));
  const samples = names.flatMap((name, i) =>
    born[name].map((minute, k) => ({ ordinal: Math.round(minute * 1000) + k, size: KIB_512, nodeId: i + 2 })),
  );
  const head = { id: 1, callFrame: { functionName: '(root)', url: '', lineNumber: -1 }, children };
  const now = captureAges({ samples, head, startedAtMs: 0 }, NOW * MINUTE_MS);
  const judged = Object.entries(kinds).map(([name, kind]) => ({
    function: name,
    file: 'file:///app/service.js',
    line: names.indexOf(name) + 1,
    kind,
  }));
  const found = quietFunctions({
    now,
    fromMs: FROM * MINUTE_MS,
    bornMs: (ordinal) => (ordinal / 1000) * MINUTE_MS,
    judged: judged as AgedFunction[],
  });
  return found.map(({ function: name, bytes }) => [name, bytes / KIB_512]);
}

const every = (step: number, from = 0, to = NOW): number[] => Array.from({ length: Math.floor((to - from) / step) }, (_, i) => from + i * step);

test('should clear what made all it has before the growth began, and nothing that goes on', (t) => {
  t.deepEqual(quiet({ loadCatalogue: every(0.1, 0, 4), fillCache: every(2, 0, 60), remember: every(2) }), [
    ['loadCatalogue', 40],
    ['fillCache', 30],
  ]);
});

test('should clear what its ages speak against, with all its bytes, and not what leaks or is not known', (t) => {
  const born = { warm: every(3, 170, 200), visit: every(2, 200), remember: every(2), push: every(10), rare: every(20, 0, 100) };
  t.deepEqual(quiet(born, { warm: 'front', visit: 'mortal', remember: 'all-ages', push: 'unpaired' }), [
    ['visit', 20],
    ['warm', 10],
  ]);
});

test('should clear no function that is too slow to be seen in the window', (t) => {
  // Fifteen samples in three hours: five are to be expected in one, and none or one is no surprise.
  t.deepEqual(quiet({ trickle: every(13, 0, 180), bulk: [1, 2, 3, 4] }), []);
});
