// What the evaluation makes of a run's leaks.ndjson: lines written by hand, each figure known.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import type { Pattern } from '../../eval/corpus/pattern.js';
import { PATTERNS } from '../../eval/corpus/patterns.js';
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
const suspect = (sentence: string, made: string) => ({ constructor: '', sentence, allocation: { function: made, file: 'a.js', line: 1, ratio: 1 } });
const NAMED = {
  ...LEAK,
  event: 'named',
  at: '2026-11-23T10:00:20.000Z',
  suspects: [
    suspect('27 000 × Product held by Service.catalogue', 'Service'),
    suspect('900 × UserProfile held by ProfileCache.byUser (Map)', 'loadProfile'),
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
  t.deepEqual(lines[1].allocations, ['Service', 'loadProfile']);
  t.is(lines[1].msToLimit, 7_200_000);
  t.is(lines[0].msToLimit, null);
});

test('should take the culprit alone when there are no suspects, as a sentence or as an object', (t) => {
  const [bare, object] = parseVerdicts(ndjson({ ...LEAK, culprit: '7 × A', suspects: undefined }, { ...LEAK, culprit: suspect('8 × B', 'b') }));
  t.deepEqual([bare.suspects, bare.allocations], [['7 × A'], []]);
  t.deepEqual([object.suspects, object.allocations], [['8 × B'], ['b']]);
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
    outcome('zlib-open', ndjson({ ...LEAK, kind: 'native', suspects: [suspect('600 × Deflate', 'compressFor')] })),
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
    allocationRight: 1,
    minutesToLeak: 15,
  });
});

test('should print each program with what went wrong, and a document whose patterns are text, when it is done', (t) => {
  const outcomes = [outcome('map-by-user', ndjson(LEAK, NAMED)), outcome('closure-array', '')];
  const machine = { cpu: 'c', cores: 2, arch: 'x64', platform: 'linux', node: 'v20.20.2', date: 'today', load: 0, warning: '' };
  const scores = [scoreOf('v20.20.2', outcomes)];
  const document: EvaluationDocument = { schema: 'pitot.eval-leaks/1', machine, scale: 60, scores, outcomes };
  const text = textOf(document);
  t.regex(text, /map-by-user +3 +leak +leak +right +heap +15 min +25\S* MiB +2\.0 h +NO +yes +yes/);
  t.regex(text, /map-by-user: named instead: 27 000 × Product held by Service\.catalogue/);
  t.regex(text, /closure-array: missed: flat/);
  t.regex(text, /v20\.20\.2 +0\.50 \(1\/2\) +1\.00 +0 of 0 +0\.00 +0\.50 +1\.00 +15 min +0/);
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
  const all = [...PATTERNS, ...PACKAGES];
  const ids = (...names: string[]): string[] => selectPatterns(all, names).map(({ id }) => id);
  t.is(ids().length, all.length);
  t.deepEqual(ids('N3a', 'map-by-user'), ['map-by-user', 'diurnal-20']);
  t.is(ids('packages').length, 10);
  t.is(ids('leaks').length, 23);
  t.throws(() => ids('warp'), { message: /no program is called warp; there are closure-array, .*harmless/ });
});
