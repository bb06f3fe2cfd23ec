// The join of samples with spans: each rule and each border on timelines drawn by hand, then against a naive reading of the rules.
import test from 'ava';
import fc from 'fast-check';
import { type Attribution, attribute } from '../../../src/flame/attribution/attribute.js';
import type { SpanTable } from '../../../src/flame/attribution/span-table.js';
import type { Profile } from '../../../src/flame/profile.js';
import { rawProfile, type SpanRow, spanTable } from '../span-rows.js';

const A = 10;
const B = 11;
const C = 12;
/** Requests, of two routes. */
const R = 20;
const S = 21;
const isRequest = (path: number): boolean => path >= 20;

/** Paths of samples at the given moments, each in code of the application. */
function pathsAt(moments: readonly number[], spans: readonly SpanRow[], lost?: [number, number][]): number[] {
  return Array.from(attribute(rawProfile(moments.map((atUs) => [atUs, 'work'])), spanTable(spans, lost), isRequest).path);
}

test('should give a sample to the innermost synchronous span when they nest', (t) => {
  //   samples  ^   ^   ^   ^   ^   ^   ^
  //            0   10  20  30  40  50  60
  //   A          [---------------------)     5..60
  //   B              [---------)             15..45
  //   C                    [-)               28..32
  const spans: SpanRow[] = [
    [A, 5, 60, 'sync'],
    [B, 15, 45, 'sync'],
    [C, 28, 32, 'sync'],
  ];
  const { path, sync } = attribute(rawProfile([0, 10, 20, 30, 40, 50, 60].map((atUs) => [atUs, 'work'])), spanTable(spans), isRequest);
  t.deepEqual(Array.from(path), [-1, A, B, C, B, A, -1]);
  t.deepEqual(Array.from(sync), [0, 1, 1, 1, 1, 1, 0]);
});

test('should cover a sample at the start of a span and not one at its end', (t) => {
  for (const kind of ['sync', undefined] as const) {
    const spans: SpanRow[] = [[A, 10, 20, kind]];
    t.deepEqual(pathsAt([9, 10, 19, 20, 21], spans), [-1, A, A, -1, -1]);
  }
});

test('should tell apart recursive calls and calls that follow each other when spans share their borders', (t) => {
  //   A   [-----------------------)   0..60
  //   A           [------)            20..40
  //   B           [------)            20..40, inside the second A: it ended first
  //   C                          [--) 60..70
  const table = spanTable([]);
  const spans: SpanTable = {
    ...table,
    paths: Uint16Array.of(B, A, A, C),
    startUs: Float64Array.of(20, 20, 0, 60),
    endUs: Float64Array.of(40, 40, 60, 70),
    sync: Uint8Array.of(1, 1, 1, 1),
  };
  const profile = rawProfile([10, 20, 30, 40, 59, 60].map((atUs) => [atUs, 'work']));
  t.deepEqual(Array.from(attribute(profile, spans, isRequest).path), [A, B, B, A, A, C]);
});

test('should prefer the synchronous span when asynchronous ones are under way', (t) => {
  //   samples    ^ ^ ^ ^
  //              5 10 20 30
  //   A sync        [--)       8..20
  //   R       [-------------)  0..40
  //   S       [-------------)  0..40
  const spans: SpanRow[] = [
    [A, 8, 20, 'sync'],
    [R, 0, 40],
    [S, 0, 40],
  ];
  t.deepEqual(pathsAt([5, 10, 20, 30], spans), [-1, A, -1, -1]);
});

test('should give a sample to the only asynchronous path under way, however many spans of it there are', (t) => {
  //   A   [--------)         0..30
  //   A      [---------)     10..40
  //   B              [---)   35..50
  const spans: SpanRow[] = [
    [A, 0, 30],
    [A, 10, 40],
    [B, 35, 50],
  ];
  t.deepEqual(pathsAt([5, 20, 32, 37, 45, 50], spans), [A, A, A, -1, B, -1]);
});

test('should give a sample to the one request under way when all else lies inside it', (t) => {
  //   R   [------------------)    0..100
  //   A       [-----)             20..50
  //   B          [-----)          35..70
  const spans: SpanRow[] = [
    [R, 0, 100],
    [A, 20, 50],
    [B, 35, 70],
  ];
  t.deepEqual(pathsAt([10, 30, 40, 60, 80], spans), [R, R, R, R, R]);
});

test('should give a sample to nobody when a span beside the request began before it or ends after it', (t) => {
  //   R        [-----------)       20..80
  //   A   [-------)                0..50: began before
  //   B                 [------)   60..100: ends after
  const spans: SpanRow[] = [
    [R, 20, 80],
    [A, 0, 50],
    [B, 60, 100],
  ];
  t.deepEqual(pathsAt([10, 30, 55, 70, 90], spans), [A, -1, R, -1, B]);
});

test('should take a span as part of the request when the rounding of times alone puts its start before it', (t) => {
  t.deepEqual(
    pathsAt(
      [50],
      [
        [R, 20, 80],
        [A, 19, 70],
      ],
    ),
    [R],
  );
  t.deepEqual(
    pathsAt(
      [50],
      [
        [R, 20, 80],
        [A, 18.9, 70],
      ],
    ),
    [-1],
  );
  t.deepEqual(
    pathsAt(
      [50],
      [
        [R, 20, 80],
        [A, 30, 80],
      ],
    ),
    [R],
  );
  t.deepEqual(
    pathsAt(
      [50],
      [
        [R, 20, 80],
        [A, 30, 81],
      ],
    ),
    [-1],
  );
});

test('should give a sample to nobody when requests of two routes are under way, and to the route when all are of one', (t) => {
  //   R   [---------)            0..50
  //   R        [--------)        20..70
  //   A          [--)            30..40, inside both
  //   S               [------)   60..100
  const spans: SpanRow[] = [
    [R, 0, 50],
    [R, 20, 70],
    [A, 30, 40],
    [S, 60, 100],
  ];
  t.deepEqual(pathsAt([10, 35, 45, 65, 80], spans), [R, R, R, -1, S]);
});

test('should give a sample to nobody when a span lies inside no single request, though two requests cover it together', (t) => {
  //   R   [------)        0..40
  //   R        [------)   30..80
  //   A      [------)     20..60
  t.deepEqual(
    pathsAt(
      [10, 25, 35, 50, 70],
      [
        [R, 0, 40],
        [R, 30, 80],
        [A, 20, 60],
      ],
    ),
    [R, -1, -1, -1, R],
  );
});

test('should give a sample to nobody when it lies in a stretch of lost spans, its ends included', (t) => {
  const spans: SpanRow[] = [
    [A, 0, 100, 'sync'],
    [B, 0, 100],
  ];
  const profile = rawProfile([10, 20, 30, 40, 50].map((atUs) => [atUs, 'work']));
  const { path, sync } = attribute(
    profile,
    spanTable(spans, [
      [20, 30],
      [50, 60],
    ]),
    isRequest,
  );
  t.deepEqual(Array.from(path), [A, -1, -1, A, -1]);
  t.deepEqual(Array.from(sync), [1, 0, 0, 1, 0]);
  t.deepEqual(pathsAt([10, 20], spans, [[Number.NEGATIVE_INFINITY, 15]]), [-1, A]);
});

test('should give collections and native code to the span, and idle time to nobody', (t) => {
  const profile = rawProfile([
    [10, '(garbage collector)'],
    [20, '(program)'],
    [30, '(idle)'],
    [40, '(root)'],
    [50, '(not running)'],
    [60, 'work'],
  ]);
  const { path, sync } = attribute(profile, spanTable([[A, 0, 100, 'sync']]), isRequest);
  t.deepEqual(Array.from(path), [A, A, -1, -1, -1, A]);
  t.deepEqual(Array.from(sync), [1, 1, 0, 0, 0, 1]);
});

test("should take a function of the application as work when it has the name of V8's idle frame", (t) => {
  const profile = rawProfile([[10, 'work']]);
  profile.frames[1] = { function: '(idle)', url: 'file:///app.js', line: 3, column: 1 };
  t.deepEqual(Array.from(attribute(profile, spanTable([[A, 0, 100, 'sync']]), isRequest).path), [A]);
});

test('should give every sample to nobody when there are no spans, and nothing when there are no samples', (t) => {
  t.deepEqual(pathsAt([10, 20], []), [-1, -1]);
  t.deepEqual(pathsAt([], [[A, 0, 10, 'sync']]), []);
});

test('should read spans that lie partly or wholly outside of the profile', (t) => {
  const spans: SpanRow[] = [
    [A, -1000, 15],
    [B, 40, 5000],
    [C, 6000, 7000, 'sync'],
    [C, -50, -40, 'sync'],
  ];
  t.deepEqual(pathsAt([10, 20, 50], spans), [A, -1, B]);
});

/** The rules as they are written, sample by sample. */
function naive(profile: Profile, spans: SpanTable): Attribution {
  const length = profile.samples.length;
  const path = new Int32Array(length).fill(-1);
  const sync = new Uint8Array(length);
  const rows = Array.from(spans.paths.keys());
  const requests = rows.filter((row) => spans.sync[row] === 0 && isRequest(spans.paths[row]));
  for (let i = 0; i < length; i++) {
    const at = profile.timesUs[i];
    const leaf = profile.frames[profile.nodeFrames[profile.samples[i]]];
    if (leaf.function === '(idle)') continue;
    if (spans.lost.some(([fromUs, toUs]) => fromUs <= at && at <= toUs)) continue;
    const covering = rows.filter((row) => spans.startUs[row] <= at && at < spans.endUs[row]);
    const inner = covering.find((row) => spans.sync[row] === 1);
    if (inner !== undefined) {
      path[i] = spans.paths[inner];
      sync[i] = 1;
      continue;
    }
    const paths = new Set(covering.map((row) => spans.paths[row]));
    if (paths.size === 1) {
      [path[i]] = paths;
      continue;
    }
    const routes = new Set(covering.map((row) => spans.paths[row]).filter(isRequest));
    const others = covering.filter((row) => !isRequest(spans.paths[row]));
    const areInside = others.every((row) =>
      requests.some((request) => spans.startUs[request] <= spans.startUs[row] + 1 && spans.endUs[request] >= spans.endUs[row]),
    );
    if (routes.size === 1 && areInside) [path[i]] = routes;
  }
  return { path, sync };
}

/** Synchronous spans that nest, as a thread makes them: each step goes into a call, or out of it. */
const nested = fc
  .array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 3 })), { maxLength: 60, size: 'max' })
  .map((steps) => {
    const rows: SpanRow[] = [];
    const open: [number, number][] = [];
    let nowUs = 0;
    const close = (): void => {
      const [path, startUs] = open.pop() as [number, number];
      rows.push([path, startUs, nowUs, 'sync']);
    };
    for (const [isCall, us, path] of steps) {
      nowUs += us;
      if (isCall) open.push([path, nowUs]);
      else if (open.length > 0) close();
    }
    while (open.length > 0) {
      nowUs += 5;
      close();
    }
    return rows;
  });
const overlapping = fc.array(
  fc
    .tuple(fc.constantFrom(0, 1, 2, A, B, R, S), fc.integer({ min: -20, max: 400 }), fc.integer({ min: 0, max: 120 }))
    .map(([path, startUs, us]): SpanRow => [path, startUs, startUs + us]),
  { maxLength: 12, size: 'max' },
);
const samples = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 400 }), fc.constantFrom('work', 'work', 'work', '(idle)', '(program)')), { maxLength: 80, size: 'max' })
  .map((list) => list.sort((a, b) => a[0] - b[0]));
const losses = fc.array(
  fc.tuple(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 0, max: 40 })).map(([fromUs, us]): [number, number] => [fromUs, fromUs + us]),
  { maxLength: 3 },
);

test('should agree with the rules as they are written on any spans and samples', (t) => {
  const met = { sync: 0, one: 0, request: 0, nobody: 0 };
  fc.assert(
    fc.property(nested, overlapping, samples, losses, (sync, async, moments, lost) => {
      // A stable sort by the end keeps the calls' own order.
      const rows = [...sync, ...async].sort((a, b) => a[2] - b[2]);
      const spans: SpanTable = {
        paths: Uint16Array.from(rows, ([path]) => path),
        startUs: Float64Array.from(rows, ([, startUs]) => startUs),
        endUs: Float64Array.from(rows, ([, , endUs]) => endUs),
        sync: Uint8Array.from(rows, ([, , , kind]) => (kind === 'sync' ? 1 : 0)),
        lost,
        minSpanNs: 2000,
        shortUs: 0,
      };
      const profile = rawProfile(moments);
      const found = attribute(profile, spans, isRequest);
      found.path.forEach((path, i) => {
        met[path < 0 ? 'nobody' : found.sync[i] === 1 ? 'sync' : isRequest(path) ? 'request' : 'one']++;
      });
      t.deepEqual(found, naive(profile, spans));
    }),
    { numRuns: 2000, seed: 3 },
  );
  t.log(met);
  t.true(Math.min(...Object.values(met)) > 1000);
});

test('should join 100 000 samples with 100 000 deeply nested and overlapping spans in time that is not their product', (t) => {
  const count = 100_000;
  const deep: SpanRow[] = [];
  // Each synchronous span lies around all before it; each asynchronous one overlaps thousands.
  for (let i = 0; i < count / 2; i++) deep.push([i % 2000, count - i, count + i + 1, 'sync'], [i % 2000, i, i + count]);
  deep.sort((a, b) => a[2] - b[2]);
  const profile = rawProfile(Array.from({ length: count }, (_, i) => [i * 2, 'work'] as const));
  const spans = spanTable(deep);
  const startMs = performance.now();
  const { path } = attribute(profile, spans, () => true);
  const tookMs = performance.now() - startMs;
  t.is(path[count / 2], 0);
  t.log(`${tookMs.toFixed(0)} ms`);
});
