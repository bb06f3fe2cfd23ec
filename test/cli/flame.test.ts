// `pitot flame` as a process: each format by the file's ending, run directories, and one line for every mistake.
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import test from 'ava';
import { buildCallTree } from '../../src/flame/call-tree.js';
import { readProfileFile } from '../../src/flame/formats/read-profile.js';
import { cpuProfile } from '../flame/drawn-profile.js';
import { samplePath, sampleReport } from '../support/sample-report.js';

const MAIN = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
const base = realpathSync(mkdtempSync(join(tmpdir(), 'pitot-cli-flame-')));
test.after.always(() => rmSync(base, { recursive: true, force: true }));

const pitot = (args: string[], nodeArgs: string[] = []): SpawnSyncReturns<string> =>
  spawnSync(process.execPath, [...nodeArgs, MAIN, 'flame', ...args], { encoding: 'utf8', env: { PATH: process.env.PATH }, cwd: base });

const at = (file: string): string => join(base, file);
const read = (file: string): string => readFileSync(at(file), 'utf8');
const profile = JSON.stringify(
  cpuProfile([
    [0, 'main'],
    [1000, 'main parse'],
    [4000, '(idle)'],
    [9000, 'main emit'],
    [10_000, '(gc)'],
    [11_000, 'main'],
  ]),
);
writeFileSync(at('busy.cpuprofile'), profile);

function writeRun(name: string, ...profiles: [file: string, atS: number, content: string][]): string {
  const directory = at(name);
  mkdirSync(join(directory, 'flame'), { recursive: true });
  writeFileSync(join(directory, 'report-000001.json'), JSON.stringify(sampleReport({ pid: 2, paths: [samplePath('job', [1000])] })));
  for (const [file, atS, content] of profiles) {
    writeFileSync(join(directory, 'flame', file), content);
    utimesSync(join(directory, 'flame', file), atS, atS);
  }
  return directory;
}

test('should write an SVG beside the profile and say where when no output is named', (t) => {
  const result = pitot(['busy.cpuprofile']);
  t.deepEqual([result.status, result.stdout, result.stderr], [0, `Written to ${at('busy.svg')}\n`, '']);
  const svg = read('busy.svg');
  t.true(svg.startsWith('<svg xmlns='));
  t.true(svg.includes('>busy.cpuprofile</text>'));
  t.true(svg.includes('>busy.cpuprofile · main · 6 samples of 1 ms</text>'));
  t.true(svg.includes('parse.js:1\ntotal 3.00 ms (50 %), self 3.00 ms (50 %), 1 sample<'));
  t.false(svg.includes('(idle)'));
});

test('should write each format by the ending of the output, with the same times', async (t) => {
  for (const ending of ['folded', 'pb.gz', 'speedscope.json', 'cpuprofile']) {
    const result = pitot(['busy.cpuprofile', '-o', `out.${ending}`]);
    t.deepEqual([result.status, result.stdout, result.stderr], [0, `Written to ${at(`out.${ending}`)}\n`, ''], ending);
    const [again] = await readProfileFile(at(`out.${ending}`));
    const times = buildCallTree(again).children.map((node) => [node.frame.function, node.selfUs, node.totalUs]);
    t.deepEqual(
      times.sort(([a], [b]) => (a < b ? -1 : 1)),
      [
        ['(garbage collector)', 1000, 1000],
        ['(idle)', 5000, 5000],
        ['main', 1000, 5000],
      ],
      ending,
    );
  }
  t.is(gunzipSync(readFileSync(at('out.pb.gz')))[0], 0x0a, 'a protobuf whose first field is the sample types');
  t.is(pitot(['out.folded', '-o', 'again.SVG']).status, 0);
  t.true(read('again.SVG').includes('total 3.00 ms (50 %)'));
});

test('should write a page and a picture of the width that is asked for', (t) => {
  t.is(pitot(['busy.cpuprofile', '--output', 'out.html', '--dark', '--title', 'Nightly <b>']).status, 0);
  t.true(read('out.html').includes('<html lang="en" data-theme="dark">'));
  t.true(read('out.html').includes('<h1>Nightly &#60;b&#62;</h1>'));
  t.is(pitot(['busy.cpuprofile', '-o', 'out.png']).status, 0);
  t.is(readFileSync(at('out.png')).readUInt32BE(16), 1600);
  t.is(pitot(['busy.cpuprofile', '-o', 'out.png', '--width', '1000']).status, 0);
  t.is(readFileSync(at('out.png')).readUInt32BE(16), 1000);
  t.is(pitot(['busy.cpuprofile', '-o', 'wide.svg', '--width', '2000', '--idle', '--dark']).status, 0);
  t.true(read('wide.svg').includes('width="2000"'));
  t.true(read('wide.svg').includes('(idle)'));
});

test('should take the newest CPU profile of a run, and of the newest run, when a directory is named', (t) => {
  const other = JSON.stringify(
    cpuProfile([
      [0, 'newest'],
      [1000, 'newest'],
    ]),
  ); // prettier-ignore
  const run = writeRun(
    'runs/ledger.20260102-030405.2',
    ['CPU.1.cpuprofile', 2000, other],
    ['CPU.2.cpuprofile', 1000, profile],
    ['CPU.3.folded', 3000, 'a 1\n'],
  );
  writeRun('runs/ledger.20260101-030405.1', ['CPU.9.cpuprofile', 9000, profile]);
  for (const named of [run, at('runs')]) {
    const result = pitot([named]);
    t.deepEqual([result.status, result.stdout, result.stderr], [0, `Written to ${join(run, 'flame', 'CPU.1.svg')}\n`, '']);
  }
  const svg = readFileSync(join(run, 'flame', 'CPU.1.svg'), 'utf8');
  t.true(svg.includes('>ledger</text>'), 'the title is the service');
  t.true(svg.includes('newest.js:1'));
});

test('should show one thread when it is named, and all side by side when none is', (t) => {
  const threads = { $schema: 'https://www.speedscope.app/file-format-schema.json', shared: { frames: [{ name: 'a' }, { name: 'b' }] } };
  const sampled = (name: string, frame: number): object => ({
    type: 'sampled',
    name,
    unit: 'microseconds',
    startValue: 0,
    endValue: 10,
    samples: [[frame]],
    weights: [10],
  });
  writeFileSync(at('two.speedscope.json'), JSON.stringify({ ...threads, profiles: [sampled('main', 0), sampled('worker-1', 1)] }));
  t.is(pitot(['two.speedscope.json', '-o', 'two.svg']).status, 0);
  t.true(['>a<', '>b<', '>main<', '>worker-1<'].every((text) => read('two.svg').includes(text)));
  t.is(pitot(['two.speedscope.json', '-o', 'one.svg', '--thread', 'worker-1']).status, 0);
  t.deepEqual(
    ['>a<', '>b<', 'total 10.0 µs (100 %)'].map((text) => read('one.svg').includes(text)),
    [false, true, true],
  );
  const several = pitot(['two.speedscope.json', '-o', 'two.cpuprofile']);
  t.is(several.status, 2);
  t.is(
    several.stderr,
    'pitot flame: --output: expected a format that holds several threads, received .cpuprofile. Choose one with --thread (main, worker-1), or write .speedscope.json.\n',
  );
  t.is(pitot(['two.speedscope.json', '-o', 'one.cpuprofile', '--thread', 'main']).status, 0);
});

test('should end with 2 and one line when something is wrong', (t) => {
  mkdirSync(at('empty'), { recursive: true });
  writeRun('no-profile/ledger.20260102-030405.2');
  writeFileSync(at('no.json'), '{"a": 1}');
  const cases: [string[], RegExp][] = [
    [[], /^pitot flame: FILE: expected one profile or run directory, received 0\. For example: pitot flame CPU\.1\.cpuprofile -o flame\.svg\.\n$/],
    [['a', 'b'], /^pitot flame: FILE: expected one profile or run directory, received 2\./],
    [['none.cpuprofile'], /^pitot flame: none\.cpuprofile: expected a profile, or a run directory that holds one, received nothing there\./],
    [['empty'], /^pitot flame: empty: .* received a directory without a run\./],
    [['no-profile'], /^pitot flame: no-profile: .* received a run without a profile in ledger\.20260102-030405\.2\/flame\./],
    [['no.json'], /^pitot flame: no\.json: expected a profile: .* received JSON with a\./],
    [['busy.cpuprofile', '-o', 'out.pdf'], /^pitot flame: --output: expected a file that ends in \.svg, .* or \.cpuprofile, received out\.pdf\./],
    [['busy.cpuprofile', '-o', 'no/such/out.svg'], /^pitot flame: --output: expected a file that can be written, received ENOENT/],
    [['busy.cpuprofile', '--width', 'wide'], /^pitot flame: --width: expected a whole number of pixels 375\.\.4000, received wide\./],
    [['busy.cpuprofile', '-o', 'x.html', '--width', '900'], /^pitot flame: --width: expected to go with \.svg, \.png, received \.html\./],
    [['busy.cpuprofile', '-o', 'x.folded', '--idle'], /^pitot flame: --idle: expected to go with \.svg, \.html, \.png, received \.folded\./],
    [
      ['busy.cpuprofile', '--thread', 'worker-9'],
      /^pitot flame: --thread: expected a thread of the profile: main, received worker-9\. Leave it out to see all\.\n$/,
    ],
    [['busy.cpuprofile', '--drk'], /^pitot flame: --drk: expected an option of this command, received "--drk"\. Did you mean --dark\?\n$/],
  ];
  for (const [args, stderr] of cases) {
    const result = pitot(args);
    t.deepEqual([result.status, result.stdout], [2, ''], args.join(' '));
    t.regex(result.stderr, stderr);
    t.is(result.stderr.split('\n').length, 2, result.stderr);
  }
  t.false(existsSync(at('x.html')));
});

test('should end with 2 and the remedy when the picture’s library does not load, and draw the SVG without it', (t) => {
  const result = pitot(['busy.cpuprofile', '-o', 'none.png'], ['--no-addons']);
  t.is(result.status, 2);
  t.is(
    result.stderr,
    'pitot flame: PNG: expected the optional package @napi-rs/canvas, received none, because native addons are switched off (--no-addons). Run `npm install @napi-rs/canvas`, or take an .svg or an .html instead.\n',
  );
  t.false(existsSync(at('none.png')));
  t.is(pitot(['busy.cpuprofile', '-o', 'still.svg'], ['--no-addons']).status, 0);
});
