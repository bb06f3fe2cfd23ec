// `pitot report --png`: a picture on disk, or one line that says why there is none.
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { samplePath, sampleReport } from '../support/sample-report.js';

const MAIN = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
const base = mkdtempSync(join(tmpdir(), 'pitot-cli-png-'));
test.after.always(() => rmSync(base, { recursive: true, force: true }));

const run = join(base, 'ledger.20260102-030405.2');
mkdirSync(run);
writeFileSync(join(run, 'report-000001.json'), JSON.stringify(sampleReport({ pid: 2, paths: [samplePath('job', [1000, 2000])] })));

const pitot = (args: string[], nodeArgs: string[] = []): SpawnSyncReturns<string> =>
  spawnSync(process.execPath, [...nodeArgs, MAIN, 'report', run, ...args], { encoding: 'utf8', env: { PATH: process.env.PATH }, cwd: base });

const widthOf = (file: string): number => readFileSync(join(base, file)).readUInt32BE(16);

/** A machine on which the library is not installed: Node finds everything else. */
const NOT_INSTALLED = `data:text/javascript,${encodeURIComponent(`
  import { register } from 'node:module';
  register('data:text/javascript,' + encodeURIComponent(\`
    export function resolve(specifier, context, next) {
      if (specifier !== '@napi-rs/canvas') return next(specifier, context);
      throw Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' });
    }\`));
`)}`;

test('should write a picture and say where when asked for one', (t) => {
  const result = pitot(['--png', 'out.png']);
  t.deepEqual([result.status, result.stdout, result.stderr], [0, `Written to ${join(base, 'out.png')}\n`, '']);
  t.is(widthOf('out.png'), 2400);
});

test('should write another picture when a dark one is asked for', (t) => {
  t.is(pitot(['--png', 'light.png']).status, 0);
  t.is(pitot(['--png', 'dark.png', '--dark']).status, 0);
  t.is(widthOf('dark.png'), 2400);
  t.false(readFileSync(join(base, 'dark.png')).equals(readFileSync(join(base, 'light.png'))));
});

test('should write each that is asked for when page, picture and JSON are', (t) => {
  const result = pitot(['--png', 'all.png', '--html', 'all.html', '--json']);
  t.is(result.status, 0);
  t.is(JSON.parse(result.stdout).paths[0].count, 2);
  t.is(result.stderr, `Written to ${join(base, 'all.html')}\nWritten to ${join(base, 'all.png')}\n`);
  t.true(existsSync(join(base, 'all.html')));
  t.is(widthOf('all.png'), 2400);
});

test('should end with 2, one line and the remedy when the library is not installed or does not load', (t) => {
  const remedy = 'Run `npm install @napi-rs/canvas`, or take the page instead: --html FILE.';
  for (const [nodeArgs, received] of [
    [['--import', NOT_INSTALLED], 'none: it is not installed'],
    [['--no-addons'], 'none, because native addons are switched off (--no-addons)'],
  ] as const) {
    const result = pitot(['--png', 'none.png'], [...nodeArgs]);
    t.is(result.status, 2);
    t.is(result.stdout, '');
    t.is(result.stderr, `pitot report: PNG: expected the optional package @napi-rs/canvas, received ${received}. ${remedy}\n`);
    t.false(existsSync(join(base, 'none.png')));
    t.is(pitot(['--html', 'page.html'], [...nodeArgs]).status, 0, 'the page needs no library');
  }
});

test('should end with 2 and name the option when it is misused', (t) => {
  const unwritable = pitot(['--png', 'no/such/out.png']);
  t.is(unwritable.status, 2);
  t.regex(unwritable.stderr, /^pitot report: --png: expected a file that can be written, received ENOENT/);
  const alone = pitot(['--dark']);
  t.is(alone.status, 2);
  t.is(alone.stderr, 'pitot report: --dark: expected to go with --png FILE, received none. Add --png FILE; a page follows its reader.\n');
});
