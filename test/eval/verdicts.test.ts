// What the evaluation makes of a run's leaks.ndjson: lines written by hand, each figure known.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import type { Pattern } from '../../eval/corpus/pattern.js';
import { PATTERNS } from '../../eval/corpus/patterns.js';
import { FURTHER } from '../../eval/further/further.js';
import { type Outcome, outcomeOf } from '../../eval/outcome.js';
import { PACKAGES } from '../../eval/packages/packages.js';
import { type EvaluationDocument, jsonOf, textOf } from '../../eval/print.js';
import { parseVerdicts, readVerdicts, readWhyNot, runDirectories } from '../../eval/read-verdicts.js';
import { scoreOf } from '../../eval/score.js';
import { selectPatterns } from '../../eval/select-patterns.js';

const START_MS = Date.parse('2026-11-23T10:00:00Z');

const SUSPECTED = {
  event: 'verdict',
  at: '2026-11-23T10:00:10.000Z',
  verdict: 'suspected',
  kind: 'heap',
  whyNot: 'one profile is missing',
  evidence: ['a'],
};
const LEAK = {
  event: 'verdict',
  at: '2026-11-23T10:00:15.000Z',
  verdict: 'leak',
  kind: 'heap',
  growthBytesPerHour: 26_214_400,
  growthRatioPerHour: 0.5,
  confidence: 0.9,
  msToLimit: 7_200_000,
  message: 'The heap leaks',
  evidence: ['grew in each of 12 minutes'],
  culprit: null,
  suspects: [],
  whyNot: '',
};
const allocation = (made: string) => ({ function: made, file: 'a.js', line: 1, ratio: 1 });
/** Without a snapshot. */
const onlyAllocated = (made: string, caller = '') => ({
  constructor: '',
  holder: '',
  retainers: [],
  sentence: `8 MiB of all ages, allocated in ${made} symbol-registry.js:1${caller && `, called by ${caller} b.js:2`}`,
  allocation: allocation(made),
});
const suspect = (name: string, holder: string, made = '', retainers: string[] = []) => ({
  constructor: name,
  holder,
  retainers,
  sentence: `900 × ${name} held by ${holder}${made && `; allocated in ${made} a.js:1`}`,
  allocation: made === '' ? null : allocation(made),
});
const NAMED = {
  ...LEAK,
  event: 'named',
  at: '2026-11-23T10:00:20.000Z',
  suspects: [
    suspect('Product', 'Service.catalogue (Map)', 'Service', ['.catalogue Map', '<> Product']),
    suspect('UserProfile', 'ProfileCache.byUser (Map)', 'loadProfile'),
  ],
};

const patternOf = (id: string): Pattern => [...PATTERNS, ...PACKAGES].find((pattern) => pattern.id === id)!;
const ndjson = (...lines: object[]): string => lines.map((line) => `${JSON.stringify(line)}\n`).join('');
const outcome = (id: string, text: string, failure = ''): Outcome =>
  outcomeOf(parseVerdicts(text), {
    pattern: patternOf(id),
    node: 'v20.20.2',
    startMs: START_MS,
    scale: 60,
    failure,
    whyNot: new Map([['heap', 'flat']]),
  });

test('should read the lines that are whole when the last one was cut off and one is of something else', (t) => {
  const lines = parseVerdicts(`${ndjson(SUSPECTED, { at: 5, verdict: 'maybe' }, { verdict: 'leak' }, NAMED)}{"at":"2026-11-`);
  t.deepEqual(
    lines.map(({ verdict, isNamed, atMs }) => [verdict, isNamed, atMs - START_MS]),
    [
      ['suspected', false, 10_000],
      ['leak', true, 20_000],
    ],
  );
  t.deepEqual(lines[1].suspects, [
    {
      sentence: '900 × Product held by Service.catalogue (Map); allocated in Service a.js:1',
      terms: ['Product', 'Service.catalogue (Map)', '.catalogue Map', '<> Product'],
      allocating: ['Service'],
    },
    {
      sentence: '900 × UserProfile held by ProfileCache.byUser (Map); allocated in loadProfile a.js:1',
      terms: ['UserProfile', 'ProfileCache.byUser (Map)'],
      allocating: ['loadProfile'],
    },
  ]);
  t.is(lines[1].msToLimit, 7_200_000);
  t.is(lines[0].msToLimit, null);
});

test('should leave names of files out of what a suspect says, and keep the last of its way', (t) => {
  const way = ['(GC roots)', '.timers Timeout', 'variable pages: LruCache', '.oldest LruEntry', '[] LruEntry'];
  const [{ suspects, refusal }] = parseVerdicts(
    ndjson({
      ...NAMED,
      suspects: [suspect('LruEntry', 'pages in lru-wrong-unit.js (LruCache)', '', way), suspect('Timeout', 'list in node:timers (TimersList)')],
      files: [
        { path: 'heap/Heap.1.heapprofile', note: '1 s' },
        { path: '', note: 'heap-snapshot: refused: 10.3 s and 10 s are allowed' },
      ],
    }),
  );
  t.deepEqual(
    suspects.map(({ terms, allocating }) => ({ terms, allocating })),
    [
      { terms: ['LruEntry', 'pages (LruCache)', 'variable pages: LruCache', '.oldest LruEntry', '[] LruEntry'], allocating: [] },
      { terms: ['Timeout', 'list (TimersList)'], allocating: [] },
    ],
  );
  t.is(refusal, '10.3 s and 10 s are allowed');
});

test('should not take an allocating function for the culprit, nor the name of a file, when a snapshot was looked into', (t) => {
  const wrong = { ...NAMED, suspects: [suspect('Product', 'Service.catalogue (Map)', 'TenantSandbox')] };
  t.like(outcome('vm-contexts', ndjson(LEAK, wrong)), { namedBy: 'snapshot', culpritFirst: false, culpritAmongThree: false, noSnapshot: '' });
  const file = { ...NAMED, suspects: [suspect('Product', 'keys in symbol-registry.js (Map)', 'tenantKey')] };
  t.like(outcome('symbol-registry', ndjson(LEAK, file)), { culpritFirst: false, allocationRight: true });
});

test('should take a function that may be inlined into the one that allocates for named', (t) => {
  const inlined = [{ function: 'tenantKey', file: 'a.js', line: 3 }];
  const one = { ...suspect('Symbol', 'keys (Map)', 'serve'), allocation: { ...allocation('serve'), inlined } };
  t.is(outcome('symbol-registry', ndjson(LEAK, { ...NAMED, suspects: [one] })).allocationRight, true);
  t.is(outcome('symbol-registry', ndjson(LEAK, { ...NAMED, suspects: [suspect('Symbol', 'keys (Map)', 'serve')] })).allocationRight, false);
});

test('should count functions alone only where the expected one is named, and say why there is no snapshot', (t) => {
  const refused = [{ path: '', note: 'heap-snapshot: refused: it may take 11 s' }];
  const of = (id: string, ...suspects: object[]): Outcome => outcome(id, ndjson(LEAK, { ...LEAK, event: 'files', suspects, files: refused }));
  t.like(of('async-local-storage', onlyAllocated('RequestContext', 'handleInContext')), {
    namedBy: 'functions',
    culpritFirst: true,
    noSnapshot: 'refused: it may take 11 s',
  });
  t.like(of('async-local-storage', onlyAllocated('RequestContext')), { culpritFirst: false, culpritAmongThree: false });
  t.like(of('symbol-registry', onlyAllocated('answer'), onlyAllocated('tenantKey')), { culpritFirst: false, culpritAmongThree: true });
  t.like(outcome('symbol-registry', ndjson(LEAK)), { namedBy: 'nothing', noSnapshot: 'it was not taken, or not looked into, before the end' });
});

test('should judge what was named of the class of memory that leaks when another was named last', (t) => {
  const native = { ...NAMED, kind: 'native', suspects: [suspect('Product', 'Service.catalogue (Map)')] };
  const right = { ...NAMED, suspects: [suspect('UserProfile', 'ProfileCache.byUser (Map)')] };
  t.like(outcome('map-by-user', ndjson(LEAK, right, native)), { culpritFirst: true, kinds: ['heap', 'native'] });
  t.like(outcome('map-by-user', ndjson({ ...LEAK, kind: 'native' }, native)), {
    namedBy: 'nothing',
    culpritFirst: false,
    noSnapshot: 'the verdict is on another class of memory',
  });
});

test('should take the culprit alone when there are no suspects', (t) => {
  const [{ suspects }] = parseVerdicts(ndjson({ ...LEAK, culprit: suspect('B', 'b (Map)'), suspects: undefined }));
  t.deepEqual(suspects, [{ sentence: '900 × B held by b (Map)', terms: ['B', 'b (Map)'], allocating: [] }]);
});

test('should give the simulated time to the first leak, and who was named, when a leak was found', (t) => {
  const found = outcome('map-by-user', ndjson(SUSPECTED, LEAK, NAMED));
  t.like(found, {
    verdict: 'leak',
    judgement: 'right',
    kinds: ['heap'],
    // 15 s at 60 times.
    minutesToLeak: 15,
    growthBytesPerHour: 26_214_400,
    culpritFirst: false,
    culpritAmongThree: true,
    allocationRight: true,
  });
});

test('should call it missed when a leak is only suspected, and false when something harmless is said to leak', (t) => {
  t.like(outcome('map-by-user', ndjson(SUSPECTED)), {
    verdict: 'suspected',
    judgement: 'missed',
    minutesToLeak: null,
    culpritFirst: null,
    whyNot: 'flat',
  });
  t.like(outcome('step', ndjson(SUSPECTED)), { verdict: 'suspected', judgement: 'right' });
  t.like(outcome('step', ndjson(LEAK)), { judgement: 'false', culpritFirst: null });
  t.like(outcome('cache-to-cap-slowly', ndjson(LEAK)), { judgement: 'false' });
  t.like(outcome('step', ''), { verdict: 'none', judgement: 'right', whyNot: 'flat' });
});

test('should count a leak that was missed as not named, and a program that failed nowhere, when it sums up', (t) => {
  const outcomes = [
    outcome('map-by-user', ndjson(LEAK, NAMED)),
    outcome('zlib-open', ndjson({ ...NAMED, kind: 'native', suspects: [suspect('Node / ZlibStream', 'Deflate._handle (Zlib)', 'compressFor')] })),
    outcome('closure-array', ''),
    outcome('workers', '', 'ended with 1'),
    outcome('step', ndjson(LEAK)),
    outcome('ramp', ''),
  ];
  t.deepEqual(scoreOf('v20.20.2', outcomes), {
    node: 'v20.20.2',
    programs: 5,
    failed: 1,
    leaks: 3,
    found: 2,
    harmless: 2,
    falseCriticals: 1,
    recall: 2 / 3,
    precision: 2 / 3,
    culpritFirst: 1 / 3,
    culpritAmongThree: 2 / 3,
    byFunctions: 0,
    withoutSnapshot: 0,
    allocationRight: 1,
    minutesToLeak: 17.5,
  });
});

test('should print each program with what went wrong, and a document whose patterns are text, when it is done', (t) => {
  const outcomes = [outcome('map-by-user', ndjson(LEAK, NAMED)), outcome('closure-array', '')];
  const machine = { cpu: 'c', cores: 2, arch: 'x64', platform: 'linux', node: 'v20.20.2', date: 'today', load: 0, warning: '' };
  const scores = [scoreOf('v20.20.2', outcomes)];
  const document: EvaluationDocument = { schema: 'pitot.eval-leaks/1', machine, scale: 60, scores, outcomes };
  const text = textOf(document);
  t.regex(text, /map-by-user +3 +leak +leak +right +heap +15 min +25\S* MiB +2\.0 h +snapshot +NO +yes +yes/);
  t.regex(text, /map-by-user: named instead: 900 × Product held by Service\.catalogue/);
  t.regex(text, /closure-array: missed: flat/);
  t.regex(text, /v20\.20\.2 +0\.50 \(1\/2\) +1\.00 +0 of 0 +0\.00 \(0\/2\) +0\.50 \(1\/2\) +0 +0 +1\.00 +15 min +0/);
  t.deepEqual(JSON.parse(jsonOf(document)).outcomes[0].pattern.culprit, ['UserProfile', 'byUser']);
});

test('should read all runs of a directory, and why the newest report says no, when a program has several processes', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'pitot-eval-test-'));
  try {
    t.deepEqual([runDirectories(join(directory, 'none')), readVerdicts(join(directory, 'none'))], [[], []]);
    for (const name of ['a', 'b', '.shared']) mkdirSync(join(directory, name));
    writeFileSync(join(directory, 'b/leaks.ndjson'), ndjson(SUSPECTED));
    writeFileSync(join(directory, 'a/leaks.ndjson'), ndjson(NAMED));
    writeFileSync(join(directory, '.shared/leaks.ndjson'), ndjson(LEAK));
    writeFileSync(join(directory, 'a/latest.json'), JSON.stringify({ leaks: [{ kind: 'native', whyNot: 'it does not grow' }] }));
    t.deepEqual(
      readVerdicts(directory).map(({ atMs }) => atMs - START_MS),
      [10_000, 20_000],
    );
    t.deepEqual([...readWhyNot(directory)], [['native', 'it does not grow']]);
    t.is(runDirectories(directory).length, 2);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('should select by id, number or group, and name what there is, when a person asks for programs', (t) => {
  const all = [...PATTERNS, ...PACKAGES, ...FURTHER];
  const ids = (...names: string[]): string[] => selectPatterns(all, names).map(({ id }) => id);
  t.is(ids().length, all.length);
  t.deepEqual(ids('N3a', 'map-by-user'), ['map-by-user', 'diurnal-20']);
  t.is(ids('packages').length, 10);
  t.is(ids('leaks').length, 46);
  t.is(ids('further').length, 23);
  t.throws(() => ids('warp'), { message: /no program is called warp; there are closure-array, .*harmless/ });
});
