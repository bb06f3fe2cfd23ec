// Real bundles of TypeScript, profiled by Node.js: functions are found under the names and lines of the source.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test from 'ava';
import { build } from 'esbuild';
import { rolldown } from 'rolldown';
import { fromCpuProfile } from '../../src/flame/formats/cpu-profile.js';
import { nameProfile } from '../../src/flame/names/name-profile.js';
import { SourceMaps } from '../../src/flame/names/source-maps.js';
import { NODE, ROOT } from '../support/app.js';

const directory = realpathSync(mkdtempSync(join(tmpdir(), 'pitot-bundles-')));
test.before(() => {
  mkdirSync(join(directory, 'src'));
  cpSync(join(ROOT, 'test/fixtures/flame/work.ts'), join(directory, 'src/work.ts'));
  writeFileSync(join(directory, 'package.json'), '{"type":"module"}');
});
test.after.always(() => rmSync(directory, { recursive: true, force: true }));

const source = join(directory, 'src/work.ts');

/** Bundlers by what they are told; each writes one file and says which. */
const bundlers: [what: string, bundle: () => Promise<string>][] = [
  ['esbuild minifies', () => esbuild('esbuild.mjs', 'linked')],
  ['esbuild minifies and puts the map inside', () => esbuild('inline.mjs', 'inline')],
  ['esbuild minifies and leaves the sources out of the map', () => esbuild('bare.mjs', 'linked', false)],
  ['esbuild bundles for require', () => esbuild('required.cjs', 'linked', true, 'cjs')],
  [
    'rolldown minifies',
    async () => {
      const file = join(directory, 'dist/rolldown.mjs');
      const bundle = await rolldown({ input: source, platform: 'node', logLevel: 'silent' });
      await bundle.write({ file, format: 'esm', minify: true, sourcemap: true });
      return file;
    },
  ],
  [
    'tsc compiles',
    async () => {
      const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
      const types = ['--types', 'node', '--typeRoots', join(ROOT, 'node_modules/@types')];
      const output = ['--outDir', join(directory, 'dist/tsc'), '--sourceMap', '--target', 'es2022', '--module', 'nodenext'];
      execFileSync(process.execPath, [compiler, '--ignoreConfig', ...types, ...output, source], { cwd: directory });
      return join(directory, 'dist/tsc/work.js');
    },
  ],
];

async function esbuild(name: string, sourcemap: 'linked' | 'inline', sourcesContent = true, format: 'esm' | 'cjs' = 'esm'): Promise<string> {
  const outfile = join(directory, 'dist', name);
  await build({
    entryPoints: [source],
    outfile,
    bundle: true,
    minify: true,
    platform: 'node',
    format,
    sourcemap,
    sourcesContent,
    logLevel: 'silent',
  });
  return outfile;
}

// Every function of the fixture that loops, with the line that it begins in.
const expected = [
  'burnCpu 4',
  'Ledger 13',
  '#audit 17',
  'addAll 22',
  'get balance 27',
  'arrowFunction 33',
  'overLines 39',
  'holder.late 48',
  'method 55',
  '(anonymous) 62',
  'dropped 68',
];

/** Runs under Node.js's profiler are added up until each function was seen, as a crowded machine may give the sampler no time while one runs. */
const RUNS_MAX = 8;

for (const [what, bundle] of bundlers) {
  test.serial(`should find functions under the names and lines of the source when ${what}`, async (t) => {
    const script = await bundle();
    const faults: string[] = [];
    const sourceMaps = new SourceMaps({ onFault: (message) => faults.push(message) });
    // Names that a minifier drops are read from the source: where the map does not hold it, they are gone.
    const known = what.includes('leaves the sources out') ? expected.map((each) => each.replace(/^dropped/, '(anonymous)')) : expected;
    const samples = new Map<string, number>();
    const missing = (): string[] => known.filter((each) => !samples.has(`src/work.ts ${each} user`));
    for (let run = 0; run < RUNS_MAX && missing().length > 0; run++) {
      const name = `${what.replaceAll(' ', '-')}-${run}.cpuprofile`;
      execFileSync(NODE, ['--cpu-prof', '--cpu-prof-interval', '200', '--cpu-prof-dir', directory, '--cpu-prof-name', name, script], {
        timeout: 60_000,
      });
      const raw = fromCpuProfile(JSON.parse(readFileSync(join(directory, name), 'utf8')), { thread: 'main', intervalUs: 200 });
      const { frames, nodeFrames, samples: leaves } = nameProfile(raw, { cwd: directory, sourceMaps });
      for (const leaf of leaves) {
        const { file, function: called, line, kind } = frames[nodeFrames[leaf]];
        const key = `${file} ${called} ${line} ${kind}`;
        samples.set(key, (samples.get(key) ?? 0) + 1);
      }
    }
    const placed = [...samples].sort(([, a], [, b]) => b - a).map(([key]) => key);
    t.deepEqual(missing(), [], placed.join(', '));
    // By samples: a function that other processes interrupt has the time, too.
    t.is(
      placed.find((key) => key.endsWith(' user')),
      'src/work.ts burnCpu 4 user',
    );
    t.deepEqual(faults, []);
  });
}
