// The sentence of a leak: whose allocation is told of which suspect, and when nothing is.
import test from 'ava';
import { leakOf } from '../../../src/agent/leaks/leak-of-verdict.js';
import type { AgedFunction } from '../../../src/diagnose/leaks/judge-ages.js';
import type { LeakVerdict } from '../../../src/diagnose/leaks/leak-verdict.js';
import type { HeapSuspect } from '../../../src/heap/heap-analysis.js';
import type { Leak } from '../../../src/report/report-types.js';

const MIB = 1024 * 1024;
const CATALOGUE = { file: 'file:///srv/shop/src/catalogue.js', line: 4 };
const TENANTS = { file: 'file:///srv/shop/src/tenants.js', line: 9 };

const suspect = (name: string, holder: string, holderPlace: HeapSuspect['holderPlace']): HeapSuspect => ({
  constructor: name,
  count: 18_176,
  retainedBytes: 25 * MIB,
  holder,
  holderPlace,
  place: null,
  retainers: [],
  kind: 'accumulation',
  pathRatio: 1,
  score: { total: 1, size: 1, growth: 1, count: 1, allocation: null },
  sentence: `18 176 × ${name} held by ${holder}, 25.0 MiB retained`,
});

const made = (name: string, file: string, caller?: AgedFunction['caller']): AgedFunction => ({
  function: name,
  file,
  line: 6,
  ...(caller === undefined ? {} : { caller }),
  kind: 'all-ages',
  bytes: 57 * MIB,
  ratio: 1,
  bytesByAge: [],
  bytesPerHour: 50 * MIB,
  lifetimeMs: 0,
});

function leak(functions: AgedFunction[], suspects: HeapSuspect[], { ageMs = 0, timeScale = 1 } = {}): Leak {
  const verdict: LeakVerdict = {
    kind: 'heap',
    verdict: 'leak',
    severity: 'critical',
    growthBytesPerHour: 50 * MIB,
    growthRatioPerHour: 1,
    lowerPerHour: 49 * MIB,
    upperPerHour: 51 * MIB,
    grownBytes: 57 * MIB,
    trendGrownBytes: 57 * MIB,
    quietFunctions: [],
    name: '',
    confidence: 1,
    msToLimit: null,
    limit: null,
    sinceMs: 0,
    evidence: [],
    whyNot: '',
    functions,
  };
  const nowMs = 10 * 3_600_000;
  return leakOf(verdict, { cwd: '/srv/shop', timeScale, nowMs, wallAheadMs: 0, named: { suspects, takenAtMs: nowMs - ageMs }, files: [] });
}

const PRODUCT = suspect('Product', 'Service.catalogue (Map)', CATALOGUE);
const SANDBOX = suspect('TenantSandbox', 'sandboxes (Map)', TENANTS);

test('should say no allocating function of a suspect when that of the growth is in another file and of another class', (t) => {
  const { culprit, message } = leak([made('TenantSandbox', TENANTS.file)], [PRODUCT]);
  t.is(culprit?.allocation, null);
  t.is(culprit?.sentence, '18 176 × Product held by Service.catalogue (Map), 25.0 MiB retained, growing 50.0 MiB an hour');
  t.is(message, `The heap leaks 50.0 MiB an hour, 100 % an hour: ${culprit?.sentence}`);
});

test('should say who calls the constructor when the class itself is what allocates, and nothing of its neighbour in the file', (t) => {
  const caller = { function: 'openSandbox', file: TENANTS.file, line: 12 };
  const neighbour = suspect('Rule', 'rules (Array)', TENANTS);
  const { suspects } = leak([made('TenantSandbox', TENANTS.file, caller)], [SANDBOX, neighbour]);
  t.deepEqual(
    suspects.map(({ allocation }) => allocation),
    [{ function: 'openSandbox', file: 'src/tenants.js', line: 12, ratio: 1 }, null],
  );
  t.regex(suspects[0]!.sentence, /growing 50\.0 MiB an hour; allocated in openSandbox src\/tenants\.js:12$/);
});

test('should name a function when it stands in the file of the holder', (t) => {
  const { suspects } = leak([made('openSandbox', TENANTS.file), made('addProduct', CATALOGUE.file)], [PRODUCT]);
  t.is(suspects[0]?.allocation?.function, 'addProduct');
});

test('should name who calls the function when that one is of Node.js and the caller stands in the file of the holder', (t) => {
  const caller = { function: 'addProduct', file: CATALOGUE.file, line: 30 };
  const { suspects } = leak([made('openSandbox', TENANTS.file), { ...made('toString', 'node:buffer'), caller }], [PRODUCT]);
  t.like(suspects[0]?.allocation, { function: 'addProduct', line: 30 });
});

test('should tell the age of the snapshot in the time that rates are in when it is older than minutes, and never that of one just taken', (t) => {
  const sentence = (ageMs: number, timeScale: number): string => leak([], [PRODUCT], { ageMs, timeScale }).culprit!.sentence;
  t.regex(sentence(3.5 * 3_600_000, 1), /an hour; counted in a snapshot that is 3\.5 h old$/);
  t.regex(sentence(5 * 60_000, 1), /an hour$/);
  t.regex(sentence(40_000, 60), /an hour$/);
  t.regex(sentence(120_000, 60), /; counted in a snapshot that is 2 h old$/);
});
