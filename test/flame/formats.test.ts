// Profile formats: what is written, and that the same functions have the same times when it is read again.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { Ajv } from 'ajv';
import test from 'ava';
import fc from 'fast-check';
import { Profile, StringTable } from 'pprof-format';
import { PitotError } from '../../src/core/errors.js';
import { VERSION } from '../../src/core/version.js';
import { buildCallTree, type CallNode } from '../../src/flame/call-tree.js';
import { toCpuProfile } from '../../src/flame/formats/cpu-profile.js';
import { fromFolded, toFolded } from '../../src/flame/formats/folded.js';
import { decodePprof, encodePprof } from '../../src/flame/formats/pprof.js';
import { readProfileFile } from '../../src/flame/formats/read-profile.js';
import { fromSpeedscope, type SpeedscopeFile, toSpeedscope } from '../../src/flame/formats/speedscope.js';
import type { NamedProfile } from '../../src/flame/profile.js';
import { sumProfiles } from '../../src/flame/sum-profiles.js';
import { CWD, draw, named, type Stack } from './drawn-profile.js';

const naming = { cwd: CWD };

// a 10/60 ─ b 40 ─ … with a package, an internal, the collector and idle time.
const main = named([
  [1000, 'a'],
  [1010, 'a b'],
  [1050, 'a node:fs'],
  [1057, '(gc)'],
  [1060, 'a b'],
  [1071, '(idle)'],
  [1099, 'a'],
]);
const frameB = main.frames.findIndex((frame) => frame.function === 'b');
main.frames[frameB] = { function: 'b', file: 'x/lib/b.js', line: 9, column: 4, kind: 'package', package: 'x' };
const worker = named(
  [
    [1020, 'w'],
    [1030, 'w a'],
    [1035, 'w'],
  ],
  'worker-1',
);

const withTime = (profile: NamedProfile): string[] => draw(buildCallTree(profile)).filter((line) => !line.endsWith('/0'));
const framesByName = (profile: NamedProfile): unknown[] =>
  profile.frames.map(({ column: _, ...frame }) => frame).sort((a, b) => (a.function < b.function ? -1 : 1));

test('should write a line a call path in order of the text when stacks are folded', (t) => {
  t.is(
    toFolded(buildCallTree(main)),
    [
      '(garbage collector) 3',
      '(idle) 28',
      'a (a.js:1) 10',
      'a (a.js:1);b (node_modules/x/lib/b.js:9) 51',
      'a (a.js:1);node:fs (node:fs:1) 7',
      '',
    ].join('\n'),
  );
});

test('should read the same frames and times back when stacks are folded', (t) => {
  const read = fromFolded(toFolded(buildCallTree(main)), naming);
  t.deepEqual(withTime(read), withTime(main));
  t.deepEqual(framesByName(read), framesByName(main));
});

test('should hold a frame together when its name has separators in it', (t) => {
  const odd = named([
    [0, 'a b'],
    [5, 'a'],
  ]);
  odd.frames[2] = { ...odd.frames[2], function: 'RegExp: ;\n\t(x) 7', file: '', kind: 'native' };
  t.is(toFolded(buildCallTree(odd)), 'a (a.js:1);RegExp: , (x) 7 5\n');
  const [, a] = draw(buildCallTree(fromFolded(toFolded(buildCallTree(odd)), naming)));
  t.is(a, '  a 0/5');
});

test('should read folded stacks of others when they have blanks, fractions and comments', (t) => {
  const read = fromFolded('# perf\nmain;do work;memcpy 12\n\nmain;do work 0.5\r\nmain  3\n', naming);
  t.deepEqual(draw(buildCallTree(read)), ['(root) 0/15.5', '  main 3/15.5', '    do work 0.5/12.5', '      memcpy 12/12']);
  const error = t.throws(() => fromFolded('a;b 3\nno weight here\n', naming, 'x.folded'), { instanceOf: PitotError });
  t.deepEqual([error?.code, error?.detail.option, error?.detail.received], ['INPUT_FILE', 'x.folded, line 2', '"no weight here"']);
});

test('should conform to the schema of speedscope when profiles are written for it', (t) => {
  const schemaFile = join(dirname(createRequire(import.meta.url).resolve('speedscope/package.json')), 'dist/release/file-format-schema.json');
  const validate = new Ajv({ strict: false }).compile(JSON.parse(readFileSync(schemaFile, 'utf8')));
  const file = toSpeedscope([main, worker], 'shop');
  t.true(validate(JSON.parse(JSON.stringify(file))), JSON.stringify(validate.errors));
  t.true(validate(toSpeedscope([named([])])), JSON.stringify(validate.errors));
  t.deepEqual(
    file.profiles.map(({ name, type, unit, startValue, endValue }) => [name, type, unit, startValue, endValue]),
    [
      ['main', 'sampled', 'microseconds', 0, 99],
      ['worker-1', 'sampled', 'microseconds', 20, 35],
    ],
  );
  t.deepEqual(file.shared.frames[1], { name: 'a', file: 'a.js', line: 1, col: 1 });
});

test('should read the same profiles back when they were written for speedscope', (t) => {
  const [first, second] = fromSpeedscope(JSON.parse(JSON.stringify(toSpeedscope([main, worker]))), naming);
  t.deepEqual([first.thread, second.thread], ['main', 'worker-1']);
  t.deepEqual([withTime(first), withTime(second)], [withTime(main), withTime(worker)]);
  t.deepEqual(
    framesByName(first).filter((frame) => JSON.stringify(frame).includes('x/lib')),
    [{ function: 'b', file: 'x/lib/b.js', line: 9, kind: 'package', package: 'x' }],
  );
});

test('should read events of speedscope when a profile is made of them', (t) => {
  //  ms   0   2   5   9  10
  //       a───────────┐   c┐
  //           b───┐
  const file: SpeedscopeFile = {
    $schema: 'https://www.speedscope.app/file-format-schema.json',
    shared: { frames: [{ name: 'a' }, { name: 'b' }, { name: 'c' }] },
    profiles: [
      {
        type: 'evented',
        name: 'tool',
        unit: 'milliseconds',
        startValue: 0,
        endValue: 11,
        events: [
          { type: 'O', frame: 0, at: 0 },
          { type: 'O', frame: 1, at: 2 },
          { type: 'C', frame: 1, at: 5 },
          { type: 'C', frame: 0, at: 9 },
          { type: 'O', frame: 2, at: 10 },
          { type: 'C', frame: 2, at: 11 },
        ],
      },
    ],
  };
  t.deepEqual(draw(buildCallTree(fromSpeedscope(file, naming)[0])), ['(root) 1000/11000', '  a 6000/9000', '    b 3000/3000', '  c 1000/1000']);
});

test('should write each function, location and string once when pprof is made', (t) => {
  const read = Profile.decode(gunzipSync(encodePprof([main, worker], { startAtMs: 1_700_000_000_123 })));
  const text = (index: number | bigint): string => read.stringTable.strings[Number(index)];
  t.deepEqual(
    read.sampleType.map(({ type, unit }) => [text(type), text(unit)]),
    [
      ['samples', 'count'],
      ['wall', 'nanoseconds'],
    ],
  );
  t.is(text(read.defaultSampleType), 'wall');
  t.is(BigInt(read.timeNanos), 1_700_000_000_123_000_000n);
  t.deepEqual([Number(read.durationNanos), Number(read.period)], [99_000, 10_000]);
  t.deepEqual(read.comment.map(text), [`pitot ${VERSION}`]);
  t.deepEqual(read.function.map(({ name }) => text(name)).sort(), ['(garbage collector)', '(idle)', 'a', 'b', 'node:fs', 'w']);
  t.is(read.location.length, 6);
  t.is(new Set(read.stringTable.strings).size, read.stringTable.strings.length);
  const b = read.function.find(({ name }) => text(name) === 'b');
  t.deepEqual([text(b?.filename ?? 0), Number(b?.startLine)], ['node_modules/x/lib/b.js', 9]);
  const ofB = read.sample.find(
    ({ locationId }) => text(read.function[Number(read.location[Number(locationId[0]) - 1].line[0].functionId) - 1].name) === 'b',
  );
  t.deepEqual(ofB?.value.map(Number), [2, 51_000]);
  t.deepEqual(
    ofB?.label.map(({ key, str }) => [text(key), text(str)]),
    [['thread', 'main']],
  );
});

test('should read the same profiles back when they were written as pprof', (t) => {
  const [first, second] = decodePprof(encodePprof([main, worker]), naming);
  t.deepEqual([first.thread, first.intervalUs, second.thread], ['main', 10, 'worker-1']);
  t.deepEqual([withTime(first), withTime(second)], [withTime(main), withTime(worker)]);
  t.deepEqual(framesByName(first).length, framesByName(main).length);
  // Two samples of b: their number is kept for those who judge what is chance.
  t.is(first.samples.filter((node) => first.frames[first.nodeFrames[node]].function === 'b').length, 2);
});

test('should read pprof of others when it has CPU time, inlined functions and addresses', (t) => {
  const strings = new StringTable();
  const text = (value: string): number => strings.dedup(value);
  const bytes = new Profile({
    sampleType: [
      { type: text('alloc'), unit: text('bytes') },
      { type: text('cpu'), unit: text('milliseconds') },
    ],
    function: [
      { id: 7, name: text('inner'), filename: text('/app/i.c'), startLine: 3 },
      { id: 8, name: text('outer'), filename: text('/app/o.c'), startLine: 0 },
    ],
    location: [
      {
        id: 1,
        line: [
          { functionId: 7, line: 5 },
          { functionId: 8, line: 11 },
        ],
      },
      { id: 2, address: 0xbeef },
    ],
    sample: [{ locationId: [1, 2], value: [4096, 3] }],
    stringTable: strings,
  }).encode();
  const [read] = decodePprof(bytes, naming);
  t.deepEqual(draw(buildCallTree(read)), ['(root) 0/3000', '  0xbeef 0/3000', '    outer 0/3000', '      inner 3000/3000']);
  t.deepEqual(
    read.frames.slice(1).map(({ file, line, kind }) => [file, line, kind]),
    [
      ['', 0, 'native'],
      ['o.c', 11, 'user'],
      ['i.c', 3, 'user'],
    ],
  );
});

test('should lose no time in any format when profiles are of any shape', (t) => {
  const stacks = fc.array(fc.tuple(fc.nat(3000), fc.array(fc.constantFrom('a', 'b', 'c', '(idle)', 'node:x'), { minLength: 1, maxLength: 4 })), {
    maxLength: 30,
  });
  fc.assert(
    fc.property(stacks, (steps) => {
      let timeUs = 0;
      const before = named(steps.map(([deltaUs, stack]): Stack => [(timeUs += deltaUs), stack.join(' ')]));
      const expected = withTime(before);
      const root = (read: NamedProfile[]): string[] => (read.length === 0 ? [] : withTime(read[0]));
      t.deepEqual(root([fromFolded(toFolded(buildCallTree(before)), naming)]), expected);
      t.deepEqual(root(fromSpeedscope(toSpeedscope([before]), naming)), expected);
      t.deepEqual(root(decodePprof(encodePprof(before), naming)), expected);
    }),
    { numRuns: 100 },
  );
});

const directory = mkdtempSync(join(tmpdir(), 'pitot-formats-'));
test.after.always(() => rmSync(directory, { recursive: true, force: true }));

const files: [name: string, content: () => string | Uint8Array, thread: string][] = [
  ['a.cpuprofile', () => JSON.stringify(toCpuProfile(main)), 'main'],
  ['CPU.20260102.030405.77.3.001.cpuprofile', () => JSON.stringify(toCpuProfile(main)), 'worker-3'],
  ['answer.json', () => JSON.stringify({ profile: toCpuProfile(main) }), 'main'],
  ['a.cpuprofile.gz', () => gzipSync(JSON.stringify(toCpuProfile(main))), 'main'],
  ['a.speedscope.json', () => `\ufeff${JSON.stringify(toSpeedscope([main]))}`, 'main'],
  ['a.pb.gz', () => encodePprof(main), 'main'],
  ['a.pprof', () => gunzipSync(encodePprof(main)), 'main'],
  ['a.folded', () => toFolded(buildCallTree(main)), 'main'],
  ['without-a-suffix', () => toFolded(sumProfiles([main])), 'main'],
];
for (const [name, content, thread] of files) {
  test(`should read the profile when the file is ${name}`, async (t) => {
    writeFileSync(join(directory, name), content());
    const read = await readProfileFile(join(directory, name), { cwd: CWD });
    t.deepEqual(read.map(withTime), [withTime(main)]);
    t.deepEqual([read[0].thread, framesByName(read[0])], [thread, framesByName(main)]);
  });
}

const broken: [name: string, content: string | Uint8Array | null, received: RegExp][] = [
  ['gone.cpuprofile', null, /ENOENT/],
  ['cut.cpuprofile', '{"nodes":[', /JSON/],
  ['cut.gz', Uint8Array.of(0x1f, 0x8b, 8, 0), /unexpected end/],
  ['report.json', '{"schema":"pitot.report/1"}', /^a file of pitot\.report\/1$/],
  ['a.heapprofile', '{"head":{},"samples":[]}', /^a heap profile$/],
  ['trace.json', '[{"ph":"X"}]', /^a list, as of Chrome’s tracing$/],
  ['other.json', '{"a":1,"b":2}', /^JSON with a, b$/],
  ['hits.cpuprofile', '{"nodes":[],"startTime":0,"endTime":1}', /^nodes without samples and timeDeltas$/],
  ['picture.png', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13), /./],
  ['prose.txt', 'Dear reader,', /^"Dear reader,"$/],
];
for (const [name, content, received] of broken) {
  test(`should say what is wrong when the file is ${name}`, async (t) => {
    if (content !== null) writeFileSync(join(directory, name), content);
    const error = await t.throwsAsync(readProfileFile(join(directory, name)), { instanceOf: PitotError });
    t.is(error?.code, 'INPUT_FILE');
    t.regex(error?.detail.received ?? '', received);
  });
}

test('should read each thread when a file holds several', async (t) => {
  writeFileSync(join(directory, 'threads.pb.gz'), encodePprof([main, worker]));
  const tree: CallNode = sumProfiles(await readProfileFile(join(directory, 'threads.pb.gz'), { cwd: CWD }));
  t.deepEqual(
    tree.children.map((child) => [child.frame.function, child.totalUs]),
    [
      ['main', 99],
      ['worker-1', 15],
    ],
  );
});
