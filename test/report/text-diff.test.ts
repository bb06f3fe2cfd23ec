// A diff as text: the whole of it at 80 characters, and nothing that a name can do to a terminal.
import test from 'ava';
import type { ShareChange } from '../../src/flame/diff/diff.js';
import type { PathChange, PercentileChange } from '../../src/report/diff-reports.js';
import { judgeDiff } from '../../src/report/judge-diff.js';
import { renderDiff } from '../../src/report/text-diff.js';

const share = (before: number, after: number, p: number): ShareChange => ({
  before,
  after,
  change: after - before,
  low: after - before - 0.012,
  high: after - before + 0.012,
  beforeMsPerS: before * 500,
  afterMsPerS: after * 500,
  pShare: p,
  p,
});
const percentile = (beforeNs: number, ratio: number, p: number): PercentileChange => ({
  beforeNs,
  afterNs: beforeNs * ratio,
  ratio,
  low: ratio * 0.9,
  high: ratio * 1.1,
  enough: true,
  p,
});
const side = { profiles: 1, samples: 6001, busyMs: 30_000, wallMs: 60_000, blocks: 64, block: 'samples' as const, blockSamples: 94 };
const about = { line: 1, kind: 'user' as const, package: '' };
const path = (name: string, p: number): PathChange => ({
  name,
  labels: { route: '/orders/:id', method: 'GET' },
  beforeCalls: 1000,
  afterCalls: 900,
  beforeErrors: 0,
  afterErrors: 1,
  percentiles: { p50: percentile(1_234_000, 1.5, p), p95: percentile(5e6, 1, 1), p99: percentile(9e6, 1, 1) },
  method: 'windows',
});

const diff = judgeDiff({
  before: 'pitot-reports/shop.20260102-030405.7',
  after: 'pitot-reports/shop.20260103-030405.7',
  level: 0.05,
  cpu: {
    before: side,
    after: side,
    reference: { self: 1, total: 1 },
    unjudged: '',
    functions: [
      {
        ...about,
        function: 'hashPassword',
        file: 'src/accounts/passwords/hash-password.ts',
        self: share(0.1, 0.152, 1e-6),
        total: share(0.12, 0.17, 1e-6),
      },
      { ...about, function: 'handle\u001b[2J', file: 'src/server.ts', self: share(0.02, 0.02, 1), total: share(0.5, 0.42, 1e-4) },
      { ...about, function: 'render', file: '', self: share(0.3, 0.3, 1), total: null },
    ],
  },
  paths: {
    paths: [path('http.server', 1e-5), path('db.query', 0.9)],
    typical: { p50: 1.12, p95: 1, p99: 0.9 },
    gone: ['old', 'older'],
    added: [],
    windows: { before: 12, after: 1 },
  },
  notes: ['fewer than 8 windows a side show no noise between windows: it is assumed, and only large changes of paths are found'],
});

test('should show changes, noise and notes when a diff is printed at 80 characters', (t) => {
  const text = renderDiff(diff, { width: 80, colour: false });
  t.deepEqual(text.split('\n'), [
    'before  pitot-reports/shop.20260102-030405.7',
    'after   pitot-reports/shop.20260103-030405.7',
    '  before: cpu 30.0 s in 60.0 s; 6001 samples, 1 profile, 64 blocks of 94 samples',
    '  after: cpu 30.0 s in 60.0 s; 6001 samples, 1 profile, 64 blocks of 94 samples',
    '  paths 12 windows before, 1 window after',
    '',
    'changes',
    '  self time                    before %  after %  change  95 % interval  verdict',
    '  hashPassword src/a…sword.ts      10.0     15.2    +5.2      +4.0…+6.4   slower',
    '',
    '  total time, calls included  before %  after %  change  95 % interval  verdict',
    '  handle\ufffd[2J src/server.ts        50.0     42.0    -8.0      -9.2…-6.8   faster',
    '',
    '  path                           before    after  change  95 % interval  verdict',
    '  http.server{met…rs/:id}  p50  1.23 ms  1.85 ms   +50 %        +35…+65   slower',
    '',
    '1 function and 1 path changed within noise',
    'the typical path moved: p50 +12 %, p99 -10 %; only paths that moved apart from',
    '    it are changes',
    'paths only before: old, older',
    '',
    'note: fewer than 8 windows a side show no noise between windows: it is assumed,',
    '    and only large changes of paths are found',
    '',
  ]);
});

test('should be slower and put the largest change first when it is judged', (t) => {
  t.true(diff.slower);
  t.deepEqual(
    diff.functions.map(({ function: name, verdict }) => [name.slice(0, 6), verdict]),
    [
      ['handle', 'faster'],
      ['hashPa', 'slower'],
      ['render', 'noise'],
    ],
  );
  t.is(diff.questions, 11);
  // Five findings' p values among eleven: the least is taken times 11 over its rank.
  t.is(diff.functions[1].self?.q, (1e-6 * 11) / 2);
});

test('should show time a second as well, and colours, when there is room and a terminal', (t) => {
  const text = renderDiff(diff, { width: 120, colour: true });
  const lines = text.split('\n');
  const at = lines.indexOf('\u001b[1mchanges\u001b[22m');
  t.regex(lines[at + 1], /^ {2}self time +before ms\/s {2}after ms\/s {2}before % /);
  t.regex(lines[at + 2], /h-password\.ts +50\.0 +76\.0 +10\.0 +15\.2 /);
});
