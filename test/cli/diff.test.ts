// `pitot diff` as a process: profiles, reports and run directories with a known change.
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { seededRandom } from '../../src/flame/diff/seeded-random.js';
import { toCpuProfile } from '../../src/flame/formats/cpu-profile.js';
import type { DiffReport } from '../../src/report/judge-diff.js';
import { simulate } from '../flame/simulated-profile.js';
import { logNormal } from '../support/random.js';
import { samplePath, sampleReport } from '../support/sample-report.js';

const MAIN = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
const base = mkdtempSync(join(tmpdir(), 'pitot-diff-'));
test.after.always(() => rmSync(base, { recursive: true, force: true }));

const pitot = (...args: string[]): SpawnSyncReturns<string> =>
  spawnSync(process.execPath, [MAIN, 'diff', ...args], { encoding: 'utf8', env: { PATH: process.env.PATH, COLUMNS: '80' }, cwd: base });
const jsonOf = (result: SpawnSyncReturns<string>): DiffReport => JSON.parse(result.stdout) as DiffReport;

/** 3 000 samples of a handler with `hash` at a share of its own. */
function profile(name: string, hash: number, seed: number, startUs = 1_000_000): string {
  const rest = 1 - hash;
  const shares = { hash, parse: rest * 0.5, render: rest * 0.3, query: rest * 0.2 };
  const simulated = simulate({ shares, samples: 3000, stickiness: 0.2, startUs }, seededRandom(seed));
  mkdirSync(dirname(join(base, name)), { recursive: true });
  writeFileSync(join(base, name), JSON.stringify(toCpuProfile(simulated)));
  return name;
}

/** A run of ten windows: `checkout` with its own median, `ping` always the same; profiles unless `hash` is 0. */
function run(name: string, checkoutNs: number, hash: number, seed: number): string {
  const random = seededRandom(seed);
  const durations = (medianNs: number): number[] => Array.from({ length: 500 }, () => Math.round(logNormal(random, medianNs, 0.3)));
  for (let seq = 1; seq <= 10; seq++) {
    const file = `flame/CPU.20260102.0304${String(seq).padStart(2, '0')}.7.0.${seq}.cpuprofile`;
    const cpu = { ...sampleReport().cpu, files: hash > 0 ? [file, file.replace('cpuprofile', 'svg')] : [] };
    const report = sampleReport({ seq, paths: [samplePath('checkout', durations(checkoutNs)), samplePath('ping', durations(1e5))], cpu });
    mkdirSync(join(base, name), { recursive: true });
    writeFileSync(join(base, name, `report-${String(seq).padStart(6, '0')}.json`), JSON.stringify(report));
    if (hash > 0) profile(join(name, file), hash, seed * 100 + seq, seq * 60_000_000);
  }
  return name;
}

const before = profile('before.cpuprofile', 0.1, 1);
const after = profile('after.cpuprofile', 0.3, 2);
const again = profile('again.cpuprofile', 0.1, 3);

test('should end with 1 and name the function when one became slower in a profile', (t) => {
  const result = pitot(before, after);
  t.is(result.stderr, '');
  t.is(result.status, 1);
  const lines = result.stdout.split('\n');
  t.is(lines[0], 'before  before.cpuprofile');
  t.regex(
    result.stdout,
    /\nchanges\n {2}self time .*\n {2}hash src\/hash\.js +[\d.]+ +[\d.]+ +[\d.]+ +[\d.]+ +\+[\d.]+ +\+[\d.]+…\+[\d.]+ +slower\n\n/,
  );
  // That the others have less of the time is no change of theirs.
  t.regex(result.stdout, /\n3 functions changed in share only: the time around them did\n/);
  t.true(lines.every((line) => [...line].length <= 160));
});

test('should end with 0 and say that all is noise when the same code ran twice', (t) => {
  const result = pitot(before, again);
  t.is(result.status, 0);
  t.regex(result.stdout, /\nchanges\n {2}none\n\n6 functions and 0 paths changed within noise\n/);
});

test('should end with 0 when something became faster only', (t) => {
  const result = pitot(after, before, '--json');
  t.is(result.status, 0);
  const { schema, slower, functions, level, paths, windows } = jsonOf(result);
  t.deepEqual([schema, slower, level, paths, windows], ['pitot.diff/1', false, 0.05, [], null]);
  t.is(functions.find((it) => it.function === 'hash')?.verdict, 'faster');
});

test('should write folded stacks with two values and mean the same times when asked', (t) => {
  const result = pitot(before, after, '--json', '-o', 'out.folded');
  t.is(result.stderr, `Written to ${join(base, 'out.folded')}\n`);
  const { functions, cpu } = jsonOf(result);
  const lines = readFileSync(join(base, 'out.folded'), 'utf8').trimEnd().split('\n');
  const hash = /^listen \(node:net:1\);handle \(src\/handle\.js:1\);hash \(src\/hash\.js:1\) (\d+) (\d+)$/;
  const match = lines.map((line) => hash.exec(line)).find((found) => found !== null);
  const self = functions.find((it) => it.function === 'hash')?.self;
  t.is(Number(match?.[1]), Math.round((self?.before as number) * (cpu?.before.busyMs as number) * 1000));
  t.is(Number(match?.[2]), Math.round((self?.after as number) * (cpu?.after.busyMs as number) * 1000));
});

test('should draw the function that became slower in red when an SVG or a page is asked for', (t) => {
  t.is(pitot(before, after, '-o', 'out.svg').status, 1);
  const svg = readFileSync(join(base, 'out.svg'), 'utf8');
  t.regex(svg, /^<svg /);
  t.true(svg.includes('before.cpuprofile → after.cpuprofile'));
  t.true(svg.includes('hash'));
  const colourOf = (name: string): string => {
    const [, ink] = new RegExp(`<rect class="(\\w+)"[^>]*><title>${name}\\b`).exec(svg) as RegExpExecArray;
    return (new RegExp(`\\.${ink}\\{fill:([^}]+)\\}`).exec(svg) as RegExpExecArray)[1];
  };
  t.not(colourOf('hash'), colourOf('parse'));
  t.is(colourOf('parse'), colourOf('query'));
  t.is(pitot(before, after, '-o', 'out.html').status, 1);
  t.regex(readFileSync(join(base, 'out.html'), 'utf8'), /^<!doctype html>.*before\.cpuprofile → after\.cpuprofile.*"hash"/s);
});

test('should find both the path and the function when two runs differ in both', (t) => {
  const result = pitot(run('shop.20260102-030405.7', 1e6, 0.1, 11), run('shop.20260103-030405.7', 2e6, 0.3, 12), '--json');
  t.is(result.status, 1);
  const { functions, paths, cpu, windows } = jsonOf(result);
  t.deepEqual(windows, { before: 10, after: 10 });
  t.is(cpu?.before.profiles, 10);
  t.deepEqual(
    paths.map(({ name, verdict, method, beforeCalls }) => [name, verdict, method, beforeCalls]),
    [
      ['checkout', 'slower', 'windows', 5000],
      ['ping', 'noise', 'windows', 5000],
    ],
  );
  const { p50 } = paths[0].percentiles;
  t.true(p50.ratio > 1.9 && p50.ratio < 2.1 && (p50.low as number) > 1.5 && (p50.high as number) < 2.5);
  t.is(functions[0].function, 'hash');
  t.is(functions[0].verdict, 'slower');
  const text = pitot('shop.20260102-030405.7', 'shop.20260103-030405.7').stdout;
  t.regex(text, /\n {2}checkout +p50 +[\d.]+ µs +[\d.]+ ms +\+\d+ % +\+\d+…\+\d+ +slower\n/);
});

test('should compare paths only and say so when the runs have no profiles', (t) => {
  const result = pitot(run('bare.20260102-030405.7', 1e6, 0, 21), run('bare.20260103-030405.7', 1e6, 0, 22));
  t.is(result.status, 0);
  t.regex(result.stdout, /\n0 functions and 2 paths changed within noise\nfunctions not compared: no CPU profile on both sides\n/);
  t.regex(result.stdout, /\nnote: no CPU profile in bare\.20260102-030405\.7: only paths are compared\n/);
  t.is(pitot('bare.20260102-030405.7', 'bare.20260103-030405.7', '-o', 'x.folded').status, 2);
});

test('should say that noise is assumed when two single reports are compared', (t) => {
  run('one.20260102-030405.7', 1e6, 0, 31);
  const report = join('one.20260102-030405.7', 'report-000001.json');
  const result = pitot(report, join('one.20260102-030405.7', 'report-000002.json'));
  t.is(result.status, 0);
  t.regex(result.stdout, /note: fewer than 8 windows a side show no noise between windows/);
  t.is(
    pitot(report, before).stderr,
    'pitot diff: AFTER: expected reports like BEFORE, received a CPU profile. Name two profiles, or two reports or run directories.\n',
  );
});

test('should take a directory of profiles when one is named', (t) => {
  for (const seq of [1, 2]) {
    profile(`many/CPU.20260101.000000.9.0.${seq}.cpuprofile`, 0.1, 40 + seq, seq * 60_000_000);
    // Taken at an incident, within the first window.
    profile('many/CPU.20260101.000000.9.0.9.cpuprofile', 0.1, 50, 60_000_000);
  }
  // Another process at the same time, and a worker of the first.
  profile('many/CPU.20260101.000000.8.0.1.cpuprofile', 0.1, 60, 60_000_000);
  profile('many/CPU.20260101.000000.9.3.1.cpuprofile', 0.1, 61, 60_000_000);
  const { cpu } = jsonOf(pitot('many', 'many', '--json'));
  t.is(cpu?.before.profiles, 4);
  // Wall time is that of the two main threads.
  t.deepEqual([cpu?.before.busyMs, cpu?.before.wallMs], [120_000, 90_000]);
});

test('should compare files of formats without an order when stacks were counted', (t) => {
  // Counts of samples, as perf and others write them: 1 for the rare ones.
  const folded = (name: string, hash: number): string => {
    const rare = Array.from({ length: 20 }, (_, i) => `main;rare${i} 1`);
    writeFileSync(join(base, name), [`main;hash ${hash}`, `main;parse ${3000 - hash}`, `main;render 2000`, 'main;query 900', ...rare, ''].join('\n'));
    return name;
  };
  const { functions, cpu, notes, slower } = jsonOf(pitot(folded('a.folded', 600), folded('b.folded', 1200), '--json'));
  t.is(cpu?.before.block, 'shuffled samples');
  t.deepEqual(notes, ['a profile without the order of its samples: neighbours are taken as correlated, intervals are wider']);
  const found = Object.fromEntries(functions.map((it) => [it.function, it]));
  t.is(found.hash.self?.before, 600 / 5920);
  t.is(found.hash.self?.after, 1200 / 5920);
  t.deepEqual([found.hash.verdict, found.parse.verdict, found.render.verdict, slower], ['slower', 'faster', 'noise', true]);
});

test('should end with 2 and one line when the input or an option is no good', (t) => {
  writeFileSync(join(base, 'broken.cpuprofile'), '{');
  mkdirSync(join(base, 'empty'));
  const cases: [string[], RegExp][] = [
    [[before], /^pitot diff: BEFORE AFTER: expected two paths, received 1\. /],
    [[before, 'nowhere'], /^pitot diff: nowhere: expected a profile, a report or a run directory, received nothing there\. /],
    [[before, after, '--level', '2'], /^pitot diff: --level: expected a number from 0\.0001 to 0\.5, received 2\. /],
    [[before, after, '-o', 'x.bmp'], /^pitot diff: -o: expected a file that ends in \.svg, \.html or \.folded, received x\.bmp\. /],
    [[before, after, '-o', 'none/x.folded'], /^pitot diff: -o: expected a file that can be written, received ENOENT/],
    [['empty', 'empty'], /^pitot diff: empty: expected a run with at least one report, received a directory without one\. /],
    [['broken.cpuprofile', after], /^pitot diff: .*broken\.cpuprofile/],
  ];
  for (const [args, stderr] of cases) {
    const result = pitot(...args);
    t.regex(result.stderr, stderr);
    t.is(result.stderr.split('\n').length, 2);
    t.is(result.status, 2);
  }
});
