// The command line as a process: output, errors and exit codes.
import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import type { Report, RunSummary } from '../../src/report/report-types.js';
import { samplePath, sampleReport } from '../support/sample-report.js';

const MAIN = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
const base = mkdtempSync(join(tmpdir(), 'pitot-cli-'));
test.after.always(() => rmSync(base, { recursive: true, force: true }));

/** Nothing of the environment of the tests reaches the command. */
const ENV = { PATH: process.env.PATH };

function pitot(args: string[], env: Record<string, string> = {}, cwd = base): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8', env: { ...ENV, ...env }, cwd });
}

function writeRun(parent: string, name: string, ...reports: Report[]): string {
  const directory = join(base, parent, name);
  mkdirSync(directory, { recursive: true });
  for (const report of reports) {
    for (const file of [`report-${String(report.seq).padStart(6, '0')}.json`, 'latest.json'])
      writeFileSync(join(directory, file), JSON.stringify(report));
  }
  return directory;
}

const jsonOf = (result: SpawnSyncReturns<string>): RunSummary => JSON.parse(result.stdout) as RunSummary;
const pidsOf = (run: RunSummary): number[] => run.processes.map(({ pid }) => pid).sort((a, b) => a - b);

/** Two processes of a cluster, a run before them, and another service's after. */
function writeCluster(parent: string): { first: string; second: string; old: string } {
  const old = writeRun(parent, 'ledger.20260102-000000.1', sampleReport({ pid: 1, startMs: -3_600_000, paths: [samplePath('job', [9000])] }));
  const first = writeRun(
    parent,
    'ledger.20260102-030405.2',
    sampleReport({ pid: 2, seq: 1, paths: [samplePath('job', [1000, 2000])] }),
    sampleReport({ pid: 2, seq: 2, paths: [samplePath('job', [3000])] }),
  );
  const second = writeRun(
    parent,
    'ledger.20260102-030406.3',
    sampleReport({ pid: 3, startMs: 1000, paths: [samplePath('job', [4000, 5000, 6000])] }),
  );
  return { first, second, old };
}

test('should show the overview when asked, and on the error stream with code 2 when no command is given', (t) => {
  const asked = pitot(['--help']);
  t.is(asked.status, 0);
  t.regex(asked.stdout, /^Usage: pitot COMMAND/);
  t.is(pitot(['help']).stdout, asked.stdout);
  const bare = pitot([]);
  t.is(bare.status, 2);
  t.is(bare.stdout, '');
  t.is(bare.stderr, asked.stdout);
});

test('should print the version of package.json when asked', (t) => {
  const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as { version: string };
  const result = pitot(['--version']);
  t.is(result.stdout, `${version}\n`);
  t.is(result.status, 0);
});

test('should show its own help when any command is asked for it', (t) => {
  for (const name of ['run', 'report', 'check-config', 'flame', 'diff', 'heap']) {
    const result = pitot([name, '--help']);
    t.is(result.status, 0, name);
    t.true(result.stdout.startsWith(`Usage: pitot ${name} `), name);
    t.is(result.stderr, '', name);
    t.is(pitot(['help', name]).stdout, result.stdout);
  }
});

test('should end with 2 and one line when a command is unknown or misused', (t) => {
  const cases: [string[], string][] = [
    [['reprot'], 'pitot: unknown command "reprot". Did you mean report?\n'],
    [['toString'], 'pitot: unknown command "toString". See pitot --help.\n'],
    [['flame'], 'pitot flame: FILE: expected one profile or run directory, received 0. For example: pitot flame CPU.1.cpuprofile -o flame.svg.\n'],
    [['diff', 'a'], 'pitot diff: BEFORE AFTER: expected two paths, received 1. For example: pitot diff before.cpuprofile after.cpuprofile.\n'],
    [['heap', 'x'], 'pitot heap: x: expected a whole heap snapshot of V8, received nothing there. Name a .heapsnapshot file.\n'],
    [['check-config'], 'pitot check-config: FILE: expected one file, received 0. Name the JSON file: pitot check-config FILE.\n'],
    [['run'], 'pitot run: app.js: expected a script to run, received none. For example: pitot run app.js.\n'],
    [['report', '--jsn'], 'pitot report: --jsn: expected an option of this command, received "--jsn". Did you mean --json?\n'],
  ];
  for (const [args, stderr] of cases) {
    const result = pitot(args);
    t.deepEqual([result.status, result.stdout, result.stderr], [2, '', stderr]);
  }
});

test('should print every option with its value when a configuration file is good', (t) => {
  writeFileSync(join(base, 'good.json'), '{"intervalMs": 5000, "retainBytes": "2 MiB"}');
  const result = pitot(['check-config', 'good.json'], { PITOT_STALL_MS: '999', PITOT_INTERVAL_MS: 'bad' });
  t.is(result.status, 0);
  t.like(JSON.parse(result.stdout), { intervalMs: 5000, retainBytes: 2_097_152, stallMs: 250, config: 'good.json' });
});

test('should end with 78 and say where and why when a configuration file is bad', (t) => {
  writeFileSync(join(base, 'value.json'), '{"intervalMs": 5}');
  writeFileSync(join(base, 'key.json'), '{"enabled": false, "stallMS": 5}');
  writeFileSync(join(base, 'broken.json'), '{');
  const errorOf = (file: string) => {
    const result = pitot(['check-config', file]);
    t.is(result.status, 78, file);
    t.is(result.stdout, '');
    return result.stderr;
  };
  t.is(
    errorOf('value.json'),
    'pitot check-config: intervalMs in value.json: expected a whole number 1000..3600000, received 5. Correct it, for example to 60000.\n',
  );
  t.is(errorOf('key.json'), 'pitot check-config: stallMS in key.json: expected a known option, received "stallMS". Did you mean stallMs?\n');
  t.regex(errorOf('broken.json'), /^pitot check-config: broken\.json: expected valid JSON, received /);
  t.regex(errorOf('gone.json'), /^pitot check-config: PITOT_CONFIG: expected a JSON file that can be read, received ENOENT/);
});

test('should check a file of alerts as such when that is what is named', (t) => {
  writeFileSync(join(base, 'alerts.json'), '{"rules": [{"name": "own", "condition": {"kind": "health"}}], "off": ["capacity"]}');
  writeFileSync(join(base, 'bad-alerts.json'), '{"off": ["capacty"]}');
  const good = pitot(['check-config', 'alerts.json']);
  t.deepEqual([good.status, good.stdout, good.stderr], [0, '', '']);
  const bad = pitot(['check-config', 'bad-alerts.json']);
  t.deepEqual([bad.status, bad.stdout], [78, '']);
  t.regex(bad.stderr, /^pitot check-config: bad-alerts\.json: off: expected names of default rules: .* Did you mean capacity\?\n$/);
});

test('should merge the processes of the newest run when a directory of runs is shown', (t) => {
  writeCluster('cluster');
  const run = jsonOf(pitot(['report', '--json', 'cluster']));
  t.deepEqual(pidsOf(run), [2, 3]);
  // 3000 and 3001 share a bucket.
  t.like(run.paths[0], { name: 'job', count: 6, minNs: 1000, p50Ns: 3001, maxNs: 6000, meanNs: 3500 });
  t.like(run.records, { recorded: 6, aggregated: 6, dropped: 0, sampledOut: 0 });
});

test('should find the report directory by the configuration when none is named', (t) => {
  writeCluster('configured');
  writeRun('pitot-reports', 'ledger.20260102-000000.77', sampleReport({ pid: 77 }));
  t.deepEqual(pidsOf(jsonOf(pitot(['report', '--json'], { PITOT_DIR: 'configured' }))), [2, 3]);
  t.deepEqual(pidsOf(jsonOf(pitot(['report', '--json'], { PITOT_DIR: 'configured', PITOT_ENABLED: '0' }))), [2, 3]);
  t.deepEqual(pidsOf(jsonOf(pitot(['report', '--json']))), [77]);
  const bad = pitot(['report'], { PITOT_INTERVAL_MS: 'bad' });
  t.is(bad.status, 78);
  t.regex(bad.stderr, /^pitot report: PITOT_INTERVAL_MS: /);
});

test('should merge what is named, each report once, when several paths are', (t) => {
  const { first, second, old } = writeCluster('named');
  const named = (...args: string[]) => jsonOf(pitot(['report', '--json', ...args]));
  t.deepEqual(pidsOf(named(second)), [3]);
  t.deepEqual(pidsOf(named(second, old, second)), [1, 3]);
  t.is(named(second, old, second).paths[0].count, 4);
  t.deepEqual(pidsOf(named('--all', 'named')), [1, 2, 3]);
  t.is(named('--all', 'named').paths[0].count, 7);
  const [one, two, latest] = ['report-000001.json', 'report-000002.json', 'latest.json'].map((file) => join(first, file));
  t.is(named(one).paths[0].count, 2);
  t.like(named(one, two, latest), { processes: [{ pid: 2, windows: 2 }] });
  t.is(named(one, two, latest).paths[0].count, 3);
  t.is(named(first, two).paths[0].count, 3);
});

test('should print a table for people when no format is named', (t) => {
  const { first } = writeCluster('people');
  const result = pitot(['report', first]);
  t.is(result.status, 0);
  const lines = result.stdout.split('\n');
  t.is(lines[0], 'ledger  1 process, 2 windows, node v20.20.2');
  t.true(lines.includes('  path  calls  per s  errors    total     mean      p50      p99      max  timed'));
  t.true(lines.includes('  job       3  0.025          6.00 µs  2.00 µs  2.00 µs  3.00 µs  3.00 µs    all'));
  t.true(lines.includes('  3 recorded = 3 aggregated + 0 dropped + 0 sampled out'));
});

test('should write a page when asked for one', (t) => {
  const { first } = writeCluster('page');
  const result = pitot(['report', first, '--html', 'out.html']);
  t.is(result.status, 0, result.stderr);
  t.is(result.stdout, `Written to ${join(base, 'out.html')}\n`);
  const html = readFileSync(join(base, 'out.html'), 'utf8');
  t.regex(html, /^<!doctype html>/i);
  t.true(html.includes('ledger'));
  const both = pitot(['report', first, '--html', 'out2.html', '--json']);
  t.is(jsonOf(both).paths[0].count, 3);
  t.is(pitot(['report', first, '--html', 'no/such/out.html']).status, 2);
});

test('should go on without a damaged report and say so once when the others can be read', (t) => {
  const { first } = writeCluster('damaged');
  writeFileSync(join(first, 'report-000002.json'), '{"half');
  const result = pitot(['report', '--json', 'damaged']);
  t.is(result.status, 0);
  t.is(jsonOf(result).paths[0].count, 5);
  t.is(result.stderr.match(/^pitot report: skipped .*report-000002\.json: expected a report/gm)?.length, 1);
});

test('should end with 2 when there is nothing to read', (t) => {
  mkdirSync(join(base, 'empty'));
  cpSync(writeCluster('alldamaged').second, join(base, 'onedamaged', 'x'), { recursive: true });
  writeFileSync(join(base, 'onedamaged', 'x', 'report-000001.json'), 'no');
  for (const path of ['empty', 'gone', join('onedamaged', 'x'), join('onedamaged', 'x', 'report-000001.json')]) {
    const result = pitot(['report', path]);
    t.is(result.status, 2, path);
    t.is(result.stdout, '');
    t.regex(result.stderr, /^pitot report: .*expected a/);
  }
});

test('should end quietly when the reader of its output has gone', async (t) => {
  const paths = Array.from({ length: 400 }, (_, i) => samplePath(`path.${i}`, [1000 + i]));
  const run = writeRun('wide', 'ledger.20260102-030405.2', sampleReport({ paths }));
  const child = spawn(process.execPath, [MAIN, 'report', '--json', run], { env: ENV, stdio: ['ignore', 'pipe', 'pipe'] });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdout.destroy();
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  t.deepEqual([code, signal, stderr], [0, null, '']);
});

test('should print the stalls of a process that was killed before its first report', (t) => {
  const directory = join(base, 'killed', 'ledger.20260102-030405.9');
  mkdirSync(directory, { recursive: true });
  const stall = { id: 1, thread: 'main', startAt: '2026-01-02T03:04:06.000Z', durationMs: 311, ongoing: true, verdict: 'executing', cpuMs: 305 };
  const top = [{ function: 'spin', file: 'app.js', line: 3, ratio: 0.96 }];
  const line = { event: 'open', at: '2026-01-02T03:04:06.311Z', ...stall, reason: 'the thread burned 98 % of a core', top, file: 'flame/x' };
  writeFileSync(join(directory, 'stalls.ndjson'), `${JSON.stringify(line)}\n`);
  const lines = [
    directory,
    '  no report: the process ended before its first window did, or that has not ended yet',
    '',
    'stalls',
    '  2026-01-02 03:04:06  311 ms so far, executing, main',
    '    in spin (app.js:3)',
    '    the thread burned 98 % of a core',
    '',
  ];
  for (const path of [directory, join(base, 'killed')]) {
    const { status, stdout } = pitot(['report', path]);
    t.is(status, 0);
    t.is(stdout, lines.join('\n'));
  }
  const asked = pitot(['report', '--json', directory]);
  t.is(asked.status, 2);
  t.regex(asked.stderr, /at least one report/);
});

test('should print the leaks of a process that was killed before its first report', (t) => {
  const directory = join(base, 'leaked', 'ledger.20260102-030405.9');
  mkdirSync(directory, { recursive: true });
  const leak = {
    verdict: 'leak',
    kind: 'heap',
    growthBytesPerHour: 1e9,
    growthRatioPerHour: 2,
    confidence: 0.9,
    msToLimit: null,
    limit: null,
    since: '',
  };
  const line = {
    event: 'verdict',
    at: '2026-01-02T03:04:06.311Z',
    ...leak,
    message: 'The heap leaks',
    culprit: null,
    suspects: [],
    evidence: ['so'],
  };
  writeFileSync(join(directory, 'leaks.ndjson'), `${JSON.stringify({ ...line, whyNot: '', files: [] })}\n`);
  const { status, stdout } = pitot(['report', directory]);
  t.is(status, 0);
  t.is(stdout.split('\n').slice(2).join('\n'), '\nleaks\n  leak Heap: The heap leaks\n    evidence\n      so\n');
});

test('should say that there is a newer run when it has no report yet', (t) => {
  const { first } = writeCluster('newer');
  const newer = join(base, 'newer', 'ledger.20260102-040405.9');
  mkdirSync(newer);
  const { status, stderr } = pitot(['report', join(base, 'newer')]);
  t.is(status, 0);
  t.is(stderr, `pitot report: the newest run has no report yet, see pitot report ${newer}\n`);
  t.not(first, newer);
});

test('should print the rules of the newest report when asked, and all of the run as JSON all the same', (t) => {
  const rule = (state: 'firing' | 'inactive', why: string) => ({ rule: 'high latency', severity: 'warning' as const, state, why });
  const first = sampleReport({ seq: 1, rules: [rule('firing', 'Then.')] });
  const second = sampleReport({ seq: 2, rules: [rule('inactive', 'p95 of commands is 12 ms, twice its baseline would be 22 ms.')] });
  const directory = writeRun('ruled', 'ledger.20260102-030405.9', first, second);
  const { status, stdout } = pitot(['report', '--rules', directory]);
  t.is(status, 0);
  t.deepEqual(stdout.split('\n'), [
    'ledger  1 rule: 1 inactive, at 2026-01-02T03:06:05.000Z',
    '  inactive warning high latency',
    '    p95 of commands is 12 ms, twice its baseline would be 22 ms.',
    '',
  ]);
  t.deepEqual(jsonOf(pitot(['report', '--rules', '--json', directory])).rules, second.rules);
});
