// The sentence of a leak: whose allocation is told of which suspect, and when nothing is.
import test from 'ava';
import { CallTable } from '../../../src/agent/leaks/call-table.js';
import { leakOf } from '../../../src/agent/leaks/leak-of-verdict.js';
import type { AgedFunction } from '../../../src/diagnose/leaks/judge-ages.js';
import type { LeakVerdict } from '../../../src/diagnose/leaks/leak-verdict.js';
import type { RawFrame } from '../../../src/flame/profile.js';
import { ProfileBuilder, ROOT_FUNCTION, rawFrame } from '../../../src/flame/profile-builder.js';
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

function leak(functions: AgedFunction[], suspects: HeapSuspect[], { ageMs = 0, timeScale = 1, calls = new CallTable() } = {}): Leak {
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
  return leakOf(verdict, { cwd: '/srv/shop', timeScale, nowMs, wallAheadMs: 0, named: { suspects, takenAtMs: nowMs - ageMs }, calls, files: [] });
}

const PRODUCT = suspect('Product', 'Service.catalogue (Map)', CATALOGUE);
const SANDBOX = { ...suspect('TenantSandbox', 'sandboxes (Map)', TENANTS), place: TENANTS };

test('should say who allocates most of the growth, and not that it made the suspect, when it is in another file and of another class', (t) => {
  const { culprit, message } = leak([made('TenantSandbox', TENANTS.file)], [PRODUCT]);
  t.is(culprit?.allocation, null);
  t.is(
    culprit?.sentence,
    '18 176 × Product held by Service.catalogue (Map), 25.0 MiB retained, growing 50.0 MiB an hour; most of what grows is allocated in TenantSandbox src/tenants.js:6 or in what V8 inlined into it',
  );
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

test('should say that V8 may have inlined the allocating function when the caller of the constructor stands in another file', (t) => {
  const caller = { function: 'onRequest', file: CATALOGUE.file, line: 48 };
  const { culprit } = leak([made('TenantSandbox', TENANTS.file, caller)], [SANDBOX]);
  t.regex(culprit!.sentence, /; allocated in onRequest src\/catalogue\.js:48, or in what V8 inlined into it$/);
});

const frame = (name: string, url: string, line: number): RawFrame => ({ function: name, url, line, column: 1 });

/** Stacks as the CPU profile has them, from the outermost function on, and how often each was seen. */
function seen(...stacks: [frames: RawFrame[], times: number][]): CallTable {
  const builder = new ProfileBuilder<RawFrame>(rawFrame(ROOT_FUNCTION));
  let timeUs = 0;
  for (const [frames, times] of stacks) {
    let node = 0;
    for (const it of frames) node = builder.node(node, builder.frame(it));
    for (let i = 0; i < times; i++) builder.sample(node, timeUs++);
  }
  const calls = new CallTable();
  calls.add(builder.build({ thread: 'main', startUs: 0, endUs: timeUs, intervalUs: 1 }));
  return calls;
}

const HANDLER = 'file:///srv/shop/src/handler.js';
const onRequest = frame('onRequest', HANDLER, 6);

test('should name the functions that V8 may have inlined when the CPU profile has seen them called, who makes the class first', (t) => {
  const nodeJs = frame('emit', 'node:events', 500);
  const calls = seen(
    [[onRequest, frame('log', 'file:///srv/shop/src/log.js', 1)], 90],
    [[onRequest, nodeJs, frame('findSandbox', TENANTS.file, 30)], 50],
    [[onRequest, frame('openSandbox', TENANTS.file, 12), frame('TenantSandbox', TENANTS.file, 9)], 2],
  );
  const { culprit } = leak([made('onRequest', HANDLER)], [SANDBOX], { calls });
  t.regex(
    culprit!.sentence,
    /; allocated in onRequest src\/handler\.js:6, or in openSandbox src\/tenants\.js:12 or findSandbox src\/tenants\.js:30, which V8 may have inlined into it$/,
  );
  t.deepEqual(culprit!.allocation?.inlined, [
    { function: 'openSandbox', file: 'src/tenants.js', line: 12 },
    { function: 'findSandbox', file: 'src/tenants.js', line: 30 },
  ]);
});

test('should name the one function that calls the constructor when the heap sampler has it inlined into a caller, be that of a package', (t) => {
  const hooks = frame('hookRunner', 'file:///srv/shop/node_modules/web/hooks.js', 70);
  const open = [frame('openSandbox', TENANTS.file, 12), frame('TenantSandbox', TENANTS.file, 9)];
  const sentence = (calls: CallTable, { function: name, url: file, line }: RawFrame): string =>
    leak([made('TenantSandbox', TENANTS.file, { function: name, file, line })], [SANDBOX], { calls }).culprit!.sentence;
  const calls = seen([[hooks, onRequest, ...open], 5], [[onRequest, frame('findSandbox', TENANTS.file, 30)], 50]);
  t.regex(sentence(calls, onRequest), /; allocated in openSandbox src\/tenants\.js:12$/);
  const seldom = seen([[onRequest, ...open], 4]);
  t.regex(
    sentence(seldom, onRequest),
    /; allocated in onRequest src\/handler\.js:6, or in openSandbox src\/tenants\.js:12, which V8 may have inlined into it$/,
  );
  t.regex(sentence(calls, hooks), /; allocated in openSandbox src\/tenants\.js:12$/);
  const two = seen([[onRequest, ...open], 2], [[onRequest, frame('reopen', TENANTS.file, 40), frame('TenantSandbox', TENANTS.file, 9)], 3]);
  t.regex(
    sentence(two, onRequest),
    /; allocated in onRequest src\/handler\.js:6, or in reopen src\/tenants\.js:40 or openSandbox src\/tenants\.js:12, which V8/,
  );
  const other = seen([[onRequest, frame('openSandbox', TENANTS.file, 12), frame('TenantSandbox', HANDLER, 9)], 2]);
  t.regex(sentence(other, hooks), /; allocated in TenantSandbox src\/tenants\.js:6$/);
});

test('should not put another in the place of a caller that stands in the file of the class, nor name one that the heap sampler knows by itself', (t) => {
  const caller = { function: 'create', file: TENANTS.file, line: 2 };
  const preview = [frame('preview', TENANTS.file, 20), frame('TenantSandbox', TENANTS.file, 9)];
  const calls = seen([[frame('create', TENANTS.file, 2), ...preview], 9], [[onRequest, ...preview], 9]);
  const of = (from: AgedFunction['caller'], ...others: AgedFunction[]): string =>
    leak([made('TenantSandbox', TENANTS.file, from), ...others], [SANDBOX], { calls }).culprit!.sentence;
  t.regex(of(caller), /; allocated in create src\/tenants\.js:2$/);
  const known = { ...made('preview', TENANTS.file), line: 20, ratio: 0.1 };
  t.regex(
    of({ function: 'onRequest', file: HANDLER, line: 6 }, known),
    /; allocated in onRequest src\/handler\.js:6, or in what V8 inlined into it$/,
  );
  t.is(leak([{ ...made('create', TENANTS.file), line: 2 }], [SANDBOX], { calls }).culprit!.allocation?.function, 'create');
});

test('should leave no doubt when the CPU profile has seen the caller make the class itself', (t) => {
  const calls = seen([[onRequest, frame('TenantSandbox', TENANTS.file, 9)], 3]);
  const { culprit } = leak([made('TenantSandbox', TENANTS.file, { function: 'onRequest', file: HANDLER, line: 6 })], [SANDBOX], { calls });
  t.regex(culprit!.sentence, /; allocated in onRequest src\/handler\.js:6$/);
});

test('should name nobody when what the function calls stands elsewhere', (t) => {
  const calls = seen([[onRequest, frame('log', 'file:///srv/shop/src/log.js', 1)], 90]);
  t.is(leak([made('onRequest', HANDLER)], [SANDBOX], { calls }).culprit!.allocation, null);
});

test('should name one of several functions with few samples each when it stands in the file of the holder', (t) => {
  const several = {
    ...made('(several functions)', ''),
    ratio: 0.8,
    bytes: 10 * MIB,
    members: [
      { function: 'log', file: 'file:///srv/shop/src/log.js', line: 1, bytes: 3 * MIB },
      { function: 'addProduct', file: CATALOGUE.file, line: 30, bytes: 2 * MIB },
    ],
  };
  const { culprit } = leak([several], [PRODUCT]);
  t.deepEqual(culprit?.allocation, { function: 'addProduct', file: 'src/catalogue.js', line: 30, ratio: 0.16 });
  t.is(leak([{ ...several, members: [several.members[0]] }], [PRODUCT]).culprit?.allocation, null);
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
